"""Storing posts: once, whatever how many sources or retries bring them; an edit makes a revision."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from monitoring.crawling.addresses import host_of, post_key
from monitoring.crawling.citations import cited_keys
from monitoring.crawling.receipts import blotted_text
from monitoring.models import HISTORY_AFTER, Analysis, Citation, Expired, Post, Source, Subscription
from monitoring.operations.changes import add_figures, content_hash, take_over
from monitoring.operations.definitions import unsealed
from monitoring.operations.evidence import Received, keep_received
from monitoring.operations.suppression import suppressed_for
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


@dataclass(slots=True)
class _Batch:
    """What one visit found, by key; replies know the post that they answer."""

    items: dict[bytes, Item]
    parents: dict[bytes, bytes]
    barred: set[bytes] = field(default_factory=set)  # deleted on request, so that they are not captured again


@transaction.atomic
def store_posts(*, source: Source, items: Iterable[Item], now: datetime) -> Stored:
    """Store what one visit found; items whose text is still missing are left for the next visit.

    What is new or edited keeps the answer it was read from as evidence; replies are posts of their own.
    """
    batch = _batch(items, source)
    if not batch.items:
        return Stored(0, 0, 0)
    keys = sorted(batch.items)
    # Whoever writes mentions refers to these rows: only a lock that lets them do so cannot end in a deadlock.
    locked = Post.objects.filter(key__in=keys).select_for_update(no_key=True).order_by("key")
    known = {bytes(post.key): post for post in locked}
    ids = {key: post.pk for key, post in known.items()} | _add_posts(source, batch, set(known), now)
    post_ids = sorted(ids.values())
    new = _add_analyses(post_ids, now)
    edited, gone = take_over(source=source, seen=[(post, batch.items[key]) for key, post in known.items()], now=now)
    brought = _add_sightings(source, post_ids, now)
    add_figures([(ids[key], batch.items[key].figures) for key in ids.keys() - known.keys()], now)
    _add_citations([(ids[key], batch.items[key]) for key in ids if key not in known or ids[key] in edited])
    _keep_evidence(source, batch, ids, known, brought | edited | gone, now)
    _analyse_again(edited | (brought - new), now)
    wake("monitoring.captured")
    return Stored(new=len(new), edited=len(edited), brought=len(brought))


def known_glimpses(source: Source, items: Iterable[Item]) -> list[Item]:
    """Those of `items` that are stored already, for what a list shows of them: figures, and that it brings them too."""
    by_key = {key_of(item, source): item for item in items}
    return [
        replace(by_key[key], needs_detail=False, is_partial=True, replies=(), response=None)
        for key in _ids_of(by_key.keys())
    ]


def _batch(items: Iterable[Item], source: Source) -> _Batch:
    """The items by key, replies behind what they answer; a reply to a reply answers the post."""
    batch = _Batch({}, {})
    replies: list[tuple[bytes, Item, Item]] = []
    secrets = list(unsealed(source).values())
    for item in (without_secrets(item, secrets) for item in items) if secrets else items:
        if not item.needs_detail:
            key = key_of(item, source)
            batch.items[key] = item
            replies += [(key, item, reply) for reply in _all_replies(item)]
    for parent, item, reply in replies:
        key = key_of(reply, source)
        if key not in batch.items and not reply.needs_detail:
            batch.items[key] = reply if reply.response else replace(reply, response=item.response)
            batch.parents[key] = parent
    return batch


def without_secrets(item: Item, secrets: Sequence[str]) -> Item:
    """An item in which the server repeats no secret of ours."""
    return replace(
        item,
        url=blotted_text(item.url, secrets),
        title=blotted_text(item.title, secrets),
        text=blotted_text(item.text, secrets),
        author=blotted_text(item.author, secrets),
        replies=tuple(without_secrets(reply, secrets) for reply in item.replies),
    )


def _all_replies(item: Item) -> Iterator[Item]:
    for reply in item.replies:
        yield reply
        yield from _all_replies(reply)


def _add_posts(source: Source, batch: _Batch, known: set[bytes], now: datetime) -> dict[bytes, int]:
    """Add what nobody has stored, the answered before their answers; the ids by key."""
    first_visit = source.last_success_at is None
    unknown = [key for key in sorted(batch.items) if key not in known]
    batch.barred = barred_keys(source, {key: batch.items[key] for key in unknown})
    unknown = sorted({*unknown} - batch.barred - expired_keys(unknown))
    added: dict[bytes, int] = {}
    for is_reply in (False, True):
        wanted = [key for key in unknown if (key in batch.parents) is is_reply]
        if not wanted:
            continue
        posts = [_new_post(source, key, batch.items[key], first_visit=first_visit, now=now) for key in wanted]
        parents = _ids_of({batch.parents[key] for key in wanted}) if is_reply else {}
        for post in posts:
            post.reply_to_id = parents.get(batch.parents.get(bytes(post.key), b""))
        Post.objects.bulk_create(posts, ignore_conflicts=True)
        added |= _ids_of(wanted)
    return added


def _ids_of(keys: Collection[bytes]) -> dict[bytes, int]:
    return {bytes(key): pk for key, pk in Post.objects.filter(key__in=keys).values_list("key", "pk")}


def expired_keys(keys: Collection[bytes]) -> set[bytes]:
    """Those that retention let go, and that a site still lists."""
    return {bytes(key) for key in Expired.objects.filter(key__in=keys).values_list("key", flat=True)} if keys else set()


def barred_keys(source: Source, items: Mapping[bytes, Item]) -> set[bytes]:
    """Those of the items that every workspace which reads the source had deleted on request."""
    if not items:
        return set()
    readers = set(Subscription.objects.filter(source=source).values_list("workspace", flat=True))
    suppressed = suppressed_for(readers, [(item.author, item.url) for item in items.values()])
    return (
        {key for key, item in items.items() if suppressed.get((item.author, item.url), set()) >= readers}
        if suppressed
        else set()
    )


def _keep_evidence(
    source: Source,
    batch: _Batch,
    ids: Mapping[bytes, int],
    known: Mapping[bytes, Post],
    changed: set[int],
    now: datetime,
) -> None:
    """Keep the answers that brought something new; each tells of all the posts that stand in it.

    An answer that also shows what was deleted on request is not kept.
    """
    received: dict[int, Received] = {}
    wanted: set[int] = set()
    for key, item in batch.items.items():
        if item.response is None:
            continue
        for response in (item.response, *item.attached):
            one = received.setdefault(id(response), Received(response))
            if key in batch.barred:
                one.is_barred = True
            elif key in ids:
                one.posts[ids[key]] = known[key].revision if key in known else 1
                if ids[key] in changed:
                    wanted.add(id(response))
    keep_received(
        source=source, received=[one for each, one in received.items() if each in wanted and not one.is_barred], now=now
    )


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


def _add_citations(posts: Iterable[tuple[int, Item]]) -> None:
    """Note what new and edited posts point at, so that the other end finds them."""
    cited = [(post_id, key) for post_id, item in posts for key in cited_keys(item.text)]
    if cited:
        Citation.objects.bulk_create(
            [Citation(post_id=post_id, key=key) for post_id, key in cited], ignore_conflicts=True
        )


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
