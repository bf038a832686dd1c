"""The crawler: leases visits and runs them in one event loop, up to fifty sockets at a time."""

import asyncio
import logging
import socket
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from monitoring.crawling.receipts import blotted_said, blotted_text
from monitoring.mailboxes import visit_mailbox
from monitoring.models import AllowedHost, Source, Visit
from monitoring.operations.definitions import full_definition, unsealed
from monitoring.operations.domains import rest_domains
from monitoring.operations.health import show_progress
from monitoring.operations.visits import (
    VISITS,
    Claimed,
    Report,
    claim_visits,
    finish_visit,
    finish_visits,
    plan_missing_visits,
)
from monitoring.ports import ports_of
from monitoring.sources import KINDS
from monitoring.visiting.missed import after_visit, has_hope
from monitoring.visiting.pacing import Turn
from monitoring.visiting.visit import Client, LogLine, Ports, VisitLimits, VisitResult, visit
from sentinel.core.net.client import GuardedClient
from sentinel.core.net.guard import Resolver, SystemResolver, allow_list
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

SOCKETS = 50
TURN = 50.0  # seconds in which a round takes on new visits; with the longest visit still below the tasks' limit
HANDED_OVER_AFTER = 8.0  # seconds later: what is slow shall keep neither the next visits waiting nor two workers long
LOOK_AGAIN = 0.5
TELL_EVERY = 3.0  # seconds between two looks at how far a visit is that nobody asked for
LIMITS = VisitLimits(pages=10, seconds=22.0)  # and two for reading the last page


@dataclass(frozen=True, slots=True)
class Done:
    """A visit that was run: its report, or the fault of ours that ended it, and its turn with the domain."""

    claimed: Claimed
    turn: Turn
    report: Report | None = None
    fault: str = ""


@contextmanager
def own_round(name: str) -> Iterator[bool]:
    """One round at a time on a machine, so that its other workers are free to analyse."""
    key = zlib.crc32(f"{name}:{socket.gethostname()}".encode())
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
    return asyncio.run(_round_and_hang_up())


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


def drill_hosts() -> frozenset[str]:
    """The `host:port` addresses of running drills, which nothing but their own sources may read."""
    return allow_list(AllowedHost.objects.filter(is_drill=True).values_list("address", flat=True))


async def _round() -> int:
    """Run visits while this machine's round is ours. It is held by a thread, and a connection, of its own."""
    loop, held = asyncio.get_running_loop(), ExitStack()
    with ThreadPoolExecutor(1) as keeper:

        async def give_up() -> None:
            await loop.run_in_executor(keeper, held.close)

        try:
            held.callback(connections.close_all)
            if not await loop.run_in_executor(keeper, held.enter_context, own_round("crawl")):
                return 0
            await sync_to_async(_mend)()
            return await _visits_of_a_round(give_up)
        finally:
            await give_up()


def _mend() -> None:
    mended = plan_missing_visits(now=timezone.now())
    if mended:
        logger.error("%s sources that are read had no visit to come; they have one now", mended)


async def _visits_of_a_round(give_up: Callable[[], Awaitable[None]]) -> int:
    """Run visits side by side. The next round begins elsewhere while the slowest of this one come to their end."""
    running: set[asyncio.Task[Done]] = set()
    count, looked_at, ends = 0, -LOOK_AGAIN, time.monotonic() + TURN
    with SystemResolver(SOCKETS) as resolver:
        while True:
            if time.monotonic() >= ends + HANDED_OVER_AFTER:
                await give_up()
            elif (
                time.monotonic() < ends
                and len(running) < SOCKETS
                and (not running or time.monotonic() - looked_at >= LOOK_AGAIN)
            ):
                looked_at = time.monotonic()
                claimed, open_to = await sync_to_async(_claim)(SOCKETS - len(running))
                count += len(claimed)
                running |= {
                    asyncio.create_task(_run(one, open_to[one.visit.source.is_drill], resolver)) for one in claimed
                }
            if not running:
                return count
            done, running = await asyncio.wait(running, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            if done:
                await sync_to_async(_finish)([task.result() for task in done])


def _claim(limit: int) -> tuple[list[Claimed], dict[bool, frozenset[str]]]:
    """Visits to run, and the private places that are open now to real sources (False) and to those of drills (True).

    What an operator opens counts from the next visit.
    """
    claimed = claim_visits(now=timezone.now(), limit=limit)
    wanted = {one.visit.source.is_drill for one in claimed}
    return claimed, {is_drill: drill_hosts() if is_drill else allowed_private_hosts() for is_drill in wanted}


async def _run(claimed: Claimed, allowed: frozenset[str], resolver: Resolver) -> Done:
    """One leased visit, from its beginning to its report; a fault of ours is noted, to give the visit back."""
    source = claimed.visit.source
    ahead = (claimed.free_at - timezone.now()).total_seconds()
    turn = Turn(claimed.domain, time.monotonic() + ahead)
    try:
        async with GuardedClient(allowed_private=allowed, contact=settings.CONTACT_URL, resolver=resolver) as client:
            log: list[LogLine] = []
            async with _shown(claimed.visit, log):
                ports = ports_of(source, allowed, turn, claimed.held_until)
                result = await visit_source(source, client, ports, log=log)
        return Done(claimed, turn, report_of(result, source, timezone.now()))
    except Exception as error:
        logger.exception("visit of %s failed", source.url)
        return Done(claimed, turn, fault=f"{type(error).__name__}: {error}")


def _finish(done: Sequence[Done]) -> None:
    """Write down what came of visits: those that brought nothing at once, each other in a transaction of its own."""
    now = timezone.now()
    rests = {one.turn.domain: now + timedelta(seconds=one.turn.wait(time.monotonic(), 0.0)) for one in done}
    rest_domains(rests=rests, held_until=[one.claimed.held_until for one in done])
    quiet = [(one.claimed.visit, one.report) for one in done if one.report and not one.report.brings_something]
    if quiet:
        _finish_quiet(quiet, now)
    for one in done:
        if one.fault:
            VISITS.fail(one.claimed.visit, one.fault, now=now)
        elif one.report and one.report.brings_something:
            _finish_one(one.claimed, one.report)


def _finish_quiet(quiet: list[tuple[Visit, Report]], now: datetime) -> None:
    closed = finish_visits(finished=quiet, now=now)
    for planned, _report in quiet:
        if planned.pk not in closed:
            logger.info("visit %s was taken over", planned.pk)


def _finish_one(claimed: Claimed, report: Report) -> None:
    try:
        finish_visit(visit=claimed.visit, report=report, now=timezone.now())
    except LeaseLostError:
        logger.info("visit %s was taken over", claimed.visit.pk)
    except Exception as error:
        logger.exception("visit of %s could not be stored", claimed.visit.source.url)
        VISITS.fail(claimed.visit, f"{type(error).__name__}: {error}", now=timezone.now())


@asynccontextmanager
async def _shown(planned: Visit, log: list[LogLine]) -> AsyncIterator[None]:
    """Write the log down while a visit goes on: soon where somebody waits to see it, else where it takes long."""
    telling = asyncio.create_task(_tell(planned, log, LOOK_AGAIN if planned.is_watched else TELL_EVERY))
    try:
        yield
    finally:
        telling.cancel()
        with suppress(asyncio.CancelledError):
            await telling


async def _tell(planned: Visit, log: list[LogLine], every: float) -> None:
    told: list[LogLine] = []
    while True:
        await asyncio.sleep(every)
        if log != told:
            told = list(log)
            await sync_to_async(show_progress)(visit=planned, log=[line.as_json() for line in told])


async def visit_source(
    source: Source, client: Client, ports: Ports, limits: VisitLimits = LIMITS, log: list[LogLine] | None = None
) -> VisitResult:
    """Read what is new at a source; writes nothing but whose turn the domain is and its robots.txt."""
    if source.kind == "imap":
        open_to = await sync_to_async(allowed_private_hosts)()
        definition = full_definition(source)
        return await visit_mailbox(definition, state=source.state, now=timezone.now(), ports=ports, allowed=open_to)
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
    secrets = list(unsealed(source).values())
    return Report(
        outcome=result.outcome,
        detail=blotted_text(result.detail, secrets),
        http_status=result.http_status,
        requests=result.requests,
        bytes_received=result.bytes_received,
        retry_after=result.retry_after,
        state={} if has_hope(missed) and not result.goes_on else result.state,
        missed=missed,
        log=[blotted_said(line.as_json(), secrets) for line in result.log],
        items=result.items,
        hints=result.hints,
        glimpsed=result.glimpsed,
    )
