"""A web server on the loopback that behaves badly: each path has its own bad manners.

It writes raw bytes, so that it can say what no well-behaved server library would. It notes every request it reads.
"""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import brotli

MEGABYTE = 1024 * 1024


@dataclass
class Seen:
    """A request as the server read it; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


Behaviour = Callable[["HostileServer", Seen, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class HostileServer:
    """`behaviours` maps a path (without query) to what happens there; other paths answer 404."""

    behaviours: dict[str, Behaviour]
    port: int = 0
    scheme: str = "http"
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    sent: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side is tired of it."""
        self.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError):
            while True:
                seen = await read_request(reader)
                self.seen.append(seen)
                await self.behaviours.get(seen.path.partition("?")[0], not_found)(self, seen, writer)
                await writer.drain()
        writer.transport.abort()


async def read_request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = dict(_named(line) for line in head[1:] if line)
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Seen(method, path, headers, body)


def _named(line: str) -> tuple[str, str]:
    name, value = line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
    return name.lower(), value


@asynccontextmanager
async def serving(behaviours: dict[str, Behaviour], tls: ssl.SSLContext | None = None) -> AsyncIterator[HostileServer]:
    """Run a server on a free port of 127.0.0.1; every open conversation is cut at the end."""
    server = HostileServer(behaviours, scheme="https" if tls else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await server.converse(reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            tasks.discard(task)

    listener = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=tls, limit=MEGABYTE)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def head(status: str, *fields: str) -> bytes:
    """A response head: status line and header fields."""
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode("latin-1")


def answer(body: bytes = b"", *fields: str, status: str = "200 OK") -> Behaviour:
    """A well-formed answer."""

    async def behave(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(head(status, f"Content-Length: {len(body)}", *fields) + (b"" if seen.method == "HEAD" else body))

    return behave


not_found = answer(b"not here", status="404 Not Found")


def redirect(location: str, status: str = "302 Found") -> Behaviour:
    """A redirect, to a place that may be filled in from the server: `{port}`."""

    async def behave(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        where = location.replace("{port}", str(server.port))
        writer.write(head(status, f"Location: {where}", "Content-Length: 5") + b"moved")

    return behave


def raw(*pieces: bytes, pause: float = 0, close: bool = True) -> Behaviour:
    """Exactly these bytes, with a pause between them, and then the end of the connection."""

    async def behave(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        await write_all(server, writer, pieces, pause)
        if close:
            raise ConnectionAbortedError

    return behave


def endless(start: bytes, piece: bytes, pause: float = 0) -> Behaviour:
    """`start`, then `piece` again and again for as long as anyone listens."""

    async def behave(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            await write_all(server, writer, [piece], pause)

    return behave


async def write_all(
    server: HostileServer, writer: asyncio.StreamWriter, pieces: Iterable[bytes], pause: float = 0
) -> None:
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        server.sent += len(piece)
        await asyncio.sleep(pause)


async def silence(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Take the request and never say a word."""
    await asyncio.sleep(3600)


async def deeper(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Every page leads to the next one, for ever."""
    number = int(seen.path.partition("n=")[2] or 0)
    await redirect(f"{seen.path.partition('?')[0]}?n={number + 1}")(server, seen, writer)


async def growing_cookies(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Each answer sets ten more cookies of half a kilobyte."""
    fields = [f"Set-Cookie: c{len(server.seen)}-{n}={'x' * 500}; Path=/" for n in range(10)]
    writer.write(head("200 OK", "Content-Length: 2", *fields) + b"ok")


def gzip_bomb(megabytes: int) -> bytes:
    """A gzip body that grows a thousandfold."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()


def deflate_bomb(megabytes: int) -> bytes:
    """The same without a frame."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()


def brotli_bomb(megabytes: int) -> bytes:
    """A Brotli body that grows a hundred-thousandfold."""
    packer = brotli.Compressor(quality=5)
    return b"".join(packer.process(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.finish()


def many_gzip_members(count: int) -> bytes:
    """A gzip body of empty members, each of which costs a decoder."""
    return gzip.compress(b"") * count
