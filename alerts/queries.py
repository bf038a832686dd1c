"""What the board reads, in few queries: alerts, the figures of their topics, the pulse."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts import board as read
from alerts.clocks import POSITION_WITHIN, position_clock
from alerts.models import Alert, AlertEvent, Evaluation
from alerts.wording import close_reason_text, reason_of, tier_name
from monitoring.health_wording import unseen_sentence
from monitoring.models import Measure, Mention, Post, Subscription, Topic
from monitoring.operations.mentions import bucket_of
from monitoring.operations.posts import PLACED_BY_PUBLICATION
from monitoring.queries.standstill import standstill_since
from sentinel.core.formats import grouped
from sentinel.core.models import Membership, User, Workspace
from sentinel.core.permissions import Permission
from sentinel.core.templatetags.sentinel import clock_text

DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
PULSE_STEP = timedelta(minutes=15)
SPARK_STEP = timedelta(minutes=30)
LEARNED = timedelta(days=7)
LEAST_LEARNED = 96  # a day of pulse buckets, before a usual level is named
CLOSED_SHOWN = 100
STATES: tuple[read.AlertState, ...] = ("open", "claimed", "closed")
NOTES_SHOWN = 4
POSTS_SHOWN = 5


class BoardReader:
    """Reads the board of one workspace for one person at one moment."""

    def __init__(self, membership: Membership, now: datetime, pulse_of: read.PulseOf | None = None) -> None:
        self.workspace: Workspace = membership.workspace
        self.user: User = membership.user
        self.membership = membership
        self.now = now
        self.pulse_of = pulse_of  # None: the real world where it speaks, else the drill

    def board(self, *, tab: read.BoardTab, tier: int | None, alert_id: int | None) -> read.Board:
        """The whole page."""
        queue = self.queue(tab=tab, tier=tier)
        ids = [row.id for group in queue.groups for row in group.rows]
        chosen = alert_id if alert_id in ids else None
        selected = chosen or next(iter(ids), None)
        return read.Board(
            situation=self.situation(),
            pulse=self.pulse(),
            queue=queue,
            selected=self.detail(selected) if selected else None,
            chosen=chosen is not None,
        )

    # --- the sentence and the counts

    def situation(self) -> read.Situation:
        """What needs a person now."""
        alerts = list(self._alerts().open())
        unclaimed = [alert for alert in alerts if alert.claimed_at is None]
        worst = min((alert.tier for alert in unclaimed), default=None)
        at_worst = sum(alert.tier == worst for alert in unclaimed)
        late = [self.now - alert.claim_due_at for alert in unclaimed if alert.claim_due_at < self.now]
        subscriptions = Subscription.objects.active().real().filter(workspace=self.workspace)
        read_now = subscriptions.aggregate(total=Count("pk"), last_visit_at=Max("source__last_visit_at"))
        standstill = standstill_since(self.workspace, read_now["last_visit_at"], self.now)
        return read.Situation(
            counts=tuple(read.TierCount(tier, sum(alert.tier == tier for alert in alerts)) for tier in (1, 2, 3, 4)),
            unclaimed=len(unclaimed),
            worst_tier=worst,
            worst_unclaimed=at_worst,
            others=len(unclaimed) - at_worst,
            overdue=len(late),
            overdue_by=max(late, default=None),
            mine=sum(alert.claimed_by_id == self.user.pk for alert in alerts),
            sources_total=read_now["total"],
            blind_sentence=unseen_sentence(*subscriptions.unseen_names(), standstill),
            drill=sum(alert.topic.is_drill for alert in unclaimed),
        )

    # --- the pulse

    def pulse(self) -> read.Pulse:
        """24 hours of monitored volume about us in quarters of an hour: the real one, or the drill's."""
        has_drill = self._own_topics("drill").exists()
        of = self._pulse_of() if has_drill else "real"
        end = self._quarter(self.now) + PULSE_STEP
        start = end - DAY
        sums: dict[datetime, list[int]] = defaultdict(lambda: [0, 0, 0])
        before: dict[datetime, int] = defaultdict(int)
        for measure in self._measures(self._own_topics(of), end - LEARNED):
            quarter = self._quarter(measure.bucket)
            if quarter >= start:
                for index, value in enumerate((measure.negative, measure.total, measure.positive)):
                    sums[quarter][index] += value
            before[quarter] += measure.total
        buckets = []
        for index in range(int(DAY / PULSE_STEP)):
            at = start + index * PULSE_STEP
            negative, total, positive = sums[at]
            buckets.append(read.PulseBucket(at, negative, total - negative - positive, positive))
        return read.Pulse(tuple(buckets), self._usual_limit(before, start), self._notes(start, of), of, has_drill)

    def _pulse_of(self) -> read.PulseOf:
        """What the reader chose; else the real volume where there was any in 24 hours, so that nothing hides it."""
        if self.pulse_of is not None:
            return self.pulse_of
        recent = Mention.objects.visible_to(self.workspace).counted().since(self.now - DAY)
        return "real" if recent.filter(topic__is_drill=False).exists() else "drill"

    def _usual_limit(self, volumes: dict[datetime, int], start: datetime) -> float | None:
        """What nineteen of twenty quarters of the week before stayed below; None while less than a day is known."""
        past = {at: volume for at, volume in volumes.items() if at < start}
        if not past:
            return None
        known = int((start - min(past)) / PULSE_STEP)
        if known < LEAST_LEARNED:
            return None
        ordered = sorted([*past.values(), *[0] * (known - len(past))])
        return float(ordered[int(len(ordered) * 0.95)])

    def _notes(self, start: datetime, of: read.PulseOf) -> tuple[read.PulseNote, ...]:
        """When alerts opened or rose: the worst of each quarter of an hour, and the worst few of those."""
        events = AlertEvent.objects.filter(
            alert__workspace=self.workspace,
            alert__topic__is_drill=of == "drill",
            kind__in=["opened", "raised"],
            at__gte=start,
        ).values_list("tier", "at")
        quarters: dict[datetime, tuple[int, datetime]] = {}
        for tier, at in events:
            quarter = self._quarter(at)
            quarters[quarter] = min(quarters.get(quarter, (tier, at)), (tier, at))
        worst = sorted(quarters.values())[:NOTES_SHOWN]
        return tuple(
            read.PulseNote(at, _("%(time)s %(level)s") % {"time": self._clock_time(at), "level": tier_name(tier)})
            for tier, at in sorted(worst, key=lambda note: note[1])
        )

    # --- the queue

    def queue(self, *, tab: read.BoardTab, tier: int | None) -> read.Queue:
        """The alerts under a tab, in groups: overdue first, then worst first."""
        active = self._alerts().open()
        mine = active.filter(claimed_by=self.user)
        closed = self._alerts().filter(closed_at__isnull=False)
        chosen = {"active": active, "mine": mine, "closed": closed.order_by("-closed_at")[:CLOSED_SHOWN]}[tab]
        alerts = [alert for alert in chosen if tier is None or alert.tier == tier]
        rows = self._rows(alerts)
        groups = tuple(self._group(state, rows) for state in STATES)
        return read.Queue(
            tab=tab,
            groups=groups,
            active=active.count(),
            mine=mine.count(),
            closed=closed.count(),
            tier=tier,
            is_empty=not rows,
        )

    def _group(self, state: read.AlertState, rows: Iterable[read.AlertRow]) -> read.QueueGroup:
        mine = [row for row in rows if row.state == state]
        if state != "closed":
            mine.sort(key=lambda row: (not self._late(row), row.tier, row.clock.due_at if row.clock else row.opened_at))
        return read.QueueGroup(state, tuple(mine), len(mine), sum(self._late(row) for row in mine))

    def _late(self, row: read.AlertRow) -> bool:
        return row.clock is not None and row.clock.done_at is None and row.clock.due_at < self.now

    def _rows(self, alerts: Sequence[Alert]) -> list[read.AlertRow]:
        topics = {alert.topic_id for alert in alerts}
        situations = dict(Evaluation.objects.filter(topic__in=topics).values_list("topic_id", "situation"))
        sparks = self._sparks(topics)
        return [self._row(alert, situations.get(alert.topic_id) or {}, sparks) for alert in alerts]

    def _row(self, alert: Alert, situation: dict[str, Any], sparks: dict[int, tuple[int, ...]]) -> read.AlertRow:
        total, usual = situation.get("total_1h", 0), situation.get("usual_1h", 0.0)
        claimer = alert.claimed_by
        return read.AlertRow(
            id=alert.pk,
            number=alert.label,
            tier=alert.tier,
            title=alert.title,
            subtitle=self._subtitle(alert),
            spark=sparks.get(alert.topic_id, (0,) * int(DAY / SPARK_STEP)),
            volume_1h=total,
            multiple=total / usual if usual >= 1 else None,
            negative_share=situation.get("negative_1h", 0) / total if total else None,
            state="closed" if alert.closed_at else "claimed" if alert.claimed_at else "open",
            clock=self._clock(alert),
            opened_at=alert.opened_at,
            closed_at=alert.closed_at,
            claimed_by_initial=claimer.initial if claimer else "",
            claimed_by_name=claimer.name if claimer else "",
            claimed_by_me=alert.claimed_by_id == self.user.pk,
            is_drill=alert.topic.is_drill,
        )

    def _subtitle(self, alert: Alert) -> str:
        reached = [reason_of(reason) for reason in alert.reasons if reason["tier"]]
        parts = [f"{reason.label} {reason.value_text}" for reason in reached]
        return " · ".join([alert.topic.name, *parts])

    def _clock(self, alert: Alert) -> read.Clock | None:
        if alert.closed_at or alert.claimed_at:
            return None
        return read.Clock("claim", alert.claim_due_at, alert.claimed_at)

    def _sparks(self, topics: set[int]) -> dict[int, tuple[int, ...]]:
        start = bucket_of(self.now) - DAY
        steps = int(DAY / SPARK_STEP)
        sparks: dict[int, list[int]] = {topic: [0] * steps for topic in topics}
        for measure in self._measures(topics, start):
            sparks[measure.topic_id][min(int((measure.bucket - start) / SPARK_STEP), steps - 1)] += measure.total
        return {topic: tuple(values) for topic, values in sparks.items()}

    # --- the preview

    def detail(self, alert_id: int) -> read.AlertDetail | None:
        """One alert with its reasons, clocks and posts; None where the workspace has no such alert."""
        alert = self._alerts().filter(pk=alert_id).select_related("earliest_post", "topic_version").first()
        if alert is None:
            return None
        reasons = tuple(reason_of(reason) for reason in alert.reasons)
        since, until = alert.opened_at - DAY, alert.closed_at or self.now
        mentions = Mention.objects.counted().filter(
            topic=alert.topic_id, is_history=False, placed_at__gte=since, placed_at__lt=until
        )
        is_open = alert.closed_at is None
        close = Permission.CLOSE_RED_ALERT if alert.tier == 1 else Permission.CLOSE_ALERT
        return read.AlertDetail(
            row=self._rows([alert])[0],
            summary=self._summary(alert, mentions),
            topic_name=alert.topic.name,
            topic_version=alert.topic_version.number,
            topic_id=alert.topic_id,
            reasons=reasons,
            reached=sum(reason.reached for reason in reasons),
            counts_less=[made["tier"] for made in alert.reasons if made["tier"]] == [alert.tier - 1],
            clocks=self._clocks(alert),
            mentions=mentions.count(),
            earliest=self._earliest(alert, mentions),
            recent=self._recent(mentions.exclude(post=alert.earliest_post_id) if alert.earliest_post_id else mentions),
            sources=self._source_shares(mentions),
            timeline=self._timeline(alert),
            may_claim=is_open and alert.claimed_at is None and self.membership.may(Permission.CLAIM_ALERT),
            may_close=is_open and self.membership.may(close),
        )

    def _summary(self, alert: Alert, mentions: "QuerySet[Mention]") -> str:
        """How much was captured from how many sources since the earliest post."""
        since = alert.earliest_post.placed_at if alert.earliest_post else alert.opened_at
        counted = mentions.filter(placed_at__gte=since).aggregate(
            posts=Count("pk"), sources=Count("source", distinct=True)
        )
        posts, sources = counted["posts"], counted["sources"]
        return _("Since %(time)s: %(posts)s from %(sources)s.") % {
            "time": clock_text(since),
            "posts": ngettext("%(n)s post", "%(n)s posts", posts) % {"n": grouped(posts)},
            "sources": ngettext("%(n)s source", "%(n)s sources", sources) % {"n": grouped(sources)},
        }

    def _clocks(self, alert: Alert) -> tuple[read.Clock, ...]:
        """The claim, and until when the public expects a position; a closed alert's clocks are over."""
        clocks = []
        if alert.claimed_at or not alert.closed_at:
            clocks.append(read.Clock("claim", alert.claim_due_at, alert.claimed_at))
        post = alert.earliest_post
        if post and post.published_at and post.precision in PLACED_BY_PUBLICATION and not alert.closed_at:
            clocks.append(
                read.Clock(
                    "position", position_clock(post.published_at, within=POSITION_WITHIN / alert.topic.pace).due_at
                )
            )
        return tuple(clocks)

    def _earliest(self, alert: Alert, mentions: "QuerySet[Mention]") -> read.PostLine | None:
        lead = Mention.objects.filter(topic=alert.topic_id, post=alert.earliest_post_id).select_related("post").first()
        return next(iter(self._lines([lead])), None) if lead else None

    def _recent(self, mentions: "QuerySet[Mention]") -> tuple[read.PostLine, ...]:
        return self._lines(mentions.newest_first().select_related("post")[:POSTS_SHOWN])  # type: ignore[attr-defined]

    def _lines(self, mentions: Iterable[Mention]) -> tuple[read.PostLine, ...]:
        names = self._source_names()
        return tuple(
            read.PostLine(
                post_id=mention.post_id,
                published_at=mention.post.published_at or mention.post.captured_at,
                source=names.get(mention.source_id, ""),
                author="",
                text=mention.post.title or mention.post.text[:120],
                precision=mention.post.precision or "minute",
            )
            for mention in mentions
        )

    def _source_shares(self, mentions: "QuerySet[Mention]") -> tuple[read.SourceShare, ...]:
        names = self._source_names()
        counted = list(mentions.values_list("source").annotate(posts=Count("pk")).order_by("-posts"))
        total = sum(posts for _source, posts in counted) or 1
        return tuple(
            read.SourceShare(source, names[source], posts, posts / total)
            for source, posts in counted
            if source in names
        )

    def _timeline(self, alert: Alert) -> tuple[read.TimelineEntry, ...]:
        return tuple(
            read.TimelineEntry(event.at, self._event_text(alert, event), event.by.name if event.by else "")
            for event in alert.events.select_related("by")
        )

    def _event_text(self, alert: Alert, event: AlertEvent) -> str:
        level = tier_name(event.tier)
        if event.kind == "opened":
            return _("Opened at %(level)s") % {"level": level}
        if event.kind == "raised":
            return _("Raised to %(level)s") % {"level": level}
        if event.kind == "claimed":
            return _("Claimed")
        return _("Closed: %(reason)s") % {"reason": close_reason_text(alert.close_reason)}

    # --- what several of them read

    def _alerts(self) -> Any:
        return Alert.objects.visible_to(self.workspace).select_related("topic", "claimed_by")

    def _own_topics(self, of: read.PulseOf) -> "QuerySet[Topic]":
        return Topic.objects.active().filter(workspace=self.workspace, is_own=True, is_drill=of == "drill")

    def _measures(self, topics: Any, since: datetime) -> Iterable[Measure]:
        return Measure.objects.filter(topic__in=topics, bucket__gte=since, bucket__lte=self.now)

    def _source_names(self) -> dict[int, str]:
        return dict(Subscription.objects.filter(workspace=self.workspace).values_list("source_id", "name"))

    def _quarter(self, moment: datetime) -> datetime:
        return moment.replace(minute=moment.minute - moment.minute % 15, second=0, microsecond=0)

    def _clock_time(self, moment: datetime) -> str:
        return date_format(localtime(moment), "H:i")


def alerts_of_post(workspace: Workspace, post: Post) -> list[Alert]:
    """The alerts whose time and topic the post falls into, the open ones first."""
    topics = Mention.objects.visible_to(workspace).counted().filter(post=post, is_history=False).values("topic")
    during = Q(closed_at__isnull=True) | Q(closed_at__gte=post.placed_at)
    alerts = Alert.objects.filter(during, workspace=workspace, topic__in=topics, opened_at__lte=post.placed_at + DAY)
    return list(alerts.select_related("topic").order_by(F("closed_at").desc(nulls_first=True), "-opened_at")[:3])
