"""One visit of one source, over the guarded client, against servers on the loopback."""

import asyncio
import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from monitoring.crawling.robots import RobotsFile
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Page
from monitoring.visiting.visit import Ports, VisitLimits, VisitResult, visit
from sentinel.core.net.client import GuardedClient, Limits
from sentinel.core.net.types import Request, Response
from tests.fakes.hostile import Behaviour, HostileServer, answer, endless, raw, redirect, serving, silence

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
LIMITS = VisitLimits(pages=3, details=30, seconds=3)
ALL_OPEN = {"/robots.txt": answer(status="404 Not Found")}


class JsonLists:
    """A kind of source for the tests: a page is `{"items": [{"url", "title", "more"?}], "next"?}`."""

    def start(self, definition: Any) -> list[Request]:
        return [Request(url, headers=definition.get("headers", {})) for url in definition["lists"]]

    def parse(self, definition: Any, response: Response, now: dt.datetime, zone: dt.tzinfo) -> Page:
        assert now == NOW
        page = json.loads(response.body)
        if page.get("ok") == -100:
            raise SourceError("blocked", "ok:-100")
        items = [Item(row["url"], row["title"], needs_detail=row.get("more", False)) for row in page["items"]]
        return Page(items, [Request(page["next"])] if "next" in page else [])

    def detail_request(self, definition: Any, item: Item) -> Request:
        return Request(item.url)

    def detail(self, definition: Any, item: Item, response: Response, now: dt.datetime, zone: dt.tzinfo) -> Item:
        if b"redesigned" in response.body:
            raise SourceError("layout", "h1")
        return replace(item, text=response.body.decode())


@dataclass
class Office:
    """What the installation would remember and decide."""

    known: set[str] = field(default_factory=set)
    waits: Callable[[str, float], float] = lambda host, delay: 0.0
    robots: dict[str, RobotsFile] = field(default_factory=dict)
    reserved: list[tuple[str, float]] = field(default_factory=list)

    async def reserve(self, host: str, delay: float) -> float:
        self.reserved.append((host, delay))
        return self.waits(host, delay)

    async def unknown(self, items: Sequence[Item]) -> Sequence[Item]:
        return [item for item in items if item.title not in self.known]

    async def recall_robots(self, place: str) -> RobotsFile | None:
        return self.robots.get(place)

    async def keep_robots(self, place: str, file: RobotsFile) -> None:
        self.robots[place] = file

    def ports(self) -> Ports:
        return Ports(self.reserve, self.unknown, self.recall_robots, self.keep_robots, time.monotonic)


def a_list(server_url: Callable[[str], str], rows: Iterable[tuple[str, str, bool]], onward: str = "") -> bytes:
    page: dict[str, Any] = {
        "items": [{"url": server_url(path), "title": title, "more": more} for path, title, more in rows]
    }
    return json.dumps(page | ({"next": server_url(onward)} if onward else {})).encode()


def listing(*rows: tuple[str, str, bool], onward: str = "", fields: Sequence[str] = ()) -> Behaviour:
    """A list page whose addresses point to the server itself."""

    async def behave(server: HostileServer, seen: Any, writer: asyncio.StreamWriter) -> None:
        await answer(a_list(server.url, rows, onward), *fields)(server, seen, writer)

    return behave


async def visiting(
    server: HostileServer,
    *lists: str,
    office: Office | None = None,
    limits: VisitLimits = LIMITS,
    state: dict[str, dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> VisitResult:
    definition = {"lists": [server.url(path) for path in lists or ("/list",)], "headers": headers or {}}
    fetch_limits = Limits(connect=0.5, total=0.5)
    async with GuardedClient(allowed_private=frozenset({server.place}), limits=fetch_limits) as client:
        return await visit(
            JsonLists(),
            definition,
            client=client,
            now=NOW,
            zone=dt.UTC,
            ports=(office or Office()).ports(),
            limits=limits,
            state=state or {},
        )


def paths(server: HostileServer) -> list[str]:
    return [seen.path for seen in server.seen]


def whats(result: VisitResult) -> list[str]:
    return [line.what for line in result.log]


# --- what a visit finds


async def test_a_list_without_detail_pages_is_read_with_one_question() -> None:
    async with serving(ALL_OPEN | {"/list": listing(("/1", "one", False), ("/2", "two", False))}) as server:
        result = await visiting(server)
    assert (result.outcome, result.http_status, result.unread) == ("ok", 200, 0)
    assert [item.title for item in result.items] == ["one", "two"]
    assert paths(server) == ["/robots.txt", "/list"]
    assert (result.requests, result.bytes_received > 50) == (2, True)


async def test_details_are_read_for_what_is_unknown_alone() -> None:
    rows = [(f"/{name}", name, name != "plain") for name in ("plain", "new", "old")]
    behaviours = ALL_OPEN | {"/list": listing(*rows), "/new": answer("曜日乳業".encode())}
    async with serving(behaviours) as server:
        result = await visiting(server, office=Office(known={"old"}), headers={"Cookie": "over18=1"})
    assert [(item.title, item.text, item.needs_detail) for item in result.items] == [
        ("plain", "", False),
        ("new", "曜日乳業", False),
    ]
    assert paths(server) == ["/robots.txt", "/list", "/new"]
    assert [seen.headers.get("cookie") for seen in server.seen] == [None, "over18=1", "over18=1"]


async def test_pages_are_followed_up_to_the_limit_and_never_in_a_circle() -> None:
    behaviours = ALL_OPEN | {f"/{n}": listing((f"/item{n}", str(n), False), onward=f"/{n + 1}") for n in range(1, 9)}
    async with serving(behaviours) as server:
        result = await visiting(server, "/1")
        assert [item.title for item in result.items] == ["1", "2", "3"]
    async with serving(ALL_OPEN | {"/list": listing(("/1", "one", False), onward="/list")}) as server:
        result = await visiting(server)
        assert (paths(server), len(result.items)) == (["/robots.txt", "/list"], 1)


async def test_several_lists_are_one_visit_and_a_broken_one_leaves_the_others() -> None:
    behaviours = ALL_OPEN | {
        "/a": listing(("/1", "one", False)),
        "/c": listing(("/1", "one", False), ("/2", "two", False)),
    }
    async with serving(behaviours) as server:
        result = await visiting(server, "/a", "/gone", "/c")
    assert (result.outcome, result.detail) == ("http", "404")
    assert [item.title for item in result.items] == ["one", "two"]


async def test_one_bad_detail_page_loses_nothing_else() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(6)]
    behaviours = (
        ALL_OPEN
        | {"/list": listing(*rows)}
        | {
            "/0": answer(b"zero"),
            "/1": raw(),
            "/2": answer(b"redesigned"),
            "/3": redirect("http://10.0.0.1/"),
            "/5": answer(b"five", "ETag: x"),
        }
    )
    async with serving(behaviours) as server:
        result = await visiting(server)
    assert [item.text for item in result.items] == ["zero", "five"]
    assert (result.outcome, result.unread) == ("ok", 4)
    failed = [line.said["code"] for line in result.log if line.what == "detail-failed"]
    assert failed == ["reset", "layout", "refused-address", "http"]


async def test_a_source_none_of_whose_detail_pages_can_be_read_has_failed() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(4)]
    redesigned = {path: answer(b"redesigned") for path, _, _ in rows}
    async with serving(ALL_OPEN | {"/list": listing(*rows)} | redesigned) as server:
        result = await visiting(server)
    assert (result.outcome, result.detail, result.unread) == ("layout", "h1", 4)


async def test_no_more_details_are_read_than_allowed_and_the_rest_is_left_for_the_next_visit() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(40)]
    behaviours = ALL_OPEN | {path: answer(b"x") for path, _, _ in rows}
    behaviours["/list"] = listing(*rows, fields=['ETag: "1"'])
    async with serving(behaviours) as server:
        result = await visiting(server)
    assert (len(result.items), result.unread, result.outcome) == (30, 10, "ok")
    assert result.state == {}  # else a 304 would hide the ten


async def test_a_list_of_a_million_items_is_cut() -> None:
    rows = [(f"/{n}", str(n), False) for n in range(300)]
    async with serving(ALL_OPEN | {"/list": listing(*rows, onward="/more")}) as server:
        result = await visiting(server, limits=replace(LIMITS, items=100))
    assert (len(result.items), paths(server)) == (100, ["/robots.txt", "/list"])


async def test_what_a_server_writes_can_always_be_stored() -> None:
    rows = [("/\x00\ud83d", "曜日\x00\ud800", False), ("/1", "one\x00", True), ("/\x00more", "two", True)]
    behaviours = {
        "/robots.txt": answer(b"User-agent: *\x00\nDisallow: /no\x00"),
        "/list": listing(*rows),
        "/1": answer(b"a\x00b"),
    }
    async with serving(behaviours) as server:
        office = Office()
        result = await visiting(server, office=office)
    assert [(item.title, item.text) for item in result.items] == [("曜日\ufffd\ufffd", ""), ("one\ufffd", "a\ufffdb")]
    kept = repr([result, office.robots]) + json.dumps([line.said for line in result.log])
    assert "\\x00" not in kept
    assert "\\u0000" not in kept
    assert "\\ud8" not in kept


# --- conditional requests


async def test_the_next_visit_asks_only_for_what_changed() -> None:
    modified = "Sun, 01 Mar 2026 11:00:00 GMT"
    fresh = listing(("/1", "one", False), fields=['ETag: W/"7"', f"Last-Modified: {modified}"])

    async def manage(server: HostileServer, seen: Any, writer: asyncio.StreamWriter) -> None:
        unchanged = seen.headers.get("if-none-match") == 'W/"7"'
        await (answer(status="304 Not Modified") if unchanged else fresh)(server, seen, writer)

    async with serving(ALL_OPEN | {"/list": manage, "/other": listing(("/2", "two", False))}) as server:
        first = await visiting(server)
        kept = first.state[server.url("/list")]
        assert (kept["etag"], kept["last_modified"]) == ('W/"7"', modified)
        second = await visiting(server, state=first.state)
        assert server.seen[-1].headers["if-modified-since"] == modified
        assert (second.outcome, second.http_status, second.items, second.state) == ("unchanged", 304, [], first.state)
        both = await visiting(server, "/list", "/other", state=first.state)
        assert (both.outcome, [item.title for item in both.items]) == ("ok", ["two"])


async def test_a_304_may_bring_a_newer_validator_which_is_asked_with_the_next_time() -> None:
    async def manage(server: HostileServer, seen: Any, writer: asyncio.StreamWriter) -> None:
        known = seen.headers.get("if-none-match")
        fresh = listing(("/1", "one", False), fields=["ETag: a"])
        await (answer(b"", "ETag: b", status="304 Not Modified") if known else fresh)(server, seen, writer)

    async with serving(ALL_OPEN | {"/list": manage}) as server:
        state = (await visiting(server)).state
        for asked in ("a", "b"):
            result = await visiting(server, state=state)
            assert server.seen[-1].headers["if-none-match"] == asked
            assert result.outcome == "unchanged"
            assert result.state[server.url("/list")] == {**state[server.url("/list")], "etag": "b"}
            state = result.state


async def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    async with serving(ALL_OPEN | {"/list": answer(status="304 Not Modified")}) as server:
        assert (await visiting(server)).outcome == "http"


async def test_a_validator_that_could_not_be_sent_back_is_not_kept() -> None:
    async with serving(ALL_OPEN | {"/list": listing(("/1", "one", False), fields=["ETag: \xff", "X: y"])}) as server:
        assert list((await visiting(server)).state[server.url("/list")]) == ["items", "body"]


async def test_a_list_that_says_what_it_said_is_unchanged_though_the_server_does_not_know() -> None:
    async with serving(ALL_OPEN | {"/list": listing(("/1", "one", False), onward="/more")}) as server:
        server.behaviours["/more"] = listing(("/2", "two", False))
        first = await visiting(server)
        again = await visiting(server, state=first.state)
        assert (again.outcome, again.http_status, again.items, again.state) == ("unchanged", 200, [], first.state)
        server.behaviours["/list"] = listing(("/1", "one", False), onward="/more?another")
        again = await visiting(server, state=first.state)
        assert (again.outcome, again.items) == ("unchanged", [])  # other bytes, but nothing else is listed
        server.behaviours["/list"] = listing(("/1", "one, edited", False))
        assert [item.title for item in (await visiting(server, state=first.state)).items] == ["one, edited"]


async def test_a_visit_asks_for_so_much_and_no_more() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(9)]
    behaviours = ALL_OPEN | {path: answer(b"x") for path, _, _ in rows} | {"/list": listing(*rows)}
    async with serving(behaviours) as server:
        result = await visiting(server, limits=replace(LIMITS, requests=5))
        assert (result.outcome, result.requests, len(result.items), result.unread) == ("ok", 5, 3, 6)


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
        result = await visiting(server)
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
        result = await visiting(server, "/list", office=office)
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
    assert (result.outcome, len(result.items), result.unread, result.state) == ("ok", 2, 7, {})


async def test_a_visit_ends_at_its_wall_clock_with_what_it_has() -> None:
    behaviours = ALL_OPEN | {"/a": listing(("/1", "one", False), onward="/slow"), "/slow": silence, "/b": silence}
    async with serving(behaviours) as server:
        began = time.monotonic()
        result = await visiting(server, "/a", limits=replace(LIMITS, seconds=0.3))
        assert (result.outcome, [item.title for item in result.items], result.state) == ("ok", ["one"], {})
        result = await visiting(server, "/b", limits=replace(LIMITS, seconds=0.3))
        assert (result.outcome, result.items) == ("out-of-time", [])
    assert time.monotonic() - began < 2.5


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
