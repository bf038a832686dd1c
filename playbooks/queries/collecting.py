"""What was captured about a crisis: where from, who picked it up, how it went on, and what we did not see."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, Max, Min, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from monitoring.models import Mention, Post, Subscription, Visit
from monitoring.operations.visits import FINE_OUTCOMES
from monitoring.queries.latencies import NORM
from monitoring.queries.mentions import Wanted, latency
from monitoring.queries.names import is_from, source_names
from monitoring.text.script import language_of
from playbooks.models import Crisis, Evidence
from playbooks.wording.facts import gap_sentence, gap_text, ranked_text

LOOK_BACK = timedelta(hours=24)
REACTIONS = ("reposts", "comments", "likes", "shares")
TOP = 8
PICKUPS = 30
LATE_SHARE = 0.05  # so many posts later than the norm make a source late, as a 95th percentile does


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a crisis is about: from its beginning until it is closed."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class PostLine:
    """One captured post; `after` is the time since the earliest captured one, None for that one itself."""

    post: Post
    source: str
    text: str
    language: str
    published_at: datetime
    after: timedelta | None
    is_earliest: bool
    is_filed: bool
    sensitive: int = 0
    reactions: int = 0


@dataclass(frozen=True, slots=True)
class Earliest:
    """The earliest captured post, with how long after its publication we had it."""

    line: PostLine
    latency: timedelta | None

    @property
    def is_late(self) -> bool:
        return self.latency is not None and self.latency > NORM


@dataclass(frozen=True, slots=True)
class Channel:
    """One source: how much came from it, from when to when, and what was missed."""

    source_id: int
    subscription_id: int | None
    name: str
    mentions: int
    share: float
    negative: int
    first_at: datetime | None
    last_at: datetime | None
    gap: "Gap | None"

    @property
    def negative_share(self) -> float | None:
        return self.negative / self.mentions if self.mentions else None


@dataclass(frozen=True, slots=True)
class Seen:
    """The visits of a source in the time of the crisis, and between when they failed."""

    visits: int = 0
    failed: int = 0
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a source's figures are too low: `kind` blind (now), failed (then), late, unread or paused, in words too."""

    kind: str
    word: str
    told: str


@dataclass(frozen=True, slots=True)
class TopPosts:
    """What was loudest; `ranked_by` is reactions, sensitive or newest."""

    ranked_by: str
    ranked_words: str
    lines: Sequence[PostLine]


class CollectReader:
    """Reads what was captured about one crisis at one moment."""

    def __init__(self, crisis: Crisis, now: datetime) -> None:
        self.crisis = crisis
        self.now = now
        self.span = span_of(crisis, now)
        self.names = source_names(crisis.workspace)
        self.filed_ids = set(
            Evidence.objects.filter(crisis=crisis, post__isnull=False).values_list("post_id", flat=True)
        )

    def total(self) -> int:
        """All mentions of the crisis."""
        return self._mentions().count()

    def earliest(self) -> Earliest | None:
        """The earliest captured post; None while nothing was captured."""
        post = self.crisis.earliest_post
        return Earliest(self._line(post), latency(post)) if post else None

    # --- channels

    def channels(self) -> list[Channel]:
        """Sources with mentions, the loudest first, then those of which we saw nothing or less than there is."""
        counted = {row["source"]: row for row in self._counted()}
        total = sum(row["posts"] for row in counted.values())
        subscriptions = {one.source_id: one for one in Subscription.objects.filter(workspace=self.crisis.workspace)}
        gaps = self._gaps(subscriptions, counted)
        told = [source for source in gaps if source not in counted]
        channels = [
            self._channel(source, counted.get(source), subscriptions.get(source), gaps.get(source), total)
            for source in [*counted, *told]
        ]
        return sorted(channels, key=lambda one: (-one.mentions, one.name))

    def _counted(self) -> list[dict[str, Any]]:
        is_late = Q(captured_at__gt=F("placed_at") + NORM)
        rows = (
            self._mentions()
            .values("source")
            .annotate(
                posts=Count("pk"),
                negative=Count("pk", filter=Q(label="neg")),
                late=Count("pk", filter=is_late),
                first=Min("placed_at"),
                last=Max("placed_at"),
            )
            .order_by("-posts", "source")
        )
        return [dict(row) for row in rows]

    def _channel(
        self, source: int, row: dict[str, Any] | None, read: Subscription | None, gap: Gap | None, total: int
    ) -> Channel:
        posts = row["posts"] if row else 0
        return Channel(
            source_id=source,
            subscription_id=read.pk if read else None,
            name=self.names.get(source, ""),
            mentions=posts,
            share=posts / total if total else 0.0,
            negative=row["negative"] if row else 0,
            first_at=row["first"] if row else None,
            last_at=row["last"] if row else None,
            gap=gap,
        )

    def _gaps(self, subscriptions: dict[int, Subscription], counted: dict[int, dict[str, Any]]) -> dict[int, Gap]:
        visits = self._visits(subscriptions)
        workspace = self.crisis.workspace
        blind = set(Subscription.objects.filter(workspace=workspace).blind().values_list("source_id", flat=True))
        gaps: dict[int, Gap] = {}
        for source, read in subscriptions.items():
            seen = visits.get(source, Seen())
            row = counted.get(source)
            kind = _gap_kind(read, seen, row, is_blind=source in blind)
            if kind:
                gaps[source] = Gap(kind, gap_text(kind), gap_sentence(kind, **asdict(seen)))
        return gaps

    def _visits(self, subscriptions: dict[int, Subscription]) -> dict[int, Seen]:
        bad = ~Q(outcome__in=FINE_OUTCOMES)
        rows = (
            Visit.objects.finished()
            .filter(source__in=subscriptions, finished_at__gte=self.span.since, finished_at__lte=self.span.until)
            .values("source")
            .annotate(
                visits=Sum("repeats"),
                failed=Sum("repeats", filter=bad, default=0),
                since=Min("finished_at", filter=bad),
                until=Max("finished_at", filter=bad),
            )
            .order_by("source")
        )
        return {row["source"]: Seen(row["visits"], row["failed"], row["since"], row["until"]) for row in rows}

    # --- media

    def pickups(self) -> list[PostLine]:
        """The first article of each outlet, in the order in which they came out."""
        firsts = (
            self._mentions()
            .filter(is_from(self.crisis.workspace, "news"))
            .order_by("source", "placed_at", "pk")
            .distinct("source")
            .values("pk")
        )
        found = Mention.objects.filter(pk__in=firsts).select_related("post").order_by("placed_at", "pk")[:PICKUPS]
        return [self._line(mention.post, mention) for mention in found]

    # --- the loudest

    def top_posts(self) -> TopPosts:
        """The posts with the most reactions; where no site counts any, those with the most sensitive terms."""
        counts = [_figure(name) for name in REACTIONS]
        ranked = self._mentions().annotate(reactions=sum(counts[1:], counts[0])).select_related("post")
        found = list(ranked.order_by("-reactions", "-sensitive", "-placed_at", "-pk")[:TOP])
        by = "newest"
        if found and found[0].reactions:
            by = "reactions"
        elif found and found[0].sensitive:
            by = "sensitive"
        return TopPosts(by, ranked_text(by), [self._line(mention.post, mention) for mention in found])

    # --- what several of them read

    def _mentions(self) -> "QuerySet[Mention]":
        return crisis_mentions(self.crisis, self.span)

    def _line(self, post: Post, mention: Mention | None = None) -> PostLine:
        at = post.published_at or post.captured_at
        earliest = self.crisis.earliest_post
        begin = (earliest.published_at or earliest.captured_at) if earliest else None
        source = mention.source_id if mention else post.source_id
        return PostLine(
            post=post,
            source=self.names.get(source, ""),
            text=post.title or post.text[:120],
            language=language_of(post.title + post.text),
            published_at=at,
            after=at - begin if begin and earliest and post.pk != earliest.pk else None,
            is_earliest=post.pk == self.crisis.earliest_post_id,
            is_filed=post.pk in self.filed_ids,
            sensitive=mention.sensitive if mention else 0,
            reactions=getattr(mention, "reactions", 0),
        )


def span_of(crisis: Crisis, now: datetime) -> Span:
    """From the earliest captured post, or a day before the opening where there is none, until the closing or now."""
    since = crisis.started_at if crisis.earliest_post_id else crisis.opened_at - LOOK_BACK
    return Span(since, crisis.closed_at or now)


def crisis_mentions(crisis: Crisis, span: Span) -> "QuerySet[Mention]":
    """What was said on the crisis' topic in its time; nothing where it has no topic."""
    mentions = (
        Mention.objects.visible_to(crisis.workspace)
        .counted()
        .filter(topic=crisis.topic_id, placed_at__gte=span.since, placed_at__lt=span.until, is_history=False)
    )
    return mentions if crisis.topic_id else mentions.none()


def wanted_of(crisis: Crisis, now: datetime) -> Wanted:
    """The same mentions as the list of mentions asks for them."""
    span = span_of(crisis, now)
    return Wanted(topic_id=crisis.topic_id or -1, since=span.since, until=span.until, present=True)


def _gap_kind(read: Subscription, seen: Seen, row: dict[str, Any] | None, *, is_blind: bool) -> str:
    if read.paused_at:
        return "paused"
    if is_blind:
        return "blind"
    if not seen.visits:
        return "unread"
    if seen.failed:
        return "failed"
    return "late" if row and row["late"] > LATE_SHARE * row["posts"] else ""


def _figure(name: str) -> Any:
    """What a site counts, 0 where it does not."""
    return Coalesce(Cast(KeyTextTransform(name, "post__figures"), IntegerField()), 0)
