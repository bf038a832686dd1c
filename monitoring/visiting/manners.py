"""Ask a site politely: as its robots.txt allows, at its pace, and with a line in the log for every step."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from monitoring.crawling.robots import LARGEST, RobotsFile, Rules, read_robots, readable
from monitoring.sources.items import Item, SourceError
from monitoring.visiting.answers import retry_after
from monitoring.visiting.pacing import TOO_MANY
from monitoring.visiting.storable import storable
from sentinel.core.net.guard import Target, parse_target
from sentinel.core.net.types import PRODUCT, FetchError, Request, Response

Failure = SourceError | FetchError
Raised = TypeVar("Raised", bound=Exception)

MOST_BYTES = 30_000_000  # three times what thirty articles of a heavy site have together
REDIRECTS = 5  # that are followed (RFC 9309, 2.3.1.2, for a robots.txt)
_NO_ROBOTS = frozenset({"too-many-redirects", "bad-redirect"})  # RFC 9309, 2.3.1.2: as if there were no file


def bare(failure: Raised) -> Raised:
    """A failure that is kept, without the calls that led to it: each holds a page, and the tree that it became."""
    failure.__cause__ = failure.__context__ = None
    return failure.with_traceback(None)


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

    def as_json(self) -> dict[str, Any]:
        """The line as it is stored: {ms, what, said}."""
        return {"ms": self.ms, "what": self.what, "said": self.said}


@dataclass(slots=True)
class Manners:
    """Asks on behalf of one visit that has `seconds` and `most_requests` in all, and counts and notes what that took.

    Answers are kept in memory until they are stored as evidence: a visit asks for no more once it has MOST_BYTES.

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

        Each step of a redirect is a request of its own, with the manners of the place that it leads to.

        Raises FetchError, or SourceError: `robots` (closed to us), `robots-unreachable`, `out-of-time` (the host is
        not free before this visit ends, or it has asked for as much as one visit may).
        """
        return await self._led(request, self._ask_politely)

    async def _ask_politely(self, request: Request) -> Response:
        target = parse_target(request.url)
        rules = await self._rules_for(target)
        if not rules.allows(target.resource):
            raise SourceError("robots", request.url[:200])
        return await self._fetch(request, rules.delay)

    async def _led(self, request: Request, ask: Callable[[Request], Awaitable[Response]]) -> Response:
        """Ask, and go where redirects lead."""
        asked = replace(request, follow=False)
        for _ in range(REDIRECTS + 1):
            response = await ask(asked)
            if response.onward is None:
                return response
            asked = response.onward
            await self._wait_for(parse_target(asked.url), retry_after(response.headers, self.now) or 0.0)
        raise FetchError("too-many-redirects", str(REDIRECTS))

    def note(self, what: str, **said: str | int | float) -> None:
        """Add a line to the log; see `LogLine`."""
        short = {name: storable(value, 300) if isinstance(value, str) else value for name, value in said.items()}
        self.lines.append(LogLine(round(self.elapsed() * 1000), what, short))

    def _note_answer(self, response: Response, took_ms: int) -> None:
        """Which machine was let through, and what it answered or where it sent us on to."""
        if response.address and response.address not in self._addresses:
            self._addresses.add(response.address)
            self.note("address", host=parse_target(response.url).host, address=response.address)
        if response.onward:
            self.note("redirect", url=response.url, status=response.status, to=response.onward.url)
            return
        self.note("answer", url=response.url, status=response.status, bytes=len(response.body), took_ms=took_ms)

    def elapsed(self) -> float:
        """Seconds since the visit began."""
        return self.ports.clock() - self._began

    async def _rules_for(self, target: Target) -> Rules:
        if target.place not in self._rules:
            try:
                self._rules[target.place] = await self._find_rules(target)
            except (SourceError, FetchError) as failure:
                self._rules[target.place] = bare(failure)
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
            request = Request(f"{target.scheme}://{target.authority}/robots.txt")
            response = await self._led(request, self._fetch)
        except FetchError as failure:
            if failure.code in _NO_ROBOTS:
                return RobotsFile(404, "")
            raise
        if response.status == 429 or not 200 <= response.status < 500:
            raise SourceError("robots-unreachable", str(response.status))
        text = readable(response.body.decode("utf-8", "replace")) if response.status < 300 else ""
        return RobotsFile(response.status, storable(text, LARGEST))

    async def _wait_for(self, target: Target, seconds: float) -> None:
        """Wait for the turn that was taken; raises SourceError where it comes after the visit's end."""
        if seconds > self.seconds - self.elapsed():
            self.wait_asked = max(self.wait_asked or 0.0, seconds)
            raise SourceError("out-of-time", target.host)
        if seconds > 0:
            self.note("wait", host=target.host, seconds=round(seconds, 3))
            await asyncio.sleep(seconds)

    async def _fetch(self, request: Request, delay: float = 0.0) -> Response:
        """One request in its turn; whatever comes of it, the domain is given back."""
        target = parse_target(request.url)
        if self.requests >= self.most_requests or self.bytes_received >= MOST_BYTES:
            raise SourceError("out-of-time", target.host)
        rest, took = 0.0, 0.0
        seconds = await self.ports.reserve(target.place, delay)
        try:
            await self._wait_for(target, seconds)
            rest, began = delay, self.elapsed()
            try:
                response = await self._exchange(request)
            finally:
                took = self.elapsed() - began
            if response.status == 429:  # the whole domain has had enough of us, not this address alone
                rest = max(rest, retry_after(response.headers, self.now) or TOO_MANY)
            return response
        finally:
            await self.ports.release(target.place, rest, took)

    async def _exchange(self, request: Request) -> Response:
        self.requests += 1
        asked_at = self.elapsed()
        try:
            response = await self.client.fetch(request)
        except FetchError as failure:
            self.note("no-answer", url=request.url, code=failure.code, detail=failure.detail)
            raise
        self.bytes_received += len(response.body)
        self._note_answer(response, round((self.elapsed() - asked_at) * 1000))
        asked_to_wait = retry_after(response.headers, self.now) if response.status >= 400 else None
        if asked_to_wait is not None:
            self.wait_asked = max(self.wait_asked or 0.0, asked_to_wait)
        return response
