"""The drill's loopback web over real sockets."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from sentinel.drill.sources import free_ports
from sentinel.drill.storyline import Run
from sentinel.drill.web import DrillWeb
from tests.drill.runs import a_run, at_minute

RUN = a_run()


@contextmanager
def serving(run: Run | None = RUN, minute: float = 2.0) -> Iterator[DrillWeb]:
    web = DrillWeb(lambda: run, free_ports(), clock=lambda: at_minute(RUN, minute))
    web.start()
    try:
        yield web
    finally:
        web.stop()


@pytest.fixture
def web() -> Iterator[DrillWeb]:
    with serving() as web:
        yield web


def ask(
    web: DrillWeb, site: str, target: str, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", web.ports[site], timeout=30)
    connection.request(method, target, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize("site", ["news", "forum", "weibo"])
def test_a_site_answers_with_its_length_and_closes(web: DrillWeb, site: str) -> None:
    answer, body = ask(web, site, "/")
    assert answer.status == 200
    assert answer.getheader("Connection") == "close"
    assert int(answer.getheader("Content-Length") or 0) == len(body) > 100


@pytest.mark.parametrize("site", ["news", "forum", "weibo"])
def test_robots_are_welcome(web: DrillWeb, site: str) -> None:
    answer, body = ask(web, site, "/robots.txt")
    assert (answer.status, body) == (200, b"User-agent: *\nAllow: /\n")


def test_head_has_the_headers_alone(web: DrillWeb) -> None:
    whole, _body = ask(web, "news", "/rss.xml")
    head, body = ask(web, "news", "/rss.xml", "HEAD")
    assert (head.status, body) == (200, b"")
    assert head.getheader("Content-Length") == whole.getheader("Content-Length")


def test_what_has_not_changed_is_not_sent_again() -> None:
    with serving(minute=0.1) as web:
        first, _ = ask(web, "news", "/rss.xml")
        known = {"If-None-Match": first.getheader("ETag") or ""}
        again, body = ask(web, "news", "/rss.xml", headers=known)
        assert (again.status, body) == (304, b"")
        web.clock = lambda: at_minute(RUN, 4.5)
        later, body = ask(web, "news", "/rss.xml", headers=known)
        assert (later.status, bool(body)) == (200, True)


def test_what_does_not_exist_is_404_and_other_methods_are_refused(web: DrillWeb) -> None:
    assert ask(web, "news", "/nothing")[0].status == 404
    assert ask(web, "news", "/rss.xml", "POST")[0].status == 501


def test_where_nothing_is_played_a_site_says_so() -> None:
    with serving(None) as web:
        assert ask(web, "news", "/rss.xml")[0].status == 503
        assert ask(web, "news", "/robots.txt")[0].status == 200


def test_a_fault_of_ours_is_an_answer_and_the_next_request_is_served(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[Run] = []
    web = DrillWeb(lambda: runs[0], free_ports(), clock=lambda: at_minute(RUN, 2))
    web.start()
    try:
        assert ask(web, "news", "/rss.xml")[0].status == 500
        assert "IndexError" in caplog.text
        runs.append(RUN)
        assert ask(web, "news", "/rss.xml")[0].status == 200
    finally:
        web.stop()


def test_a_published_statement_is_there_at_the_next_request() -> None:
    told = a_run(said_at_minute=1.5)
    runs = [RUN]
    web = DrillWeb(lambda: runs[0], free_ports(), clock=lambda: at_minute(RUN, 2))
    web.start()
    try:
        before, after = ask(web, "news", "/rss.xml")[1], None
        runs[0] = replace(RUN, statements=told.statements)
        after = ask(web, "news", "/rss.xml")[1]
    finally:
        web.stop()
    assert told.statements[0].title.encode() not in before
    assert told.statements[0].title.encode() in after


def test_a_second_server_leaves_the_ports_to_the_first_and_takes_over_when_it_ends(web: DrillWeb) -> None:
    second = DrillWeb(lambda: RUN, web.ports, clock=web.clock)
    assert second.start() == {}
    assert web.start() == web.ports
    web.stop()
    try:
        assert second.start() == web.ports
        assert ask(second, "forum", "/")[0].status == 200
    finally:
        second.stop()


def test_stopping_frees_the_ports_and_ends_the_threads() -> None:
    with serving() as web:
        ask(web, "news", "/rss.xml")
        assert any(thread.name.startswith("drill-") for thread in threading.enumerate())
    web.stop()
    assert not any(thread.name == "drill-news" and thread.is_alive() for thread in threading.enumerate())
    with pytest.raises(ConnectionRefusedError):
        ask(web, "news", "/rss.xml")


def test_a_client_that_says_nothing_or_nonsense_does_no_harm(web: DrillWeb) -> None:
    for said in (b"", b"\x00\xff\r\n\r\n", b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", web.ports["news"]), timeout=30) as connection:
            connection.sendall(said)
    assert ask(web, "news", "/rss.xml")[0].status == 200
