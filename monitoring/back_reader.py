"""The back reader: takes sources that are read back one small turn further, politely behind the visits."""

import asyncio
import logging
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.utils import timezone

from monitoring.crawler import allowed_private_hosts
from monitoring.models import BackRead
from monitoring.operations.back_reading import (
    BACK_READS,
    BackTurn,
    Waiting,
    claim_back_reads,
    end_back_read,
    note_back_failure,
    note_back_page,
    waiting_of,
    yield_back_read,
)
from monitoring.operations.definitions import full_definition
from monitoring.operations.domains import rest_domains
from monitoring.ports import ports_of
from monitoring.sources import KINDS
from monitoring.sources.items import SourceError
from monitoring.visiting.back import PAST_THE_END, TURN, read_page
from monitoring.visiting.manners import Manners
from monitoring.visiting.pacing import Turn
from sentinel.core.net.client import GuardedClient
from sentinel.core.net.types import FetchError
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
LONGEST_TURN = 14.0  # seconds; a due visit of the domain waits no longer
MOST_REQUESTS = 20
CLOSED = frozenset({"robots"})  # what no second try opens


def back_reading_round() -> int:
    """Take what is due one turn further; how many sources were read."""
    return asyncio.run(_round_and_hang_up())


async def _round_and_hang_up() -> int:
    try:
        turns = await sync_to_async(claim_back_reads)(now=timezone.now(), limit=SIDE_BY_SIDE)
        allowed = await sync_to_async(allowed_private_hosts)()
        await asyncio.gather(*(_take_turn(one, allowed) for one in turns))
        return len(turns)
    finally:
        await sync_to_async(connections.close_all)()


async def _take_turn(one: BackTurn, allowed: frozenset[str]) -> None:
    held_until, source = one.row.lease_until, one.row.source
    assert held_until is not None
    turn = Turn(one.domain, time.monotonic() + (one.free_at - timezone.now()).total_seconds())
    ports = ports_of(source, allowed, turn, held_until)
    try:
        async with GuardedClient(allowed_private=allowed, contact=settings.CONTACT_URL) as client:
            await _read_on(one.row, Manners(client, ports, timezone.now(), LONGEST_TURN, MOST_REQUESTS))
    except LeaseLostError:
        logger.info("reading %s back was stopped or taken over", source.url)
    except Exception as error:
        logger.exception("reading %s back failed", source.url)
        await sync_to_async(BACK_READS.fail)(one.row, f"{type(error).__name__}: {error}", now=timezone.now())
    finally:
        free_at = timezone.now() + timedelta(seconds=turn.wait(time.monotonic(), 0.0))
        await sync_to_async(rest_domains)(rests={one.domain: free_at}, held_until=[held_until])


async def _read_on(row: BackRead, manners: Manners) -> None:
    """Read page after page until the turn is over, or there is no more."""
    asked = await sync_to_async(waiting_of)(row) or _beginning(row)
    if asked is None:
        await sync_to_async(end_back_read)(row=row, outcome="complete", now=timezone.now())
        return
    more = True
    while more:
        try:
            page = await read_page(
                KINDS[row.source.kind],
                full_definition(row.source),
                asked.request,
                number=row.pages + 1,
                manners=manners,
                now=timezone.now(),
                zone=ZoneInfo(row.source.zone),
            )
        except (SourceError, FetchError) as failure:
            await _note_failure(row, failure, manners)
            return
        if page.unread and not page.items:  # no time for even one of its articles: the page is not done
            await sync_to_async(note_back_failure)(
                row=row, code="out-of-time", wait=manners.wait_asked or 0.0, now=timezone.now()
            )
            return
        more = await sync_to_async(note_back_page)(row=row, asked=asked, page=page, now=timezone.now())
        if more and manners.elapsed() > TURN:
            await sync_to_async(yield_back_read)(row=row, wait=0.0, now=timezone.now())
            return
        if more:
            asked = await sync_to_async(waiting_of)(row) or asked


def _beginning(row: BackRead) -> Waiting | None:
    first = KINDS[row.source.kind].start(full_definition(row.source))
    return Waiting(first[0]) if first else None


async def _note_failure(row: BackRead, failure: SourceError | FetchError, manners: Manners) -> None:
    """A turn's end, a page beyond the last, a closed door, or something that may pass."""
    now, code = timezone.now(), failure.code
    if code == "out-of-time":
        wait = 0.0 if manners.requests else manners.wait_asked or 0.0
        await sync_to_async(yield_back_read)(row=row, wait=wait, now=now)
    elif code in PAST_THE_END and row.pages and not _is_trouble(failure):
        await sync_to_async(end_back_read)(row=row, outcome="complete", now=now)
    elif code in CLOSED:
        await sync_to_async(end_back_read)(row=row, outcome=code, now=now)
    else:
        await sync_to_async(note_back_failure)(row=row, code=code, wait=manners.wait_asked or 0.0, now=now)


def _is_trouble(failure: SourceError | FetchError) -> bool:
    """Whether an error status is the server's own trouble, and no sign that the pages have come to an end."""
    return failure.code == "http" and failure.detail.removeprefix("HTTP ").startswith("5")
