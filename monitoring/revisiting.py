"""Looks at posts that matter again, a source at a time, within the same budget as its visits."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from django.utils import timezone

from monitoring.crawler import allowed_private_hosts, drill_hosts, own_round
from monitoring.models import Revisit, Source
from monitoring.operations.definitions import full_definition
from monitoring.operations.growth import REVISITS, adopt_revisits, item_of, note_growth, postpone_revisits
from monitoring.ports import ports_of
from monitoring.sources import KINDS
from monitoring.visiting.again import REFUSALS, AgainLimits, Seen, look_again
from sentinel.core.net.client import GuardedClient
from sentinel.core.net.guard import Resolver, SystemResolver
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

TURN = 5.0  # seconds in which a round takes on new posts, so that a worker is soon free for others' work
SOCKETS = 20  # sources at a time
LIMITS = AgainLimits(requests=6, seconds=15.0)
NOT_REACHED = timedelta(minutes=1)
SOURCE_REFUSES = timedelta(minutes=10)
NOBODY_READS = timedelta(hours=6)
_Group = tuple[Source, list[Revisit]]


def revisit_round() -> int:
    """Look again at what is due until nothing is, or the turn ends; how many posts were looked at."""
    with own_round("revisit") as mine:
        return asyncio.run(_round_and_hang_up()) if mine else 0


async def _round_and_hang_up() -> int:
    """A round; the thread that spoke with the database for it ends its connection."""
    try:
        return await _round()
    finally:
        await sync_to_async(connections.close_all)()


async def _round() -> int:
    count, ends = 0, time.monotonic() + TURN
    await sync_to_async(adopt_revisits)(timezone.now())
    with SystemResolver(SOCKETS) as resolver:
        while time.monotonic() < ends:
            groups = await sync_to_async(_claim)()
            if not groups:
                break
            turns = asyncio.Semaphore(SOCKETS)
            counts = await asyncio.gather(*(_run(source, rows, resolver, turns) for source, rows in groups))
            count += sum(counts)
    return count


def _claim() -> list[_Group]:
    """What is due, by source; what cannot be looked at now is put off."""
    now = timezone.now()
    by_source: dict[Source, list[Revisit]] = defaultdict(list)
    for row in REVISITS.claim(now=now):
        by_source[row.post.source].append(row)
    wanted = set(Source.objects.wanted().filter(pk__in=[one.pk for one in by_source]).values_list("pk", flat=True))
    groups: list[_Group] = []
    for source, rows in by_source.items():
        if source.pk not in wanted:
            postpone_revisits(revisits=rows, until=now + NOBODY_READS)
        elif source.failures and source.outcome in REFUSALS:
            postpone_revisits(revisits=rows, until=now + SOURCE_REFUSES)
        else:
            groups.append((source, _within_ration(source, rows, now)))
    return [(source, rows) for source, rows in groups if rows]


def _within_ration(source: Source, rows: list[Revisit], now: datetime) -> list[Revisit]:
    """As many as the source's quota allows now: all, or one in each of its intervals."""
    rationed = getattr(KINDS[source.kind], "least_revisit_interval", None)
    spacing = timedelta(seconds=rationed(source.definition) if rationed else 0)
    if not spacing:
        return rows
    latest = Revisit.objects.filter(post__source=source, visited_at__isnull=False).order_by("-visited_at").first()
    free_at = latest.visited_at + spacing if latest and latest.visited_at else now
    allowed = rows[:1] if free_at <= now else []
    postpone_revisits(revisits=rows[len(allowed) :], until=now + spacing if allowed else free_at)
    return allowed


async def _run(source: Source, rows: Sequence[Revisit], resolver: Resolver, turns: asyncio.Semaphore) -> int:
    """The posts of one source, one after the other; a fault of ours gives them back."""
    async with turns:
        try:
            seen = await _look(source, rows, resolver)
            return await sync_to_async(_note)(rows, seen)
        except LeaseLostError:
            logger.info("revisits of %s were taken over", source.pk)
        except Exception as error:
            logger.exception("revisits of %s failed", source.url)
            await sync_to_async(_give_back)(rows, f"{type(error).__name__}: {error}")
    return 0


async def _look(source: Source, rows: Sequence[Revisit], resolver: Resolver) -> list[Seen | None]:
    opened, definition = await sync_to_async(_what_it_takes)(source)
    async with GuardedClient(allowed_private=opened, contact=settings.CONTACT_URL, resolver=resolver) as client:
        return await look_again(
            KINDS[source.kind],
            definition,
            [item_of(row.post) for row in rows],
            client=client,
            now=timezone.now(),
            zone=ZoneInfo(source.zone),
            ports=ports_of(source, opened),
            limits=LIMITS,
            reached=[row.reached for row in rows],
        )


def _what_it_takes(source: Source) -> tuple[frozenset[str], dict[str, object]]:
    """The private places that the source may read, and its definition with its secrets."""
    return drill_hosts() if source.is_drill else allowed_private_hosts(), full_definition(source)


def _note(rows: Sequence[Revisit], seen: Sequence[Seen | None]) -> int:
    """Write down what was seen; what the turn did not reach comes again, later where the site refused us."""
    now, count = timezone.now(), 0
    for row, one in zip(rows, seen, strict=True):
        if one is not None:
            note_growth(revisit=row, seen=one, now=now)
            count += 1
    is_refused = any(one.outcome in REFUSALS for one in seen if one)
    left = [row for row, one in zip(rows, seen, strict=True) if one is None]
    postpone_revisits(revisits=left, until=now + (SOURCE_REFUSES if is_refused else NOT_REACHED))
    return count


def _give_back(rows: Sequence[Revisit], error: str) -> None:
    for row in rows:
        REVISITS.fail(row, error, now=timezone.now())
