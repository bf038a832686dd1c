"""Every command and variable of docs/operations.md exists."""

import re
import shlex
import subprocess
from functools import cache

import pytest
from django.core.management import get_commands, load_command_class

from tests.production import compose
from tests.production.compose import EXAMPLE, REPOSITORY, services
from tests.production.test_compose import settings_read

PAGE = (REPOSITORY / "docs/operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line.split("    ")[0] for block in BLOCKS for line in block.splitlines() if line]
COMMANDS += re.findall(r"`(docker compose [^`]+)`", PAGE.replace("\n", " "))
COMPOSE = [line[line.index("docker compose") :] for line in COMMANDS if "docker compose" in line]


@cache
def help_of(subcommand: str) -> str:
    """What Docker Compose says about a command of its own."""
    command = [str(compose.program()), subcommand, "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not compose.is_here(), reason="no Docker Compose for this kind of machine")
@pytest.mark.parametrize("line", COMPOSE)
def test_a_compose_command_has_these_options_and_services(line: str) -> None:
    words = shlex.split(re.split(r" [<>|] ?", line)[0])[2:]
    subcommand, rest = words[0], words[1:]
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        assert re.search(rf"(^|\s){re.escape(option)}\b", help_of(subcommand)), option
        if option == "--scale":
            rest[0] = rest[0].partition("=")[0]
    if rest:
        assert rest[0] in services()
    if subcommand in ("stop", "logs"):
        assert set(rest) <= set(services())


def test_the_page_shows_how_to_do_everything_that_it_promises() -> None:
    said = " ".join(COMPOSE)
    for wanted in (
        "up --detach --build",
        "--scale worker=",
        "backup",
        "restore --replace",
        "logs migrate",
        "build --pull",
    ):
        assert wanted in said, wanted


def test_the_commands_of_manage_exist_with_their_options() -> None:
    found = re.findall(r"(?:manage\.py|\./run) ([a-z_]+)((?: --[a-z-]+)*)", "\n".join(COMMANDS))
    assert {name for name, _options in found} >= {"backup", "restore", "setup_link", "check"}
    for name, options in found:
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)  # type: ignore[arg-type]
        assert set(options.split()) <= set(parser._option_string_actions), name


def test_the_variables_of_the_page_and_of_the_readme_are_settings_or_stand_in_the_example() -> None:
    named = set(re.findall(r"`([A-Z]+_[A-Z_]+)(?:=[^`]*)?`", PAGE))
    example = set(compose.example())
    assert {"SECRET_KEY", "ENCRYPTION_KEYS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"} <= named
    assert named <= settings_read() | example


def test_every_variable_of_the_example_is_explained_beside_it() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for secret in compose.SECRETS:
        above = "\n".join(lines[: lines.index(f"{secret}=")][-4:])
        assert "openssl rand" in above or "urandom" in above, secret
