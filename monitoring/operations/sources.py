"""Sources and a workspace's subscriptions to them."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from monitoring.models import AllowedHost, Source, Subscription, Visit
from monitoring.operations.topics import walk_again
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.wakes import wake


def definition_hash(kind: str, definition: dict[str, Any]) -> str:
    """What makes two definitions the same source."""
    text = json.dumps([kind, definition], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _source_of(
    *,
    kind: str,
    definition: dict[str, Any],
    url: str,
    zone: str,
    interval: int,
    now: datetime,
    owner: Workspace | None = None,
) -> Source:
    """The source of this definition: everybody's, or its owner's alone."""
    source, created = Source.objects.get_or_create(
        definition_hash=definition_hash(kind, definition),
        owner=owner,
        defaults={
            "kind": kind,
            "definition": definition,
            "url": url,
            "zone": zone,
            "interval": interval,
            "created_at": now,
        },
    )
    if not created and interval < source.interval:
        source.interval = interval  # the most eager reader sets the pace
        source.save(update_fields=["interval"])
    return source


def _plan_visit(source: Source, now: datetime) -> None:
    """Make sure that a wanted source has its next visit; an unwanted one waits for nobody."""
    Visit.objects.get_or_create(source=source, finished_at=None, defaults={"due_at": None})
    waiting = Visit.objects.open().filter(source=source, lease_until__isnull=True)
    if Source.objects.wanted().filter(pk=source.pk).exists():
        waiting.filter(due_at__isnull=True).update(due_at=now)
        wake("monitoring.visit-wanted")
    else:
        waiting.update(due_at=None)


@transaction.atomic
def add_source(
    *,
    workspace: Workspace,
    kind: str,
    definition: dict[str, Any],
    url: str,
    zone: str,
    interval: int,
    name: str,
    retention_days: int,
    by: User,
    now: datetime,
) -> Subscription:
    """Subscribe the workspace to the source of this definition; raises WrongStateError('already-subscribed')."""
    source = _source_of(kind=kind, definition=definition, url=url, zone=zone, interval=interval, now=now)
    subscription, created = Subscription.objects.get_or_create(
        workspace=workspace,
        source=source,
        defaults={"name": name.strip(), "retention_days": retention_days, "created_at": now},
    )
    if not created:
        raise WrongStateError("already-subscribed")
    _plan_visit(source, now)
    if source.posts.exists():
        walk_again(workspace=workspace, now=now)  # what others' visits found before
    audit.record(verb="add", subject=subscription, by=by, now=now, workspace=workspace, data={"kind": kind, "url": url})
    return subscription


@transaction.atomic
def edit_source(
    *,
    subscription: Subscription,
    definition: dict[str, Any],
    url: str,
    zone: str,
    interval: int,
    name: str,
    retention_days: int,
    by: User,
    now: datetime,
) -> None:
    """Change a source; a definition that others use is forked, so that nobody's reading changes behind their back."""
    before = subscription.source
    after = _source_of(
        kind=before.kind,
        definition=definition,
        url=url,
        zone=zone,
        interval=interval,
        now=now,
        owner=before.owner,
    )
    if after.pk == before.pk and not before.subscriptions.exclude(pk=subscription.pk).exists():
        Source.objects.filter(pk=before.pk).update(zone=zone, interval=interval)
    elif (
        Subscription.objects.filter(workspace=subscription.workspace, source=after).exclude(pk=subscription.pk).exists()
    ):
        raise WrongStateError("already-subscribed")
    subscription.source, subscription.name, subscription.retention_days = after, name.strip(), retention_days
    subscription.save(update_fields=["source", "name", "retention_days"])
    _plan_visit(after, now)
    _plan_visit(before, now)
    if after.pk != before.pk and after.posts.exists():
        walk_again(workspace=subscription.workspace, now=now)
    audit.record(verb="edit", subject=subscription, by=by, now=now, workspace=subscription.workspace, data={"url": url})


@transaction.atomic
def pause_source(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Stop reading for this workspace; raises WrongStateError('already-paused')."""
    if not Subscription.objects.active().filter(pk=subscription.pk).update(paused_at=now, paused_by=by):
        raise WrongStateError("already-paused")
    _plan_visit(subscription.source, now)
    audit.record(verb="pause", subject=subscription, by=by, now=now, workspace=subscription.workspace)


@transaction.atomic
def resume_source(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Read again; raises WrongStateError('not-paused')."""
    paused = Subscription.objects.filter(pk=subscription.pk, paused_at__isnull=False)
    if not paused.update(paused_at=None, paused_by=None):
        raise WrongStateError("not-paused")
    _plan_visit(subscription.source, now)
    audit.record(verb="resume", subject=subscription, by=by, now=now, workspace=subscription.workspace)


@transaction.atomic
def remove_source(*, subscription: Subscription, by: User, now: datetime) -> None:
    """End the subscription; what was captured stays."""
    source = subscription.source
    audit.record(
        verb="remove",
        subject=subscription,
        by=by,
        now=now,
        workspace=subscription.workspace,
        data={"url": source.url},
    )
    subscription.delete()
    _plan_visit(source, now)


@transaction.atomic
def want_visit(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Visit as soon as manners allow; raises WrongStateError('paused' or 'visiting')."""
    if subscription.paused_at:
        raise WrongStateError("paused")
    waiting = Visit.objects.open().filter(source=subscription.source, lease_until__isnull=True)
    if not waiting.update(due_at=now, parked_at=None, attempt=0):
        raise WrongStateError("visiting")
    audit.record(verb="visit-now", subject=subscription, by=by, now=now, workspace=subscription.workspace)
    wake("monitoring.visit-wanted")


@transaction.atomic
def allow_host(*, address: str, by: User, now: datetime) -> AllowedHost:
    """Open one private `host:port` to the crawler of the whole installation; for operators."""
    allowed, created = AllowedHost.objects.get_or_create(
        address=address, defaults={"created_by": by, "created_at": now}
    )
    if created:
        audit.record(verb="allow", subject=allowed, by=by, now=now)
    return allowed


@transaction.atomic
def disallow_host(*, allowed: AllowedHost, by: User, now: datetime) -> None:
    """Close a private address again."""
    audit.record(verb="disallow", subject=allowed, by=by, now=now)
    allowed.delete()
