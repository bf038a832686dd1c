"""What goes to a server and what comes back (pure)."""

from dataclasses import dataclass, field

PRODUCT = "Sentinel"  # who we say we are, and the name that a robots.txt may address


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `headers` are the caller's own, the client adds its honest User-Agent.

    Where it does not `follow` redirects, the answer says what to ask `onward`.
    """

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: `url` is the address that gave it, after redirects; `body` is decompressed.

    Header names are lower case; values are as on the wire, read as Latin-1, those of repeated names joined by commas.
    `address` is the checked IP address that was asked; `onward` is what a redirect that was not followed asks for.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    address: str = ""
    onward: Request | None = None


class FetchError(Exception):
    """A request that got no usable answer.

    `code` is one of: refused-address, unresolvable, connect, tls, timeout, too-large, too-many-redirects,
    bad-redirect, bad-encoding, reset, protocol. `detail` names the host, address or figure; the edge words it.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
