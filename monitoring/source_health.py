"""How well sources are read: state, latency and volume per source and per channel, in few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.db import connection
from django.db.models import F, Func, JSONField, Q, QuerySet, Value

from monitoring.models import CHANNELS, WEAK_KINDS, SourceHabit, SourceNotice, Subscription, Visit, failure_kind
from monitoring.operations.health import Missed, hours_of, missed_of
from monitoring.queries.latencies import HOURS, NORM, Latency, Measured, measured
from sentinel.core.models import Workspace

COMPARED_HOURS = 3  # seen against expected
STRETCHES_SHOWN = 60
HABIT_LASTS = 2.0  # hours

State = Literal[
    "parked", "blocked", "login", "robots", "layout", "down",
    "late", "empty", "quiet", "retrying", "waiting", "unsent", "ok", "paused",
]  # fmt: skip
HIDDEN: tuple[State, ...] = ("parked", "blocked", "login", "robots", "layout", "down")  # nothing is seen of them
WEAK: tuple[State, ...] = ("empty", "quiet")
TROUBLE: tuple[State, ...] = (*HIDDEN, "late", *WEAK, "retrying")
FINE: tuple[State, ...] = ("waiting", "unsent", "ok")  # not visited yet; nothing was sent to it yet
ORDER: tuple[State, ...] = (*TROUBLE, *FINE, "paused")

Triple = tuple[float, float, float]  # 10th percentile, expected, 90th percentile


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How well one subscription is read."""

    subscription: Subscription
    state: State
    latency: Latency | None  # None where no post of the last 24 hours can be measured
    spark: tuple[int, ...]  # new posts that the source brought per hour, oldest first; history apart
    band: tuple[Triple, ...]  # what it usually brings in these hours; empty where too little is known
    expected: Triple | None  # what it usually brings in the last three
    since: datetime | None  # since when nothing, or too little, is seen
    unseen: Missed | None  # what we estimate not to have seen since then
    notice: SourceNotice | None
    visit: Visit | None  # the one that is planned or under way
    is_visiting: bool

    @property
    def captured(self) -> int:
        """Posts in the last 24 hours."""
        return sum(self.spark)

    @property
    def seen(self) -> int:
        """Posts in the last three hours."""
        return sum(self.spark[-COMPARED_HOURS:])

    @property
    def is_low(self) -> bool:
        """Whether that is less than usual because of what is wrong."""
        return self.since is not None and self.expected is not None and self.seen < self.expected[0]

    @property
    def is_trouble(self) -> bool:
        return self.state in TROUBLE

    @property
    def is_hidden(self) -> bool:
        return self.state in HIDDEN

    @property
    def next_visit_at(self) -> datetime | None:
        """None where none is planned: paused, parked, pushed, or under way."""
        coming = self.visit and not self.visit.parked_at and not self.is_visiting
        return self.visit.due_at if self.visit and coming else None

    @property
    def progress(self) -> tuple[int, int] | None:
        """Of the visit under way how many pages are read, and how many are new in all; None before that is known."""
        pages = getattr(self.visit, "pages", None) if self.is_visiting else None
        return (pages["wanted"] - pages["unread"], pages["wanted"]) if pages else None

    @property
    def wait(self) -> timedelta | None:
        """How long the next visit waits after the last one."""
        last = self.subscription.source.last_visit_at
        return self.next_visit_at - last if self.next_visit_at and last else None

    @property
    def missed(self) -> int:
        """Detail pages that could not be read so far."""
        return len(self.subscription.source.missed)


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """How well the sources of one channel are read together."""

    channel: str
    sources: tuple[SourceHealth, ...]
    latency: Latency | None

    @property
    def fine(self) -> int:
        return sum(one.state in FINE for one in self.sources)

    @property
    def spark(self) -> tuple[int, ...]:
        return tuple(map(sum, zip(*(one.spark for one in self.sources), strict=True)))

    @property
    def band(self) -> tuple[Triple, ...]:
        """The sum of those that have one; a paused source is not expected to bring anything."""
        bands = [one.band for one in self.sources if one.band and one.state != "paused"]
        return tuple(_sum(hour) for hour in zip(*bands, strict=True))

    @property
    def expected(self) -> Triple | None:
        known = [one.expected for one in self.sources if one.expected and one.state != "paused"]
        return _sum(known) if known else None

    @property
    def seen(self) -> int:
        return sum(one.seen for one in self.sources)

    @property
    def last_item_at(self) -> datetime | None:
        moments = [one.subscription.source.last_item_at for one in self.sources]
        return max(filter(None, moments), default=None)

    @property
    def next_visit_at(self) -> datetime | None:
        return min(filter(None, (one.next_visit_at for one in self.sources)), default=None)

    @property
    def is_visiting(self) -> bool:
        return any(one.is_visiting for one in self.sources)

    @property
    def is_pushed(self) -> bool:
        """Whether all of them come by themselves."""
        return all(one.subscription.source.is_pushed for one in self.sources)


def state_of(
    subscription: Subscription, visit: Visit | None, latency: Latency | None, notice: SourceNotice | None = None
) -> State:
    """What a subscription's row says first."""
    source = subscription.source
    if subscription.paused_at:
        return "paused"
    if visit and visit.parked_at:
        return "parked"
    if source.failures:
        return failure_kind(source.outcome, source.failures)  # type: ignore[return-value]
    if source.is_pushed and not source.last_item_at:
        return "unsent"
    if not source.is_pushed and not source.outcome:
        return "waiting"
    if notice and notice.kind in WEAK_KINDS:
        return notice.kind  # type: ignore[return-value]
    return "late" if latency is not None and latency.p95 > NORM else "ok"


def source_health(workspace: Workspace, now: datetime, subscription_id: int | None = None) -> list[SourceHealth]:
    """Every subscription of the workspace (or one): trouble first, then by name."""
    return _coverage(workspace, now, subscription_id)[0]


def coverage(workspace: Workspace, now: datetime) -> tuple[list[SourceHealth], list[ChannelHealth]]:
    """Every subscription, and those of the real world by channel; a channel that nothing is read of is left out."""
    health, latencies = _coverage(workspace, now)
    channels = []
    for channel in CHANNELS:
        mine = [one for one in health if one.subscription.channel == channel and not one.subscription.source.is_drill]
        if mine:
            channels.append(ChannelHealth(channel, tuple(mine), latencies.get(channel)))
    return health, channels


def _coverage(
    workspace: Workspace, now: datetime, subscription_id: int | None = None
) -> tuple[list[SourceHealth], dict[str, Latency]]:
    found = Subscription.objects.filter(workspace=workspace).select_related("workspace", "source", "paused_by")
    subscriptions = list(found.filter(pk=subscription_id) if subscription_id else found)
    seen = measured(subscriptions, now)
    sources = [one.source_id for one in subscriptions]
    visits = {visit.source_id: visit for visit in _open_visits(sources)}
    habits = {one.pk: one for one in SourceHabit.objects.filter(source__in=sources).defer("posts")}
    weak = Q(kind__in=WEAK_KINDS, ended_at=None)
    notices = {one.source_id: one for one in SourceNotice.objects.filter(weak, source__in=sources)}
    health = [
        _health(one, seen, visits.get(one.source_id), habits.get(one.source_id), notices.get(one.source_id), now)
        for one in subscriptions
    ]
    health = _with_estimates(health, now)
    return sorted(health, key=lambda one: (ORDER.index(one.state), one.subscription.name)), seen.by_channel


def _open_visits(sources: Iterable[int]) -> QuerySet[Visit]:
    """The visit of each source that is planned or under way, with how far its `pages` are instead of its whole log."""
    told = Func(
        F("log"),
        Value('$[*] ? (@.what == "details").said'),
        function="jsonb_path_query_first",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=JSONField(),
    )
    return Visit.objects.open().filter(source__in=sources).defer("log").annotate(pages=told)


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
    """How many sources are read without failing and bring what they usually do, but too late."""
    read = Subscription.objects.real().filter(workspace=workspace)
    troubled = read.failing().values("pk").union(read.weak().values("pk"))
    others = {pk for (pk,) in troubled.values_list("pk")}
    working = [one for one in read.active().select_related("source") if one.pk not in others]
    return sum(latency.p95 > NORM for latency in measured(working, now).by_source.values())


def share_within_norm(health: Iterable[SourceHealth]) -> float | None:
    """Which share of the posts with a known time was captured within the norm; None without such posts."""
    known = [one.latency for one in health if one.latency]
    posts = sum(latency.posts for latency in known)
    return sum(latency.within for latency in known) / posts if posts else None


def unseen_in_all(health: Iterable[SourceHealth]) -> Missed | None:
    """What we estimate not to have seen of all of them: the sum of the ranges; None where there is no estimate."""
    known = [one.unseen for one in health if one.unseen]
    if not known:
        return None
    return Missed(sum(one.low for one in known), sum(one.high for one in known), min(one.days for one in known))


# --- what a row is made of --------------------------------------------------------------------------------------------


def _health(
    subscription: Subscription,
    seen: Measured,
    visit: Visit | None,
    habit: SourceHabit | None,
    notice: SourceNotice | None,
    now: datetime,
) -> SourceHealth:
    source = subscription.source
    latency = seen.by_source.get(source.pk)
    state = state_of(subscription, visit, latency, notice)
    since = None
    if state in HIDDEN:
        since = source.last_success_at or source.failing_since or (visit.parked_at if visit else None)
    elif state in WEAK and notice:
        since = notice.began_at
    age = hours_of(now) - hours_of(habit.hour) if habit else HABIT_LASTS
    is_known = habit is not None and 0 <= age < HABIT_LASTS
    return SourceHealth(
        subscription=subscription,
        state=state,
        latency=latency,
        spark=seen.volumes.get(source.pk, (0,) * HOURS),
        band=_sliding(habit.band, age) if habit and is_known and habit.band else (),
        expected=_between(habit.three, age) if habit and is_known and habit.three else None,
        since=since,
        unseen=None,
        notice=notice,
        visit=visit,
        is_visiting=bool(visit and visit.lease_until and visit.lease_until > now),
    )


def _sliding(band: Sequence[Sequence[float]], age: float) -> tuple[Triple, ...]:
    """The 24 hours up to now from clock hours, of which the last but one ended `age` hours ago."""
    return tuple(_between(band, len(band) - 1 + age - back) for back in range(HOURS, 0, -1))


def _between(known: Sequence[Sequence[float]], place: float) -> Triple:
    low = min(int(place), len(known) - 1)
    high = min(low + 1, len(known) - 1)
    one, other, part = known[low], known[high], place - low
    first, second, third = (a + (b - a) * part for a, b in zip(one, other, strict=True))
    return first, second, third


def _sum(triples: Iterable[Triple]) -> Triple:
    low, expected, high = (sum(column) for column in zip(*triples, strict=True))
    return low, expected, high


def _with_estimates(health: list[SourceHealth], now: datetime) -> list[SourceHealth]:
    """With what is estimated to be unseen of those that are hidden or weak."""
    blind = {one.subscription.source_id: one.since for one in health if one.since and one.state in (*HIDDEN, *WEAK)}
    if not blind:
        return health
    seen = _seen_since(blind, now)
    habits = SourceHabit.objects.filter(source__in=blind)
    unseen = {one.pk: missed_of(one, blind[one.pk], seen.get(one.pk, 0), now) for one in habits}
    return [replace(one, unseen=unseen.get(one.subscription.source_id)) for one in health]


def _seen_since(moments: dict[int, datetime], now: datetime) -> dict[int, int]:
    """New posts that each source brought since its own moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT mine.source_id, count(*)
                 FROM unnest(%s::bigint[], %s::timestamptz[]) AS mine(source_id, since)
                 JOIN monitoring_sighting AS sighting
                   ON sighting.source_id = mine.source_id AND sighting.captured_at > mine.since
                      AND sighting.captured_at <= %s
                 JOIN monitoring_post AS post ON post.id = sighting.post_id AND NOT post.is_history
                GROUP BY 1""",
            [list(moments), list(moments.values()), now],
        )
        return dict(cursor.fetchall())
