"""The contracts of the house hold, and a planted violation breaks each of them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VIOLATIONS = {
    "The room order": ("monitoring/operations/sources.py", "import alerts.tiers"),
    "The roof is imported by nobody": ("monitoring/tasks.py", "import sentinel.urls"),
    "Core: edges": ("sentinel/core/models.py", "import sentinel.core.operations"),
    "Monitoring: edges": ("monitoring/models/posts.py", "import monitoring.operations.topics"),
    "Alerts: edges": ("alerts/rules.py", "import alerts.models"),
    "Playbooks: edges": ("playbooks/workflow.py", "import playbooks.models"),
    "Drill: edges": ("sentinel/drill/report.py", "import sentinel.drill.models"),
    "Pure modules decide": ("monitoring/text/segment.py", "import django.utils.timezone"),
    "Siblings do not import": ("monitoring/crawling/dates.py", "import monitoring.visiting.visit"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of the project in `folder`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house to plant things in."""
    folder = tmp_path_factory.mktemp("house")
    for room in ("sentinel", "monitoring", "alerts", "playbooks"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_house_keeps_its_contracts(copy: Path) -> None:
    result = lint_imports(copy)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(copy: Path, contract: str) -> None:
    path, line = VIOLATIONS[contract]
    file = copy / path
    before = file.read_text(encoding="utf-8")
    file.write_text(f"{before}\n{line}\n", encoding="utf-8")
    try:
        result = lint_imports(copy)
    finally:
        file.write_text(before, encoding="utf-8")
    assert result.returncode != 0
    broken = [name for name in result.stdout.splitlines() if name.endswith("BROKEN")]
    assert any(name.startswith(contract) for name in broken), result.stdout
