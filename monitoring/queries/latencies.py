"""What came in the last 24 hours: how long after its publication, and how much in each hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from monitoring.models import Subscription

DAY = timedelta(hours=24)
NORM = timedelta(hours=1)  # published → captured
HOURS = 24


@dataclass(frozen=True, slots=True)
class Latency:
    """Published → captured, over `posts` posts, of which `within` kept the norm."""

    median: timedelta
    p95: timedelta
    posts: int
    within: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Latencies by source and by channel, and posts per hour by source, of the last 24 hours."""

    by_source: dict[int, Latency]
    by_channel: dict[str, Latency]
    volumes: dict[int, tuple[int, ...]]


def measured(subscriptions: Sequence[Subscription], now: datetime) -> Measured:
    """Posts count where they are no history; latencies where the source published them, to the minute, since it is
    read, so that what a site showed before says nothing about how late we are. Drills have no channel."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, channel, hours_ago, count(*), count(seconds), count(*) FILTER (WHERE seconds <= %s),
                      percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds)
                 FROM (SELECT source.id AS source_id, mine.channel,
                              floor(EXTRACT(EPOCH FROM %s - sighting.captured_at) / 3600)::int AS hours_ago,
                              CASE WHEN post.precision IN ('second', 'minute')
                                        AND post.published_at >= source.created_at
                                   THEN GREATEST(EXTRACT(EPOCH FROM sighting.captured_at - post.published_at), 0)
                              END AS seconds
                         FROM unnest(%s::bigint[], %s::text[]) AS mine(source_id, channel)
                         JOIN monitoring_source AS source ON source.id = mine.source_id
                         JOIN monitoring_sighting AS sighting
                           ON sighting.source_id = source.id AND sighting.captured_at > %s
                              AND sighting.captured_at <= %s
                         JOIN monitoring_post AS post ON post.id = sighting.post_id AND NOT post.is_history
                      ) AS seen
                GROUP BY GROUPING SETS ((source_id), (channel), (source_id, hours_ago))""",
            [
                NORM.total_seconds(),
                now,
                [one.source_id for one in subscriptions],
                ["" if one.source.is_drill else one.channel for one in subscriptions],
                now - DAY,
                now,
            ],
        )
        return _sorted_out(cursor.fetchall())


def _sorted_out(rows: Iterable[tuple[int | None, str | None, int | None, int, int, int, list[float]]]) -> Measured:
    found = Measured({}, {}, {})
    hours: dict[int, list[int]] = {}
    for source, channel, hours_ago, posts, timed, within, percentiles in rows:
        if source is not None and hours_ago is not None:
            hours.setdefault(source, [0] * HOURS)[HOURS - 1 - hours_ago] = posts
        elif timed:
            median, p95 = percentiles
            latency = Latency(timedelta(seconds=median), timedelta(seconds=p95), timed, within)
            if source is not None:
                found.by_source[source] = latency
            else:
                found.by_channel[str(channel)] = latency
    found.volumes.update((source, tuple(counts)) for source, counts in hours.items())
    return found
