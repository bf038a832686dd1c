"""The image holds the runtime lock and the program, and runs as nobody in particular."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.production import image
from tests.production.compose import REPOSITORY


def test_packages_come_from_the_runtime_lock_alone() -> None:
    installs = [rest for word, rest in image.instructions() if word == "RUN" and "install " in rest]
    pip = [rest for rest in installs if "pip " in rest and " install " in rest]
    assert len(pip) == 1
    assert "--require-hashes --no-deps -r /requirements.lock" in pip[0]
    assert not [rest for word, rest in image.instructions() if "apt-get" in rest or "requirements-dev" in rest]


def test_the_final_image_is_a_stage_of_its_own_without_installers() -> None:
    stages = [rest.split(" ")[0] for word, rest in image.instructions() if word == "FROM"]
    assert len(stages) == 2
    assert all(stage.startswith("python:3.11-slim") for stage in stages)
    runs = " ".join(rest for word, rest in image.final_stage() if word == "RUN")
    assert "pip uninstall --yes --root-user-action ignore setuptools wheel pip" in runs
    assert all(rest.startswith("--from=packages ") for word, rest in image.final_stage() if word == "COPY")
    assert "ADD" not in {word for word, _rest in image.instructions()}


def test_it_runs_as_a_numbered_user_and_its_commands_are_lists() -> None:
    assert [rest for word, rest in image.final_stage() if word == "USER"] == ["10001:10001"]
    assert image.command() == ["python", "-m", "sentinel.embedded.parts", "web"]
    assert image.command("HEALTHCHECK") == ["python", "manage.py", "check_health", "web"]


def test_only_what_runs_gets_in_and_nothing_that_is_secret() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    for name in image.allowed():
        assert (REPOSITORY / name).exists(), name
    assert not {".", ".git", ".env", ".data", "tests", "requirements-dev.lock"} & set(image.allowed())


def test_whatever_the_program_imports_of_itself_gets_in() -> None:
    packages = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")}
    needed = set()
    for name in image.allowed():
        for path in (REPOSITORY / name).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    needed.add(node.module.split(".")[0])
                elif isinstance(node, ast.Import):
                    needed |= {alias.name.split(".")[0] for alias in node.names}
    assert needed & packages
    assert needed & packages <= set(image.allowed())


def test_a_copy_of_what_gets_in_is_complete(tmp_path: Path) -> None:
    image.copy_into(tmp_path / "app")
    command = [sys.executable, "-P", "-c", "import sys; sys.path.insert(0, '.'); import sentinel.asgi"]
    result = subprocess.run(command, cwd=tmp_path / "app", capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
