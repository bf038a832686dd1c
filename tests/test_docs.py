"""What is documented is tested."""

import re
from pathlib import Path

import pytest
from django.apps import apps

import alerts.tasks  # noqa: F401
import monitoring.tasks  # noqa: F401  both bring their stages
from monitoring.lab import TOOLS
from sentinel.core.stages import all_stages

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = {
    "sentinel.core": "core",
    "monitoring": "monitoring",
    "alerts": "alerts",
    "playbooks": "playbooks",
    "sentinel.drill": "drill",
}


def architecture_row(room: str) -> tuple[set[str], set[str]]:
    """The tables and the stages of a room as the documentation's table has them."""
    (row,) = [line for line in ARCHITECTURE.splitlines() if line.startswith(f"| `{room}` |")]
    _, _, tables, stages, _ = (cell.strip() for cell in row.split("|"))
    return {name for name in tables.split(", ") if name}, {name for name in stages.split(", ") if name}


@pytest.mark.parametrize(("room", "label"), ROOMS.items())
def test_the_table_of_the_house_names_every_table_of_a_room(room: str, label: str) -> None:
    tables, _stages = architecture_row(room)
    assert tables == {model.__name__ for model in apps.get_app_config(label).get_models()}


def test_the_table_of_the_house_names_every_stage() -> None:
    documented = {stage for room in ROOMS for stage in architecture_row(room)[1]}
    assert documented == {stage.name for stage in all_stages()}


def test_the_readme_names_only_settings_that_are_read() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [ROOT / "sentinel" / "settings.py", *sorted((ROOT / "sentinel" / "embedded").glob("*"))]
        if path.is_file() and path.suffix in (".py", ".sh")
    )
    table = README.split("## Settings")[1]
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", table))
    assert named
    assert {name for name in named if name not in code} == set()


def test_the_readme_shows_the_two_commands_and_a_screenshot_on_its_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:24])
    assert "./run" in first_screen
    assert "./test" in first_screen
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", first_screen)
    assert (ROOT / picture).stat().st_size > 20_000


def test_the_lab_tools_of_the_readme_exist() -> None:
    assert set(re.findall(r"\./run lab (\S+)", README)) - {"--help`"} <= set(TOOLS)


def test_links_in_the_documentation_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text
