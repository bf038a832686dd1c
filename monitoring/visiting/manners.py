"""Ask a site politely: as its robots.txt allows, at its pace, and with a line in the log for every step."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitoring.crawling.robots import LARGEST, RobotsFile, Rules, read_robots
from monitoring.sources.items import Item, SourceError
from monitoring.visiting.answers import retry_after
from monitoring.visiting.pacing import TOO_MANY
from monitoring.visiting.storable import storable
from sentinel.core.net.guard import Target, parse_target
from sentinel.core.net.types import PRODUCT, FetchError, Request, Response

Failure = SourceError | FetchError

_NO_ROBOTS = frozenset({"too-many-redirects", "bad-redirect"})  # RFC 9309, 2.3.1.2: as if there were no file


class Client(Protocol):
    """What sends requests: `sentinel.core.net.client.GuardedClient`."""

    async def fetch(self, request: Request) -> Response:
        """The answer, or FetchError."""


async def _held_by_nobody(place: str, delay: float, took: float) -> None:
    """For visits that share their domains with nobody."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What a visit asks of the installation.

    - `reserve(place, delay)` takes the one connection to the domain of `host:port`, once nobody else has it, and
      returns the seconds to wait until it may be used: at least `delay` (the Crawl-delay, or 0) after the last request;
    - `unknown(items)` returns those of `items` whose detail page is still to be read, the most urgent first;
    - `recall_robots(place)` and `keep_robots(place, file)` hold the robots.txt of `host:port`: a day, and as `is_stale`
      for another while it cannot be had;
    - `clock()` is a monotonic time in seconds;
    - `release(place, delay, took)` gives the connection back after a request that took so long; the domain is left
      alone for `delay` seconds at least.
    """

    reserve: Callable[[str, float], Awaitable[float]]
    unknown: Callable[[Sequence[Item]], Awaitable[Sequence[Item]]]
    recall_robots: Callable[[str], Awaitable[RobotsFile | None]]
    keep_robots: Callable[[str, RobotsFile], Awaitable[None]]
    clock: Callable[[], float]
    release: Callable[[str, float, float], Awaitable[None]] = _held_by_nobody


@dataclass(frozen=True, slots=True)
class LogLine:
    """`ms` after the visit began `what` happened; `said` are its particulars.

    wait(host, seconds), address(host, address), redirect(url, status, to), answer(url, status, bytes, took_ms),
    no-answer(url, code, detail), robots(host, status, age: seconds that it was kept), unchanged(url),
    items(url, count), details(wanted, unread), detail-failed(url, code, detail), failed(code, detail),
    out-of-time(host).
    """

    ms: int
    what: str
    said: dict[str, str | int | float]


@dataclass(slots=True)
class Manners:
    """Asks on behalf of one visit that has `seconds` and `most_requests` in all, and counts and notes what that took.

    `wait_asked` is the longest wait that a server asked for, in seconds.
    """

    client: Client
    ports: Ports
    now: datetime
    seconds: float
    most_requests: int = 100
    lines: list[LogLine] = field(default_factory=list)
    requests: int = 0
    bytes_received: int = 0
    wait_asked: float | None = None
    _began: float = 0.0
    _rules: dict[str, Rules | Failure] = field(default_factory=dict)  # by host:port
    _addresses: set[str] = field(default_factory=set)  # that are noted already

    def __post_init__(self) -> None:
        self._began = self.ports.clock()

    async def ask(self, request: Request) -> Response:
        """The answer, of any status, to a request that robots.txt allows.

        Raises FetchError, or SourceError: `robots` (closed to us), `robots-unreachable`, `out-of-time` (the host is
        not free before this visit ends, or it has asked for as much as one visit may).
        """
        target = parse_target(request.url)
        rules = await self._rules_for(target)
        if not rules.allows(target.resource):
            raise SourceError("robots", request.url[:200])
        return await self._fetch(target, request, rules.delay)

    def note(self, what: str, **said: str | int | float) -> None:
        """Add a line to the log; see `LogLine`."""
        short = {name: storable(value, 300) if isinstance(value, str) else value for name, value in said.items()}
        self.lines.append(LogLine(round(self.elapsed() * 1000), what, short))

    def _note_way(self, request: Request, response: Response, asked_at: float) -> None:
        """Which machine was let through, and what sent us on."""
        host = parse_target(response.url).host
        if response.address and response.address not in self._addresses:
            self._addresses.add(response.address)
            self.note("address", host=host, address=response.address)
        onward = [*(one.url for one in response.redirects[1:]), response.url]
        for hop, to in zip(response.redirects, onward, strict=False):
            said: dict[str, str | int | float] = {"url": storable(hop.url, 300), "status": hop.status}
            said["to"] = storable(to, 300)
            self.lines.append(LogLine(round(asked_at * 1000) + hop.took_ms, "redirect", said))

    def elapsed(self) -> float:
        """Seconds since the visit began."""
        return self.ports.clock() - self._began

    async def _rules_for(self, target: Target) -> Rules:
        if target.place not in self._rules:
            try:
                self._rules[target.place] = await self._find_rules(target)
            except (SourceError, FetchError) as failure:
                self._rules[target.place] = failure
        known = self._rules[target.place]
        if isinstance(known, Rules):
            return known
        raise known

    async def _find_rules(self, target: Target) -> Rules:
        known = await self.ports.recall_robots(target.place)
        file = known if known and not known.is_stale else await self._renewed_robots(target, known)
        kept = {} if file.age is None else {"age": round(file.age)}
        self.note("robots", host=target.place, status=file.status, **kept)
        return read_robots(file, PRODUCT)

    async def _renewed_robots(self, target: Target, old: RobotsFile | None) -> RobotsFile:
        """The site's file as it is now; while it cannot be had, the one that we know (RFC 9309, 2.4)."""
        try:
            file = await self._fetch_robots(target)
        except (SourceError, FetchError) as failure:
            if old is None or failure.code == "out-of-time":
                raise
            return old
        await self.ports.keep_robots(target.place, file)
        return file

    async def _fetch_robots(self, target: Target) -> RobotsFile:
        try:
            response = await self._fetch(target, Request(f"{target.scheme}://{target.authority}/robots.txt"), 0.0)
        except FetchError as failure:
            if failure.code in _NO_ROBOTS:
                return RobotsFile(404, "")
            raise
        if response.status == 429 or not 200 <= response.status < 500:
            raise SourceError("robots-unreachable", str(response.status))
        text = response.body[:LARGEST].decode("utf-8", "replace") if response.status < 300 else ""
        return RobotsFile(response.status, storable(text, LARGEST))

    async def _wait_for(self, target: Target, delay: float) -> None:
        if self.requests >= self.most_requests:
            raise SourceError("out-of-time", target.host)
        seconds = await self.ports.reserve(target.place, delay)
        if seconds > self.seconds - self.elapsed():
            self.wait_asked = max(self.wait_asked or 0.0, seconds)
            await self.ports.release(target.place, 0.0, 0.0)
            raise SourceError("out-of-time", target.host)
        if seconds > 0:
            self.note("wait", host=target.host, seconds=round(seconds, 3))
            await asyncio.sleep(seconds)

    async def _fetch(self, target: Target, request: Request, delay: float) -> Response:
        """One request in its turn; whatever comes of it, the domain is given back."""
        rest, began = delay, None
        try:
            await self._wait_for(target, delay)
            began = self.elapsed()
            response = await self._exchange(request)
            if response.status == 429:  # the whole domain has had enough of us, not this address alone
                rest = max(rest, retry_after(response.headers, self.now) or TOO_MANY)
            return response
        finally:
            if began is not None:
                await self.ports.release(target.place, rest, self.elapsed() - began)

    async def _exchange(self, request: Request) -> Response:
        self.requests += 1
        asked_at = self.elapsed()
        try:
            response = await self.client.fetch(request)
        except FetchError as failure:
            self.note("no-answer", url=request.url, code=failure.code, detail=failure.detail)
            raise
        took = round((self.elapsed() - asked_at) * 1000)
        self.bytes_received += len(response.body)
        self._note_way(request, response, asked_at)
        self.note("answer", url=response.url, status=response.status, bytes=len(response.body), took_ms=took)
        asked_to_wait = retry_after(response.headers, self.now) if response.status >= 400 else None
        if asked_to_wait is not None:
            self.wait_asked = max(self.wait_asked or 0.0, asked_to_wait)
        return response
