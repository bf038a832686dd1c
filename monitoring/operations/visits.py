"""Visits are leases: planned, taken, finished, and the next one planned in the same transaction."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from monitoring.models import Host, Source, Visit
from monitoring.operations.posts import Stored, store_posts
from monitoring.sources import KINDS
from monitoring.sources.items import Item
from sentinel.core.stages import LeaseLostError, Stage

LONGEST_BACK_OFF = timedelta(hours=24)
KEPT = timedelta(days=14)
JITTER = 0.1
FINE_OUTCOMES = ("ok", "unchanged", "empty")  # a search may find nothing


def _never_handled(rows: Any, now: datetime) -> None:
    raise NotImplementedError("visits are run by the crawler")


VISITS: Stage[Visit] = Stage(
    name="visit",
    label=_("Visits"),
    model=Visit,
    workspaces="source__subscriptions__workspace",
    handle=_never_handled,
    related=("source",),
    batch=50,
    lease=timedelta(seconds=40),  # a visit takes 24 s at most
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a visit found, as the crawler tells it."""

    outcome: str  # ok, unchanged, or a failure's code
    detail: str = ""
    http_status: int | None = None
    requests: int = 0
    bytes_received: int = 0
    retry_after: float | None = None  # seconds
    state: dict[str, Any] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    missed: dict[str, list[float]] = field(default_factory=dict)  # see monitoring.visiting.missed

    @property
    def succeeded(self) -> bool:
        return self.outcome in FINE_OUTCOMES


def next_delay(source: Source, report: Report, failures: int) -> timedelta:
    """The wait until the next visit: the interval, or a back-off of 1, 2, 4 … minutes that never ends in silence."""
    if report.succeeded:
        wait = timedelta(seconds=source.interval * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
    else:
        wait = max(timedelta(seconds=source.interval), timedelta(minutes=2 ** min(failures - 1, 12)))
    rationed = getattr(KINDS.get(source.kind), "least_interval", None)
    if rationed:
        wait = max(wait, timedelta(seconds=rationed(source.definition)))
    if report.retry_after:
        wait = max(wait, timedelta(seconds=report.retry_after))
    return min(wait, LONGEST_BACK_OFF)


@transaction.atomic
def finish_visit(*, visit: Visit, report: Report, now: datetime) -> Stored:
    """Store what a visit found and plan the next; raises LeaseLostError when another worker took the visit over."""
    source = Source.objects.select_for_update().filter(pk=visit.source_id).first()
    if source is None:
        raise LeaseLostError(VISITS.name)  # its drill was removed meanwhile
    VISITS.finish([visit])
    stored = store_posts(source=source, items=report.items, now=now)
    failures = 0 if report.succeeded else source.failures + 1
    Visit.objects.filter(pk=visit.pk).update(
        due_at=None,
        finished_at=now,
        outcome=report.outcome,
        outcome_detail=report.detail[:300],
        http_status=report.http_status,
        requests=report.requests,
        bytes_received=report.bytes_received,
        items=len(report.items),
        new_posts=stored.new,
        log=report.log,
    )
    _note_outcome(source, report, stored, failures, now)
    wanted = Source.objects.wanted().filter(pk=source.pk).exists()
    Visit.objects.create(source=source, due_at=now + next_delay(source, report, failures) if wanted else None)
    return stored


def _note_outcome(source: Source, report: Report, stored: Stored, failures: int, now: datetime) -> None:
    source.last_visit_at, source.failures, source.missed = now, failures, report.missed
    source.outcome, source.outcome_detail = report.outcome, report.detail[:300]
    if report.succeeded:
        source.last_success_at, source.failing_since, source.state = now, None, report.state
    else:
        source.failing_since = source.failing_since or now
    if stored.brought:
        source.last_item_at = now
    source.save(
        update_fields=[
            "last_visit_at",
            "last_success_at",
            "last_item_at",
            "failing_since",
            "failures",
            "outcome",
            "outcome_detail",
            "state",
            "missed",
        ]
    )


def plan_missing_visits(*, now: datetime) -> int:
    """Mend what must never be: a source that somebody reads and no visit will come to, a visit that nobody waits for.

    How many sources got their visit. Parked visits stay: they wait on a screen that people see.
    """
    wanted = Source.objects.wanted()
    waiting = Visit.objects.open()
    waiting.filter(due_at__isnull=False).exclude(source__in=wanted).update(due_at=None)
    without = wanted.filter(~Exists(waiting.filter(source=OuterRef("pk"))))
    Visit.objects.bulk_create([Visit(source=source, due_at=None) for source in without], ignore_conflicts=True)
    return waiting.filter(due_at__isnull=True, parked_at__isnull=True, source__in=wanted).update(due_at=now)


def begin_visit(*, visit: Visit, now: datetime) -> None:
    """Note when a leased visit began."""
    Visit.objects.filter(pk=visit.pk).update(started_at=now)


def reserve_host(*, host: str, delay: float, now: datetime) -> float:
    """Take the host's next free moment across all workers; the seconds to wait until it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_host AS host (name, free_at) VALUES (%s, %s)
               ON CONFLICT (name) DO UPDATE
               SET free_at = GREATEST(host.free_at, %s) + make_interval(secs => %s)
               RETURNING EXTRACT(EPOCH FROM free_at - %s)""",
            [host, now + timedelta(seconds=delay), now, delay, now],
        )
        (ahead,) = cursor.fetchone()
    return max(float(ahead) - delay, 0.0)


def remember_robots(*, host: str, robots: str | None, status: int | None, now: datetime) -> None:
    """Keep a host's robots.txt for a day."""
    Host.objects.update_or_create(
        name=host,
        defaults={"robots": robots, "robots_status": status, "robots_fetched_at": now},
        create_defaults={"robots": robots, "robots_status": status, "robots_fetched_at": now, "free_at": now},
    )


def forget_old_visits(*, now: datetime) -> int:
    """Delete the log of visits that nobody will ask about."""
    return Visit.objects.filter(finished_at__lt=now - KEPT).delete()[0]
