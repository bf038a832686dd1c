"""How well sources are read: state, latency and volume per source, in few queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncHour

from monitoring.models import Post, Subscription, Visit
from sentinel.core.models import Workspace

DAY = timedelta(hours=24)
NORM = timedelta(hours=1)  # published → captured
HOURS = 24
DOWN_AFTER = 3  # failures in a row
HIDDEN = frozenset({"blocked", "robots", "layout"})  # outcomes that hide a source at once

State = Literal["paused", "waiting", "blocked", "down", "retrying", "late", "ok"]
TROUBLE: tuple[State, ...] = ("blocked", "down", "late", "retrying")


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How well one subscription is read."""

    subscription: Subscription
    state: State
    median: timedelta | None  # published → captured, over the last 24 hours
    p95: timedelta | None
    timed: int  # posts that these were measured on
    captured: int  # posts in the last 24 hours
    spark: tuple[int, ...]  # per hour, oldest first
    last_item_at: datetime | None
    next_visit_at: datetime | None
    is_visiting: bool

    @property
    def is_trouble(self) -> bool:
        return self.state in TROUBLE


def state_of(subscription: Subscription, p95: timedelta | None) -> State:
    """What a subscription's row says first."""
    source = subscription.source
    if subscription.paused_at:
        return "paused"
    if source.failures:
        if source.outcome in HIDDEN:
            return "blocked"
        return "down" if source.failures >= DOWN_AFTER else "retrying"
    if source.last_visit_at is None:
        return "waiting"
    return "late" if p95 is not None and p95 > NORM else "ok"


def source_health(workspace: Workspace, now: datetime, subscription_id: int | None = None) -> list[SourceHealth]:
    """Every subscription of the workspace (or one): trouble first, then by name."""
    found = Subscription.objects.filter(workspace=workspace).select_related("source", "paused_by")
    subscriptions = list(found.filter(pk=subscription_id) if subscription_id else found)
    sources = [subscription.source_id for subscription in subscriptions]
    latencies, volumes = _latencies(sources, now), _volumes(sources, now)
    visits = {visit.source_id: visit for visit in Visit.objects.open().filter(source__in=sources)}
    health = [_health(one, latencies, volumes, visits.get(one.source_id), now) for one in subscriptions]
    order: dict[State, int] = {state: index for index, state in enumerate((*TROUBLE, "waiting", "ok", "paused"))}
    return sorted(health, key=lambda one: (order[one.state], one.subscription.name))


def _health(
    subscription: Subscription,
    latencies: dict[int, tuple[timedelta, timedelta, int]],
    volumes: dict[int, tuple[int, ...]],
    visit: Visit | None,
    now: datetime,
) -> SourceHealth:
    median, p95, timed = latencies.get(subscription.source_id, (None, None, 0))
    spark = volumes.get(subscription.source_id, (0,) * HOURS)
    return SourceHealth(
        subscription=subscription,
        state=state_of(subscription, p95),
        median=median,
        p95=p95,
        timed=timed,
        captured=sum(spark),
        spark=spark,
        last_item_at=subscription.source.last_item_at,
        next_visit_at=visit.due_at if visit else None,
        is_visiting=bool(visit and visit.lease_until and visit.lease_until > now),
    )


def _latencies(sources: list[int], now: datetime) -> dict[int, tuple[timedelta, timedelta, int]]:
    """Median and 95th percentile of published → captured, where the time is known to the minute; per source."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, count(*),
                      percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP
                        (ORDER BY EXTRACT(EPOCH FROM GREATEST(captured_at - published_at, INTERVAL '0')))
                 FROM monitoring_post
                WHERE source_id = ANY(%s) AND captured_at > %s AND precision IN ('second', 'minute') AND NOT is_history
                GROUP BY source_id""",
            [sources, now - DAY],
        )
        return {
            source: (timedelta(seconds=median), timedelta(seconds=p95), count)
            for source, count, (median, p95) in cursor.fetchall()
        }


def _volumes(sources: list[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Posts captured in each of the last 24 hours, per source."""
    hours: dict[int, list[int]] = defaultdict(lambda: [0] * HOURS)
    counted = (
        Post.objects.filter(source__in=sources, captured_at__gt=now - DAY)
        .annotate(hour=TruncHour("captured_at"))
        .values_list("source_id", "hour")
        .annotate(posts=Count("pk"))
    )
    for source, hour, posts in counted:
        index = HOURS - 1 - int((now - hour).total_seconds() // 3600)
        hours[source][max(index, 0)] += posts
    return {source: tuple(counts) for source, counts in hours.items()}
