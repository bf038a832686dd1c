"""`python -m sentinel.embedded.parts`: a container becomes what `./run` starts."""

import os
import sys
from typing import Any

import pytest

from sentinel.embedded import parts
from sentinel.embedded.processes import StartFailed, free_port


class Became(Exception):
    """Instead of a process that is another one."""


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    seen: list[Any] = []

    def become(program: str, command: tuple[str, ...], variables: dict[str, str]) -> None:
        seen.extend((program, command, variables))
        raise Became

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setenv("PORT", str(free_port()))
    return seen


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_part_becomes_the_command_that_run_starts(
    became: list[Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["parts", name])
    with pytest.raises(Became):
        parts.main()
    started = parts.parts(host="127.0.0.1", port=int(os.environ["PORT"]), variables=os.environ)
    (program,) = [program for program in started if program.name == name]
    assert became == [sys.executable, program.command, dict(program.environment)]


@pytest.mark.parametrize("arguments", [[], ["webb"], ["web", "beat"]])
def test_what_is_no_part_is_named(became: list[Any], monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["parts", *arguments])
    with pytest.raises(StartFailed, match=r"There is no part called .+: choose one of web, worker, beat"):
        parts.main()
    assert became == []
