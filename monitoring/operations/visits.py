"""Visits are leases: planned, taken, finished, and the next one planned in the same transaction."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from monitoring.models import Post, Source, Visit
from monitoring.operations.closing import FINE_OUTCOMES, Closing, Report, close_visits
from monitoring.operations.domains import SOON, domain_of_url, hold_domains, release_hosts, rest_domains
from monitoring.operations.pacing import Wishes, wishes_for
from monitoring.operations.posts import Stored, known_glimpses, store_posts
from monitoring.operations.rations import spent_until
from monitoring.operations.volumes import note_volume
from monitoring.sources import KINDS
from monitoring.sources.kinds import ration_of
from monitoring.visiting.filled import filled_after, lost_field
from monitoring.visiting.onward import goes_on
from monitoring.visiting.schedule import after_skipped_hours, floor_of, learned, wait_for
from sentinel.core.stages import LeaseLostError, Stage

__all__ = [
    "FINE_OUTCOMES",
    "VISITS",
    "Claimed",
    "Report",
    "claim_visits",
    "finish_visit",
    "finish_visits",
    "forget_old_visits",
    "plan_missing_visits",
]

KEPT = timedelta(days=14)
KEPT_SINGLY = timedelta(days=2)  # afterwards visits that went well are one row for a stretch of a day
EXACT = frozenset({"second", "minute", "hour"})
ONWARD = 5.0  # seconds until a visit goes on whose site leaves no time for more at once
LATEST = timedelta(hours=31)  # no visit is planned later: a day, and six hours in which a feed wants no visit
LONGEST_LEASE = timedelta(minutes=10)
LOOKED_AT = 4  # due visits for each that can be taken: those of one domain take turns


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
class Claimed:
    """A leased visit, and the domain that is held for it until the lease ends and may be asked from `free_at` on."""

    visit: Visit
    domain: str
    free_at: datetime

    @property
    def held_until(self) -> datetime:
        assert self.visit.lease_until is not None
        return self.visit.lease_until


def claim_visits(*, now: datetime, limit: int) -> list[Claimed]:
    """Lease visits that are due, the oldest first, at most one for each domain that nobody else is asking."""
    due = _due_by_domain(now, limit)
    if not due:
        return []
    with transaction.atomic():
        free = hold_domains(names=due, until=now + VISITS.lease, now=now)
        visits = VISITS.claim(now=now, limit=limit, among=[due[name] for name in free])
        claimed = [visit.pk for visit in visits]
        Visit.objects.filter(pk__in=claimed).update(started_at=now)
        for name in [name for name in free if due[name] not in claimed]:  # somebody else has the visit
            rest_domains(rests={name: free[name]}, held_until=[now + VISITS.lease])
    domains = {pk: name for name, pk in due.items()}
    return [Claimed(visit, domains[visit.pk], free[domains[visit.pk]]) for visit in visits]


def _due_by_domain(now: datetime, limit: int) -> dict[str, int]:
    """Domain → its visit that is due for longest, of domains that are free now or soon."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT visit.id, source.id, source.domain, source.url
                 FROM monitoring_visit AS visit
                 JOIN monitoring_source AS source ON source.id = visit.source_id
                 LEFT JOIN monitoring_host AS host ON host.name = source.domain
                WHERE visit.due_at <= %(now)s AND visit.parked_at IS NULL
                  AND (visit.lease_until IS NULL OR visit.lease_until < %(now)s)
                  AND (host.busy_until IS NULL OR host.busy_until <= %(now)s)
                  AND (host.free_at IS NULL OR host.free_at <= %(soon)s)
                ORDER BY visit.due_at
                LIMIT %(most)s""",
            {"now": now, "soon": now + SOON, "most": limit * LOOKED_AT},
        )
        rows = cursor.fetchall()
    found: dict[str, int] = {}
    for visit, source, known, url in rows:
        domain = known or domain_of_url(url)
        if not known:
            Source.objects.filter(pk=source).update(domain=domain)
        found.setdefault(domain, visit)
    return dict(list(found.items())[:limit])


@transaction.atomic
def finish_visit(*, visit: Visit, report: Report, now: datetime) -> Stored:
    """Store what a visit found and plan the next; raises LeaseLostError when another worker took the visit over."""
    source = _locked([visit]).get(visit.source_id)
    if source is None:
        raise LeaseLostError(VISITS.name)  # its drill was removed meanwhile
    items = [*report.items, *known_glimpses(source, report.glimpsed)]
    stored = store_posts(source=source, items=items, now=now)
    if stored.new:
        fresh = Post.objects.filter(source=source, captured_at=now, is_history=False).count()
        note_volume(source=source, stored_new=fresh, now=now)
    lost = lost_field(source.filled, report.items) if report.succeeded else ""
    if lost:
        report = replace(report, outcome="layout", detail=f"lost: {lost}", state={})
    wishes = wishes_for([source.pk]).get(source.pk)
    if not close_visits([_closing(visit, source, report, wishes, stored, now)], now):
        raise LeaseLostError(VISITS.name)
    return stored


@transaction.atomic
def finish_visits(*, finished: Sequence[tuple[Visit, Report]], now: datetime) -> set[int]:
    """Finish many visits that brought nothing, at once; those of them (by key) that were still leased to us."""
    sources = _locked([visit for visit, _report in finished])
    wishes = wishes_for(sources)
    closings = [
        _closing(visit, sources[visit.source_id], report, wishes.get(visit.source_id), NOTHING_STORED, now)
        for visit, report in finished
        if visit.source_id in sources
    ]
    return close_visits(closings, now)


NOTHING_STORED = Stored(new=0, edited=0, brought=0)


def _locked(visits: Iterable[Visit]) -> dict[int, Source]:
    wanted = Source.objects.filter(pk__in=[visit.source_id for visit in visits])
    return {source.pk: source for source in wanted.select_for_update(of=("self",), no_key=True).order_by("pk")}


def _closing(
    visit: Visit, source: Source, report: Report, wishes: Wishes | None, stored: Stored, now: datetime
) -> Closing:
    """What is to be written of a visit; the next is due after the interval, or a back-off that never ends."""
    failures = 0 if report.succeeded else source.failures + 1
    rhythm = _rhythm_after(source, report, stored, now)
    interval = wishes.interval(source, rhythm, now) if wishes else source.interval
    return Closing(
        visit=visit,
        source=source,
        report=report,
        due_at=_due(source, report, wishes, interval, rhythm, failures, now) if wishes else None,
        failures=failures,
        interval=interval,
        rhythm=rhythm,
        filled=filled_after(source.filled, report.items),
        new_posts=stored.new,
        has_brought=bool(stored.brought),
    )


def _due(
    source: Source,
    report: Report,
    wishes: Wishes,
    interval: int,
    rhythm: dict[str, Any],
    failures: int,
    now: datetime,
) -> datetime:
    is_onward = report.succeeded and goes_on(report.state)
    floor = 0.0 if is_onward else wishes.floor(floor_of(rhythm, report.hints))
    wait = wait_for(
        interval=ONWARD if is_onward else interval,
        floor=max(floor, _quota_of(source)),
        failures=0 if report.lost_a_field else failures,  # it is still read, so no more rarely
        asked=max(report.retry_after or 0.0, _rationed(source, now)),
        luck=random.random(),  # noqa: S311
    )
    due = now + timedelta(seconds=wait)
    return after_skipped_hours(due, rhythm) if wishes.fixed is None else due


def _rationed(source: Source, now: datetime) -> float:
    """Seconds until the customer's key allows the next visit: a ration, and what tests took of it beforehand."""
    ration = ration_of(KINDS[source.kind], source.definition)
    spent = spent_until(source, now) if ration else None
    return max(ration, (spent - now).total_seconds()) if spent else ration


def _quota_of(source: Source) -> float:
    """Seconds between two visits that the customer's key allows, for a kind that is rationed."""
    rationed = getattr(KINDS.get(source.kind), "least_interval", None)
    return float(rationed(source.definition)) if rationed else 0.0


def _rhythm_after(source: Source, report: Report, stored: Stored, now: datetime) -> dict[str, Any]:
    if not report.succeeded:
        return dict(source.rhythm)
    dated = [item.published_at for item in report.items if item.published_at and item.precision in EXACT]
    return learned(
        source.rhythm,
        published=dated,
        undated=0 if dated else stored.new,
        since=source.last_success_at,
        hints=report.hints,
        now=now,
    )


def plan_missing_visits(*, now: datetime) -> int:
    """Mend what must never be: a source that somebody reads and no visit will come to, a visit that nobody waits for,
    and what was planned or leased by a clock that was far ahead.

    How many sources got their visit. Parked visits stay: they wait on a screen that people see.
    """
    wanted = Source.objects.wanted()
    waiting = Visit.objects.open()
    of_another_clock = Q(due_at__gt=now + LATEST) | Q(lease_until__gt=now + LONGEST_LEASE)
    waiting.filter(of_another_clock, due_at__isnull=False).update(due_at=now, lease_until=None)
    release_hosts(now=now)
    waiting.filter(due_at__isnull=False).exclude(source__in=wanted).update(due_at=None)
    without = wanted.filter(~Exists(waiting.filter(source=OuterRef("pk"))))
    Visit.objects.bulk_create([Visit(source=source, due_at=None) for source in without], ignore_conflicts=True)
    return waiting.filter(due_at__isnull=True, parked_at__isnull=True, source__in=wanted).update(due_at=now)


def forget_old_visits(*, now: datetime) -> int:
    """Delete visits that nobody will ask about, and make one row of those that went well in a row; how many went."""
    gone = Visit.objects.filter(finished_at__lt=now - KEPT).delete()[0]
    return gone + _compact(now)


@transaction.atomic
def _compact(now: datetime) -> int:
    """Of visits that went well one after the other on one day the last row stays, and stands for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH numbered AS (
                   SELECT id, source_id, finished_at, outcome = ANY(%(fine)s) AS is_fine, repeats, requests,
                          bytes_received, items, new_posts, COALESCE(started_at, finished_at) AS began,
                          date_trunc('day', finished_at, 'UTC') AS day,
                          row_number() OVER (PARTITION BY source_id ORDER BY finished_at, id)
                            - row_number() OVER (PARTITION BY source_id, outcome = ANY(%(fine)s)
                                                 ORDER BY finished_at, id) AS stretch
                     FROM monitoring_visit WHERE finished_at < %(until)s),
               merged AS (
                   SELECT (array_agg(id ORDER BY finished_at DESC, id DESC))[1] AS kept, array_agg(id) AS ids,
                          sum(repeats) AS repeats, sum(requests) AS requests, sum(bytes_received) AS bytes,
                          sum(items) AS items, sum(new_posts) AS new_posts, min(began) AS began
                     FROM numbered WHERE is_fine GROUP BY source_id, day, stretch HAVING count(*) > 1),
               updated AS (
                   UPDATE monitoring_visit AS visit
                      SET outcome = 'ok', repeats = merged.repeats, new_posts = merged.new_posts, log = '[]',
                          started_at = merged.began,
                          requests = LEAST(merged.requests, 2147483647), items = LEAST(merged.items, 2147483647),
                          bytes_received = LEAST(merged.bytes, 2147483647)
                     FROM merged WHERE visit.id = merged.kept)
               DELETE FROM monitoring_visit USING merged
                WHERE id = ANY(merged.ids) AND id <> merged.kept""",
            {"fine": list(FINE_OUTCOMES), "until": now - KEPT_SINGLY},
        )
        return int(cursor.rowcount)
