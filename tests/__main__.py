"""`./test`: everything that must hold, one step after the other, and a summary.

    ./test                 all steps
    ./test <arguments> …   hands the arguments to pytest

PostgreSQL and Valkey are started for the run unless DATABASE_URL and REDIS_URL name others. Where a tool of the machine
is missing and cannot be installed, the steps that need it are skipped and the summary says so; with
SENTINEL_TEST_REQUIRE_ALL=1 that is a failure.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sentinel.embedded.processes import StartFailed
from sentinel.embedded.services import temporary_services

REPOSITORY = Path(__file__).resolve().parents[1]
PYTHON = sys.executable
TOOLS = {"chromium": "chromium", "msgfmt": "gettext", "fonts": "fonts-noto-cjk"}  # tool → Debian package
NOT_OURS = ("HOST", "PORT", "HTTPS", "SECRET_KEY", "ALLOWED_HOSTS", "ENCRYPTION_KEYS", "INSTANCE_ID", "LOG_LEVEL")
ORDINARY = "not browser and not faults and not bench"


@dataclass(frozen=True)
class Step:
    """One command, the tools of the machine that it needs, and what it wants in its environment."""

    name: str
    command: list[str]
    needs: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def steps() -> list[Step]:
    """Everything, the quick ones first."""
    django = [PYTHON, "-W", "error::RuntimeWarning", "manage.py"]
    pytest = [PYTHON, "-m", "pytest", "--quiet"]
    apart = ["-n", "2", "--dist", "loadfile"]  # what a file has started serves all of its tests
    templates = [str(path) for path in sorted(REPOSITORY.glob("**/templates/**/*.html")) if ".venv" not in str(path)]
    templates += [str(path) for path in sorted(REPOSITORY.glob("templates/**/*.html")) if str(path) not in templates]
    production = {"HTTPS": "1", "SECRET_KEY": secrets.token_urlsafe(60), "ALLOWED_HOSTS": "sentinel.example"}
    every = [
        Step("style", ["ruff", "check", "."]),
        Step("format", ["ruff", "format", "--check", "."]),
        Step("templates", ["djade", "--check", "--target-version", "5.2", *templates]),
        Step("types", ["mypy"]),
        Step("contracts", ["lint-imports"]),
        Step("deployment", [*django, "check", "--deploy", "--fail-level", "WARNING"], variables=production),
        Step("migrations", [*django, "makemigrations", "--check", "--dry-run"]),
        Step("tests", [*pytest, "-n", "2", "-m", ORDINARY]),
        Step("faults", [*pytest, *apart, "-m", "faults and not bench"]),
        Step("browser", [*pytest, *apart, "-m", "browser"], needs=("chromium", "fonts")),
    ]
    if importlib.util.find_spec("tests.check_translations"):
        every.insert(5, Step("translations", [PYTHON, "-m", "tests.check_translations"], needs=("msgfmt",)))
    return every


def has_tool(tool: str) -> bool:
    """Whether the machine has it."""
    if tool == "fonts":
        return any(Path("/usr/share/fonts").rglob("NotoSansCJK*")) if Path("/usr/share/fonts").exists() else False
    return shutil.which(tool) is not None


def install_missing_tools() -> None:
    """On a Debian where we are root, install what is missing."""
    packages = [package for tool, package in TOOLS.items() if not has_tool(tool)]
    if not packages or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing {', '.join(packages)} …", flush=True)
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "--quiet", "--quiet", *arguments], env=variables, capture_output=True, text=True
        )
        if done.returncode != 0:
            print(done.stderr, flush=True)


@contextlib.contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """The environment of every step: a data folder of its own, and a database and a broker."""
    variables = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    with tempfile.TemporaryDirectory(prefix="sentinel-data-") as data, contextlib.ExitStack() as stack:
        variables["DATA_DIR"] = data
        (Path(data) / "static").mkdir()
        if not (variables.get("DATABASE_URL") and variables.get("REDIS_URL")):
            variables |= stack.enter_context(temporary_services())
        yield variables


def run_all(variables: Mapping[str, str]) -> bool:
    """Every step, then the summary; whether all went well."""
    results = []
    for step in steps():
        print(f"\n── {step.name} " + "─" * (76 - len(step.name)), flush=True)
        missing = [tool for tool in step.needs if not has_tool(tool)]
        began = time.monotonic()
        if missing:
            strict = os.environ.get("SENTINEL_TEST_REQUIRE_ALL") == "1"
            result = f"{'FAILED' if strict else 'SKIPPED'}: {', '.join(missing)} missing"
        else:
            code = subprocess.run(step.command, cwd=REPOSITORY, env={**variables, **step.variables}).returncode
            result = "ok" if code == 0 else f"FAILED (exit code {code})"
        results.append((step.name, result, time.monotonic() - began))
    print("\n── summary " + "─" * 69)
    for name, result, seconds in results:
        print(f"{name:<14} {result:<24} {seconds:6.1f} s")
    return not any(result.startswith("FAILED") for _name, result, _seconds in results)


def main(arguments: list[str]) -> int:
    """The exit code."""
    try:
        with surroundings() as variables:
            if arguments:
                command = [PYTHON, "-m", "pytest", *arguments]
                return subprocess.run(command, cwd=REPOSITORY, env=variables).returncode
            install_missing_tools()
            return 0 if run_all(variables) else 1
    except StartFailed as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
