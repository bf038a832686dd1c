"""A query tried before it is published: on sentences that somebody typed, and on what was captured lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models.functions import Left

from monitoring.matching import Document, Engine, Explanation, Match, Query, QueryError, explain, parse, print_query
from monitoring.models import Post, Subscription
from monitoring.operations.mentions import document_of
from monitoring.queries.names import source_names
from monitoring.text.marks import Part, excerpt, marked
from monitoring.text.script import language_of
from sentinel.core.models import Workspace

TRIED = 500  # posts
READ = 20_000  # characters of each
EXAMPLES = 3
SHOWN = ("id", "source_id", "title", "author", "url", "published_at", "precision", "captured_at", "placed_at")
MOST_SENTENCES = 20
LONGEST_SENTENCE = 2_000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A typed sentence, with what the query finds in it, and why."""

    parts: Sequence[Part]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Example:
    """A captured post that the query decides otherwise than the live version, or simply finds."""

    post: Post
    source: str
    language: str
    title: Sequence[Part]
    text: Sequence[Part]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the query finds among the newest captured posts, against the live version."""

    tried: int
    found: int
    live: int | None  # None: there is no live version
    gained: int
    lost: int
    found_examples: Sequence[Example]
    gained_examples: Sequence[Example]
    lost_examples: Sequence[Example]


@dataclass(frozen=True, slots=True)
class Trial:
    """A readable query and what it does."""

    normal: str
    sentences: Sequence[Sentence]
    dry_run: DryRun


@dataclass(frozen=True, slots=True)
class Misread:
    """A query that cannot be read: the characters before the error, at it and after it."""

    error: QueryError
    before: str
    at: str
    after: str


def try_query(
    workspace: Workspace, query: str, *, sentences: str = "", live: str = "", is_drill: bool = False
) -> Trial | Misread:
    """What `query` would do; `sentences` stand one a line, `live` is the query that is published now.

    The query of a drill's topic is tried on what drills brought, every other on real posts.
    """
    try:
        parsed = parse(query)
    except QueryError as error:
        place = error.position
        return Misread(error, query[:place], query[place : place + 1], query[place + 1 :])
    lines = [line.strip()[:LONGEST_SENTENCE] for line in sentences.splitlines() if line.strip()][:MOST_SENTENCES]
    return Trial(
        normal=print_query(parsed),
        sentences=[_sentence(parsed, line) for line in lines],
        dry_run=_dry_run(workspace, parsed, parse(live) if live else None, is_drill),
    )


def _sentence(query: Query, line: str) -> Sentence:
    explanation = explain(query, Document(text=line))
    return Sentence(marked(line, [span for finding in explanation.findings for span in finding.spans]), explanation)


def _dry_run(workspace: Workspace, query: Query, live: Query | None, is_drill: bool) -> DryRun:
    posts = _newest_posts(workspace, is_drill)
    engine = Engine({"draft": query, **({"live": live} if live else {})})
    matches = {post.pk: engine.match(document_of(post)) for post in posts}
    drafted = [post for post in posts if "draft" in matches[post.pk]]
    alive = [post for post in posts if "live" in matches[post.pk]]
    gained = [post for post in drafted if "live" not in matches[post.pk]]
    lost = [post for post in alive if "draft" not in matches[post.pk]]
    names = source_names(workspace)

    def examples(some: Iterable[Post], key: str) -> list[Example]:
        return [_example(post, matches[post.pk][key], names) for post in list(some)[:EXAMPLES]]

    return DryRun(
        tried=len(posts),
        found=len(drafted),
        live=len(alive) if live else None,
        gained=len(gained) if live else 0,
        lost=len(lost),
        found_examples=examples(drafted, "draft"),
        gained_examples=examples(gained, "draft") if live else [],
        lost_examples=examples(lost, "live"),
    )


def _example(post: Post, match: Match, names: dict[int, str]) -> Example:
    return Example(
        post=post,
        source=names.get(post.source_id, ""),
        language=language_of(post.title + post.text),
        title=marked(post.title, match.title_spans),
        text=excerpt(post.text, match.spans, length=72),
    )


def _newest_posts(workspace: Workspace, is_drill: bool) -> list[Post]:
    """The posts that the workspace's sources brought last, newest first, their texts cut short."""
    read = Subscription.objects.active().filter(workspace=workspace, source__is_drill=is_drill)
    sources = list(read.values_list("source", flat=True))
    # Each source is asked for its own newest, which its index answers at once; sorting all would read everything.
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT newest.post_id FROM unnest(%s::bigint[]) AS source(id)
                CROSS JOIN LATERAL (SELECT post_id, captured_at FROM monitoring_sighting WHERE source_id = source.id
                                     ORDER BY captured_at DESC LIMIT %s) AS newest
                GROUP BY newest.post_id ORDER BY min(newest.captured_at) DESC, newest.post_id DESC LIMIT %s""",
            [sources, TRIED, TRIED],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = Post.objects.filter(pk__in=ids).annotate(beginning=Left("text", READ)).values(*SHOWN, "beginning")
    posts = {row["id"]: Post(text=row.pop("beginning"), **row) for row in rows}
    return [posts[pk] for pk in ids if pk in posts]
