"""The address guard: what an address asks for, and which machine may be asked.

Admins and pages give the crawler its addresses. Each is read once, strictly; its name is resolved once; every address
that the name has is checked; and the connection goes to one that was checked.
"""

import asyncio
import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from types import TracebackType
from urllib.parse import quote

import idna

from sentinel.core.net.addresses import check_address, read_ipv4
from sentinel.core.net.names import CLOSED_PORTS, check_name, is_lookalike
from sentinel.core.net.types import FetchError

Resolver = Callable[[str, int], Awaitable[list[str]]]

MAX_URL = 4096
RESOLVE_SECONDS = 5.0
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_PLAIN = re.compile("[!-~]*")  # nothing to refuse but a backslash
_DOTS = "\u3002\uff0e\uff61"  # what IDNA reads as a dot and people read as punctuation
_SAFE_IN_RESOURCE = "/?:@!$&'()*+,;=-._~%[]|{}^`\""


class RefusedAddressError(FetchError):
    """An address that the guard does not let through: FetchError with the code `refused-address`.

    `reason` is a code of `check_address`, or how the text itself is wrong: too-long, control-character, whitespace,
    backslash, scheme, userinfo, empty-host, encoded-host, lookalike-host, zone, bad-host, bad-address, bad-port,
    closed-port (a port of another service than the web).
    `addresses` are those that the name resolved to.
    """

    def __init__(self, reason: str, host: str = "", addresses: tuple[str, ...] = ()) -> None:
        super().__init__("refused-address", f"{host} ({reason})" if host else reason)
        self.reason = reason
        self.host = host
        self.addresses = addresses


@dataclass(frozen=True, slots=True)
class Target:
    """What an address asks for: `host` is a lower-case ASCII name or a canonical address without brackets;
    `resource` is path and query, percent-encoded."""

    scheme: str
    host: str
    port: int
    resource: str = "/"

    @property
    def place(self) -> str:
        """`host:port`, the form of the allow-list."""
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def authority(self) -> str:
        """The value of the Host header: the port only where it is not the scheme's own."""
        return bracketed(self.host) if self.port == _DEFAULT_PORTS[self.scheme] else self.place

    @property
    def url(self) -> str:
        """The address in its one canonical spelling."""
        return f"{self.scheme}://{self.authority}{self.resource}"

    def at(self, address: str) -> str:
        """The same resource with the machine named by its network address."""
        return f"{self.scheme}://{bracketed(address)}:{self.port}{self.resource}"


def bracketed(host: str) -> str:
    """An IPv6 address as it stands in an address line; anything else as it is."""
    return f"[{host}]" if ":" in host else host


@lru_cache(maxsize=1024)
def parse_target(url: str) -> Target:
    """Read an http(s) address strictly; raises RefusedAddressError where two readers could disagree about its host."""
    _refuse_characters(url)
    scheme, colon, rest = url.partition(":")
    scheme = scheme.lower()
    if not colon or scheme not in _DEFAULT_PORTS:
        raise RefusedAddressError("scheme")
    if not rest.startswith("//"):
        raise RefusedAddressError("empty-host")
    # A reader that ends the host at "/" alone would see what stands before an "@" here as a user's name.
    if "@" in rest[2:].split("/", 1)[0]:
        raise RefusedAddressError("userinfo")
    rest = rest[2:].split("#", 1)[0]
    authority = re.split(r"[/?]", rest, maxsplit=1)[0]
    host, port = _split_port(authority)
    resource = quote(rest[len(authority) :], safe=_SAFE_IN_RESOURCE)
    return Target(
        scheme=scheme,
        host=_read_host(host),
        port=_DEFAULT_PORTS[scheme] if port is None else _read_port(port),
        resource=resource if resource.startswith("/") else f"/{resource}",
    )


def _refuse_characters(url: str) -> None:
    if len(url) > MAX_URL:
        raise RefusedAddressError("too-long")
    for character in "" if _PLAIN.fullmatch(url) else url:
        if unicodedata.category(character) in ("Cc", "Cs"):
            raise RefusedAddressError("control-character")
        if character.isspace():
            raise RefusedAddressError("whitespace")
    if "\\" in url:
        raise RefusedAddressError("backslash")


def _split_port(authority: str) -> tuple[str, str | None]:
    if authority.startswith("["):
        host, bracket, rest = authority.partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise RefusedAddressError("bad-host")
        return host + bracket, rest[1:] if rest else None
    host, colon, port = authority.partition(":")
    return host, port if colon else None


def _read_port(text: str) -> int:
    port = int(text) if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) else 0
    if not 0 < port < 65536:
        raise RefusedAddressError("bad-port")
    return port


@lru_cache(maxsize=1024)
def _read_host(text: str) -> str:
    if not text or text == "[]":
        raise RefusedAddressError("empty-host")
    if text.startswith("["):
        return _read_ipv6(text[1:-1])
    if "%" in text:
        raise RefusedAddressError("encoded-host")
    name = _read_name(text)
    try:
        number = read_ipv4(name)
    except ValueError as error:
        raise RefusedAddressError("bad-address", name) from error
    return str(number) if number is not None else name


def _read_ipv6(text: str) -> str:
    if "%" in text:
        raise RefusedAddressError("zone")
    try:
        return str(IPv6Address(text))
    except ValueError as error:
        raise RefusedAddressError("bad-address") from error


def _read_name(text: str) -> str:
    if len(text) > 254:
        raise RefusedAddressError("bad-host")
    if any(dot in text for dot in _DOTS) or is_lookalike(text):
        raise RefusedAddressError("lookalike-host")
    name = text.lower()
    if not name.isascii():
        try:
            name = idna.encode(name).decode("ascii")
        except UnicodeError as error:
            raise RefusedAddressError("bad-host") from error
    name = name.removesuffix(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise RefusedAddressError("bad-host")
    if "_" in name.rpartition(".")[2]:  # no top-level domain has one
        raise RefusedAddressError("bad-host", name)
    if is_lookalike(_in_letters(name)):
        raise RefusedAddressError("lookalike-host", name)
    return name


def _in_letters(name: str) -> str:
    """A name with its punycode labels read."""
    try:
        return ".".join(
            label[4:].encode().decode("punycode") if label.startswith("xn--") else label for label in name.split(".")
        )
    except UnicodeError as error:
        raise RefusedAddressError("bad-host", name) from error


def allow_list(places: Iterable[str]) -> frozenset[str]:
    """Private machines that may be asked, each as `host:port`, in the spelling that `resolve_checked` compares.

    Raises RefusedAddressError where one is no such place.
    """
    return frozenset(parse_target(f"http://{place}").place for place in places)


async def resolve_checked(target: Target, allowed_private: frozenset[str], resolver: Resolver) -> list[str]:
    """The addresses of `target`'s machine, in the system's order, each fit to connect to.

    The name is resolved once, unless it says by itself that it is private. One unfit address refuses the whole name,
    unless `allowed_private` holds exactly its `host:port`. Raises RefusedAddressError, or FetchError `unresolvable`.
    """
    is_open = target.place in allowed_private
    if not is_open:
        _refuse_place(target)
    addresses = [target.host] if _is_address(target.host) else await _resolve(target, resolver)
    if is_open:
        return addresses
    for address in addresses:
        reason = check_address(address)
        if reason:
            raise RefusedAddressError(reason, target.host, tuple(addresses))
    return addresses


def _refuse_place(target: Target) -> None:
    """Refuse what is no public web site by its port or name alone."""
    if target.port in CLOSED_PORTS:
        raise RefusedAddressError("closed-port", str(target.port))
    reason = check_name(target.host)
    if reason:
        raise RefusedAddressError(reason, target.host)


async def _resolve(target: Target, resolver: Resolver) -> list[str]:
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            addresses = await resolver(target.host, target.port)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise FetchError("unresolvable", target.host) from error
    if not addresses:
        raise FetchError("unresolvable", target.host)
    return addresses


def _is_address(host: str) -> bool:
    try:
        IPv6Address(host) if ":" in host else IPv4Address(host)
    except ValueError:
        return False
    return True


class SystemResolver:
    """The operating system's resolver, on threads of its own: a name server that never answers blocks nobody else."""

    def __init__(self, threads: int = 50) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> list[str]:
        """The distinct addresses of `host`, the preferred first; raises OSError where it has none."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    def close(self) -> None:
        """Let the threads end; a look-up that hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> "SystemResolver":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
