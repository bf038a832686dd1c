"""Look at posts of one source again, one after the other: politely, in bounded time, never taking a block for an end.

Like a visit it knows neither database nor HTTP library. A refusal ends the turn: what was not looked at waits.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Any

from monitoring.sources.blocking import refusing_statuses
from monitoring.sources.floors import FloorPage, after_first_page, after_further_page, floors_on, last_page
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Kind, Revisited
from monitoring.sources.pages import goes_on, read_revisit, require_no_refusal, revisit_requests
from monitoring.visiting.answers import check_answer, check_refusal, longer_wait
from monitoring.visiting.manners import Client, Failure, Manners, Ports
from monitoring.visiting.storable import storable, storable_item
from monitoring.visiting.visit import guarded
from sentinel.core.net.types import FetchError, Request, Response

REFUSALS = frozenset({"blocked", "login", "robots", "robots-unreachable"})
MOST_REPLIES = 500  # of one post at one visit
_SERVER_TROUBLE = 500


@dataclass(frozen=True, slots=True)
class AgainLimits:
    """What one turn may take: requests for each post (its own and pages of replies), and seconds in all."""

    requests: int = 6
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one post.

    `outcome` is ok, gone, closed (it cannot be looked at again), or why nothing was seen: a code of SourceError or
    FetchError. `item` is the post as it stands, where the answers show it, with the answer that it was read from;
    `mark` are the site's own words for being gone, `notice` the answer that says so. `replies` are those that could be
    read; what kept us from more of them stands in `detail`, and how far they were read in `reached`. `retry_after` is
    in seconds.
    """

    outcome: str
    detail: str = ""
    item: Item | None = None
    mark: str = ""
    notice: Response | None = field(default=None, repr=False)
    replies: tuple[Item, ...] = ()
    reached: str = ""
    retry_after: float | None = None


async def look_again(
    kind: Kind,
    definition: Any,
    items: Sequence[Item],
    *,
    client: Client,
    now: datetime,
    zone: tzinfo,
    ports: Ports,
    limits: AgainLimits,
    reached: Sequence[str] = (),
) -> list[Seen | None]:
    """What was seen of each of `items`, None for those that the turn did not reach. Raises nothing a server causes.

    `reached` says of each how far its replies were read the last time.
    """
    turn = _Turn(kind, definition, now, zone, limits, Manners(client, ports, now, limits.seconds))
    found: list[Seen | None] = []
    try:
        async with asyncio.timeout(limits.seconds) as time_allowed:
            for item, before in zip(items, [*reached, *[""] * len(items)], strict=False):
                found.append(await turn.look(item, before))
                if turn.is_refused:
                    break
    except TimeoutError:
        if not time_allowed.expired():
            raise
    return [*found, *([None] * (len(items) - len(found)))]


@dataclass(slots=True)
class _Turn:
    kind: Kind
    definition: Any
    now: datetime
    zone: tzinfo
    limits: AgainLimits
    manners: Manners
    is_refused: bool = False

    async def look(self, item: Item, reached: str) -> Seen | None:
        """One post, and as many pages of its replies as the limits allow."""
        waiting = revisit_requests(self.kind, self.definition, item)
        if not waiting:
            return Seen("closed")
        seen, replies, is_shown = Seen("ok", reached=reached), dict[tuple[str, str], Item](), False
        first: Response | None = None
        for _number in range(self.limits.requests):
            if not waiting or len(replies) >= MOST_REPLIES:
                break
            request = waiting.pop(0)
            try:
                answer, response = await self._ask(request, seen.item or item)
            except (SourceError, FetchError) as failure:
                failed = self._failed(failure)
                if not is_shown:
                    return failed
                wait = longer_wait(self.manners.wait_asked, failure)
                seen = replace(seen, detail="" if failure.code == "empty" else failure.code, retry_after=wait)
                break
            if answer.is_gone:
                return Seen("gone", item=None, mark=storable(answer.mark, 300), notice=response)
            if answer.item:
                seen = replace(seen, item=replace(storable_item(answer.item), response=response))
            self._keep(replies, (*answer.replies, *(answer.item.replies if answer.item else ())), response)
            is_shown = is_shown or answer.item is not None or not answer.next
            first = first or response
            waiting += answer.next
        if first and seen.item and goes_on(self.kind, self.definition):
            seen = await self._read_on(seen, seen.item, first, replies)
        return replace(seen, replies=tuple(replies.values())[:MOST_REPLIES])

    def _keep(self, replies: dict[tuple[str, str], Item], found: Sequence[Item], response: Response) -> None:
        for reply in found:
            replies.setdefault((reply.url, reply.site_id), replace(storable_item(reply), response=response))

    async def _read_on(self, seen: Seen, item: Item, first: Response, replies: dict[tuple[str, str], Item]) -> Seen:
        """The further pages of a thread: the last, where the newest replies are, and from the one that was reached."""
        waiting = guarded(lambda: after_first_page(self.definition, item, first, seen.reached))
        last = guarded(lambda: last_page(self.definition, item, first))
        asked: set[str] = set()
        if last and last.request.url not in {page.request.url for page in waiting}:
            try:
                await self._read_floors(last, item, replies)
                asked.add(last.request.url)
            except (SourceError, FetchError) as failure:
                self._failed(failure)
                if self.is_refused:
                    return replace(seen, detail=failure.code, retry_after=longer_wait(self.manners.wait_asked, failure))
        while waiting and len(asked) < self.limits.requests - 1 and len(replies) < MOST_REPLIES:
            page = waiting.pop(0)
            if page.request.url in asked:
                is_last = last is not None and page.request.url == last.request.url
                return replace(seen, reached=page.reached) if is_last else seen
            asked.add(page.request.url)
            try:
                floors, onward = await self._read_floors(page, item, replies)
            except (SourceError, FetchError) as failure:
                self._failed(failure)
                # A page that is there no more is not asked for for ever: the thread is read from its beginning.
                is_lost = failure.code == "http" and page.reached == seen.reached
                wait = longer_wait(self.manners.wait_asked, failure)
                return replace(seen, detail=failure.code, retry_after=wait, reached="" if is_lost else seen.reached)
            waiting += onward
            seen = replace(seen, reached=page.reached) if floors else seen
        return seen

    async def _read_floors(
        self, page: FloorPage, item: Item, replies: dict[tuple[str, str], Item]
    ) -> tuple[int, list[FloorPage]]:
        """Keep the floors of a page; how many there are, and the pages that follow it."""
        response = await self.manners.ask(page.request)
        check_answer(page.request.url, response, refusing_statuses(self.definition))
        floors = guarded(lambda: floors_on(self.definition, item, response, self.now, self.zone))
        self._keep(replies, floors, response)
        return len(floors), guarded(lambda: after_further_page(self.definition, item, response))

    async def _ask(self, request: Request, item: Item) -> tuple[Revisited, Response]:
        response = await self.manners.ask(request)
        require_no_refusal(self.kind, self.definition, response, self.now)
        check_refusal(request.url, response, refusing_statuses(self.definition))
        if response.status >= _SERVER_TROUBLE:
            raise SourceError("http", str(response.status))
        read = guarded(lambda: read_revisit(self.kind, self.definition, item, response, self.now, self.zone))
        return read, response

    def _failed(self, failure: Failure) -> Seen | None:
        """A failure as what was seen; None where the turn was merely too short for it."""
        if failure.code == "out-of-time":
            self.is_refused = True
            return None
        self.is_refused = failure.code in REFUSALS
        wait = longer_wait(self.manners.wait_asked, failure)
        return Seen(failure.code, storable(failure.detail, 300), retry_after=wait)
