"""What becomes of a post that is known: figures, edits as revisions, replies that go and come back."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from monitoring.models import Post, PostRevision, Source
from monitoring.sources.gone import stub_of
from monitoring.sources.items import Item

# Soft hyphens, joiners and other marks without a width, with which some sites sign what they deliver; and space beside
# Chinese, which means nothing.
_UNSEEN = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]+"
    r"|(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])\s+|\s+(?=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])"
)


def content_hash(title: str, text: str) -> bytes:
    """What tells an edit: the words, whatever the white space."""
    return hashlib.sha256(
        "\x00".join((" ".join(title.split()), " ".join(text.split()))).encode("utf-8", "replace")
    ).digest()


def take_over(*, source: Source, seen: Iterable[tuple[Post, Item]], now: datetime) -> tuple[set[int], set[int]]:
    """Take over new figures, edits as revisions, and which replies are gone; the posts that were edited, and that went.

    Only the source that brought a post first may change it. What it does not count any more keeps its last count.
    """
    own = [(post, item) for post, item in seen if post.source_id == source.pk]
    counted = [(post, item.figures) for post, item in own if not item.figures.items() <= post.figures.items()]
    deleted = {post.pk for post, item in own if _is_deleted(post, item)}
    edits = [(post, item) for post, item in own if post.pk not in deleted and _is_edit(post, item)]
    if edits:
        _revise(edits, now)
    if counted:
        _recount([(post.pk, {**post.figures, **figures}) for post, figures in counted])
        add_figures([(post.pk, figures) for post, figures in counted], now)
    return {post.pk for post, _item in edits}, _note_gone(own, deleted, now)


def _note_gone(own: Sequence[tuple[Post, Item]], deleted: set[int], now: datetime) -> set[int]:
    """Note which replies are gone, and which of those are there again; those that went now."""
    went = {post.pk for post, _item in own if post.pk in deleted and post.gone_at is None}
    back = {post.pk for post, item in own if post.reply_to_id and post.gone_at and item.text and post.pk not in deleted}
    if went:
        Post.objects.filter(pk__in=went).update(gone_at=now)
    if back:
        Post.objects.filter(pk__in=back).update(gone_at=None)
    return went


def _is_deleted(post: Post, item: Item) -> bool:
    """Whether a notice stands where a reply stood."""
    return bool(post.reply_to_id and item.text != post.text and stub_of(item.text))


def _is_edit(post: Post, item: Item) -> bool:
    # What came without a word is a page that was not read, not an edit.
    if item.is_partial or not (item.title or item.text):
        return False
    return is_reworded(post, item.title, item.text)


def is_reworded(post: Post, title: str, text: str) -> bool:
    """Whether people see other words than those that are stored."""
    if content_hash(title, text) == bytes(post.content_hash):
        return False
    return content_hash(_visible(title), _visible(text)) != content_hash(_visible(post.title), _visible(post.text))


def _visible(text: str) -> str:
    return _UNSEEN.sub("", unicodedata.normalize("NFC", text))


def _revise(edits: Sequence[tuple[Post, Item]], now: datetime) -> None:
    PostRevision.objects.bulk_create(
        [
            PostRevision(
                post=post,
                number=post.revision,
                title=post.title,
                text=post.text,
                content_hash=post.content_hash,
                captured_at=post.revised_at or post.captured_at,
            )
            for post, _item in edits
        ]
    )
    for post, item in edits:
        post.title, post.text, post.content_hash = item.title, item.text, content_hash(item.title, item.text)
        post.revision, post.revised_at = post.revision + 1, now
    Post.objects.bulk_update(
        [post for post, _item in edits], ["title", "text", "content_hash", "revision", "revised_at"], batch_size=100
    )


def _recount(counted: Sequence[tuple[int, dict[str, int]]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE monitoring_post AS post SET figures = counted.figures::jsonb
                 FROM unnest(%s::bigint[], %s::text[]) AS counted(id, figures) WHERE post.id = counted.id""",
            _columns(counted),
        )


def add_figures(counted: Iterable[tuple[int, dict[str, int]]], now: datetime) -> None:
    """Write down what the site counts now, for the course of a post."""
    counted = [(post_id, figures) for post_id, figures in counted if figures]
    if not counted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_figures (post_id, figures, at)
               SELECT counted.id, counted.figures::jsonb, %s FROM unnest(%s::bigint[], %s::text[])
                   AS counted(id, figures) ON CONFLICT DO NOTHING""",
            [now, *_columns(counted)],
        )


def _columns(counted: Sequence[tuple[int, dict[str, int]]]) -> list[list[int] | list[str]]:
    return [[post_id for post_id, _figures in counted], [json.dumps(figures) for _post_id, figures in counted]]
