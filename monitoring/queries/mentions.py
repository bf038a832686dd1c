"""The list of mentions: newest first, page by page, filtered by what stands in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import Q, QuerySet, Sum

from monitoring.models import Analysis, Measure, Mention, Post, Topic
from monitoring.operations.mentions import bucket_of
from monitoring.queries.names import author_code, source_names
from monitoring.queries.post_context import citing_condition
from monitoring.text.analysis import whole_text
from monitoring.text.marks import Part, excerpt, marked, shifted
from monitoring.text.script import language_of
from monitoring.text.sensitive import warning_hits
from sentinel.core.models import Workspace

PAGE = 50
COUNTED = 5_000  # posts on either side of one, as far as they are counted
DAY = timedelta(hours=24)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mentions: None, "" and False ask for nothing. `since` is inclusive, `until` exclusive."""

    topic_id: int | None = None
    source_id: int | None = None
    label: str = ""
    sensitive: bool = False
    since: datetime | None = None
    until: datetime | None = None
    present: bool = False  # without what was history when captured
    cites: int | None = None  # those that link to this post, quote it or answer it

    @property
    def filtered(self) -> bool:
        """Whether anything is asked for."""
        return self != Wanted()

    def __str__(self) -> str:
        """As it stands in an address."""
        said = [
            f"{letter}{int(getattr(self, name))}"
            for letter, name in (
                ("t", "topic_id"),
                ("s", "source_id"),
                ("w", "sensitive"),
                ("p", "present"),
                ("c", "cites"),
            )
            if getattr(self, name)
        ]
        times = [f"{letter}{_micros(at)}" for letter, at in (("f", self.since), ("u", self.until)) if at]
        return ".".join([*said, *times, *([f"l{self.label}"] if self.label else [])])

    @classmethod
    def read(cls, text: str) -> Self:
        """What an address asks for; what it does not say, or says wrongly, asks for nothing."""
        parts = {part[:1]: part[1:] for part in text.split(".")[:10] if part}
        number = {
            letter: int(value)
            for letter, value in parts.items()
            if value.isascii() and value.isdecimal() and len(value) < 18
        }
        return cls(
            topic_id=number.get("t"),
            source_id=number.get("s"),
            label=parts["l"] if parts.get("l") in ("neg", "pos", "unsure") else "",
            sensitive="w" in number,
            since=EPOCH + timedelta(microseconds=number["f"]) if "f" in number else None,
            until=EPOCH + timedelta(microseconds=number["u"]) if "u" in number else None,
            present="p" in number,
            cites=number.get("c"),
        )


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list, as it stands in an address."""

    placed_at: datetime
    pk: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place that an address names; None where it names none."""
        micros, _, pk = text.partition("-")
        if not (micros.isdigit() and pk.isdigit() and len(micros) < 18 and len(pk) < 19):
            return None
        return cls(EPOCH + timedelta(microseconds=int(micros)), int(pk))

    def __str__(self) -> str:
        return f"{_micros(self.placed_at)}-{self.pk}"


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a post stands in a list, newest first; `is_more` where the list is longer than is counted."""

    newer: int | None
    older: int | None
    position: int
    total: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """A topic that a post matched, and the version that did."""

    id: int
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class MentionRow:
    """One post of the list; `precision` of its publication is second, minute, hour, day, month or "" for unknown."""

    post_id: int
    placed_at: datetime
    published_at: datetime | None
    captured_at: datetime
    precision: str
    latency: timedelta | None
    is_history: bool
    is_drill: bool
    edited: bool
    source: str
    author: str
    language: str
    title: Sequence[Part]
    text: Sequence[Part]
    terms: Sequence[str]
    negative: float
    label: str
    topics: Sequence[TopicMatch]
    answer_by: datetime | None  # of an enquiry

    @property
    def placed_by_publication(self) -> bool:
        return self.precision in ("second", "minute", "hour")


@dataclass(frozen=True, slots=True)
class MentionPage:
    """One page of the list, and the places at which the next ones begin."""

    rows: Sequence[MentionRow]
    newer: Cursor | None
    older: Cursor | None


@dataclass(frozen=True, slots=True)
class LastDay:
    """What was counted in the last 24 hours."""

    total: int
    negative: int
    sensitive: int

    @property
    def negative_share(self) -> float | None:
        return self.negative / self.total if self.total else None


def last_day(topics: "QuerySet[Topic]", now: datetime) -> LastDay:
    """The counts of the last 24 hours over `topics`, from the measures."""
    rows = Measure.objects.filter(topic__in=topics, bucket__gt=bucket_of(now) - DAY, bucket__lte=now)
    sums = rows.aggregate(**{name: Sum(name, default=0) for name in ("total", "negative", "sensitive")})
    return LastDay(**sums)


def mention_page(
    workspace: Workspace,
    wanted: Wanted,
    *,
    before: Cursor | None = None,
    after: Cursor | None = None,
    size: int = PAGE,
    names: Mapping[int, str] | None = None,
) -> MentionPage:
    """The page before or after a place, by default the newest; `names` are those of the sources, where known."""
    mentions = (
        Mention.objects.visible_to(workspace)
        .counted()
        .filter(_condition(wanted))
        .select_related("topic", "topic_version", "post__enquiry")
    )
    if after is not None:
        found = list(mentions.filter(_beyond(after, "gt")).order_by("placed_at", "pk")[: size + 1])
        has_older, has_newer, found = True, len(found) > size, found[:size][::-1]
    else:
        if before is not None:
            mentions = mentions.filter(_beyond(before, "lt"))
        found = list(mentions.newest_first()[: size + 1])
        has_older, has_newer, found = len(found) > size, before is not None, found[:size]
    return MentionPage(
        rows=_rows(workspace, found, source_names(workspace) if names is None else names),
        newer=_cursor(found[0]) if has_newer and found else None,
        older=_cursor(found[-1]) if has_older and found else None,
    )


def neighbours(workspace: Workspace, wanted: Wanted, post: Post) -> Neighbours | None:
    """The posts beside `post` in the list that it was opened from; None where it does not stand there (any more)."""
    listed = Mention.objects.visible_to(workspace).counted().filter(_condition(wanted))
    mine = listed.filter(post=post).newest_first().first()
    if mine is None:
        return None
    place, others = _cursor(mine), listed.exclude(post=post)
    newer, older = others.filter(_beyond(place, "gt")), others.filter(_beyond(place, "lt"))
    counts = [side.order_by().values("post").distinct()[:COUNTED].count() for side in (newer, older)]
    return Neighbours(
        newer=newer.order_by("placed_at", "pk").values_list("post", flat=True).first(),
        older=older.newest_first().values_list("post", flat=True).first(),
        position=counts[0] + 1,
        total=sum(counts) + 1,
        is_more=COUNTED in counts,
    )


def _condition(wanted: Wanted) -> Q:
    condition = Q()
    if wanted.cites:
        cited = Post.objects.filter(pk=wanted.cites).first()
        condition &= citing_condition(cited) if cited else Q(pk__in=[])
    for lookup, value in (
        ("topic", wanted.topic_id),
        ("source", wanted.source_id),
        ("label", wanted.label),
        ("placed_at__gte", wanted.since),
        ("placed_at__lt", wanted.until),
    ):
        if value:
            condition &= Q(**{lookup: value})
    if wanted.sensitive:
        condition &= Q(sensitive__gt=0)
    if wanted.present:
        condition &= Q(is_history=False)
    return condition


def _beyond(place: Cursor, side: str) -> Q:
    """After `place` in the order of the index; the first condition is what lets the index begin there."""
    ties = Q(**{f"placed_at__{side}": place.placed_at}) | Q(**{f"pk__{side}": place.pk})
    return Q(**{f"placed_at__{side}e": place.placed_at}) & ties


def _cursor(mention: Mention) -> Cursor:
    return Cursor(mention.placed_at, mention.pk)


def _rows(workspace: Workspace, mentions: Sequence[Mention], names: Mapping[int, str]) -> list[MentionRow]:
    """One row per post, however many topics it matched."""
    by_post: dict[int, list[Mention]] = {}
    for mention in mentions:
        by_post.setdefault(mention.post_id, []).append(mention)
    analyses = {analysis.post_id: analysis for analysis in Analysis.objects.filter(post__in=by_post)}
    return [
        _row(workspace, found, analyses.get(post_id), names.get(found[0].source_id, ""))
        for post_id, found in by_post.items()
    ]


def _row(workspace: Workspace, found: list[Mention], analysis: Analysis | None, source: str) -> MentionRow:
    first, post = found[0], found[0].post
    hits, title_hits = current_spans(found, post)
    terms = warnings(post, analysis, workspace)
    begin = text_begins(post)
    return MentionRow(
        post_id=post.pk,
        placed_at=post.placed_at,
        published_at=post.published_at,
        captured_at=post.captured_at,
        precision=post.precision,
        latency=latency(post),
        is_history=post.is_history,
        is_drill=first.topic.is_drill,
        edited=post.revision > 1,
        source=source,
        author=author_code(post, workspace.pk),
        language=language_of(post.title + post.text),
        title=marked(post.title, title_hits, [(hit["start"], hit["end"]) for hit in terms]),
        text=excerpt(post.text, hits, shifted([(hit["start"], hit["end"]) for hit in terms], begin)),
        terms=tuple(dict.fromkeys(hit["term"] for hit in terms)),
        negative=first.negative,
        label=first.label,
        topics=[
            TopicMatch(one.topic_id, one.topic.name, one.topic_version.number) for one in sorted(found, key=_by_topic)
        ],
        answer_by=post.enquiry.answer_by if hasattr(post, "enquiry") else None,
    )


def _by_topic(mention: Mention) -> int:
    return mention.topic_id


def latency(post: Post) -> timedelta | None:
    """From publication to capture; None where the publication is not known to the hour."""
    if post.published_at is None or post.precision not in ("second", "minute", "hour"):
        return None
    return max(post.captured_at - post.published_at, timedelta())


def current_spans(mentions: Sequence[Mention], post: Post) -> tuple[list[Any], list[Any]]:
    """Where topics matched in the text and in the title, of those mentions that speak of the present revision."""
    current = [mention for mention in mentions if mention.post_revision == post.revision]
    spans = [span for mention in current for span in mention.spans]
    return spans, [span for mention in current for span in mention.title_spans]


def warnings(post: Post, analysis: Analysis | None, workspace: Workspace) -> list[Mapping[str, Any]]:
    """The sensitive terms that warn this workspace; none while the present revision is still to be analysed."""
    if analysis is None or analysis.evaluated_revision != post.revision:
        return []
    return warning_hits(analysis.sensitive, whole_text(post.title, post.text), workspace.brand_names)


def text_begins(post: Post) -> int:
    """Where the text begins in title and text as one."""
    return len(post.title) + 1 if post.title else 0


def without_mentions(workspace: Workspace) -> str:
    """Why a list can be empty: "sources" or "topics" where the workspace has none, "" else."""
    if not workspace.subscriptions.exists():
        return "sources"
    return "" if Topic.objects.active().filter(workspace=workspace).exists() else "topics"
