"""One visit of one source, over the guarded client, against servers on the loopback."""

import asyncio
import json
import traceback
from dataclasses import replace
from typing import Any

import pytest

from monitoring.sources import KINDS
from monitoring.sources.items import SourceError
from monitoring.visiting.visit import guarded
from sentinel.core.net.types import Response
from tests.fakes.hostile import HostileServer, answer, raw, redirect, serving
from tests.monitoring.visiting.visits import (
    ALL_OPEN,
    LIMITS,
    NOW,
    Office,
    listing,
    paths,
    visiting,
)

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


async def test_of_a_post_whose_page_the_site_refuses_again_what_the_list_says_is_kept() -> None:
    rows = [(f"/{n}", str(n), True) for n in range(4)]
    pages = {
        "/0": answer(status="403 Forbidden"),
        "/1": answer(b"whole"),
        "/2": answer(b"redesigned"),
        "/3": answer(status="404 Not Found"),
    }
    async with serving(ALL_OPEN | {"/list": listing(*rows)} | pages) as server:
        first = await visiting(server, said="The milk was …")
        again = await visiting(server, said="The milk was …", office=Office(known={"1"}), missed=["/0", "/2", "/3"])
        silent = await visiting(server, missed=["/0"])
        places = [server.url(path) for path, _title, _more in rows]
    assert [(item.title, item.text, item.is_partial) for item in first.items] == [("1", "whole", False)]
    assert first.failed == [places[0], places[2], places[3]]
    assert [(item.title, item.text, item.is_partial, item.needs_detail) for item in again.items] == [
        ("0", "The milk was …", True, False),
        ("3", "The milk was …", True, False),
    ]
    assert (again.failed, again.unread) == ([places[2]], 1)  # how we read a page may be mended: it is asked for again
    assert [item.title for item in silent.items] == ["1"]


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


def test_a_failure_that_is_kept_holds_no_page() -> None:
    answered = Response("https://n.example/rss", 200, {}, b'{"items": 1}')
    with pytest.raises(SourceError) as raised:
        guarded(lambda: KINDS["feed"].parse({"url": answered.url}, answered, NOW, NOW.tzinfo))
    frames = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
    assert "guarded" in frames
    assert "parse" not in frames
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)
