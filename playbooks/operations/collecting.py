"""Collect: the evidence on file, and what is known, unknown and disproved."""

from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction

from alerts.operations.alerts import lead_mention
from monitoring.models import Post, PostHold, Subscription
from playbooks.models import Crisis, Evidence, Fact
from playbooks.operations.files import check, lock, stripped, write_down
from sentinel.core.models import User


class FactFields(TypedDict, total=False):
    """What a fact says; `status` and `text` are always given."""

    status: Required[str]
    text: Required[str]
    correction: str
    source: str
    second_source: str
    is_source_protected: bool
    contradiction: str
    post: Post | None
    owner: User | None
    due_at: datetime | None


def _checked(fields: FactFields) -> dict[str, Any]:
    clean = stripped(fields)
    check(clean["status"] == "unknown" or bool(clean.get("source")), "source-missing")
    check(clean["status"] != "disproved" or bool(clean.get("correction")), "correction-missing")
    return clean


@transaction.atomic
def add_fact(*, crisis: Crisis, by: User, now: datetime, **fields: Unpack[FactFields]) -> Fact:
    """Put down a fact; raises WrongStateError('source-missing' or 'correction-missing')."""
    crisis, clean = lock(crisis), _checked(fields)
    settled = {"settled_at": now, "settled_by": by} if clean["status"] != "unknown" else {}
    fact = Fact.objects.create(crisis=crisis, created_at=now, created_by=by, **clean, **settled)
    write_down(crisis, "add", fact, by=by, now=now, status=fact.status)
    return fact


@transaction.atomic
def edit_fact(*, fact: Fact, by: User, now: datetime, **fields: Unpack[FactFields]) -> None:
    """Change what is given of a fact; another status is a turn of facts. Raises as `add_fact` does."""
    crisis, clean = lock(fact.crisis), _checked(fields)
    fact = Fact.objects.select_for_update(of=("self",)).get(pk=fact.pk)
    before = fact.status
    for name, value in clean.items():
        setattr(fact, name, value)
    if fact.status != before:
        fact.settled_at, fact.settled_by = now, by
    fact.save()
    if fact.status == before:
        write_down(crisis, "edit", fact, by=by, now=now)
    else:
        write_down(crisis, "settle", fact, by=by, now=now, before=before, after=fact.status, note=fact.correction)


@transaction.atomic
def remove_fact(*, fact: Fact, by: User, now: datetime) -> None:
    """Take out what was written by mistake; the log keeps that it was there."""
    crisis = lock(fact.crisis)
    write_down(crisis, "remove", fact, by=by, now=now, status=fact.status)
    fact.delete()


@transaction.atomic
def file_evidence(*, crisis: Crisis, post: Post, note: str, by: User, now: datetime) -> Evidence:
    """Put a captured post on file as it stands now; raises WrongStateError('on-file')."""
    crisis = lock(crisis)
    evidence, created = _file(crisis, post, note=note.strip(), by=by, now=now)
    check(created, "on-file")
    write_down(crisis, "file", evidence, by=by, now=now, url=post.url)
    return evidence


def file_earliest(crisis: Crisis, post: Post, *, now: datetime) -> None:
    """Keep the earliest captured post as it stands, whatever becomes of it."""
    _file(crisis, post, note="", by=None, now=now)


def _file(crisis: Crisis, post: Post, *, note: str, by: User | None, now: datetime) -> tuple[Evidence, bool]:
    # Held, so that no retention takes it: neither the post nor what was received of it.
    PostHold.objects.get_or_create(
        post=post, workspace=crisis.workspace, reason=crisis.thread, defaults={"held_at": now}
    )
    subscription = Subscription.objects.filter(workspace=crisis.workspace, source=post.source_id).first()
    return Evidence.objects.get_or_create(
        crisis=crisis,
        post=post,
        revision=post.revision,
        defaults={
            "source_name": subscription.name if subscription else "",
            "url": post.url,
            "title": post.title,
            "text": post.text,
            "published_at": post.published_at,
            "precision": post.precision,
            "captured_at": post.captured_at,
            "content_hash": post.content_hash,
            "note": note,
            "added_at": now,
            "added_by": by,
        },
    )


@transaction.atomic
def refresh_earliest(*, crisis: Crisis, now: datetime) -> bool:
    """Take notice of an earlier post that was captured late; whether there was one."""
    crisis = lock(crisis, even_closed=True)
    lead = lead_mention(crisis.topic, crisis.opened_at) if crisis.topic else None
    if lead is None or lead.placed_at >= crisis.started_at:
        return False
    crisis.earliest_post, crisis.started_at = lead.post, lead.placed_at
    crisis.save(update_fields=["earliest_post", "started_at"])
    file_earliest(crisis, lead.post, now=now)
    write_down(crisis, "find-earlier", crisis, by=None, now=now, url=lead.post.url)
    return True
