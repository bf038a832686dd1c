"""What is sent to us is cut before anybody keeps it, and whoever sent too much learns so."""

import asyncio
from collections.abc import Iterator
from typing import Any

from sentinel.core.bodies import IS_CUT, BoundedBodies

SCOPE: dict[str, Any] = {"type": "http", "path": "/form/", "headers": []}
END = {"type": "http.disconnect"}


class Web:
    """An application that keeps every body whole, the sender of one body, and what that sender is answered."""

    def __init__(self, pieces: Iterator[bytes] | list[bytes], *, hangs_up: bool = False) -> None:
        self.pieces, self.hangs_up = iter(pieces), hangs_up
        self.taken = 0  # bytes that the server took from the sender
        self.kept = b""
        self.was_cut = False
        self.sent: list[dict[str, Any]] = []

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive()).get("more_body"):
            self.kept += message["body"]
        self.kept += message.get("body", b"")
        self.was_cut = scope[IS_CUT]
        await send({"type": "http.response.start", "status": 413 if self.was_cut else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"said", "more_body": False})

    async def receive(self) -> dict[str, Any]:
        piece = next(self.pieces, None)
        if piece is None:
            if self.hangs_up:
                return END
            await asyncio.sleep(3600)
        assert piece is not None
        self.taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    async def serve(self, *, most: int = 10, linger: float = 1.0, **scope: Any) -> "Web":
        bounded = BoundedBodies(self.application, most=most, most_under={"/api/": 4, "/api/big/": 6}, linger=linger)
        await bounded({**SCOPE, **scope}, self.receive, self.send)
        return self


def headers_of(web: Web) -> dict[bytes, bytes]:
    return dict(web.sent[0]["headers"])


async def test_a_body_that_fits_comes_through_as_it_is() -> None:
    web = await Web([b"12345", b"67890", b""]).serve()
    assert (web.kept, web.was_cut, web.sent[-1]["more_body"]) == (b"1234567890", False, False)
    assert b"connection" not in headers_of(web)


async def test_a_body_in_chunks_is_cut_where_it_is_too_long_and_the_rest_is_thrown_away() -> None:
    web = await Web([b"1234567"] * 1000 + [b""]).serve()
    assert (web.kept, web.was_cut, web.taken) == (b"12345671234", True, 7000)
    assert [message.get("body") for message in web.sent] == [None, b"said", b""]
    assert [message.get("more_body") for message in web.sent] == [None, True, False]
    assert headers_of(web)[b"connection"] == b"close"


async def test_a_length_that_is_too_much_is_believed_at_once() -> None:
    web = Web([b"x" * 11, b""])
    await web.serve(headers=[(b"content-length", b"11")])
    assert (web.kept, web.was_cut) == (b"", True)


async def test_an_address_of_its_own_takes_less() -> None:
    assert (await Web([b"12345", b""]).serve(path="/api/v1/posts")).kept == b"12345"
    assert (await Web([b"12345", b""]).serve(path="/api/v1/posts")).was_cut
    assert not (await Web([b"12345", b""]).serve(path="/api/big/x")).was_cut


async def test_a_sender_that_never_ends_is_left_after_a_while() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 100

    web = await Web(endless()).serve(linger=0.05)
    assert (web.was_cut, len(web.kept), web.sent[-1]["more_body"]) == (True, 11, False)


async def test_a_sender_that_falls_silent_is_left_after_a_while() -> None:
    web = await Web([b"x" * 100]).serve(linger=0.05)
    assert (web.was_cut, web.sent[-1]["more_body"]) == (True, False)


async def test_a_sender_that_hangs_up_is_not_waited_for() -> None:
    web = Web([b"x" * 100, b"x"], hangs_up=True)
    async with asyncio.timeout(0.5):
        await web.serve(linger=30)
    assert web.was_cut


async def test_a_socket_is_none_of_its_business() -> None:
    seen = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    await BoundedBodies(application, most=1, most_under={})({"type": "websocket"}, None, None)  # type: ignore[arg-type]
    assert seen == [{"type": "websocket"}]
