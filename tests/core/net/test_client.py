"""The guarded client among friends: what it sends, follows, verifies and returns."""

import asyncio
import gzip
import zlib
from pathlib import Path
from urllib.parse import quote

import brotli
import pytest

from sentinel.core.net.client import GuardedClient, Limits, send, user_agent
from sentinel.core.net.types import FetchError, Request
from tests.fakes.authority import Authority
from tests.fakes.hostile import HostileServer, answer, raw, redirect, serving

PAGE = "曜日乳業今日召回鮮乳".encode() * 1000


async def to_loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def client_for(*servers: HostileServer, hosts: tuple[str, ...] = ("127.0.0.1",), **options: object) -> GuardedClient:
    allowed = frozenset(f"{host}:{server.port}" for server in servers for host in hosts)
    return GuardedClient(allowed_private=allowed, resolver=to_loopback, **options)  # type: ignore[arg-type]


async def failure(client: GuardedClient, request: Request) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.fetch(request)
    return caught.value


async def test_a_page_comes_back_whole_with_lower_case_header_names() -> None:
    async with (
        serving({"/a": answer(PAGE, 'ETag: "1"', "X-Two: a", "x-two: b")}) as server,
        client_for(server) as client,
    ):
        response = await client.fetch(Request(server.url("/a?q=月見#part")))
    assert (response.status, response.body) == (200, PAGE)
    assert response.url == server.url("/a?q=%E6%9C%88%E8%A6%8B")
    assert (response.headers["etag"], response.headers["x-two"]) == ('"1"', "a, b")
    assert server.seen[0].path == "/a?q=%E6%9C%88%E8%A6%8B"


async def test_it_says_honestly_who_it_is_whatever_the_caller_wants() -> None:
    async with serving({"/": answer()}) as server, client_for(server, contact="https://pr.example/bot") as client:
        await client.fetch(Request(server.url(), headers={"User-Agent": "Mozilla", "Host": "x", "Accept": "text/html"}))
    headers = server.seen[0].headers
    assert headers["user-agent"] == user_agent("https://pr.example/bot") == "Sentinel/0.1 (+https://pr.example/bot)"
    assert headers["host"] == server.place
    assert headers["accept"] == "text/html"
    assert headers["accept-encoding"] == "gzip, deflate, br"
    assert "cookie" not in headers


async def test_an_error_status_is_an_answer() -> None:
    async with serving({}) as server, client_for(server) as client:
        assert (await client.fetch(Request(server.url("/gone")))).status == 404


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(PAGE)),
        ("x-gzip", gzip.compress(PAGE)),
        ("GZip", gzip.compress(PAGE[:5000]) + gzip.compress(PAGE[5000:])),
        ("gzip", gzip.compress(PAGE) + b"<!-- trailing -->"),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", zlib.compress(PAGE)[2:-4]),
        ("br", brotli.compress(PAGE)),
        ("identity", PAGE),
        ("", PAGE),
    ],
    # Named, since gzip puts the time of day into its bytes.
    ids=["gzip", "x-gzip", "two members", "trailing bytes", "deflate", "raw deflate", "br", "identity", "none"],
)
async def test_every_offered_encoding_is_read(encoding: str, body: bytes) -> None:
    async with (
        serving({"/": answer(body, f"Content-Encoding: {encoding}")}) as server,
        client_for(server) as client,
    ):
        assert (await client.fetch(Request(server.url()))).body == PAGE


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
async def test_an_empty_body_is_empty_whatever_its_encoding(encoding: str) -> None:
    async with (
        serving({"/": answer(b"", f"Content-Encoding: {encoding}")}) as server,
        client_for(server) as client,
    ):
        assert (await client.fetch(Request(server.url()))).body == b""
        assert (await client.fetch(Request(server.url(), method="HEAD"))).body == b""


async def test_conditional_headers_are_the_callers_and_a_304_has_no_body() -> None:
    unchanged = answer(b"", status="304 Not Modified")
    async with serving({"/": unchanged}) as server, client_for(server) as client:
        response = await client.fetch(Request(server.url(), headers={"If-None-Match": '"1"'}))
    assert (response.status, response.body) == (304, b"")
    assert server.seen[0].headers["if-none-match"] == '"1"'


async def test_a_message_is_sent_with_its_body_and_is_never_redirected() -> None:
    behaviours = {"/hook": answer(b"thanks"), "/moved": redirect("/hook", "307 Temporary Redirect")}
    async with serving(behaviours) as server, client_for(server) as client:
        response = await client.fetch(Request(server.url("/hook"), method="POST", body=b'{"tier": 1}'))
        moved = await client.fetch(Request(server.url("/moved"), method="POST", body=b"secret"))
    assert (response.body, server.seen[0].method, server.seen[0].body) == (b"thanks", "POST", b'{"tier": 1}')
    assert moved.status == 307
    assert len(server.seen) == 2


def test_a_task_sends_without_an_event_loop(tmp_path: Path) -> None:
    async def serve(ready: asyncio.Future[HostileServer], done: asyncio.Event) -> None:
        async with serving({"/": answer(b"ok")}) as server:
            ready.set_result(server)
            await done.wait()

    async def scenario() -> bytes:
        ready: asyncio.Future[HostileServer] = asyncio.get_running_loop().create_future()
        done = asyncio.Event()
        running = asyncio.create_task(serve(ready, done))
        server = await ready
        request = Request(server.url(), method="POST", body=b"{}")
        response = await asyncio.to_thread(send, request, allowed_private=frozenset({server.place}))
        done.set()
        await running
        return response.body

    assert asyncio.run(scenario()) == b"ok"


# --- redirects


async def test_a_redirect_is_followed_and_the_final_address_told() -> None:
    behaviours = {"/old": redirect("new page", "301 Moved"), "/new%20page": answer(b"here")}
    async with serving(behaviours) as server, client_for(server) as client:
        response = await client.fetch(Request(server.url("/old")))
    assert (response.url, response.body) == (server.url("/new%20page"), b"here")


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "big5"])
async def test_old_servers_speak_their_own_charset_in_reason_and_location(charset: str) -> None:
    where = "月見".encode(charset)
    moved = b"HTTP/1.1 302 " + where + b"\r\nLocation: /" + where + b"\r\nContent-Length: 0\r\n\r\n"
    async with (
        serving({"/": raw(moved, close=False), f"/{quote(where)}": answer(b"here")}) as server,
        client_for(server) as client,
    ):
        assert (await client.fetch(Request(server.url()))).body == b"here"


async def test_secrets_stay_with_the_site_that_they_were_meant_for() -> None:
    secrets = {"Cookie": "SUB=1", "Authorization": "Bearer x", "X-Token": "y", "Accept-Language": "zh-TW"}
    async with serving({"/": answer(b"ok")}) as other:
        behaviours = {
            "/here": redirect("/end"),
            "/end": answer(),
            "/away": redirect(f"http://127.0.0.1:{other.port}/"),
            "/name": redirect("http://site.example:{port}/end"),
        }
        async with (
            serving(behaviours) as server,
            client_for(server, other, hosts=("127.0.0.1", "site.example")) as client,
        ):
            for path in ("/here", "/away", "/name"):
                await client.fetch(Request(server.url(path), headers=secrets))
    by_path = {(seen.path, seen.headers["host"]): set(seen.headers) for seen in [*server.seen, *other.seen]}
    assert {"cookie", "authorization", "x-token"} <= by_path["/end", server.place]
    for place in (("/", other.place), ("/end", f"site.example:{server.port}")):
        assert not {"cookie", "authorization", "x-token"} & by_path[place]
        assert "accept-language" in by_path[place]


async def test_cookies_that_a_site_sets_are_never_sent_back() -> None:
    async with serving({"/": answer(b"ok", "Set-Cookie: who=me; Path=/")}) as server, client_for(server) as client:
        for _ in range(3):
            await client.fetch(Request(server.url()))
    assert all("cookie" not in seen.headers for seen in server.seen)
    assert server.connections == 1


# --- the guard at work


async def test_a_private_address_is_not_even_connected_to() -> None:
    async with serving({"/": answer(b"secret")}) as server, GuardedClient(resolver=to_loopback) as client:
        for host in ("127.0.0.1", "2130706433", "site.example", "[::ffff:127.0.0.1]"):
            error = await failure(client, Request(server.url(host=host)))
            assert error.code == "refused-address"
    assert server.connections == 0


async def test_a_redirect_to_a_private_address_is_refused() -> None:
    async with serving({"/": answer(b"secret")}) as inside:
        for location in (f"http://127.0.0.1:{inside.port}/", f"//localhost:{inside.port}/", "http://[::1]/"):
            async with serving({"/": redirect(location)}) as server, client_for(server) as client:
                assert (await failure(client, Request(server.url()))).code == "refused-address"
    assert inside.connections == 0


async def test_a_name_that_turns_private_between_two_looks_is_connected_where_it_was_checked() -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    async def rebind(host: str, port: int) -> list[str]:
        return next(answers)

    async with serving({"/": answer(b"ok")}) as server:
        allowed = frozenset({f"site.example:{server.port}"})
        async with GuardedClient(allowed_private=allowed, resolver=rebind) as client:
            assert (await client.fetch(Request(server.url(host="site.example")))).body == b"ok"
    assert server.seen[0].headers["host"] == f"site.example:{server.port}"


async def test_the_next_address_is_tried_where_the_first_takes_no_connection() -> None:
    async def two(host: str, port: int) -> list[str]:
        return ["127.0.0.3", "127.0.0.1"]

    async with serving({"/": answer(b"ok")}) as server:
        allowed = frozenset({f"site.example:{server.port}"})
        async with GuardedClient(allowed_private=allowed, resolver=two) as client:
            assert (await client.fetch(Request(server.url(host="site.example")))).body == b"ok"


# --- TLS


async def test_tls_is_verified_against_the_name_though_the_address_is_connected_to(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = authority.server_context("site.example")
    names: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: names.append(name)
    hosts = ("site.example", "other.example", "127.0.0.1")
    async with (
        serving({"/": answer(b"ok")}, tls) as server,
        client_for(server, hosts=hosts, tls=authority.client_context()) as client,
    ):
        assert (await client.fetch(Request(server.url(host="site.example")))).body == b"ok"
        assert names == ["site.example"]
        # The open connection was proved for another name: it must not be used for this one.
        for host in ("other.example", "127.0.0.1"):
            assert (await failure(client, Request(server.url(host=host)))).code == "tls"
    assert [seen.headers["host"] for seen in server.seen] == [f"site.example:{server.port}"]


async def test_an_expired_and_an_unknown_certificate_are_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    for tls, trusted in (
        (authority.server_context("site.example", expired=True), authority.client_context()),
        (authority.server_context("site.example"), None),
    ):
        async with (
            serving({"/": answer(b"ok")}, tls) as server,
            client_for(server, hosts=("site.example",), tls=trusted) as client,
        ):
            assert (await failure(client, Request(server.url(host="site.example")))).code == "tls"
            assert not server.seen


async def test_plain_speech_on_a_tls_port_and_the_reverse_are_told_apart(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with serving({"/": answer(b"ok")}) as plain, client_for(plain, limits=Limits(connect=0.2)) as client:
        error = await failure(client, Request(plain.url().replace("http:", "https:")))
        assert error.code in ("connect", "tls", "reset")
    async with serving({}, authority.server_context("site.example")) as secret, client_for(secret) as client:
        error = await failure(client, Request(secret.url().replace("https:", "http:")))
        assert error.code in ("reset", "protocol")


# --- many at once


async def test_no_more_sockets_are_open_than_allowed_and_waiting_is_not_counted_as_time() -> None:
    slow = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"ok", pause=0.05, close=False)
    async with serving({"/": slow}) as server, client_for(server, limits=Limits(sockets=4, total=0.5)) as client:
        requests = [client.fetch(Request(server.url())) for _ in range(40)]
        assert {response.body for response in await asyncio.gather(*requests)} == {b"ok"}
    assert server.connections <= 4


@pytest.mark.parametrize(
    ("headers", "method"),
    [({"X": "a\r\nEvil: b"}, "GET"), ({"A b": "c"}, "GET"), ({"X": "月"}, "GET"), ({"": "x"}, "GET"), ({}, "GET / X")],
)
async def test_a_request_cannot_be_smuggled_through_a_header_or_method(headers: dict[str, str], method: str) -> None:
    async with serving({"/": answer()}) as server, client_for(server) as client:
        assert (await failure(client, Request(server.url(), method, headers))).code == "protocol"
    assert server.connections == 0
