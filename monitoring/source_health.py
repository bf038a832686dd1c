"""How well sources are read: state, latency and volume per source, in few queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection

from monitoring.models import DOWN_AFTER, HIDING_OUTCOMES, Subscription, Visit
from sentinel.core.models import Workspace

DAY = timedelta(hours=24)
NORM = timedelta(hours=1)  # published → captured
HOURS = 24
STRETCHES_SHOWN = 60

State = Literal["parked", "blocked", "down", "late", "retrying", "waiting", "ok", "paused"]
HIDDEN: tuple[State, ...] = ("parked", "blocked", "down")  # nothing is seen of them
TROUBLE: tuple[State, ...] = (*HIDDEN, "late", "retrying")
ORDER: tuple[State, ...] = (*TROUBLE, "waiting", "ok", "paused")


@dataclass(frozen=True, slots=True)
class Latency:
    """Published → captured, over `posts` posts, of which `within` kept the norm."""

    median: timedelta
    p95: timedelta
    posts: int
    within: int


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How well one subscription is read."""

    subscription: Subscription
    state: State
    latency: Latency | None  # None where no post of the last 24 hours can be measured
    spark: tuple[int, ...]  # posts that the source brought per hour, oldest first
    visit: Visit | None  # the one that is planned or under way
    is_visiting: bool

    @property
    def captured(self) -> int:
        """Posts in the last 24 hours."""
        return sum(self.spark)

    @property
    def is_trouble(self) -> bool:
        return self.state in TROUBLE

    @property
    def next_visit_at(self) -> datetime | None:
        """None where none is planned: paused, parked, or under way."""
        coming = self.visit and not self.visit.parked_at and not self.is_visiting
        return self.visit.due_at if self.visit and coming else None

    @property
    def missed(self) -> int:
        """Detail pages that could not be read so far."""
        return len(self.subscription.source.missed)


def state_of(subscription: Subscription, visit: Visit | None, latency: Latency | None) -> State:
    """What a subscription's row says first."""
    source = subscription.source
    if subscription.paused_at:
        return "paused"
    if visit and visit.parked_at:
        return "parked"
    if source.failures:
        if source.outcome in HIDING_OUTCOMES:
            return "blocked"
        return "down" if source.failures >= DOWN_AFTER else "retrying"
    if not source.outcome:
        return "waiting"
    return "late" if latency is not None and latency.p95 > NORM else "ok"


def source_health(workspace: Workspace, now: datetime, subscription_id: int | None = None) -> list[SourceHealth]:
    """Every subscription of the workspace (or one): trouble first, then by name."""
    found = Subscription.objects.filter(workspace=workspace).select_related("workspace", "source", "paused_by")
    subscriptions = list(found.filter(pk=subscription_id) if subscription_id else found)
    sources = [subscription.source_id for subscription in subscriptions]
    latencies, volumes = _latencies(sources, now), _volumes(sources, now)
    visits = {visit.source_id: visit for visit in Visit.objects.open().filter(source__in=sources)}
    health = [_health(one, latencies, volumes, visits.get(one.source_id), now) for one in subscriptions]
    return sorted(health, key=lambda one: (ORDER.index(one.state), one.subscription.name))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Visits one after the other that went alike; those that read something and those that found nothing new are."""

    began: datetime
    ended: datetime
    outcome: str
    detail: str
    visits: int
    new_posts: int
    requests: int
    bytes_received: int


def course_of(source_id: int, since: datetime) -> list[Stretch]:
    """How the visits of a source went since a moment: the newest stretches, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT min(CASE WHEN repeats > 1 THEN COALESCE(started_at, finished_at) ELSE finished_at END),
                      max(finished_at), kind,
                      (array_agg(outcome_detail ORDER BY finished_at DESC))[1],
                      sum(repeats), sum(new_posts), sum(requests), sum(bytes_received)
                 FROM (SELECT *, row_number() OVER (ORDER BY finished_at, id)
                                 - row_number() OVER (PARTITION BY kind ORDER BY finished_at, id) AS stretch
                         FROM (SELECT *, CASE WHEN outcome IN ('unchanged', 'empty') THEN 'ok' ELSE outcome END AS kind
                                 FROM monitoring_visit
                                WHERE source_id = %s AND finished_at > %s) AS finished) AS numbered
                GROUP BY kind, stretch
                ORDER BY 2 DESC
                LIMIT %s""",
            [source_id, since, STRETCHES_SHOWN],
        )
        return [Stretch(*row) for row in cursor.fetchall()]


def late_count(workspace: Workspace, now: datetime) -> int:
    """How many sources are read without failing, but too late."""
    read = Subscription.objects.real().filter(workspace=workspace)
    failing = set(read.failing().values_list("source_id", flat=True))
    sources = [source for source in read.active().values_list("source_id", flat=True) if source not in failing]
    return sum(latency.p95 > NORM for latency in _latencies(sources, now).values())


def share_within_norm(health: Iterable[SourceHealth]) -> float | None:
    """Which share of the posts with a known time was captured within the norm; None without such posts."""
    measured = [one.latency for one in health if one.latency]
    posts = sum(latency.posts for latency in measured)
    return sum(latency.within for latency in measured) / posts if posts else None


def _health(
    subscription: Subscription,
    latencies: dict[int, Latency],
    volumes: dict[int, tuple[int, ...]],
    visit: Visit | None,
    now: datetime,
) -> SourceHealth:
    latency = latencies.get(subscription.source_id)
    return SourceHealth(
        subscription=subscription,
        state=state_of(subscription, visit, latency),
        latency=latency,
        spark=volumes.get(subscription.source_id, (0,) * HOURS),
        visit=visit,
        is_visiting=bool(visit and visit.lease_until and visit.lease_until > now),
    )


def _latencies(sources: list[int], now: datetime) -> dict[int, Latency]:
    """Per source, over what it brought in 24 hours and was published, to the minute, since it is read."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, count(*), count(*) FILTER (WHERE seconds <= %s),
                      percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds)
                 FROM (SELECT sighting.source_id,
                              GREATEST(EXTRACT(EPOCH FROM sighting.captured_at - post.published_at), 0) AS seconds
                         FROM monitoring_sighting sighting
                         JOIN monitoring_post post ON post.id = sighting.post_id
                         JOIN monitoring_source source ON source.id = sighting.source_id
                        WHERE sighting.source_id = ANY(%s) AND sighting.captured_at > %s AND NOT post.is_history
                          AND post.precision IN ('second', 'minute') AND post.published_at >= source.created_at
                      ) AS measured
                GROUP BY source_id""",
            [NORM.total_seconds(), sources, now - DAY],
        )
        return {
            source: Latency(timedelta(seconds=median), timedelta(seconds=p95), posts, within)
            for source, posts, within, (median, p95) in cursor.fetchall()
        }


def _volumes(sources: list[int], now: datetime) -> dict[int, tuple[int, ...]]:
    """Posts that each source brought in each of the last 24 hours."""
    hours: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, floor(EXTRACT(EPOCH FROM %s - captured_at) / 3600)::int AS hours_ago, count(*)
                 FROM monitoring_sighting
                WHERE source_id = ANY(%s) AND captured_at > %s AND captured_at <= %s
                GROUP BY source_id, hours_ago""",
            [now, sources, now - DAY, now],
        )
        for source, hours_ago, posts in cursor.fetchall():
            hours.setdefault(source, [0] * HOURS)[HOURS - 1 - hours_ago] = posts
    return {source: tuple(counts) for source, counts in hours.items()}
