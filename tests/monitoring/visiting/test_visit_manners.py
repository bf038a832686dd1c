"""A visit that is refused or fails, the manners that it keeps, and its log."""

import asyncio
import datetime as dt
import json
import time
from dataclasses import replace

import pytest

from monitoring.visiting.manners import MOST_BYTES
from monitoring.visiting.onward import pages_waiting
from monitoring.visiting.visit import visit
from sentinel.core.net.client import GuardedClient
from tests.fakes.hostile import Behaviour, answer, endless, raw, redirect, serving, silence
from tests.monitoring.visiting.visits import (
    ALL_OPEN,
    HASTY,
    LIMITS,
    NOW,
    PATIENT,
    JsonLists,
    Office,
    listing,
    paths,
    visiting,
    whats,
)

# --- refusals and failures


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((status, "blocked") for status in ("401", "403", "429", "432", "451")),
        *((status, "http") for status in ("404", "410", "500", "503")),
    ],
)
async def test_an_error_status_is_the_outcome_and_retry_after_is_told(status: str, outcome: str) -> None:
    refusing = answer(b"no", "Retry-After: 120", status=f"{status} No")
    async with serving(ALL_OPEN | {"/list": refusing}) as server:
        result = await visiting(server)
    assert (result.outcome, result.detail, result.http_status) == (outcome, status, int(status))
    assert result.retry_after == 120


async def test_a_refusal_in_a_successful_answer_is_blocked_and_ends_the_visit() -> None:
    async with serving(ALL_OPEN | {"/list": answer(b'{"ok": -100}'), "/b": listing()}) as server:
        result = await visiting(server, "/list", "/b")
    assert (result.outcome, result.detail) == ("blocked", "ok:-100")
    assert "/b" not in paths(server)


async def test_a_site_that_refuses_two_details_in_a_row_is_left_alone() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(9)]
    refusing = {path: answer(status="403 No") for path, _, _ in rows[2:]}
    behaviours = ALL_OPEN | {"/list": listing(*rows), "/0": answer(b"zero"), "/1": answer(status="403 No")} | refusing
    behaviours["/2"] = answer(b"two")
    async with serving(behaviours) as server:
        result = await visiting(server)
    assert (result.outcome, [item.text for item in result.items], result.unread) == ("blocked", ["zero", "two"], 7)
    assert paths(server)[-1] == "/4"


async def test_a_page_that_makes_the_parser_stumble_is_malformed() -> None:
    for body in (b"<html>", b"[" * 100_000, b'{"items": [{}]}'):
        async with serving(ALL_OPEN | {"/list": answer(body)}) as server:
            assert (await visiting(server)).outcome == "malformed"


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (silence, "timeout"),
        (raw(), "reset"),
        (raw(b"nonsense\r\n"), "protocol"),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", bytes(1_000_000)), "too-large"),
        (redirect("/list"), "too-many-redirects"),
        (redirect("http://169.254.169.254/"), "refused-address"),
        (answer(b"x", "Content-Encoding: gzip"), "bad-encoding"),
    ],
)
async def test_whatever_a_server_does_a_visit_has_an_outcome(behaviour: Behaviour, outcome: str) -> None:
    async with serving(ALL_OPEN | {"/list": behaviour}) as server:
        result = await visiting(server, fetch=HASTY if behaviour is silence else PATIENT)
    assert (result.outcome, result.items) == (outcome, [])
    assert whats(result)[-1] == "failed"


async def test_a_source_at_a_private_address_is_refused() -> None:
    async with serving(ALL_OPEN) as server:
        server.port -= 1  # not the place that was opened
        closed = server.url("/list")
        server.port += 1
        async with GuardedClient() as client:
            result = await visit(
                JsonLists(),
                {"lists": [closed, "file:///etc/passwd"]},
                client=client,
                now=NOW,
                zone=dt.UTC,
                ports=Office().ports(),
                limits=LIMITS,
                state={},
            )
    assert (result.outcome, server.connections) == ("refused-address", 0)


# --- manners


async def test_what_robots_txt_closes_is_not_asked_for() -> None:
    rules = answer(b"User-agent: *\nDisallow: /list\nDisallow: /secret\nCrawl-delay: 2")
    rows = [("/secret/1", "secret", True), ("/open", "open", True)]
    async with serving(
        {"/robots.txt": rules, "/list": listing(*rows), "/a": listing(*rows), "/open": answer(b"x")}
    ) as server:
        office = Office()
        closed = await visiting(server, office=office)
        assert (closed.outcome, closed.detail, closed.items) == ("robots", server.url("/list"), [])
        partly = await visiting(server, "/a", office=office)
        assert [item.title for item in partly.items] == ["open"]
    assert paths(server) == ["/robots.txt", "/a", "/open"]  # its rules were remembered
    assert office.reserved == [(server.place, 0), (server.place, 2), (server.place, 2)]


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (answer(status="404 No"), "ok"),
        (answer(status="403 No"), "ok"),
        (redirect("/robots.txt"), "ok"),
        (answer(b"<html>not found, says a page of status 200"), "ok"),
        (answer(b"User-agent: sentinel\nAllow: /\nUser-agent: *\nDisallow: /"), "ok"),
        (answer(status="500 No"), "robots-unreachable"),
        (answer(status="429 No"), "robots-unreachable"),
        (raw(), "reset"),
        (silence, "timeout"),
    ],
)
async def test_no_file_means_open_and_no_answer_means_closed(behaviour: Behaviour, outcome: str) -> None:
    async with serving({"/robots.txt": behaviour, "/list": listing(("/1", "one", False))}) as server:
        office = Office()
        result = await visiting(server, "/list", office=office, fetch=HASTY if behaviour is silence else PATIENT)
    assert result.outcome == outcome
    assert ("/list" in paths(server)) is (outcome == "ok")
    assert bool(office.robots) is (outcome == "ok")  # a silence is not remembered


async def test_every_request_waits_for_its_turn() -> None:
    behaviours = ALL_OPEN | {"/list": listing(("/1", "one", True)), "/1": answer(b"one")}
    async with serving(behaviours) as server:
        began = time.monotonic()
        result = await visiting(server, office=Office(waits=lambda host, delay: 0.05))
    assert time.monotonic() - began >= 0.15
    assert (result.outcome, whats(result).count("wait")) == ("ok", 3)


async def test_a_visit_that_would_wait_beyond_its_time_ends_and_says_when_to_come_back() -> None:
    async with serving(ALL_OPEN | {"/list": listing(("/1", "one", False))}) as server:
        result = await visiting(server, office=Office(waits=lambda host, delay: 90.0))
        assert (result.outcome, result.retry_after, result.requests) == ("out-of-time", 90, 0)


async def test_a_visit_without_time_for_all_details_keeps_what_it_has() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(9)]
    turns = iter([0, 0, 0, 0, 60])
    behaviours = ALL_OPEN | {path: answer(b"x") for path, _, _ in rows}
    behaviours["/list"] = listing(*rows, fields=['ETag: "1"'])
    async with serving(behaviours) as server:
        result = await visiting(server, office=Office(waits=lambda host, delay: next(turns)))
    assert (result.outcome, len(result.items), result.unread) == ("ok", 2, 7)
    assert result.goes_on
    assert [item.title for item in pages_waiting(result.state)] == [str(n) for n in range(2, 9)]


async def test_a_visit_ends_at_its_wall_clock_with_what_it_has() -> None:
    behaviours = ALL_OPEN | {"/a": listing(("/1", "one", False), onward="/slow"), "/slow": silence, "/b": silence}
    async with serving(behaviours) as server:
        began = time.monotonic()
        result = await visiting(server, "/a", limits=replace(LIMITS, seconds=1.5))
        assert (result.outcome, [item.title for item in result.items], result.state) == ("ok", ["one"], {})
        result = await visiting(server, "/b", limits=replace(LIMITS, seconds=1.5))
        assert (result.outcome, result.items) == ("out-of-time", [])
    assert time.monotonic() - began < 10


async def test_a_visit_can_be_cancelled_at_any_time() -> None:
    async with serving(ALL_OPEN | {"/list": silence}) as server:
        for pause in (0, 0.01, 0.1):
            task = asyncio.create_task(visiting(server))
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_what_the_installation_gets_wrong_is_not_blamed_on_the_server() -> None:
    def broken(host: str, delay: float) -> float:
        raise TimeoutError("the database")

    async with serving(ALL_OPEN) as server:
        with pytest.raises(TimeoutError, match="the database"):
            await visiting(server, office=Office(waits=broken))


# --- the log


async def test_the_log_tells_the_visit_line_by_line() -> None:
    behaviours = ALL_OPEN | {"/list": listing(("/1", "one", True), ("/2", "two", True)), "/1": answer(b"one")}
    async with serving(behaviours) as server:
        result = await visiting(server, office=Office(waits=lambda host, delay: 0.01))
    assert whats(result) == [
        *("wait", "address", "answer", "robots"),
        *("wait", "answer", "items"),
        *("wait", "answer"),
        *("wait", "answer", "detail-failed", "details"),
    ]
    assert [line.ms for line in result.log] == sorted(line.ms for line in result.log)
    assert result.log[5].said | {"took_ms": 0, "bytes": 0} == {
        "url": server.url("/list"),
        "status": 200,
        "bytes": 0,
        "took_ms": 0,
    }
    assert result.log[-1].said == {"wanted": 2, "unread": 1}
    json.dumps([line.said for line in result.log])


async def test_a_visit_asks_for_no_more_once_it_has_as_much_as_it_may_keep() -> None:
    rows = [(f"/a/{n}", f"t{n}", True) for n in range(20)]
    pages = {f"/a/{n}": answer(b"x" * 4_000_000) for n in range(20)}
    async with serving(ALL_OPEN | {"/list": listing(*rows)} | pages) as server:
        result = await visiting(server)
    assert (result.outcome, len(result.items), result.unread) == ("ok", 8, 12)
    assert result.bytes_received < MOST_BYTES + 5_000_000
