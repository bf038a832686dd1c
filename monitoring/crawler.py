"""The crawler: leases visits and runs them in one event loop, up to fifty sockets at a time."""

import asyncio
import logging
import socket
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from monitoring.crawling.robots import RobotsFile
from monitoring.models import AllowedHost, Host, Post, Source, Visit
from monitoring.operations.definitions import full_definition
from monitoring.operations.health import show_progress
from monitoring.operations.posts import key_of
from monitoring.operations.visits import (
    VISITS,
    Report,
    begin_visit,
    finish_visit,
    remember_robots,
    reserve_host,
)
from monitoring.sources import KINDS
from monitoring.sources.items import Item
from monitoring.visiting.missed import after_visit, has_hope
from monitoring.visiting.visit import Client, LogLine, Ports, VisitLimits, VisitResult, visit
from sentinel.core.net.client import GuardedClient
from sentinel.core.net.guard import Resolver, SystemResolver, allow_list
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

SOCKETS = 50
TURN = 50.0  # seconds in which a round takes on new visits; with the longest visit still below the tasks' limit
LOOK_AGAIN = 0.5
LIMITS = VisitLimits(pages=10, seconds=24.0)
HOST_DELAY = 1.0  # seconds between two requests to one host
ROBOTS_KEPT = timedelta(hours=24)


@contextmanager
def _own_round() -> Iterator[bool]:
    """One round at a time on a machine, so that its other workers are free to analyse."""
    key = zlib.crc32(f"crawl:{socket.gethostname()}".encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (mine,) = cursor.fetchone()
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def crawl_round() -> int:
    """Run what is due until nothing is, or the turn ends; how many visits were run."""
    with _own_round() as mine:
        return asyncio.run(_round_and_hang_up()) if mine else 0


async def _round_and_hang_up() -> int:
    """A round; the thread that spoke with the database for it ends its connection."""
    try:
        return await _round()
    finally:
        await sync_to_async(connections.close_all)()


def allowed_private_hosts() -> frozenset[str]:
    """The private `host:port` addresses that an operator opened, by environment or in the browser."""
    opened = AllowedHost.objects.filter(is_drill=False).values_list("address", flat=True)
    return allow_list([*settings.ALLOWED_PRIVATE_HOSTS, *opened])


def _drill_hosts() -> frozenset[str]:
    """The `host:port` addresses of running drills, which nothing but their own sources may read."""
    return allow_list(AllowedHost.objects.filter(is_drill=True).values_list("address", flat=True))


async def _round() -> int:
    running: set[asyncio.Task[None]] = set()
    count, ends = 0, time.monotonic() + TURN
    with SystemResolver(SOCKETS) as resolver:
        while True:
            if time.monotonic() < ends and len(running) < SOCKETS:
                claimed, open_to = await sync_to_async(_claim)(SOCKETS - len(running))
                count += len(claimed)
                running |= {
                    asyncio.create_task(_run(planned, open_to[planned.source.is_drill], resolver))
                    for planned in claimed
                }
            if not running:
                return count
            _done, running = await asyncio.wait(running, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)


def _claim(limit: int) -> tuple[list[Visit], dict[bool, frozenset[str]]]:
    """Visits to run, and the private places that are open now to real sources (False) and to those of drills (True).

    What an operator opens counts from the next visit.
    """
    claimed = VISITS.claim(now=timezone.now(), limit=limit)
    wanted = {planned.source.is_drill for planned in claimed}
    return claimed, {is_drill: _drill_hosts() if is_drill else allowed_private_hosts() for is_drill in wanted}


async def _run(planned: Visit, allowed: frozenset[str], resolver: Resolver) -> None:
    """One leased visit, from its beginning to its report; a fault of ours gives it back."""
    source = planned.source
    try:
        await sync_to_async(begin_visit)(visit=planned, now=timezone.now())
        async with GuardedClient(allowed_private=allowed, contact=settings.CONTACT_URL, resolver=resolver) as client:
            log: list[LogLine] = []
            async with _shown(planned, log):
                result = await visit_source(source, client, ports_of(source, allowed), log=log)
        report = report_of(result, source, timezone.now())
        await sync_to_async(finish_visit)(visit=planned, report=report, now=timezone.now())
    except LeaseLostError:
        logger.info("visit %s was taken over", planned.pk)
    except Exception as error:
        logger.exception("visit of %s failed", source.url)
        await sync_to_async(VISITS.fail)(planned, f"{type(error).__name__}: {error}", now=timezone.now())


@asynccontextmanager
async def _shown(planned: Visit, log: list[LogLine]) -> AsyncIterator[None]:
    """Write the log down while a visit goes on that somebody asked for and waits to see."""
    if not planned.is_watched:
        yield
        return
    telling = asyncio.create_task(_tell(planned, log))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _tell(planned: Visit, log: list[LogLine]) -> None:
    told = 0
    while True:
        if len(log) > told:
            told = len(log)
            await sync_to_async(show_progress)(visit=planned, log=[asdict(line) for line in log])
        await asyncio.sleep(LOOK_AGAIN)


async def visit_source(
    source: Source, client: Client, ports: Ports, limits: VisitLimits = LIMITS, log: list[LogLine] | None = None
) -> VisitResult:
    """Read what is new at a source; writes nothing but the host's next free moment and its robots.txt."""
    return await visit(
        KINDS[source.kind],
        full_definition(source),
        client=client,
        now=timezone.now(),
        zone=ZoneInfo(source.zone),
        ports=ports,
        limits=limits,
        state=source.state,
        missed=source.missed,
        log=log,
    )


def report_of(result: VisitResult, source: Source, now: datetime) -> Report:
    """What is kept of a visit."""
    read = [item.url for item in result.items]
    missed = after_visit(source.missed, listed=result.listed, read=read, failed=result.failed, now=now)
    return Report(
        outcome=result.outcome,
        detail=result.detail,
        http_status=result.http_status,
        requests=result.requests,
        bytes_received=result.bytes_received,
        retry_after=result.retry_after,
        state={} if has_hope(missed) else result.state,
        missed=missed,
        log=[asdict(line) for line in result.log],
        items=result.items,
    )


def ports_of(source: Source, allowed: frozenset[str]) -> Ports:
    """What a visit of the source asks of the database."""
    own_hosts = frozenset(place.rpartition(":")[0].strip("[]") for place in allowed)

    @sync_to_async
    def reserve(host: str, delay: float) -> float:
        # Hosts that the operator opened are the organisation's own: only a delay that they ask for themselves is kept.
        least = 0.0 if host in own_hosts else HOST_DELAY
        return reserve_host(host=host, delay=max(delay, least), now=timezone.now())

    @sync_to_async
    def unknown(items: Sequence[Item]) -> list[Item]:
        keys = {key_of(item, source): item for item in items}
        known = {bytes(key) for key in Post.objects.filter(key__in=list(keys)).values_list("key", flat=True)}
        return [item for key, item in keys.items() if key not in known]

    @sync_to_async
    def recall_robots(place: str) -> RobotsFile | None:
        fresh = Host.objects.filter(name=place, robots_fetched_at__gt=timezone.now() - ROBOTS_KEPT).first()
        if fresh is None or fresh.robots_fetched_at is None:
            return None
        age = (timezone.now() - fresh.robots_fetched_at).total_seconds()
        return RobotsFile(fresh.robots_status or 0, fresh.robots or "", age)

    @sync_to_async
    def keep_robots(place: str, file: RobotsFile) -> None:
        remember_robots(host=place, robots=file.text, status=file.status, now=timezone.now())

    return Ports(reserve, unknown, recall_robots, keep_robots, time.monotonic)
