"""What visits leave behind, written for many at once: their rows, what their sources are like now, and what comes next.

A visit that found nothing new joins the one before it that day: a source that is asked every two minutes and says
nothing grows no table.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from monitoring.models import Source, Visit
from monitoring.sources.items import Item
from monitoring.visiting.schedule import Hints

FINE_OUTCOMES = ("ok", "unchanged", "empty")  # a search may find nothing
QUIET = "unchanged"


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
    hints: Hints = field(default_factory=Hints)
    glimpsed: list[Item] = field(default_factory=list)  # whose figures a list shows, known or not

    @property
    def succeeded(self) -> bool:
        return self.outcome in FINE_OUTCOMES

    @property
    def brings_something(self) -> bool:
        """Whether there are posts, or figures of posts, to be stored."""
        return bool(self.items or self.glimpsed)

    @property
    def lost_a_field(self) -> bool:
        """Whether the page was read, but a field that was always filled is in none of the posts."""
        return self.outcome == "layout" and bool(self.items)


@dataclass(frozen=True, slots=True)
class Closing:
    """A leased visit with what is to be written of it; `due_at` of the next visit is None where nobody wants one."""

    visit: Visit
    source: Source
    report: Report
    due_at: datetime | None
    failures: int
    interval: int
    rhythm: dict[str, Any]
    filled: dict[str, float]
    new_posts: int = 0
    has_brought: bool = False


def close_visits(closings: Sequence[Closing], now: datetime) -> set[int]:
    """Write all of it, in the caller's transaction; the visits that were still leased to us (the others are lost)."""
    quiet = _joinable(closings, now)
    closed = _join([one for one in closings if one.visit.pk in quiet], quiet, now)
    finished = _finish([one for one in closings if one.visit.pk not in quiet], now)
    Visit.objects.bulk_create(
        Visit(source=one.source, due_at=one.due_at) for one in closings if one.visit.pk in finished
    )
    closed |= finished
    _note_sources([one for one in closings if one.visit.pk in closed], now)
    return closed


def _joinable(closings: Sequence[Closing], now: datetime) -> dict[int, int]:
    """Visit → the finished visit of the same source and day that it repeats."""
    quiet = {one.source.pk: one.visit.pk for one in closings if one.report.outcome == QUIET and one.due_at}
    if not quiet:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT wanted.source_id, last.id
                 FROM unnest(%s::bigint[]) AS wanted(source_id),
                      LATERAL (SELECT id, outcome, finished_at FROM monitoring_visit
                                WHERE source_id = wanted.source_id AND finished_at IS NOT NULL
                                ORDER BY finished_at DESC LIMIT 1) AS last
                WHERE last.outcome = %s AND last.finished_at >= %s""",
            [list(quiet), QUIET, now.replace(hour=0, minute=0, second=0, microsecond=0)],
        )
        return {quiet[source]: last for source, last in cursor.fetchall()}


def _join(closings: Sequence[Closing], onto: dict[int, int], now: datetime) -> set[int]:
    """Give the lease back with the time of the next visit, and count this one with the visit that it repeats."""
    if not closings:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_visit AS visit
                  SET due_at = done.due_at, lease_until = NULL, attempt = 0, error = '', started_at = NULL,
                      is_watched = FALSE, log = '[]'
                 FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS done(id, lease_until, due_at)
                WHERE visit.id = done.id AND visit.lease_until = done.lease_until
               RETURNING visit.id""",
            [
                [one.visit.pk for one in closings],
                [one.visit.lease_until for one in closings],
                [one.due_at for one in closings],
            ],
        )
        ours = {pk for (pk,) in cursor.fetchall()}
        joining = [one for one in closings if one.visit.pk in ours]
        cursor.execute(
            """UPDATE monitoring_visit AS visit
                  SET repeats = visit.repeats + 1, finished_at = %s, http_status = done.http_status,
                      requests = LEAST(visit.requests::bigint + done.requests, 2147483647),
                      bytes_received = LEAST(visit.bytes_received::bigint + done.bytes, 2147483647),
                      log = done.log::jsonb
                 FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::text[])
                      AS done(id, http_status, requests, bytes, log)
                WHERE visit.id = done.id""",
            [
                now,
                [onto[one.visit.pk] for one in joining],
                [one.report.http_status for one in joining],
                [one.report.requests for one in joining],
                [one.report.bytes_received for one in joining],
                [json.dumps(one.report.log) for one in joining],
            ],
        )
    return ours


def _finish(closings: Sequence[Closing], now: datetime) -> set[int]:
    if not closings:
        return set()
    reports = [one.report for one in closings]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_visit AS visit
                  SET due_at = NULL, lease_until = NULL, attempt = 0, error = '', finished_at = %s,
                      outcome = done.outcome, outcome_detail = done.detail, http_status = done.http_status,
                      requests = done.requests, bytes_received = done.bytes, items = done.items,
                      new_posts = done.new_posts, log = done.log::jsonb
                 FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::int[], %s::int[], %s::int[],
                             %s::int[], %s::int[], %s::text[])
                      AS done(id, lease_until, outcome, detail, http_status, requests, bytes, items, new_posts, log)
                WHERE visit.id = done.id AND visit.lease_until = done.lease_until
               RETURNING visit.id""",
            [
                now,
                [one.visit.pk for one in closings],
                [one.visit.lease_until for one in closings],
                [report.outcome for report in reports],
                [report.detail[:300] for report in reports],
                [report.http_status for report in reports],
                [report.requests for report in reports],
                [report.bytes_received for report in reports],
                [len(report.items) for report in reports],
                [one.new_posts for one in closings],
                [json.dumps(report.log) for report in reports],
            ],
        )
        return {pk for (pk,) in cursor.fetchall()}


def _note_sources(closings: Sequence[Closing], now: datetime) -> None:
    """What the last visit says of each source; JSON that stays as it is is not written again."""
    if not closings:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_source AS source
                  SET last_visit_at = %(now)s,
                      last_success_at = CASE WHEN done.failures = 0 THEN %(now)s ELSE source.last_success_at END,
                      last_item_at = CASE WHEN done.has_brought THEN %(now)s ELSE source.last_item_at END,
                      failing_since = CASE WHEN done.failures > 0 THEN COALESCE(source.failing_since, %(now)s) END,
                      failures = done.failures, outcome = done.outcome, outcome_detail = done.detail,
                      interval = done.interval, rest_until = done.rest_until,
                      state = COALESCE(done.state::jsonb, source.state),
                      missed = COALESCE(done.missed::jsonb, source.missed),
                      rhythm = COALESCE(done.rhythm::jsonb, source.rhythm),
                      filled = COALESCE(done.filled::jsonb, source.filled)
                 FROM unnest(%(ids)s::bigint[], %(failures)s::int[], %(brought)s::bool[], %(outcomes)s::text[],
                             %(details)s::text[], %(intervals)s::int[], %(rests)s::timestamptz[],
                             %(states)s::text[], %(missed)s::text[], %(rhythms)s::text[], %(filled)s::text[])
                      AS done(id, failures, has_brought, outcome, detail, interval, rest_until,
                              state, missed, rhythm, filled)
                WHERE source.id = done.id""",
            {
                "now": now,
                "ids": [one.source.pk for one in closings],
                "failures": [one.failures for one in closings],
                "brought": [one.has_brought for one in closings],
                "outcomes": [one.report.outcome for one in closings],
                "details": [one.report.detail[:300] for one in closings],
                "intervals": [one.interval for one in closings],
                "rests": [_rest_after(one.report, now) for one in closings],
                "states": [_changed(one.source.state, _state_after(one)) for one in closings],
                "missed": [_changed(one.source.missed, one.report.missed) for one in closings],
                "rhythms": [_changed(one.source.rhythm, one.rhythm) for one in closings],
                "filled": [_changed(one.source.filled, one.filled) for one in closings],
            },
        )


def _rest_after(report: Report, now: datetime) -> datetime | None:
    return now + timedelta(seconds=report.retry_after) if report.retry_after else None


def _state_after(one: Closing) -> dict[str, Any]:
    """A visit that failed may ask for what changed since the last that did not; one that lost a field reads all."""
    if one.report.succeeded:
        return one.report.state
    return {} if one.report.lost_a_field else one.source.state


def _changed(before: Any, after: Any) -> str | None:
    return None if before == after else json.dumps(after)
