"""`lab check-url`: may the crawler open this address?"""

import io
import json

import pytest

from monitoring.lab import BadLine
from monitoring.lab.check_url import answer_with
from monitoring.lab.runner import run
from tests.core.net.hostile_urls import HOSTILE, NAMES


async def resolve_from_table(host: str, port: int) -> list[str]:
    return NAMES.get(host, [])


def test_a_public_address_is_allowed_and_its_machines_are_named() -> None:
    answer = answer_with((), resolve_from_table)
    assert answer({"url": "https://example.com/"}) == {
        "allowed": True,
        "reason": None,
        "addresses": NAMES["example.com"],
    }


def test_a_private_address_is_refused_with_reason_and_machines() -> None:
    answer = answer_with((), resolve_from_table)
    assert answer({"url": "http://intranet/"}) == {"allowed": False, "reason": "private", "addresses": ["10.1.2.3"]}
    assert answer({"url": "file:///etc/passwd"}) == {"allowed": False, "reason": "scheme", "addresses": []}
    assert answer({"url": "http://gone.example/"}) == {"allowed": False, "reason": "unresolvable", "addresses": []}


def test_the_environment_opens_single_private_places() -> None:
    answer = answer_with({"127.0.0.1:8000"}, resolve_from_table)
    assert answer({"url": "http://127.0.0.1:8000/"})["allowed"] is True
    assert answer({"url": "http://127.0.0.1:8001/"})["allowed"] is False


def test_every_hostile_address_gets_an_answer() -> None:
    answer = answer_with((), resolve_from_table)
    assert not any(answer({"url": url})["allowed"] for url, _ in HOSTILE)


def test_a_line_without_an_address_is_a_bad_line() -> None:
    with pytest.raises(BadLine):
        answer_with((), resolve_from_table)({"url": 7})


def test_the_command_answers_line_by_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ALLOWED_PRIVATE_HOSTS", "127.0.0.1:9000, [::1]:9000")
    lines = b'{"id": 1, "url": "http://127.1/"}\n{"id": 2, "url": "http://[::1]:9000/"}\n'
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert run(["check-url"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"id": 1, "allowed": False, "reason": "loopback", "addresses": ["127.0.0.1"]},
        {"id": 2, "allowed": True, "reason": None, "addresses": ["::1"]},
    ]
