"""Serves pages to the benches from a process of its own, so that its time does not count.

Run as a script: reads a JSON line `[[content type, base64 body], …]` from standard input, prints its port, and answers
`/page/N` with the page N modulo their number, anything else (such as robots.txt) with 404.
"""

import asyncio
import base64
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def answer(content_type: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def serve(answers: list[bytes]) -> None:
    class Pages(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport
            self.pending = b""

        def data_received(self, data: bytes) -> None:
            *requests, self.pending = (self.pending + data).split(b"\r\n\r\n")
            for request in requests:
                path = request.split(b" ", 2)[1]
                number = path.removeprefix(b"/page/")
                self.transport.write(answers[int(number) % len(answers)] if number.isdigit() else MISSING)

    server = await asyncio.get_running_loop().create_server(Pages, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def page_server(pages: Sequence[tuple[str, bytes]]) -> Iterator[int]:
    """The port of a server in another process; `pages` are (content type, body)."""
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        line = json.dumps([(kind, base64.b64encode(body).decode()) for kind, body in pages])
        process.stdin.write(line.encode() + b"\n")
        process.stdin.close()
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve([answer(kind, base64.b64decode(body)) for kind, body in json.loads(sys.stdin.readline())]))
