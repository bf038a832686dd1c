"""Posts that come by themselves: stored once however often they are sent, and told one by one what became of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from monitoring.intake.records import Record, parent_items
from monitoring.models import Post, Source
from monitoring.operations.posts import key_of, store_posts
from monitoring.operations.volumes import note_volume
from monitoring.visiting.storable import storable


@transaction.atomic
def receive_posts(*, source: Source, records: Sequence[Record], now: datetime) -> list[str]:
    """Store what was sent to a pushed source; for each record what became of it.

    `new`, `revised` (its words changed), `known`, or `erased` (its author or address was deleted on request).
    """
    # One batch of a source after the other: else two that bring the same post at once would both call it new.
    Source.objects.select_for_update(of=("self",), no_key=True).get(pk=source.pk)
    keys = [key_of(record.item, source) for record in records]
    before = _revisions(keys)
    stored = store_posts(source=source, items=[record.item for record in records], now=now)
    after = _revisions(keys)
    if stored.new:
        fresh = Post.objects.filter(key__in=after.keys() - before.keys(), is_history=False).count()
        note_volume(source=source, stored_new=fresh, now=now)
    _link_replies(source, dict(zip(keys, records, strict=True)))
    heard = {"last_visit_at": now, "last_success_at": now, "outcome": "ok", "outcome_detail": ""}
    newest = {"last_item_at": now} if stored.brought else {}
    Source.objects.filter(pk=source.pk).update(failures=0, failing_since=None, **heard, **newest)
    last = {key: index for index, key in enumerate(keys)}
    return [_status(key, before, after) if last[key] == index else "known" for index, key in enumerate(keys)]


def _status(key: bytes, before: dict[bytes, int], after: dict[bytes, int]) -> str:
    if key not in after:
        return "erased"
    if key not in before:
        return "new"
    return "revised" if after[key] > before[key] else "known"


@transaction.atomic
def note_refused(*, source: Source, detail: str, now: datetime) -> None:
    """Show on the source's page that what was sent to it could not be read: whoever sends it may never look."""
    source = Source.objects.select_for_update(of=("self",)).get(pk=source.pk)
    Source.objects.filter(pk=source.pk).update(
        last_visit_at=now,
        failures=F("failures") + 1,
        failing_since=source.failing_since or now,
        outcome="malformed",
        outcome_detail=storable(detail, 300),
    )


def _revisions(keys: Sequence[bytes]) -> dict[bytes, int]:
    found = Post.objects.filter(key__in=set(keys)).values_list("key", "revision")
    return {bytes(key): revision for key, revision in found}


def _link_replies(source: Source, records: dict[bytes, Record]) -> None:
    """Put each reply below the post that it names, where that is known; the link is made once and stays."""
    parents = {
        key: [key_of(item, source) for item in parent_items(record, source.url)]
        for key, record in records.items()
        if record.reply_to
    }
    if not parents:
        return
    wanted = {one for candidates in parents.values() for one in candidates}
    by_key = {bytes(key): pk for key, pk in Post.objects.filter(key__in=wanted).values_list("key", "pk")}
    for key, candidates in sorted(parents.items()):
        parent = next((by_key[one] for one in candidates if one in by_key and one != key), None)
        if parent is not None:
            Post.objects.filter(key=key, reply_to=None, source=source).exclude(pk=parent).update(reply_to=parent)
