"""What surrounds a post: its figures over time, who cites and answers it, what people said of it, its log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from monitoring.crawling.citations import keys_of_cited
from monitoring.measuring.figure_course import FigureCourse, Reading, figure_course
from monitoring.models import (
    Citation,
    Figures,
    Filing,
    Judgement,
    Mention,
    MoodCorrection,
    Post,
    PostRevision,
    Sighting,
    Subscription,
)
from monitoring.queries.names import author_code, source_names
from sentinel.core.models import AuditEntry, Workspace

MOST_READINGS = 300
MOST_REPLIES = 30
MOST_LOGGED = 30


@dataclass(frozen=True, slots=True)
class Course:
    """What the site counted at each visit: the chart (None with one reading alone) and the table."""

    chart: FigureCourse | None
    names: Sequence[str]
    rows: Sequence[tuple[datetime, Sequence[int | None]]]  # newest first
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class CitingSource:
    """How many captured posts of one source link to the post, quote it or answer it."""

    source_id: int
    name: str
    channel: str
    count: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to the post, as its author's pseudonym wrote it; `post_id` is None where it has no page of its own."""

    post_id: int | None
    author: str
    text: str
    at: datetime
    is_gone: bool
    figures: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What people of the workspace last said of the post."""

    judgement: Judgement | None
    mood: MoodCorrection | None
    dismissed_at: datetime | None
    dismissed_by: str
    filings: Sequence[Filing]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the post's log: an audit entry, or (`entry` None) that a topic matched."""

    at: datetime
    entry: AuditEntry | None
    topic: str = ""
    version: int = 0


def course_of(post: Post) -> Course | None:
    """The post's figures over time; None where the site counts nothing."""
    rows = list(Figures.objects.filter(post=post).order_by("-at")[:MOST_READINGS])[::-1]
    if not rows:
        return None
    zone = timezone.get_current_timezone()
    readings = [Reading(row.at.astimezone(zone), row.figures) for row in rows]
    names = list(dict.fromkeys(name for reading in readings for name in reading.figures))
    revisions = PostRevision.objects.filter(post=post).order_by("number").values_list("number", "captured_at")
    revised = [(number, at) for number, at in revisions if number > 1]
    if post.revised_at:
        revised.append((post.revision, post.revised_at))
    return Course(
        chart=figure_course(readings, revised),
        names=names,
        rows=[(reading.at, [reading.figures.get(name) for name in names]) for reading in reversed(readings)],
        first_at=readings[0].at,
        last_at=readings[-1].at,
    )


def citing_condition(post: Post) -> Q:
    """What makes a mention one of a post that links to, quotes or answers `post`."""
    keys = keys_of_cited(post.url, post.text)
    cites = Exists(Citation.objects.filter(post=OuterRef("post"), key__in=keys))
    return (Q(cites) | Q(post__reply_to=post.pk)) & ~Q(post=post.pk)


def citing_sources(workspace: Workspace, post: Post) -> list[CitingSource]:
    """The workspace's sources by how many of their posts cite the post, most first."""
    channels = dict(Subscription.objects.filter(workspace=workspace).values_list("source", "channel"))
    names = source_names(workspace)
    citing = _citing(post)
    mentions = Mention.objects.visible_to(workspace).counted().filter(post__in=citing)
    found = Counter(source for _post, source in mentions.values_list("post", "source").distinct())
    return [
        CitingSource(source_id, names.get(source_id, ""), channels.get(source_id, ""), count)
        for source_id, count in found.most_common()
    ]


def _citing(post: Post) -> "QuerySet[Post]":
    by_key = Citation.objects.filter(key__in=keys_of_cited(post.url, post.text)).values("post")
    return Post.objects.filter(Q(pk__in=by_key) | Q(reply_to=post.pk)).exclude(pk=post.pk)


def replies_of(workspace: Workspace, post: Post) -> tuple[list[Reply], int]:
    """The first answers to the post that sources of the workspace brought, in order of time; and how many there are."""
    own = Subscription.objects.filter(workspace=workspace).values("source")
    brought = Exists(Sighting.objects.filter(post=OuterRef("pk"), source__in=own))
    replies = Post.objects.filter(brought, reply_to=post)
    total = replies.count()
    shown = list(replies.order_by("placed_at", "pk")[:MOST_REPLIES]) if total else []
    pages = set(
        Post.objects.visible_to(workspace).filter(pk__in=[one.pk for one in shown]).values_list("pk", flat=True)
    )
    return [
        Reply(
            post_id=one.pk if one.pk in pages else None,
            author=author_code(one, workspace.pk),
            text=one.text or one.title,
            at=one.placed_at,
            is_gone=one.gone_at is not None,
            figures=sorted(one.figures.items()),
        )
        for one in shown
    ], total


def opinion_of(workspace: Workspace, post: Post) -> Opinion:
    """What people last said of the post."""
    said = Judgement.objects.filter(workspace=workspace, post=post).select_related("judged_by")
    corrected = MoodCorrection.objects.filter(workspace=workspace, post=post).select_related("corrected_by")
    mentions = list(Mention.objects.visible_to(workspace).filter(post=post).select_related("dismissed_by"))
    dismissed = mentions and all(mention.dismissed_at for mention in mentions)
    by = mentions[0].dismissed_by if dismissed else None
    filed = Filing.objects.filter(post=post, topic__workspace=workspace).select_related("topic", "filed_by")
    return Opinion(
        judgement=said.order_by("-judged_at", "-pk").first(),
        mood=corrected.order_by("-corrected_at", "-pk").first(),
        dismissed_at=mentions[0].dismissed_at if dismissed else None,
        dismissed_by=by.name if by else "",
        filings=list(filed.order_by("filed_at", "pk")),
    )


def log_of(workspace: Workspace, post: Post) -> list[LogLine]:
    """What was done with the post, newest first: entries of the audit trail, and the topics that matched."""
    entries = AuditEntry.objects.filter(workspace_id=workspace.pk, object_kind="post", object_id=str(post.pk))
    lines = [LogLine(entry.at, entry) for entry in entries.newest_first()[:MOST_LOGGED]]
    mentions: Any = Mention.objects.visible_to(workspace).filter(post=post).select_related("topic", "topic_version")
    lines += [
        LogLine(mention.captured_at, None, mention.topic.name, mention.topic_version.number) for mention in mentions
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)
