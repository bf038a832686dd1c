"""One visit of one source: ask politely, read what is new, say line by line what happened.

Knows neither database nor HTTP library: what it needs from outside comes in as `Ports` and a client. Whatever a server
does, the visit ends in time and returns what was found until then.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any, TypeVar

from monitoring.sources.blocking import refusing_statuses
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Kind, Page
from monitoring.sources.pages import require_no_refusal
from monitoring.sources.paging import pages_wished
from monitoring.visiting.answers import check_answer, longer_wait
from monitoring.visiting.manners import Client, Failure, LogLine, Manners, Ports, bare
from monitoring.visiting.missed import Missed, still_wanted
from monitoring.visiting.onward import goes_on, left_over, pages_waiting
from monitoring.visiting.schedule import Hints, hints_of
from monitoring.visiting.share import TooCostlyError, within_share
from monitoring.visiting.storable import storable, storable_item, storable_items
from monitoring.visiting.unchanged import VALIDATORS, contents_of, digest_of, validators_of
from sentinel.core.net.guard import parse_target
from sentinel.core.net.types import FetchError, Request, Response

__all__ = ["Client", "LogLine", "Ports", "VisitLimits", "VisitResult", "visit"]

log = logging.getLogger(__name__)

State = dict[str, dict[str, str]]  # by list address: {"etag": …, "last_modified": …, "read": …}; see also `onward`
Read = TypeVar("Read")

REFUSALS = frozenset({"blocked", "login"})
_ENDS_LISTS = REFUSALS | {"out-of-time"}
_REFUSALS_TAKEN = 2  # detail pages in a row that refuse us, until we leave
_FAILURES_TAKEN = 3  # detail pages that a list leads to and of which none is read, until it is the source that fails
_KEEPS_US_OUT = REFUSALS | {"http"}  # the site does, not how we read it
_NOTHING_MISSED: Missed = MappingProxyType({})
NO_HINTS = Hints()
_BELIEVED = 24  # hours for which a server is believed that nothing has changed, until the list is asked for whole


@dataclass(frozen=True, slots=True)
class VisitLimits:
    """What one visit may take: pages per list (a definition may ask for fewer), detail pages, items, requests and
    seconds in all."""

    pages: int = 10
    details: int = 30
    items: int = 2000
    requests: int = 100
    seconds: float = 45.0


@dataclass(frozen=True, slots=True)
class VisitResult:
    """How a visit went.

    `outcome` is ok, unchanged (every list answered 304 or listed the same), or what went wrong first: a code of
    SourceError or FetchError, robots (robots.txt closes the list to us), robots-unreachable, or out-of-time (nothing
    was read in time).
    `items` holds what was read completely, also where the outcome is a failure, and what a list says of a post whose
    own page the site refused twice; `glimpsed` are those with a page of their own whose figures stand in the list.
    `unread` counts items whose detail page is left for the next visit; `state` is empty where anything is left, so
    that the list is read again, or says where the next visit goes on where the site's pace left no time (`goes_on`).
    `listed` are the addresses of all that the lists named, `failed` those whose detail page was asked for in vain.
    `retry_after` is in seconds; `bytes_received` counts decompressed bodies; `hints` say how long the lists stay as
    they are.
    """

    outcome: str
    detail: str
    http_status: int | None
    items: list[Item]
    unread: int
    requests: int
    bytes_received: int
    retry_after: float | None
    state: State
    log: list[LogLine]
    listed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    hints: Hints = NO_HINTS
    glimpsed: list[Item] = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        return goes_on(self.state)


async def visit(
    kind: Kind,
    definition: Any,
    *,
    client: Client,
    now: datetime,
    zone: tzinfo,
    ports: Ports,
    limits: VisitLimits,
    state: Mapping[str, Mapping[str, str]],
    missed: Missed = _NOTHING_MISSED,
    log: list[LogLine] | None = None,
) -> VisitResult:
    """Read what is new at one source. `state` and `missed` are those of the visit before, {} after an edit.

    `log` is filled as the visit goes, for who wants to look on.

    Raises nothing for what a server does; what a port raises passes through, as does being cancelled.
    """
    manners = Manners(client, ports, now, limits.seconds, limits.requests, [] if log is None else log)
    run = _Visit(kind, definition, now, zone, limits, state, missed, manners)
    try:
        async with asyncio.timeout(limits.seconds) as time_allowed:
            await run.read_lists()
            await run.read_details()
    except TimeoutError:
        if not time_allowed.expired():
            raise
        run.fail(SourceError("out-of-time"))
    return run.result()


@dataclass(slots=True)
class _Visit:
    kind: Kind
    definition: Any
    now: datetime
    zone: tzinfo
    limits: VisitLimits
    old_state: Mapping[str, Mapping[str, str]]
    missed: Missed
    manners: Manners
    found: dict[tuple[str, str], Item] = field(default_factory=dict)  # by address and the site's own identifier
    completed: list[Item] = field(default_factory=list)
    cut: list[Item] = field(default_factory=list)  # as the list has them: their own pages are kept from us
    failed: list[str] = field(default_factory=list)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)  # that the source sends, by host
    state: State = field(default_factory=dict)
    failure: Failure | None = None
    http_status: int | None = None
    pages_read: int = 0
    pages_full: int = 0  # that held items
    lists_unchanged: int = 0
    unread: int = 0
    wanted: Sequence[Item] = ()  # whose own pages are to be read
    is_cut_short: bool = False
    hints: Hints = NO_HINTS

    def result(self) -> VisitResult:
        is_unchanged = self.lists_unchanged and not self.pages_read
        is_complete = not (self.failure or self.unread or self.is_cut_short)
        return VisitResult(
            outcome=self.failure.code if self.failure else "unchanged" if is_unchanged else "ok",
            detail=storable(self.failure.detail) if self.failure else "",
            http_status=self.http_status,
            items=[*(item for item in self.found.values() if not item.needs_detail), *self.completed, *self.cut],
            unread=self.unread,
            requests=self.manners.requests,
            bytes_received=self.manners.bytes_received,
            retry_after=self.manners.wait_asked,
            state=self._state(is_complete=is_complete),
            log=self.manners.lines,
            listed=[] if pages_waiting(self.old_state) else [item.url for item in self.found.values()],
            failed=self.failed,
            hints=self.hints,
            glimpsed=[item for item in self.found.values() if item.needs_detail and item.figures],
        )

    def fail(self, failure: Failure) -> None:
        """Take note of a failure. The first is the outcome; running out of time is none where something was read."""
        if failure.code == "out-of-time":
            self.is_cut_short = True
            self.manners.note("out-of-time", host=failure.detail)
            if self.pages_read or self.lists_unchanged or self.completed:
                return
        else:
            self.manners.note("failed", code=failure.code, detail=failure.detail)
            self.manners.wait_asked = longer_wait(self.manners.wait_asked, failure)
        self.failure = self.failure or bare(failure)

    def _state(self, *, is_complete: bool) -> State:
        if self.is_cut_short or pages_waiting(self.old_state):
            done = {*self.failed, *(item.url for item in (*self.completed, *self.cut))}
            return left_over([item for item in self.wanted if item.url not in done])
        return self.state if is_complete else {}

    # --- lists

    async def read_lists(self) -> None:
        """The lists, or, where the visit before had no time for the pages that they lead to, those pages first."""
        lists = self.kind.start(self.definition)
        if waiting := pages_waiting(self.old_state):
            for first in lists:
                self._note_headers(first)
            self.found.update({(item.url, item.site_id): item for item in waiting})
            return
        for first in lists:
            try:
                await self._read_list(first)
            except (SourceError, FetchError) as failure:
                self.fail(failure)
                if failure.code in _ENDS_LISTS:
                    return

    def _note_headers(self, first: Request) -> None:
        self.headers.setdefault(parse_target(first.url).host, first.headers)

    async def _read_list(self, first: Request) -> None:
        self._note_headers(first)
        response = await self.manners.ask(self._conditional(first))
        if response.status == 304 and first.url in self.old_state:
            # A 304 may carry newer validators of the same contents (RFC 9110, 15.4.5).
            self._note_unchanged(first, response, {**self.old_state[first.url], **validators_of(response)})
            return
        before = self.old_state.get(first.url, {})
        if before.get("body") and digest_of(response) == before["body"]:
            self._note_unchanged(first, response, before if self._believes(before) else {**before, **self._read_now()})
            return
        page = self._parsed(first, response)
        known = self._validators(first, response, page)
        if known.get("items", "") == before.get("items"):
            self._note_unchanged(first, response, known)
            return
        full_before = self.pages_full
        waiting = self._taken(first, response, page)
        if known:
            self.state[first.url] = known
        self.hints = self.hints.merged(hints_of(response, self.now))
        asked, wished = [first], pages_wished(self.definition)
        # A page that only leads on (from a name to its list, from a search to its results) is none that was wished.
        while waiting and len(asked) < self.limits.pages and self.pages_full - full_before < wished:
            onward = waiting.pop(0)
            if onward not in asked:
                asked.append(onward)
                waiting += self._read_page(onward, await self.manners.ask(onward))

    def _note_unchanged(self, first: Request, response: Response, known: Mapping[str, str]) -> None:
        self.http_status = response.status
        self.lists_unchanged += 1
        self.state[first.url] = dict(known)
        self.hints = self.hints.merged(hints_of(response, self.now))
        self.manners.note("unchanged", url=first.url)

    def _read_page(self, request: Request, response: Response) -> list[Request]:
        return self._taken(request, response, self._parsed(request, response))

    def _parsed(self, request: Request, response: Response) -> Page:
        self.http_status = response.status
        require_no_refusal(self.kind, self.definition, response, self.now)
        check_answer(request.url, response, refusing_statuses(self.definition))
        return guarded(lambda: self.kind.parse(self.definition, response, self.now, self.zone))

    def _taken(self, request: Request, response: Response, page: Page) -> list[Request]:
        for item in storable_items(page.items[: self.limits.items - len(self.found)]):
            self.found.setdefault((item.url, item.site_id), item.answered(response))
        self.pages_read += 1
        self.pages_full += bool(page.items)
        self.manners.note("items", url=request.url, count=len(page.items))
        return list(page.next) if len(self.found) < self.limits.items else []

    def _conditional(self, request: Request) -> Request:
        old = self.old_state.get(request.url, {}) if request.method == "GET" else {}
        old = old if self._believes(old) else {}
        conditions = {header: old[name] for name, header in VALIDATORS.items() if old.get(name)}
        return replace(request, headers={**request.headers, **conditions})

    def _read_now(self) -> dict[str, str]:
        return {"read": str(int(self.now.timestamp() // 3600))}

    def _believes(self, old: Mapping[str, str]) -> bool:
        """Whether a 304 will do; some servers never cease to give it, so that a day later the list is read whole."""
        if not old.keys() & VALIDATORS.keys():
            return True
        return int(self.now.timestamp() // 3600) - int(old.get("read", 0)) < _BELIEVED

    def _validators(self, request: Request, response: Response, page: Page) -> dict[str, str]:
        """What tells at the next visit that the list is as it was: the server's validators, and what it listed."""
        usable = validators_of(response)
        usable |= self._read_now() if usable else {}
        if request.method != "GET" or not page.items:
            return usable
        return {**usable, "items": contents_of(page.items), "body": digest_of(response)}

    # --- detail pages

    async def read_details(self) -> None:
        waiting = [item for item in self.found.values() if item.needs_detail]
        if self.failure and self.failure.code in _ENDS_LISTS:
            self.unread = len(waiting)
        elif waiting:
            wanted = still_wanted(await self.manners.ports.unknown(waiting), self.missed, self.now)
            self.wanted, self.unread = wanted, len(wanted)
            failures = await self._read_wanted(wanted[: self.limits.details], len(wanted))
            in_vain = {*self.missed, *self.failed}
            if not self.completed and len(waiting) >= _FAILURES_TAKEN and all(one.url in in_vain for one in waiting):
                self.fail(failures[0] if failures else SourceError("details", str(len(waiting))))

    def _note_pages(self, wanted: int) -> None:
        """How many of the pages are read, in one line that stands last at any time."""
        lines = self.manners.lines
        lines[:] = [line for line in lines if line.what != "details"]
        self.manners.note("details", wanted=wanted, unread=self.unread)

    async def _read_wanted(self, wanted: Sequence[Item], in_all: int) -> list[Failure]:
        """Read each detail page; a bad one stands for itself, unless it says that we are refused."""
        failures: list[Failure] = []
        refusals = 0
        for item in wanted:
            self._note_pages(in_all)
            try:
                self.completed.append(await self._read_detail(item))
            except (SourceError, FetchError) as failure:
                if failure.code == "out-of-time":
                    self.fail(failure)
                    break
                self.manners.note("detail-failed", url=item.url, code=failure.code, detail=failure.detail)
                failures.append(bare(failure))
                self._give_up(item, failure)
                refusals = refusals + 1 if failure.code in REFUSALS else 0
                if refusals == _REFUSALS_TAKEN:
                    self.fail(failure)
                    break
            else:
                refusals = 0
                self.unread -= 1
        self._note_pages(in_all)
        return failures

    def _give_up(self, item: Item, failure: Failure) -> None:
        """A page that cannot be read is asked for again; where it was in vain before, what the list says is kept."""
        if item.text and item.url in self.missed and failure.code in _KEEPS_US_OUT:
            self.cut.append(replace(item, needs_detail=False, is_partial=True))
            self.unread -= 1
        else:
            self.failed.append(item.url)

    async def _read_detail(self, item: Item) -> Item:
        request = self.kind.detail_request(self.definition, item)
        headers = {**self.headers.get(parse_target(request.url).host, {}), **request.headers}
        response = await self.manners.ask(replace(request, headers=headers))
        check_answer(request.url, response, refusing_statuses(self.definition))
        read = guarded(lambda: self.kind.detail(self.definition, item, response, self.now, self.zone))
        return replace(storable_item(read), needs_detail=False, response=response)


def guarded(read: Callable[[], Read]) -> Read:
    """What a kind reads, in bounded time; a page that makes it stumble is malformed, and the trace is kept."""
    try:
        with within_share():
            return read()
    except SourceError as failure:
        raise bare(failure) from None
    except TooCostlyError:
        raise SourceError("too-costly") from None
    except Exception as error:
        log.exception("A page could not be read")
        raise SourceError("malformed", type(error).__name__) from error
