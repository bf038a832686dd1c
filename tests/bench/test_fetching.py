"""How many pages the guarded client fetches per second of its own CPU time.

Run with `pytest tests/bench/test_fetching.py -m bench -s`. The server is another process, so that its time does not
count; pages are 130 KB, plain and compressed.
"""

import asyncio
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sentinel.core.net.client import GuardedClient
from sentinel.core.net.types import Request

PAGES = 1500
CONCURRENT = 20
SERVER = """
import asyncio, sys
body = sys.stdin.buffer.read()
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n%sContent-Length: %d\\r\\n\\r\\n"
encoding = b"Content-Encoding: gzip\\r\\n" if body.startswith(b"\\x1f\\x8b") else b""
answer = head % (encoding, len(body)) + body

class Page(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        for _ in range(data.count(b"\\r\\n\\r\\n")):
            self.transport.write(answer)

async def main():
    server = await asyncio.get_running_loop().create_server(Page, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def page() -> bytes:
    """130 KB of HTML that compresses about as well as a news page."""
    line = "<p class='text'>曜日乳業表示，相關批次已經全面下架，並將於今日說明。{}</p>\n"
    return "".join(line.format(os.urandom(12).hex()) for _ in range(1200)).encode()[:130_000]


@contextmanager
def page_server(body: bytes) -> Iterator[str]:
    """The `host:port` of a server in another process that answers every request with `body`."""
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(body)
        process.stdin.close()
        yield f"127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


async def fetch_all(client: GuardedClient, place: str, host: str) -> None:
    left = iter(range(PAGES))

    async def fetch_some() -> None:
        for number in left:
            response = await client.fetch(Request(f"http://{host}:{place.split(':')[1]}/story/{number}"))
            assert len(response.body) == 130_000

    await asyncio.gather(*(fetch_some() for _ in range(CONCURRENT)))


@pytest.mark.bench
@pytest.mark.parametrize(("name", "host"), [("address", "127.0.0.1"), ("resolved name", "localhost")])
@pytest.mark.parametrize("encoding", ["plain", "gzip"])
def test_pages_per_cpu_second(name: str, host: str, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = page() if encoding == "plain" else gzip.compress(page())

    async def measure(place: str) -> float:
        allowed = frozenset({f"{host}:{place.split(':')[1]}"})
        async with GuardedClient(allowed_private=allowed) as client:
            before = time.process_time()
            await fetch_all(client, place, host)
            return time.process_time() - before

    with page_server(body) as place:
        seconds = asyncio.run(measure(place))
    with capsys.disabled():
        print(
            f"\n{name}, {encoding}: {PAGES / seconds:.0f} pages per CPU-second ({seconds / PAGES * 1000:.2f} ms each)"
        )
