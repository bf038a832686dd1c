"""The guarded client among enemies: every attack ends soon, small, and with a code."""

import asyncio
import os
import resource
import string
import time
from urllib.parse import quote

import pytest

from sentinel.core.net.addresses import check_address
from sentinel.core.net.client import GuardedClient, Limits
from sentinel.core.net.types import FetchError, Request
from tests.core.net.hostile_urls import HOSTILE, NAMES
from tests.fakes.hostile import (
    MEGABYTE,
    Behaviour,
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

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
UNBOUNDED = OK + b"Connection: close\r\n\r\n"
LIMITS = Limits(connect=0.3, total=0.6, body=5_000_000)
SECONDS = 5.0  # an attack is over by then, since the whole request may take 0.6
MEGABYTES = 60  # that an attack may add to what the process once held

ATTACKS: list[tuple[str, Behaviour, set[str]]] = [
    # bombs
    ("gzip bomb", answer(gzip_bomb(200), "Content-Encoding: gzip"), {"too-large"}),
    ("deflate bomb", answer(deflate_bomb(200), "Content-Encoding: deflate"), {"too-large"}),
    ("brotli bomb", answer(brotli_bomb(200), "Content-Encoding: br"), {"too-large"}),
    ("gzip of gzip", answer(gzip_bomb(1), "Content-Encoding: gzip, gzip"), {"bad-encoding"}),
    ("gzip then br", answer(b"x", "Content-Encoding: gzip", "Content-Encoding: br"), {"bad-encoding"}),
    ("unknown encoding", answer(b"x", "Content-Encoding: zstd"), {"bad-encoding"}),
    ("not gzip", answer(b"<html>", "Content-Encoding: gzip"), {"bad-encoding"}),
    ("not br", answer(b"\xff" * 99, "Content-Encoding: br"), {"bad-encoding"}),
    ("not deflate", answer(b"\xff" * 99, "Content-Encoding: deflate"), {"bad-encoding"}),
    ("gzip cut", answer(gzip_bomb(1)[:500], "Content-Encoding: gzip"), {"bad-encoding"}),
    ("deflate cut", answer(deflate_bomb(1)[:500], "Content-Encoding: deflate"), {"bad-encoding"}),
    ("deflate of one byte", answer(b"x", "Content-Encoding: deflate"), {"bad-encoding"}),
    ("br cut", answer(brotli_bomb(1)[:5], "Content-Encoding: br"), {"bad-encoding"}),
    # size
    ("a gigabyte announced", raw(OK + b"Content-Length: 1073741824\r\n\r\n", bytes(MEGABYTE)), {"too-large"}),
    ("a gigabyte without a length", endless(UNBOUNDED, bytes(MEGABYTE)), {"too-large"}),
    ("a gigabyte in chunks", endless(CHUNKED, b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"), {"too-large"}),
    ("an absurd length", raw(OK + b"Content-Length: " + b"9" * 400 + b"\r\n\r\n"), {"too-large", "protocol"}),
    ("endless chunk extension", endless(CHUNKED + b"5;", b"x" * MEGABYTE), {"protocol", "reset", "too-large"}),
    ("endless trailers", endless(CHUNKED + b"0\r\n", b"X-T: y\r\n" * 9999), {"protocol", "reset", "too-large"}),
    # time
    ("silence", silence, {"timeout"}),
    ("dripping head", endless(b"", b"H", pause=0.1), {"timeout", "protocol", "reset"}),
    ("dripping headers", endless(OK, b"X-A: b\r\n", pause=0.05), {"timeout"}),
    ("dripping body", endless(OK + b"Content-Length: 999\r\n\r\n", b"x", pause=0.05), {"timeout"}),
    ("dripping chunks", endless(CHUNKED, b"1\r\nx\r\n", pause=0.05), {"timeout"}),
    ("half an answer", raw(OK + b"Content-Length: 9\r\n\r\nab", pause=9), {"timeout"}),
    ("endless 100 Continue", endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 999), {"too-large", "timeout"}),
    # headers
    ("header flood", endless(OK, b"X-Flood: " + b"y" * 80 + b"\r\n"), {"protocol"}),
    ("one endless header", endless(OK + b"X-Long: ", b"y" * MEGABYTE), {"protocol"}),
    ("endless status line", endless(b"HTTP/1.1 200 ", b"O" * MEGABYTE), {"protocol"}),
    ("a thousand headers", answer(b"ok", *(f"X-{n}: y" for n in range(1000))), {"protocol"}),
    # redirects
    ("endless redirect", deeper, {"too-many-redirects"}),
    ("redirect to itself", redirect("/"), {"too-many-redirects"}),
    ("redirect to nowhere", redirect(""), {"bad-redirect"}),
    ("redirect to nonsense", redirect("http://[oops/"), {"bad-redirect", "refused-address"}),
    ("redirect to a file", redirect("file:///etc/passwd"), {"refused-address"}),
    ("redirect to a script", redirect("javascript:alert(1)"), {"refused-address"}),
    ("redirect to loopback", redirect("http://127.0.0.1:1/"), {"refused-address"}),
    ("redirect to metadata", redirect("http://169.254.169.254/"), {"refused-address"}),
    ("redirect to a number", redirect("http://2130706433:{port}0/"), {"refused-address"}),
    ("redirect past the host", redirect("//a@b\\@127.0.0.1/"), {"refused-address"}),
    (
        "redirect with a body",
        endless(b"HTTP/1.1 302 F\r\nLocation: /\r\n\r\n", bytes(MEGABYTE)),
        {"too-many-redirects"},
    ),
    # the wire
    ("hangs up at once", raw(), {"reset"}),
    ("hangs up in the head", raw(b"HTTP/1.1 200"), {"reset", "protocol"}),
    ("length too long", raw(OK + b"Content-Length: 99\r\n\r\nshort"), {"reset"}),
    ("length twice", raw(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), {"protocol"}),
    ("length negative", raw(OK + b"Content-Length: -1\r\n\r\nab"), {"protocol"}),
    ("length and chunks", raw(OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), {"protocol"}),
    ("chunk cut", raw(CHUNKED + b"ff\r\nabc"), {"reset"}),
    ("chunk size nonsense", raw(CHUNKED + b"zz\r\nabc\r\n"), {"protocol", "reset"}),
    ("chunk size huge", raw(CHUNKED + b"f" * 40 + b"\r\nabc"), {"protocol", "reset"}),
    ("not HTTP", raw(b"SSH-2.0-OpenSSH_9.2\r\n"), {"protocol", "reset"}),
    ("noise", raw(os.urandom(4096)), {"protocol", "reset"}),
    ("zeros", raw(bytes(4096)), {"protocol", "reset"}),
    ("no status", raw(b"HTTP/1.1 abc\r\n\r\n"), {"protocol"}),
    ("status 0", raw(b"HTTP/1.1 000 No\r\n\r\n"), {"protocol", "reset", "timeout"}),
    ("bare newline in a header", raw(OK + b"X: a\nb\r\n\r\n"), {"protocol", "reset"}),
    ("NUL in a header", raw(OK + b"X: a\x00b\r\n\r\n"), {"protocol", "reset"}),
    ("switches protocols", raw(b"HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), {"protocol"}),
]


def client_for(place: str) -> GuardedClient:
    return GuardedClient(allowed_private=frozenset({place}), limits=LIMITS)


@pytest.mark.parametrize(("attack", "codes"), [row[1:] for row in ATTACKS], ids=[row[0] for row in ATTACKS])
async def test_an_attack_ends_soon_and_small_and_the_client_lives_on(attack: Behaviour, codes: set[str]) -> None:
    async with serving({"/": attack, "/well": answer(b"ok")}) as server, client_for(server.place) as client:
        held, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
        with pytest.raises(FetchError) as failure:
            await client.fetch(Request(server.url("/")))
        took = time.monotonic() - began
        assert failure.value.code in codes
        assert took < SECONDS
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < MEGABYTES * 1024
        # What goes on until the time is up was never kept; everything else was cut short.
        assert failure.value.code == "timeout" or server.sent < 3 * LIMITS.body + 16 * MEGABYTE
        assert (await client.fetch(Request(server.url("/well")))).body == b"ok"


async def test_a_length_that_is_too_short_cuts_the_page_and_poisons_nothing() -> None:
    lying = raw(OK + b"Content-Length: 2\r\n\r\nok" + OK + b"Content-Length: 4\r\n\r\nevil", close=False)
    async with serving({"/": lying, "/well": answer(b"well")}) as server, client_for(server.place) as client:
        assert (await client.fetch(Request(server.url("/")))).body == b"ok"
        assert (await client.fetch(Request(server.url("/well")))).body == b"well"


async def test_cookies_that_grow_never_come_back() -> None:
    async with serving({"/": growing_cookies}) as server, client_for(server.place) as client:
        for _ in range(30):
            await client.fetch(Request(server.url("/")))
    assert all("cookie" not in seen.headers for seen in server.seen)


async def test_many_small_gzip_members_cost_little() -> None:
    body = many_gzip_members(100_000)
    async with (
        serving({"/": answer(body, "Content-Encoding: gzip")}) as server,
        client_for(server.place) as client,
    ):
        began = time.process_time()
        assert (await client.fetch(Request(server.url("/")))).body == b""
        assert time.process_time() - began < SECONDS


async def test_a_body_of_exactly_the_largest_size_is_taken() -> None:
    behaviours = {"/": answer(bytes(LIMITS.body)), "/more": answer(bytes(LIMITS.body + 1))}
    async with serving(behaviours) as server, client_for(server.place) as client:
        assert len((await client.fetch(Request(server.url("/")))).body) == LIMITS.body
        with pytest.raises(FetchError, match="too-large"):
            await client.fetch(Request(server.url("/more")))


async def test_nobody_listening_is_a_failed_connection() -> None:
    async with GuardedClient(allowed_private=frozenset({"127.0.0.1:1"}), limits=LIMITS) as client:
        with pytest.raises(FetchError, match="connect"):
            await client.fetch(Request("http://127.0.0.1:1/"))


async def test_a_name_server_that_never_answers_is_given_up() -> None:
    async def never(host: str, port: int) -> list[str]:
        await asyncio.sleep(3600)
        return []

    async with GuardedClient(resolver=never, limits=LIMITS) as client:
        with pytest.raises(FetchError, match="timeout"):
            await client.fetch(Request("http://site.example/"))


async def test_a_fetch_can_be_cancelled_at_any_time() -> None:
    async with serving({"/": silence}) as server, client_for(server.place) as client:
        for pause in (0, 0.001, 0.01, 0.05):
            task = asyncio.create_task(client.fetch(Request(server.url("/"))))
            await asyncio.sleep(pause)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_fifty_enemies_at_once_are_over_as_soon_as_one() -> None:
    behaviours = {f"/{n}": attack for n, (_, attack, _) in enumerate(ATTACKS[:50])}
    async with serving(behaviours) as server, client_for(server.place) as client:
        behaviours["/"] = deeper
        began = time.monotonic()
        requests = [client.fetch(Request(server.url(path))) for path in behaviours]
        results = await asyncio.gather(*requests, return_exceptions=True)
        assert all(isinstance(result, FetchError) for result in results), results
        assert time.monotonic() - began < 2 * SECONDS


async def outcome_of(client: GuardedClient, url: str) -> str:
    """The address that answered, or the code of the failure."""
    try:
        return (await client.fetch(Request(url))).url
    except FetchError as failure:
        return failure.code


async def test_no_redirect_leads_where_the_guard_does_not_let_us() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        addresses = NAMES.get(host, [])
        return addresses if any(map(check_address, addresses)) else []

    # What a header cannot carry is no redirect, and what names no other place stays with the server.
    told = [url.partition(":")[2] if protocol_relative else url for url, _ in HOSTILE for protocol_relative in (0, 1)]
    told = [url for url in dict.fromkeys(told) if not set(url) & set("\r\n\x00") and "\ud800" not in url]
    behaviours = {f"/{n}": redirect(quote(url, safe=string.punctuation + " ")) for n, url in enumerate(told)}
    behaviours |= {f"/raw{n}": redirect(url.encode().decode("latin-1")) for n, url in enumerate(told)}
    async with serving(behaviours) as server:
        allowed = frozenset({server.place})
        async with GuardedClient(allowed_private=allowed, resolver=resolve, limits=LIMITS) as client:
            outcomes = [await outcome_of(client, server.url(path)) for path in behaviours]
    refusals = {"refused-address", "bad-redirect", "unresolvable", "protocol", "too-many-redirects"}
    assert {outcome for outcome in outcomes if not outcome.startswith(f"http://{server.place}/")} <= refusals
    assert len(told) > 500
