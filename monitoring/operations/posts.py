"""Storing posts: once, whatever how many sources or retries bring them; an edit makes a revision."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from monitoring.crawling.addresses import host_of, post_key
from monitoring.models import HISTORY_AFTER, Analysis, Post, PostRevision, Source
from monitoring.sources.items import Item
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.wakes import wake

CLOCK_SKEW = timedelta(minutes=5)
PLACED_BY_PUBLICATION = frozenset({"second", "minute", "hour"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post stands in time."""

    published_at: datetime | None
    precision: str
    placed_at: datetime
    is_history: bool


def place(item: Item, *, first_visit: bool, now: datetime) -> Place:
    """Decide publication, place and history of an item that is captured `now`.

    A time in the future is a wrong clock: it counts as unknown. An item without a time that a first visit finds may be
    of any age, so it is history; later visits find it because it is new.
    """
    published_at, precision = item.published_at, item.precision
    if published_at is None or published_at > now + CLOCK_SKEW:
        return Place(None, "", now, is_history=first_visit)
    if precision in PLACED_BY_PUBLICATION:
        placed_at = min(published_at, now)
        return Place(published_at, precision, placed_at, is_history=now - placed_at > HISTORY_AFTER)
    age = now - published_at
    spread = timedelta(days=31) if precision == "month" else timedelta(days=1)
    if age > HISTORY_AFTER + spread:
        return Place(published_at, precision, published_at, is_history=True)
    return Place(published_at, precision, now, is_history=first_visit and age > spread)


def content_hash(title: str, text: str) -> bytes:
    """What tells an edit: the words, whatever the white space."""
    return hashlib.sha256(
        "\x00".join((" ".join(title.split()), " ".join(text.split()))).encode("utf-8", "replace")
    ).digest()


def key_of(item: Item, source: Source) -> bytes:
    """The key that makes one post one; a private source shares none with others, a drill's none with the next drill.

    A kind states `site_id` only where the address does not tell posts apart.
    """
    key = post_key(item.url, item.site_id, host_of(item.url))
    if source.owner_id is None:
        return key
    own = f"{source.owner_id}:{source.pk}:" if source.is_drill else f"{source.owner_id}:"
    return hashlib.sha256(own.encode() + key).digest()


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a batch did."""

    new: int
    edited: int
    brought: int  # that this source had not brought before, others' posts among them


@transaction.atomic
def store_posts(*, source: Source, items: Iterable[Item], now: datetime) -> Stored:
    """Store what one visit found; items whose text is still missing are left for the next visit."""
    by_key = {key_of(item, source): item for item in items if not item.needs_detail}
    if not by_key:
        return Stored(0, 0, 0)
    keys = sorted(by_key)
    # Whoever writes mentions refers to these rows: only a lock that lets them do so cannot end in a deadlock.
    locked = Post.objects.filter(key__in=keys).select_for_update(no_key=True).order_by("key")
    known = {bytes(post.key): post for post in locked}
    first_visit = source.last_success_at is None
    Post.objects.bulk_create(
        [_new_post(source, key, by_key[key], first_visit=first_visit, now=now) for key in keys if key not in known],
        ignore_conflicts=True,
    )
    post_ids = sorted(Post.objects.filter(key__in=keys).values_list("pk", flat=True))
    new = _add_analyses(post_ids, now)
    edited = {post.pk for key, post in known.items() if _update(post, source, by_key[key], now)}
    brought = _add_sightings(source, post_ids, now)
    _analyse_again(edited | (brought - new), now)
    wake("monitoring.captured")
    return Stored(new=len(new), edited=len(edited), brought=len(brought))


def _new_post(source: Source, key: bytes, item: Item, *, first_visit: bool, now: datetime) -> Post:
    placed = place(item, first_visit=first_visit, now=now)
    return Post(
        key=key,
        source=source,
        url=item.url,
        site_id=item.site_id[:200],
        title=item.title,
        text=item.text,
        author=item.author[:120],
        published_at=placed.published_at,
        precision=placed.precision,
        captured_at=now,
        placed_at=placed.placed_at,
        is_history=placed.is_history,
        figures=item.figures,
        content_hash=content_hash(item.title, item.text),
    )


def _update(post: Post, source: Source, item: Item, now: datetime) -> bool:
    """Take over new figures, and an edit as a revision; only the source that brought a post first may edit it."""
    if post.source_id != source.pk:
        return False
    fields = []
    if item.figures and item.figures != post.figures:
        post.figures = item.figures
        fields.append("figures")
    new_hash = content_hash(item.title, item.text)
    # What came without a word is a page that was not read, not an edit.
    is_edit = new_hash != bytes(post.content_hash) and bool(item.title or item.text)
    if is_edit:
        PostRevision.objects.create(
            post=post,
            number=post.revision,
            title=post.title,
            text=post.text,
            content_hash=post.content_hash,
            captured_at=post.revised_at or post.captured_at,
        )
        post.title, post.text, post.content_hash = item.title, item.text, new_hash
        post.revision, post.revised_at = post.revision + 1, now
        fields += ["title", "text", "content_hash", "revision", "revised_at"]
    if fields:
        post.save(update_fields=fields)
    return is_edit


def _add_analyses(post_ids: list[int], now: datetime) -> set[int]:
    """Give each post its analysis; those that had none, which are the posts that nobody had stored before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_analysis (post_id, due_at, attempt, error, evaluated_revision, label, sensitive)
               SELECT unnest(%s::bigint[]), %s, 0, '', 0, '', '[]' ON CONFLICT DO NOTHING RETURNING post_id""",
            [post_ids, now],
        )
        return {post_id for (post_id,) in cursor.fetchall()}


def _analyse_again(post_ids: set[int], now: datetime) -> None:
    """Make edited posts, and those that another source brings, due; locked in the order in which analysis locks."""
    due = Analysis.objects.filter(post_id__in=post_ids).order_by("pk").select_for_update()
    Analysis.objects.filter(pk__in=list(due.values_list("pk", flat=True))).update(due_at=now, parked_at=None, attempt=0)


def _add_sightings(source: Source, post_ids: list[int], now: datetime) -> set[int]:
    """Note that the source brought the posts; those that it had not brought before."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_sighting (post_id, source_id, captured_at)
               SELECT unnest(%s::bigint[]), %s, %s ON CONFLICT DO NOTHING RETURNING post_id""",
            [post_ids, source.pk, now],
        )
        return {post_id for (post_id,) in cursor.fetchall()}


@transaction.atomic
def reveal_author(*, post: Post, workspace: Workspace, by: User, now: datetime) -> str:
    """The author's name as captured, for one look that is written down."""
    audit.record(verb="reveal-author", subject=post, by=by, now=now, workspace=workspace)
    return post.author
