"""Whole visits of hostile servers: each ends soon, is shown as what it is, and harms no other source."""

import asyncio
import datetime as dt
import re
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitoring.source_wording import log_words, outcome_text
from monitoring.sources import KINDS
from monitoring.visiting.share import TooCostlyError, within_share
from monitoring.visiting.visit import VisitLimits, VisitResult, visit
from sentinel.core.net.client import GuardedClient, Limits
from tests.fakes.authority import Authority
from tests.fakes.hostile import (
    MEGABYTE,
    Behaviour,
    HostileServer,
    Seen,
    answer,
    brotli_bomb,
    deeper,
    deflate_bomb,
    endless,
    growing_cookies,
    gzip_bomb,
    many_gzip_members,
    raw,
    redirect,
    serving,
    silence,
)
from tests.fakes.hostile_pages import FEEDS, PAGES, POSTS
from tests.fakes.loopback import feed_of
from tests.monitoring.visiting.visits import ALL_OPEN, Office

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
SECONDS = 25.0  # of the clock, whatever else the machine does; alone these visits take 2 s at most
FETCH = Limits(connect=0.4, total=0.8)
LIMITS = VisitLimits(pages=10, details=5, seconds=6)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
API = "/api/container/getIndex"
SLOW = r"(x+x+)+y"
UNREAD = {"layout", "blocked", "malformed", "empty", "too-costly", "too-large"}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "feed": {"url": "URL"},
    "listing": {"url": "URL", "rows": "li", "title": "em", "summary": "p", "time": "span"},
    "weibo": {"url": "URL?containerid=1&page=1", "query": ""},
    "sitemap": {"url": "URL"},
    "tieba": {"url": "URL", "forum": "鮮乳", "pages": "2"},
    "json": {"url": "URL", "rows": "[*]", "link": "url", "title": "title", "summary": "text"},
    "youtube": {"url": "URL", "query": "鮮乳"},
    "threads": {"url": "URL", "query": "鮮乳"},
}
OTHERS = ("sitemap", "tieba", "json", "youtube", "threads")
CORPUS: dict[str, tuple[str, dict[str, Callable[[], bytes]]]] = {
    "feeds": ("application/xml", FEEDS),
    "pages": ("text/html", PAGES),
    "posts": ("application/json", POSTS),
}


async def visiting(
    kind: str, url: str, place: str, *, client: GuardedClient | None = None, limits: VisitLimits = LIMITS, **more: Any
) -> VisitResult:
    given = {name: str(value).replace("URL", url) for name, value in DEFINITIONS[kind].items()} | more
    async with client or GuardedClient(allowed_private=frozenset({place}), limits=FETCH) as used:
        return await visit(
            KINDS[kind],
            KINDS[kind].validate(given),
            client=used,
            now=NOW,
            zone=dt.UTC,
            ports=Office().ports(),
            limits=limits,
            state={},
        )


def assert_shown(result: VisitResult) -> None:
    """The outcome and every line of the log have words of their own."""
    text = outcome_text(result.outcome, result.detail)
    assert not text.startswith(result.outcome)
    lines = [{"ms": line.ms, "what": line.what, "said": line.said} for line in result.log]
    assert all(words.text and words.what for words in log_words(lines))


async def attack(kind: str, behaviour: Behaviour, outcomes: set[str]) -> VisitResult:
    async with serving(ALL_OPEN | {"/": behaviour, API: behaviour}) as server:
        began = time.monotonic()
        result = await visiting(kind, server.url(API if kind == "weibo" else "/"), server.place)
        assert time.monotonic() - began < SECONDS
    assert result.outcome in outcomes, (result.outcome, result.detail)
    assert_shown(result)
    return result


# --- what the answers hold


@pytest.mark.parametrize("name", FEEDS)
async def test_a_hostile_feed_is_read_or_refused_at_a_bounded_price(name: str) -> None:
    result = await attack("feed", answer(FEEDS[name](), "Content-Type: application/xml"), UNREAD | {"ok", "web-page"})
    told = "".join(item.title + item.text for item in result.items)
    assert "root:" not in told
    assert "haha" not in told
    assert len(result.items) <= LIMITS.items
    assert all(len(item.url) <= 4096 and "\0" not in item.title for item in result.items)


@pytest.mark.parametrize("name", PAGES)
async def test_a_hostile_page_is_read_or_refused_at_a_bounded_price(name: str) -> None:
    result = await attack("listing", answer(PAGES[name](), "Content-Type: text/html"), UNREAD | {"ok"})
    assert sum(len(item.title) + len(item.text) for item in result.items) < 20 * MEGABYTE


@pytest.mark.parametrize("name", PAGES)
async def test_a_hostile_article_costs_no_more_than_a_hostile_list(name: str) -> None:
    row = answer(b'<li><a href="/article">a</a></li>')
    async with serving(ALL_OPEN | {"/": row, "/article": answer(PAGES[name]())}) as server:
        began = time.monotonic()
        result = await visiting("listing", server.url("/"), server.place)
        assert time.monotonic() - began < SECONDS
    assert result.outcome == "ok"
    assert len(result.items) + len(result.failed) == 1
    assert_shown(result)


@pytest.mark.parametrize("name", POSTS)
async def test_a_hostile_interface_is_read_or_refused_at_a_bounded_price(name: str) -> None:
    result = await attack("weibo", answer(POSTS[name](), "Content-Type: application/json"), UNREAD | {"ok"})
    assert all(figure < 10**13 for item in result.items for figure in item.figures.values())


class Anywhere(dict[str, Behaviour]):
    """The same behaviour at every address but that of robots.txt, wherever a kind asks."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(ALL_OPEN)
        self.behaviour = behaviour

    def get(self, path: str, _default: Any = None) -> Behaviour:  # type: ignore[override]
        return super().get(path, self.behaviour)


async def attack_anywhere(kind: str, behaviour: Behaviour) -> VisitResult:
    """Let a kind meet a behaviour; it ends in time and says what it met."""
    async with serving(Anywhere(behaviour)) as server:
        began = time.monotonic()
        result = await visiting(kind, server.url("/"), server.place)
        assert time.monotonic() - began < SECONDS
    assert_shown(result)
    return result


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("corpus", CORPUS)
async def test_every_kind_reads_or_refuses_a_hostile_corpus_at_a_bounded_price(kind: str, corpus: str) -> None:
    content_type, hostile = CORPUS[corpus]
    for name, make in hostile.items():
        began = time.process_time()
        result = await attack_anywhere(kind, answer(make(), f"Content-Type: {content_type}"))
        assert result.outcome in UNREAD | {"ok", "web-page", "details", "out-of-time"}, (name, result.outcome)
        assert time.process_time() - began < 6, name
        assert len(result.items) <= LIMITS.items
        told = "".join(item.title + item.text for item in result.items)
        assert "root:" not in told, name
        assert len(told) < 20 * MEGABYTE, name


# --- what the server does

CONDUCT: list[tuple[str, Behaviour, set[str]]] = [
    ("gzip bomb", answer(gzip_bomb(200), "Content-Encoding: gzip"), {"too-large"}),
    ("deflate bomb", answer(deflate_bomb(200), "Content-Encoding: deflate"), {"too-large"}),
    ("brotli bomb", answer(brotli_bomb(200), "Content-Encoding: br"), {"too-large"}),
    ("bomb in a bomb", answer(gzip_bomb(1), "Content-Encoding: gzip, gzip"), {"bad-encoding"}),
    ("zstd", answer(b"(\xb5/\xfd", "Content-Encoding: zstd"), {"bad-encoding"}),
    ("100,000 gzip members", answer(many_gzip_members(100_000), "Content-Encoding: gzip"), UNREAD),
    ("plain text called gzip", answer(b"<rss>", "Content-Encoding: gzip"), {"bad-encoding"}),
    ("gzip called plain text", answer(gzip_bomb(1)), UNREAD),
    ("silence", silence, {"timeout"}),
    ("dripping head", endless(b"", b"H", pause=0.05), {"timeout", "protocol", "reset"}),
    ("dripping headers", endless(OK, b"X-A: b\r\n", pause=0.02), {"timeout"}),
    ("dripping body", endless(OK + b"Content-Length: 9999\r\n\r\n", b"x", pause=0.02), {"timeout"}),
    ("dripping chunks", endless(CHUNKED, b"1\r\nx\r\n", pause=0.02), {"timeout"}),
    ("endless chunks of a byte", endless(CHUNKED, b"1\r\nx\r\n" * 9999), {"timeout", "too-large"}),
    ("a gigabyte announced", raw(OK + b"Content-Length: 1073741824\r\n\r\n", bytes(MEGABYTE)), {"too-large"}),
    ("a gigabyte of chunks", endless(CHUNKED, b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"), {"too-large"}),
    ("a video stream", endless(OK + b"Content-Type: video/mp4\r\n\r\n", bytes(MEGABYTE)), {"too-large"}),
    ("a length that lies", raw(OK + b"Content-Length: 99\r\n\r\nshort"), {"reset"}),
    ("a chunk that lies", raw(CHUNKED + b"ffff\r\nshort\r\n"), {"reset", "protocol"}),
    ("headers without end", endless(OK, b"X-Flood: " + b"y" * 80 + b"\r\n"), {"protocol"}),
    ("10,000 cookies", answer(b"x", *(f"Set-Cookie: c{n}=v" for n in range(10_000))), {"protocol"}),
    ("100 Continue without end", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999), {"too-large", "timeout"}),
    (
        "103 Early Hints without end",
        endless(b"", b"HTTP/1.1 103 E\r\nLink: </a>\r\n\r\n" * 999),
        {"too-large", "timeout"},
    ),
    ("HTTP/0.9", raw(b"<html>hello</html>"), {"protocol", "reset"}),
    ("another protocol", raw(b"220 smtp.example ESMTP\r\n"), {"protocol", "reset"}),
    ("hangs up at once", raw(), {"reset"}),
    ("hangs up in the head", raw(b"HTTP/1.1 200"), {"reset", "protocol"}),
    ("hangs up in the body", raw(OK + b"Content-Length: 99\r\n\r\n<rss>"), {"reset"}),
    ("hangs up in a chunk", raw(CHUNKED + b"ff\r\n<rss>"), {"reset"}),
    ("endless redirect", deeper, {"too-many-redirects"}),
    ("redirect inside", redirect("http://169.254.169.254/latest/"), {"refused-address"}),
    ("redirect to a file", redirect("file:///etc/passwd"), {"refused-address"}),
    ("redirect to nowhere", redirect(""), {"bad-redirect"}),
    ("a page for a feed", answer(b"<html><body>hello"), UNREAD),
    ("nothing", answer(b""), UNREAD),
    ("an error without end", endless(b"HTTP/1.1 500 No\r\n\r\n", bytes(MEGABYTE)), {"too-large"}),
]


@pytest.mark.parametrize(("behaviour", "outcomes"), [row[1:] for row in CONDUCT], ids=[row[0] for row in CONDUCT])
async def test_a_server_that_misbehaves_is_shown_as_what_it_does(behaviour: Behaviour, outcomes: set[str]) -> None:
    await attack("feed", behaviour, outcomes)


@pytest.mark.parametrize("kind", OTHERS)
async def test_every_kind_shows_what_a_server_does(kind: str) -> None:
    for name, behaviour, outcomes in CONDUCT:
        result = await attack_anywhere(kind, behaviour)
        assert result.outcome in outcomes | ({"blocked", "login"} if outcomes == UNREAD else set()), (name, result)


@pytest.mark.parametrize("name", ["silence", "gzip bomb", "headers without end", "a gigabyte of chunks"])
async def test_a_robots_txt_may_misbehave_as_well(name: str) -> None:
    behaviour = next(row[1] for row in CONDUCT if row[0] == name)
    async with serving({"/robots.txt": behaviour, "/": answer(b"x")}) as server:
        result = await visiting("feed", server.url("/"), server.place)
    assert result.outcome in {"timeout", "too-large", "protocol"}
    assert_shown(result)


async def test_a_robots_txt_of_half_a_megabyte_of_rules_is_kept_to_in_no_time() -> None:
    rules = b"User-agent: *\n" + b"Disallow: /*a*b*c*d*e$\n" * 22_000 + b"Disallow: /" + b"*a" * 9_000
    async with serving(
        {"/robots.txt": answer(rules), "/": answer(feed_of({"title": "t", "link": "http://n.example"}))}
    ) as server:
        began = time.process_time()
        result = await visiting("feed", server.url("/"), server.place)
    assert (result.outcome, time.process_time() - began < 1.5) == ("ok", True)


async def test_cookies_that_grow_are_never_sent_back() -> None:
    async with serving(ALL_OPEN | {"/": growing_cookies}) as server:
        for _ in range(5):
            await visiting("feed", server.url("/"), server.place)
    assert all("cookie" not in seen.headers for seen in server.seen)


def cards(number: int) -> Callable[[Seen], bytes]:
    post = '{"card_type":9,"mblog":{"id":"%d","text":"x","created_at":"刚刚","user":{"id":1,"screen_name":"a"}}}'
    return lambda seen: (
        f'{{"ok":1,"data":{{"cardlistInfo":{{"since_id":"{number}"}},"cards":[{post % number}]}}}}'.encode()
    )


async def test_pages_that_always_lead_to_a_next_one_come_to_an_end() -> None:
    async def onward(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        await answer(cards(len(server.seen))(seen))(server, seen, writer)

    async def again(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        await answer(cards(7)(seen))(server, seen, writer)

    for behaviour, items in ((onward, 10), (again, 1)):
        async with serving(ALL_OPEN | {API: behaviour}) as server:
            result = await visiting("weibo", server.url(API), server.place, pages="10")
        assert (result.outcome, len(result.listed)) == ("ok", items)
        assert len(server.seen) <= 1 + LIMITS.pages


# --- TLS


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


async def to_loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def https_visit(server: HostileServer, trusted: Authority) -> VisitResult:
    client = GuardedClient(
        allowed_private=frozenset({f"news.example:{server.port}"}),
        resolver=to_loopback,
        tls=trusted.client_context(),
        limits=FETCH,
    )
    return await visiting("feed", f"https://news.example:{server.port}/", "", client=client)


async def test_invalid_certificates_are_shown_as_such(authority: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    stranger = Authority(folder)
    old = authority.server_context("news.example")
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1
    contexts = {
        "expired": authority.server_context("news.example", expired=True),
        "another host's": authority.server_context("other.example"),
        "signed by nobody we know": stranger.server_context("news.example"),
        "of TLS 1.0": old,
    }
    for name, context in contexts.items():
        async with serving(ALL_OPEN | {"/": answer(b"secret")}, tls=context) as server:
            result = await https_visit(server, authority)
        assert result.outcome == "tls" or (name, result.outcome) == ("of TLS 1.0", "reset")
        assert server.seen == []
        assert_shown(result)


async def test_plain_speech_and_a_handshake_that_never_ends_are_told(authority: Authority) -> None:
    async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(30)
        finally:
            writer.transport.abort()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"\x16")
                await asyncio.sleep(0.1)
        finally:
            writer.transport.abort()

    for handshake, outcomes in ((stall, {"connect"}), (drip, {"connect", "tls"}), (speak_plainly, {"tls"})):
        tasks: set[asyncio.Task[None]] = set()
        listener = await asyncio.start_server(
            lambda r, w, handshake=handshake, tasks=tasks: tasks.add(asyncio.ensure_future(handshake(r, w))),  # type: ignore[misc]
            "127.0.0.1",
            0,
        )
        began = time.monotonic()
        result = await https_visit(HostileServer({}, port=listener.sockets[0].getsockname()[1]), authority)
        assert result.outcome in outcomes
        assert time.monotonic() - began < SECONDS
        assert_shown(result)
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


# --- its neighbours

LOUD = ("a gigabyte of chunks", "100 Continue without end", "gzip bomb", "endless chunks of a byte", "silence")


async def test_a_good_source_is_read_in_time_among_enemies() -> None:
    loud = {f"/loud{n}": next(row[1] for row in CONDUCT if row[0] == name) for n, name in enumerate(LOUD)}
    heavy = {f"/page{n}": answer(PAGES[name]()) for n, name in enumerate(list(PAGES)[:8])}
    heavy |= {f"/feed{n}": answer(FEEDS[name]()) for n, name in enumerate(list(FEEDS)[:8])}
    good = feed_of(*({"title": f"t{n}", "link": f"https://n.example/{n}", "at": NOW} for n in range(20)))
    async with serving(ALL_OPEN | loud | heavy) as enemy, serving(ALL_OPEN | {"/rss": answer(good)}) as friend:
        enemies = [
            asyncio.create_task(visiting("listing" if "page" in path else "feed", enemy.url(path), enemy.place))
            for path in (*loud, *heavy)
        ]
        await asyncio.sleep(0.05)
        result = await visiting("feed", friend.url("/rss"), friend.place, limits=VisitLimits(seconds=20))
        outcomes = [one.outcome for one in await asyncio.gather(*enemies)]
    assert (result.outcome, len(result.items)) == ("ok", 20)
    assert len(outcomes) == len(LOUD) + 16


# --- the last resort


def test_reading_that_takes_more_than_its_share_is_stopped() -> None:
    began = time.process_time()
    with pytest.raises(TooCostlyError), within_share(0.2):
        re.search(SLOW, "x" * 40)
    assert time.process_time() - began < 1
    with within_share(0.2):
        time.sleep(0.3)  # waiting costs nothing


def test_outside_the_main_thread_nothing_is_stopped() -> None:
    done = []

    def work() -> None:
        with within_share(0.01):
            done.append(sum(range(2_000_000)))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


async def test_a_page_that_takes_too_long_to_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KINDS["feed"], "parse", lambda *_: re.search(SLOW, "x" * 40))
    await attack("feed", answer(b"x"), {"too-costly"})
