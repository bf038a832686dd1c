"""No request body is kept beyond what its address takes, whether its length is announced or not.

Django writes a whole body down before it looks at the address, and a body in chunks (RFC 9112, 7.1) announces no
length. So it is cut before Django reads it; `scope[IS_CUT]` says so, and whoever answers refuses it with 413. What is
still on its way is thrown away for a while after the answer: a sender whose connection is cut at once sees no answer.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

IS_CUT = "sentinel.body-is-cut"
LINGER = 20.0  # seconds in which the rest of a refused body is thrown away


class BoundedBodies:
    """An ASGI application before another: no body has more than `most` bytes, or those of the longest prefix of the
    path in `most_under`, and one more where it was cut."""

    def __init__(self, app: App, *, most: int, most_under: Mapping[str, int], linger: float = LINGER) -> None:
        self._app, self._most, self._linger = app, most, linger
        self._most_under = sorted(most_under.items(), key=lambda entry: -len(entry[0]))

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = {**scope, IS_CUT: False}
        most = next((most for prefix, most in self._most_under if scope["path"].startswith(prefix)), self._most)
        body = _Body(scope, most, receive, send)
        await self._app(scope, body.receive, body.send)
        await body.close(self._linger)


class _Body:
    """One request's body on its way in, and the answer on its way out."""

    def __init__(self, scope: dict[str, Any], most: int, receive: Receive, send: Send) -> None:
        self._scope, self._left = scope, most
        self._receive, self._send = receive, send
        self._is_whole = False  # or the sender is gone
        self._last: Message | None = None  # the end of the answer, while the rest of the body is thrown away
        announced = dict(scope["headers"]).get(b"content-length", b"")
        self._is_too_long = announced.isdigit() and int(announced[:20]) > most

    async def receive(self) -> Message:
        if self._scope[IS_CUT]:
            return await self._throw_away()
        if self._is_too_long:
            self._scope[IS_CUT] = True
            return {"type": "http.request", "body": b"", "more_body": False}
        message = await self._noted()
        piece = message.get("body", b"")
        if len(piece) > self._left:
            self._scope[IS_CUT] = True
            message = {"type": "http.request", "body": piece[: self._left + 1], "more_body": False}
        self._left -= len(piece)
        return message

    async def _noted(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._is_whole = True
        return message

    async def _throw_away(self) -> Message:
        """The end of the connection, after whatever comes before it."""
        while (message := await self._noted())["type"] != "http.disconnect":
            pass
        return message

    async def send(self, message: Message) -> None:
        if self._scope[IS_CUT] and message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        elif self._scope[IS_CUT] and not message.get("more_body", False):
            self._last = {"type": "http.response.body", "body": b"", "more_body": False}
            message = {**message, "more_body": True}
        await self._send(message)

    async def close(self, linger: float) -> None:
        """End the answer, once the rest of the body has come or nobody waits for it any longer."""
        if self._last is None:
            return
        ends = time.monotonic() + linger
        while not self._is_whole and time.monotonic() < ends:
            try:
                async with asyncio.timeout(max(ends - time.monotonic(), 0.0)):
                    await self._noted()
            except TimeoutError:
                break
        await self._send(self._last)
