"""The one HTTP client: guarded, bounded, without memory.

Each request, and each redirect of it, is read strictly, resolved once, checked, and sent to the checked address with
the site's own name in the Host header and in TLS. No cookies are kept, no proxy is taken from the environment.
"""

import asyncio
import functools
import re
import ssl
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, NoReturn, Self
from urllib.parse import quote, urljoin

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import set_exception
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from sentinel.core.net.decoding import ACCEPT_ENCODING, decoder_for
from sentinel.core.net.guard import Resolver, SystemResolver, Target, parse_target, resolve_checked
from sentinel.core.net.types import PRODUCT, FetchError, Request, Response

VERSION = "0.1"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REPEATABLE = frozenset({"GET", "HEAD"})
_ADDRESSES_TRIED = 3
_PACKING = 1_000_000  # bytes that an answer may take beside its body: headers, the frames of its chunks
# What goes along to another site: the rest may hold secrets.
_CARRIED_ACROSS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})
_OURS = frozenset(
    {"host", "user-agent", "accept-encoding", "connection", "content-length", "transfer-encoding", "te", "upgrade"}
    | {"keep-alive", "expect", "trailer", "proxy-authorization", "proxy-connection"}
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: seconds to connect and in all, bytes of body (both as sent and decompressed),
    redirects; and how many sockets a client holds at once."""

    connect: float = 5.0
    total: float = 20.0
    body: int = 5_000_000
    redirects: int = 5
    sockets: int = 50


DEFAULT_LIMITS = Limits()


def user_agent(contact: str = "") -> str:
    """Who we say we are; `contact` is an address where a site's owner reaches the people who run this installation."""
    return f"{PRODUCT}/{VERSION} (+{contact})" if contact else f"{PRODUCT}/{VERSION}"


AiohttpResponseStream.CHUNK_SIZE = 256 * 1024  # a page comes in one piece or two, not in fifteen


class GuardedClient:
    """Fetches over HTTP within limits; use as an async context manager, for any number of concurrent requests.

    `allowed_private` holds the private places that may be asked (see `guard.allow_list`); `contact` goes into the
    User-Agent; `tls` replaces the public certificate authorities.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allowed_private: frozenset[str] = frozenset(),
        limits: Limits = DEFAULT_LIMITS,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent(contact)
        self._allowed_private = allowed_private
        self._limits = limits
        self._system_resolver = SystemResolver(limits.sockets) if resolver is None else None
        self._resolver = resolver or self._system_resolver
        self._tls = tls or _public_authorities()
        self._transport = AiohttpTransport(verify=self._tls, trust_env=False, client=self._open_session)
        self._slots = asyncio.Semaphore(limits.sockets)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()
        if self._system_resolver is not None:
            self._system_resolver.close()

    async def fetch(self, request: Request) -> Response:
        """The answer to `request`, whatever its status; raises FetchError where there is none within the limits.

        Redirects are followed for GET and HEAD alone: a message with a body is for the place that was named.
        """
        async with self._slots:
            try:
                async with asyncio.timeout(self._limits.total):
                    return await self._follow(request)
            except TimeoutError as error:
                raise FetchError("timeout", f"{self._limits.total:g} s") from error

    async def _follow(self, request: Request) -> Response:
        asked = replace(request, method=request.method.upper())
        asked = replace(asked, headers=_checked_headers(asked.method, asked.headers))
        for _ in range(self._limits.redirects + 1):
            target = parse_target(asked.url)
            response = await self._ask(target, asked.method, asked.headers, asked.body)
            if response.status not in _REDIRECTS or asked.method not in _REPEATABLE:
                return response
            asked = _onward(asked, target, response)
            if not request.follow:
                return replace(response, onward=asked)
        raise FetchError("too-many-redirects", str(self._limits.redirects))

    async def _ask(self, target: Target, method: str, headers: dict[str, str], body: bytes) -> Response:
        """One request without redirects, at the first of the checked addresses that takes the connection."""
        assert self._resolver is not None
        addresses = await resolve_checked(target, self._allowed_private, self._resolver)
        *others, last = addresses[:_ADDRESSES_TRIED]
        for address in others:
            try:
                return await self._exchange(target, address, method, headers, body)
            except FetchError as error:
                if error.code != "connect":
                    raise
        return await self._exchange(target, last, method, headers, body)

    async def _exchange(
        self, target: Target, address: str, method: str, headers: dict[str, str], body: bytes
    ) -> Response:
        try:
            answer = await self._transport.handle_async_request(
                httpx.Request(
                    method,
                    target.at(address),
                    headers={
                        **headers,
                        "host": target.authority,
                        "user-agent": self._user_agent,
                        "accept-encoding": ACCEPT_ENCODING,
                    },
                    content=body,
                    extensions={
                        "timeout": {"connect": self._limits.connect, "read": self._limits.total, "pool": None},
                        "sni_hostname": target.host if target.scheme == "https" else None,
                    },
                )
            )
            try:
                return replace(await self._read(target, method, answer), address=address)
            finally:
                await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError, ValueError) as error:
            _raise_as_fetch_error(error, target)

    async def _read(self, target: Target, method: str, answer: httpx.Response) -> Response:
        headers = _joined_headers(answer.headers.raw)
        if answer.status_code < 200:
            raise FetchError("protocol", f"status {answer.status_code}")
        body = b"" if method == "HEAD" or answer.status_code in _REDIRECTS else await self._read_body(answer, headers)
        return Response(url=target.url, status=answer.status_code, headers=headers, body=body)

    async def _read_body(self, answer: httpx.Response, headers: dict[str, str]) -> bytes:
        limit = self._limits.body
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > limit:
            raise FetchError("too-large", f"{announced[:20]} B")
        decoder = decoder_for(headers.get("content-encoding", ""))
        body, on_the_wire = bytearray(), 0
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        async for piece in answer.stream:
            on_the_wire += len(piece)
            body += decoder.feed(piece, limit - len(body))
            if max(on_the_wire, len(body)) > limit:
                raise FetchError("too-large", f"{limit} B")
        decoder.finish()
        return bytes(body)

    def _open_session(self) -> aiohttp.ClientSession:
        connector = _Connector(ssl=self._tls, limit=self._limits.sockets, resolver=_NoResolver())
        connector.bound(self._limits.body + _PACKING)
        return aiohttp.ClientSession(
            connector=connector, response_class=_Answer, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )


def send(
    request: Request,
    *,
    contact: str = "",
    allowed_private: frozenset[str] = frozenset(),
    limits: Limits = DEFAULT_LIMITS,
    tls: ssl.SSLContext | None = None,
) -> Response:
    """`GuardedClient.fetch` for code that runs outside an event loop, such as a task that delivers a webhook."""

    async def send_once() -> Response:
        async with GuardedClient(contact=contact, allowed_private=allowed_private, limits=limits, tls=tls) as client:
            return await client.fetch(request)

    return asyncio.run(send_once())


class _Answer(aiohttp.ClientResponse):
    """Forgets the reason phrase: servers write it in any charset, and the transport takes UTF-8 alone."""

    async def start(self, connection: aiohttp.connector.Connection) -> Self:
        await super().start(connection)
        self.reason = ""
        return self


class _FloodError(aiohttp.ClientPayloadError):
    """An answer that goes on beyond any that would be read."""


class _Conversation(ResponseHandler):
    """Hangs up on a server that sends more than `most` bytes to one request, of whatever kind.

    Bodies are bounded where they are read; this is for the endless interim answers, trailers and chunk frames.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        super().__init__(loop)
        self._most = self._left = most

    def set_response_params(self, **params: Any) -> None:
        self._left = self._most
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left >= 0 or self.transport is None:
            super().data_received(data)
            return
        error = _FloodError()
        if self._payload is not None:
            set_exception(self._payload, error)
        self.set_exception(error)
        self.abort()


class _Connector(aiohttp.TCPConnector):
    def bound(self, most: int) -> None:
        """Let every connection be a `_Conversation`."""
        factory: Any = functools.partial(_Conversation, self._loop, most)
        self._factory = factory


class _NoResolver(AbstractResolver):
    """Below the guard only addresses are left: a name that comes this far is a mistake."""

    async def resolve(self, host: str, *_: Any, **__: Any) -> list[ResolveResult]:
        raise OSError(f"{host} was not resolved by the guard")

    async def close(self) -> None:
        """Nothing is held."""


@functools.cache
def _public_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _checked_headers(method: str, headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's headers under lower-case names, without those that are the client's own."""
    if not _TOKEN.fullmatch(method):
        raise FetchError("protocol", "method")
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or not _FIELD_VALUE.fullmatch(value):
            raise FetchError("protocol", f"header {name[:40]!r}")
    return {name.lower(): value for name, value in headers.items() if name.lower() not in _OURS}


def _joined_headers(fields: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for raw_name, raw_value in fields:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _onward(request: Request, target: Target, response: Response) -> Request:
    """What a redirect asks for, with the headers that may go there."""
    onward = _redirect_target(target, response)
    headers = request.headers
    if not _same_site(target, onward):
        headers = {name: value for name, value in headers.items() if name in _CARRIED_ACROSS}
    return replace(request, url=onward.url, headers=headers)


def _redirect_target(target: Target, response: Response) -> Target:
    location = quote(response.headers.get("location", "").strip().encode("latin-1"), safe=string.punctuation)
    try:
        onward = urljoin(target.url, location)
    except ValueError as error:
        raise FetchError("bad-redirect", location[:200]) from error
    if not location:
        raise FetchError("bad-redirect", str(response.status))
    return parse_target(onward)


def _same_site(one: Target, other: Target) -> bool:
    """Same machine and port over a channel that is no worse: what one may read the other may."""
    upgraded = (one.scheme, one.port, other.scheme, other.port) == ("http", 80, "https", 443)
    return one.host == other.host and ((one.scheme, one.port) == (other.scheme, other.port) or upgraded)


# The first row that fits names the code; the transport hides aiohttp's errors behind its own.
_CODES: tuple[tuple[type[BaseException], str], ...] = (
    (_FloodError, "too-large"),
    (aiohttp.ClientSSLError, "tls"),
    (ssl.SSLError, "tls"),
    (aiohttp.ClientConnectorError, "connect"),
    (aiohttp.ConnectionTimeoutError, "connect"),
    (aiohttp.ServerTimeoutError, "timeout"),
    (aiohttp.ClientPayloadError, "reset"),
    (aiohttp.ClientConnectionError, "reset"),
    (OSError, "reset"),
)


def _raise_as_fetch_error(error: Exception, target: Target) -> NoReturn:
    origin = error.__cause__ if isinstance(error, httpx.HTTPError) and error.__cause__ else error
    if isinstance(origin, aiohttp.ClientConnectorError) and isinstance(origin.os_error, ConnectionResetError):
        origin = origin.os_error  # somebody answered, and hung up in the handshake
    code = next((code for kind, code in _CODES if isinstance(origin, kind)), "protocol")
    raise FetchError(code, target.place) from error
