"""What is documented is tested."""

import re
from pathlib import Path

import pytest
from django.apps import apps

import alerts.tasks  # noqa: F401
import monitoring.tasks  # noqa: F401
import playbooks.tasks  # noqa: F401  they bring their stages
from monitoring.lab import TOOLS
from monitoring.sources import KINDS
from monitoring.sources.definition_file import is_exportable, read_file
from monitoring.sources.presets import PRESETS, read_preset
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


def test_the_definitions_in_the_documentation_are_understood() -> None:
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    definition, preset = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    file = read_file(definition, KINDS)
    assert file.definition["rows"] == "topic_list.topics"
    ready = read_preset("example", preset)
    filled = KINDS[ready.kind].validate(ready.definition({"board": "milk", "token": "t"}))
    assert filled["url"] == "https://board.example.tw/milk"
    assert filled["secret_headers"] == "Authorization: Bearer t"
    assert ready.proposed_name({"board": "milk"}, "zh-hant") == "範例 milk"


def test_the_documentation_names_every_kind_that_is_read_from_an_address() -> None:
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert {name for name, kind in KINDS.items() if is_exportable(kind)} <= named


def test_the_documentation_says_of_every_ready_definition_how_sure_it_is() -> None:
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    table = page.partition("### How sure they are")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| (\w+) \| (.+) \|$", table, re.MULTILINE)
    assert [name for name, _sure, _rests_on in rows] == sorted(PRESETS)
    assert {sure for _name, sure, _rests_on in rows} == {"documented", "agreed", "unsure"}
