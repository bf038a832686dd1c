"""Ready means that this very run says so; a worker that handles nothing is started again."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from sentinel.embedded.choices import Listening
from sentinel.embedded.readiness import WORKER_PATIENCE, Answer, Readiness, Watchdog, ask

WELL = dict.fromkeys(("database", "broker", "migrations", "worker", "beat"), True)


class Web(http.server.BaseHTTPRequestHandler):
    """A web process that answers what the test wants."""

    status, content = 200, b"{}"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *args: Any) -> None:
        return


@pytest.fixture
def readiness() -> Iterator[Readiness]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Web)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    place = Listening("127.0.0.1", server.server_address[1])
    yield Readiness(place, {"INSTANCE_ID": "ours", "ALLOWED_HOSTS": "localhost"})
    server.shutdown()
    server.server_close()
    thread.join()


def answer_with(monkeypatch: pytest.MonkeyPatch, status: int, **content: Any) -> None:
    monkeypatch.setattr(Web, "status", status)
    monkeypatch.setattr(Web, "content", json.dumps(content).encode())


def test_all_is_well_when_our_web_process_says_so(readiness: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = {name: {"ok": True, "detail": ""} for name in WELL}
    answer_with(monkeypatch, 200, instance="ours", ok=True, checks=checks)
    assert ask(readiness) == Answer(True, WELL, "")


def test_what_is_not_well_is_named(readiness: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = {"broker": {"ok": True, "detail": ""}, "worker": {"ok": False, "detail": "no tick"}}
    answer_with(monkeypatch, 503, instance="ours", ok=False, checks=checks)
    assert ask(readiness) == Answer(False, {"broker": True, "worker": False}, "worker: no tick")


def test_the_answer_of_another_run_counts_as_none(readiness: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, 200, instance="a stale one", ok=True, checks={})
    assert ask(readiness) == Answer(problems="another program answers on our port")


def test_an_answer_that_makes_no_sense_counts_as_none(readiness: Readiness, monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"", b"[]", b"<html>", b'{"checks": 3}'):
        monkeypatch.setattr(Web, "content", content)
        assert ask(readiness) == Answer()


def test_a_worker_that_handles_nothing_while_all_it_needs_is_well_is_started_again() -> None:
    watchdog, idle = Watchdog(), Answer(False, WELL | {"worker": False})
    assert not watchdog.should_restart_worker(idle, 100)
    assert not watchdog.should_restart_worker(idle, 100 + WORKER_PATIENCE - 1)
    assert watchdog.should_restart_worker(idle, 100 + WORKER_PATIENCE)
    assert not watchdog.should_restart_worker(idle, 100 + WORKER_PATIENCE + 5)


@pytest.mark.parametrize("part", ["database", "broker", "beat"])
def test_a_worker_that_lacks_what_it_needs_is_left_alone(part: str) -> None:
    watchdog = Watchdog()
    watchdog.should_restart_worker(Answer(False, WELL | {"worker": False}), 100)
    assert not watchdog.should_restart_worker(Answer(False, WELL | {"worker": False, part: False}), 120)
    assert not watchdog.should_restart_worker(Answer(False, WELL | {"worker": False}), 140)


def test_no_answer_is_no_reason_to_restart_the_worker() -> None:
    watchdog = Watchdog()
    assert not watchdog.should_restart_worker(Answer(), 100)
    assert not watchdog.should_restart_worker(Answer(), 100 + 2 * WORKER_PATIENCE)
