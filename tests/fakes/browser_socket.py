"""A browser's end of a websocket, spoken to the ASGI application directly."""

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator


class BrowserSocket(ApplicationCommunicator):
    """Connects to `path` as a browser does; messages are JSON texts."""

    def __init__(self, application: Any, path: str, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {"type": "websocket", "path": path, "query_string": b"", "headers": headers, "subprotocols": []}
        super().__init__(application, scope)

    async def connect(self) -> bool:
        """Whether the server let us in."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(timeout=30))["type"] == "websocket.accept")

    async def next_json(self) -> dict[str, Any]:
        """The next message; an assertion fails when the server closed instead."""
        message = await self.receive_output(timeout=30)
        assert message["type"] == "websocket.send", message
        answer: dict[str, Any] = json.loads(message["text"])
        return answer

    async def closing_code(self) -> int:
        """The code with which the server closes, whatever it says before."""
        while (message := await self.receive_output(timeout=30))["type"] != "websocket.close":
            pass
        return int(message["code"])

    async def send(self, **message: Any) -> None:
        await self.send_input({"type": "websocket.receive", **message})

    async def leave(self) -> None:
        """Close from the browser's side."""
        await self.send_input({"type": "websocket.disconnect", "code": 1005})
        await self.wait(timeout=30)
