"""Sources and a workspace's subscriptions to them."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min, Q

from monitoring.models import AllowedHost, Sighting, Source, Subscription, Visit
from monitoring.operations.topics import walk_again
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.wakes import wake


def definition_hash(kind: str, definition: dict[str, Any], zone: str) -> str:
    """What makes two definitions the same source: what is read, how, and in whose time."""
    text = json.dumps([kind, definition, zone], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _source_of(
    *, kind: str, definition: dict[str, Any], url: str, zone: str, interval: int, now: datetime, owner: Workspace | None
) -> Source:
    """The source of this definition, everybody's or its owner's alone; locked, so that nobody edits it meanwhile."""
    source, _created = Source.objects.select_for_update(of=("self",)).get_or_create(
        definition_hash=definition_hash(kind, definition, zone),
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
    return source


def replan(source_id: int, now: datetime) -> None:
    """Bring a source's pace and its next visit in line with who reads it; nobody waits for an unwanted one."""
    source = Source.objects.select_for_update(of=("self",)).get(pk=source_id)
    waiting = Visit.objects.open().filter(source=source)
    pace = Subscription.objects.active().filter(source=source).aggregate(pace=Min("interval"))["pace"]
    if pace is None:
        waiting.update(due_at=None)
        return
    Visit.objects.get_or_create(source=source, finished_at=None, defaults={"due_at": now})
    waiting.filter(due_at__isnull=True).update(due_at=now, parked_at=None, attempt=0)
    if pace != source.interval:
        source.interval = pace
        source.save(update_fields=["interval"])
        if not source.failures:
            latest = now + timedelta(seconds=pace)
            waiting.filter(lease_until__isnull=True, due_at__gt=latest).update(due_at=latest)
    wake("monitoring.visit-wanted")


def _is_read_already(workspace: Workspace, source: Source, but: Subscription | None = None) -> bool:
    reading = Subscription.objects.filter(workspace=workspace, source=source)
    return (reading.exclude(pk=but.pk) if but else reading).exists()


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
    source = _source_of(kind=kind, definition=definition, url=url, zone=zone, interval=interval, now=now, owner=None)
    if _is_read_already(workspace, source):
        raise WrongStateError("already-subscribed")
    subscription = Subscription.objects.create(
        workspace=workspace,
        source=source,
        name=name.strip(),
        interval=interval,
        retention_days=retention_days,
        created_at=now,
    )
    replan(source.pk, now)
    if Sighting.objects.filter(source=source).exists():
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
    """Change a source; a definition that others use is forked, so that nobody's reading changes behind their back.

    Raises WrongStateError('already-subscribed') where the workspace reads the changed definition already, and 'drill'.
    """
    _refuse_drill(subscription)
    before = subscription.source
    after = _edited(subscription, definition=definition, url=url, zone=zone, interval=interval, now=now)
    if _is_read_already(subscription.workspace, after, but=subscription):
        raise WrongStateError("already-subscribed")
    subscription.source, subscription.name = after, name.strip()
    subscription.interval, subscription.retention_days = interval, retention_days
    subscription.save(update_fields=["source", "name", "interval", "retention_days"])
    for source_id in sorted({before.pk, after.pk}):
        replan(source_id, now)
    if after.pk != before.pk and Sighting.objects.filter(source=after).exists():
        walk_again(workspace=subscription.workspace, now=now)
    audit.record(verb="edit", subject=subscription, by=by, now=now, workspace=subscription.workspace, data={"url": url})


def _refuse_drill(subscription: Subscription) -> None:
    """What a drill reads comes and goes with it; raises WrongStateError('drill')."""
    if subscription.source.is_drill:
        raise WrongStateError("drill")


def _edited(
    subscription: Subscription, *, definition: dict[str, Any], url: str, zone: str, interval: int, now: datetime
) -> Source:
    """The source after an edit: itself, changed where nobody else reads it, or the one that has this definition."""
    before = subscription.source
    changed = definition_hash(before.kind, definition, zone)
    same_definition = Q(definition_hash=changed, owner=before.owner_id)
    locked = Source.objects.select_for_update(of=("self",)).filter(same_definition | Q(pk=before.pk)).order_by("pk")
    by_id = {source.pk: source for source in locked}
    source = by_id.pop(before.pk)
    if source.definition_hash == changed:
        return source
    if by_id or source.subscriptions.exclude(pk=subscription.pk).exists():
        return _source_of(
            kind=source.kind,
            definition=definition,
            url=url,
            zone=zone,
            interval=interval,
            now=now,
            owner=source.owner,
        )
    if url != source.url:
        source.created_at, source.last_success_at = now, None  # another place: what it shows at first is history
    source.definition, source.definition_hash, source.url, source.zone = definition, changed, url, zone
    source.state, source.missed = {}, {}
    source.outcome, source.outcome_detail, source.failures, source.failing_since = "", "", 0, None
    source.save()
    # A visit that is under way reads what is no longer wanted: it loses its lease, and with it what it found.
    Visit.objects.open().filter(source=source).update(due_at=now, lease_until=None, parked_at=None, attempt=0)
    return source


@transaction.atomic
def pause_source(*, subscription: Subscription, by: User | None, now: datetime) -> None:
    """Stop reading for this workspace; raises WrongStateError('already-paused')."""
    if not Subscription.objects.active().filter(pk=subscription.pk).update(paused_at=now, paused_by=by):
        raise WrongStateError("already-paused")
    replan(subscription.source_id, now)
    audit.record(verb="pause", subject=subscription, by=by, now=now, workspace=subscription.workspace)


@transaction.atomic
def resume_source(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Read again; raises WrongStateError('not-paused' or 'drill')."""
    _refuse_drill(subscription)
    paused = Subscription.objects.filter(pk=subscription.pk, paused_at__isnull=False)
    if not paused.update(paused_at=None, paused_by=None):
        raise WrongStateError("not-paused")
    replan(subscription.source_id, now)
    audit.record(verb="resume", subject=subscription, by=by, now=now, workspace=subscription.workspace)


@transaction.atomic
def remove_source(*, subscription: Subscription, by: User, now: datetime) -> None:
    """End the subscription; what was captured stays. Raises WrongStateError('drill')."""
    _refuse_drill(subscription)
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
    replan(source.pk, now)


@transaction.atomic
def want_visit(*, subscription: Subscription, by: User, now: datetime) -> None:
    """Visit as soon as manners allow; raises WrongStateError('paused' or 'visiting')."""
    if not Subscription.objects.active().filter(pk=subscription.pk).exists():
        raise WrongStateError("paused")
    replan(subscription.source_id, now)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    waiting = Visit.objects.open().filter(free, source=subscription.source_id)
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
