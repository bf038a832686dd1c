"""One post: what exactly was said, when, where, and what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitoring.models import Analysis, Mention, Post, PostRevision, Sighting, Subscription
from monitoring.queries.mentions import current_spans, latency, text_begins, warnings
from monitoring.queries.names import author_code, source_names
from monitoring.text.analysis import scored_text
from monitoring.text.differences import added_by, changed_characters, differences
from monitoring.text.marks import Part, marked, shifted
from monitoring.text.script import language_of
from monitoring.text.sentiment import Pushes, pushes
from sentinel.core.models import Workspace

MOST_OWNED = 20  # versions that are compared to tell which of them brought a passage
PASSAGE = 8  # characters: what is shorter is marked within its line
FIGURES = ("likes", "comments", "reposts", "shares", "views", "rank", "heat")  # in the order in which they are shown


@dataclass(frozen=True, slots=True)
class Matched:
    """A topic that the post matches; `finds` of its words stand in title and text."""

    topic_id: int
    name: str
    version: int
    finds: int
    since: datetime
    is_archived: bool


@dataclass(frozen=True, slots=True)
class Version:
    """What the post said from `at` on; `added` and `removed` characters against the version before."""

    number: int
    at: datetime
    title: str
    text: str
    fingerprint: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions as one text."""

    before: int
    after: int
    title: Sequence[Part]
    text: Sequence[Part]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the text: `version` brought it at `at` (0 and None: it was there from the first version on).

    `is_passage` says that it stands on lines of its own.
    """

    version: int
    at: datetime | None
    is_passage: bool
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True)
class PostPage:
    """Everything that the page of a post shows; `analysis` is None while the post waits for it."""

    post: Post
    source: str
    author: str
    latency: timedelta | None
    is_drill: bool
    language: str
    link: str  # "" where the address is none that a browser may open
    title: Sequence[Part]
    text: Sequence[Block]  # in order, each with the version that brought it
    finds: int
    terms: Sequence[dict[str, Any]]  # as kept: term, category, negated; `warns` is added
    warning_terms: int
    categories: Sequence[str]  # of the sensitive terms that warn
    analysis: Analysis | None
    pushes: Pushes | None  # what pushes the negative probability
    label: str  # of the mentions: as computed, or as a person corrected it
    matched: Sequence[Matched]
    versions: Sequence[Version]  # newest first
    sightings: Sequence[tuple[str, datetime]]
    comparison: Comparison | None
    figures: Sequence[tuple[str, int]]  # what the site counts
    replies_to: Post | None  # where the workspace may see it
    subscription: Subscription | None  # the workspace's reading of the source that brought it


def find_post(workspace: Workspace, post_id: int) -> Post | None:
    """The post, where the workspace has a mention of it."""
    return Post.objects.visible_to(workspace).filter(pk=post_id).first()


def post_page(workspace: Workspace, post: Post, compare: tuple[int, int] | None = None) -> PostPage:
    """The page of a post that the workspace may see."""
    mentions = list(
        Mention.objects.visible_to(workspace).filter(post=post).select_related("topic", "topic_version").order_by("pk")
    )
    analysis = Analysis.objects.filter(post=post).first()
    if analysis is not None and analysis.evaluated_revision != post.revision:
        analysis = None
    names = source_names(workspace)
    hits, title_hits = current_spans(mentions, post)
    warning = warnings(post, analysis, workspace)
    spans = [(hit["start"], hit["end"]) for hit in warning]
    versions = _versions(post)
    return PostPage(
        post=post,
        source=names.get(mentions[0].source_id, "") if mentions else "",
        author=author_code(post, workspace.pk),
        latency=latency(post),
        is_drill=any(mention.topic.is_drill for mention in mentions),
        language=language_of(post.title + post.text),
        link=post.url if post.url.startswith(("https://", "http://")) else "",
        title=marked(post.title, title_hits, spans),
        text=_blocks(post, versions, hits, shifted(spans, text_begins(post))),
        finds=len(hits) + len(title_hits),
        terms=[{**hit, "warns": hit in warning} for hit in analysis.sensitive] if analysis else [],
        warning_terms=len(warning),
        categories=list(dict.fromkeys(hit["category"] for hit in warning)),
        analysis=analysis,
        pushes=pushes(scored_text(post.title, post.text)) if analysis else None,
        label=mentions[0].label if mentions else "",
        matched=[_matched(mention) for mention in mentions],
        versions=versions,
        sightings=_sightings(post, names),
        comparison=_comparison(versions, compare) if compare else None,
        figures=sorted(post.figures.items(), key=_figure_order),
        replies_to=Post.objects.visible_to(workspace).filter(pk=post.reply_to_id).first() if post.reply_to_id else None,
        subscription=Subscription.objects.filter(workspace=workspace, source=mentions[0].source_id).first()
        if mentions
        else None,
    )


def _blocks(post: Post, versions: Sequence[Version], hits: Sequence[Any], warnings: Sequence[Any]) -> list[Block]:
    """The text in pieces by the version that brought them, each with its marks."""
    times = {version.number: version.at for version in versions}
    pieces = added_by([version.text for version in reversed(versions)][-MOST_OWNED:])
    first = max(post.revision - MOST_OWNED, 0)
    blocks, start = [], 0
    for text, number in pieces:
        end = start + len(text)
        begins_line = start == 0 or post.text[start - 1] == "\n" or text.startswith("\n")
        ends_line = end == len(post.text) or post.text[end] == "\n" or text.endswith("\n")
        is_new = number > 1
        is_passage = is_new and begins_line and ends_line and len(text.strip()) >= PASSAGE
        # A passage stands on lines of its own: those around it are not shown twice.
        left = start + len(text) - len(text.lstrip()) if is_passage else start
        right = end - len(text) + len(text.rstrip()) if is_passage else end
        blocks.append(
            Block(
                version=number + first if is_new else 0,
                at=times.get(number + first) if is_new else None,
                is_passage=is_passage,
                parts=_cut(post.text, left, right, hits, warnings),
            )
        )
        start = end
    return blocks


def _cut(text: str, start: int, end: int, hits: Sequence[Any], warnings: Sequence[Any]) -> list[Part]:
    """The marks of one piece; a mark that reaches over its edge is cut."""

    def within(spans: Sequence[Any]) -> list[tuple[int, int]]:
        return [
            (max(left, start) - start, min(right, end) - start) for left, right in spans if left < end and right > start
        ]

    return marked(text[start:end], within(hits), within(warnings))


def _figure_order(figure: tuple[str, int]) -> tuple[int, str]:
    name, _value = figure
    return FIGURES.index(name) if name in FIGURES else len(FIGURES), name


def _matched(mention: Mention) -> Matched:
    return Matched(
        topic_id=mention.topic_id,
        name=mention.topic.name,
        version=mention.topic_version.number,
        finds=len(mention.spans) + len(mention.title_spans),
        since=mention.topic_version.created_at,
        is_archived=mention.topic.archived_at is not None,
    )


def _sightings(post: Post, names: dict[int, str]) -> list[tuple[str, datetime]]:
    """The workspace's own sources that brought the post; what others read is theirs to know."""
    sightings = Sighting.objects.filter(post=post, source__in=names).order_by("captured_at", "pk")
    return [(names[sighting.source_id], sighting.captured_at) for sighting in sightings]


def _versions(post: Post) -> list[Version]:
    said: list[Post | PostRevision] = [*PostRevision.objects.filter(post=post).order_by("number"), post]
    versions: list[Version] = []
    for one in said:
        now_current = isinstance(one, Post)
        added, removed = _change(versions[-1], one) if versions else (0, 0)
        versions.append(
            Version(
                number=one.revision if isinstance(one, Post) else one.number,
                at=(post.revised_at or post.captured_at) if now_current else one.captured_at,
                title=one.title,
                text=one.text,
                fingerprint=bytes(one.content_hash).hex(),
                added=added,
                removed=removed,
            )
        )
    return versions[::-1]


def _change(before: Version, after: Post | PostRevision) -> tuple[int, int]:
    title, text = differences(before.title, after.title), differences(before.text, after.text)
    return changed_characters([*title, *text])


def _comparison(versions: Sequence[Version], compare: tuple[int, int]) -> Comparison | None:
    by_number = {version.number: version for version in versions}
    before, after = (by_number.get(number) for number in sorted(compare))
    if before is None or after is None or before is after:
        return None
    return Comparison(
        before.number, after.number, differences(before.title, after.title), differences(before.text, after.text)
    )
