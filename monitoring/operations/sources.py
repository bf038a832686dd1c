"""Sources and a workspace's subscriptions to them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Required, TypedDict, Unpack

from django.db import transaction
from django.db.models import Q

from monitoring.models import AllowedHost, Sighting, Source, Subscription, Visit
from monitoring.operations.back_reading import begin_back_read
from monitoring.operations.defining import Wanted, edited_source, source_of
from monitoring.operations.definitions import full_definition, readable_secrets, sealed, unsealed
from monitoring.operations.domains import domain_of_url
from monitoring.operations.pacing import CALM, soonest, wishes_for
from monitoring.operations.topics import walk_again
from monitoring.sources import KINDS, imap
from monitoring.sources.items import DefinitionError
from monitoring.sources.kinds import without_secrets
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.wakes import wake


class SourceFields(TypedDict, total=False):
    """What is said of a source and of its reading. `interval` is in seconds, None: as the source publishes; `delay` are
    seconds between two requests to its domain; `secrets` the kind's secret fields in the clear."""

    definition: Required[dict[str, Any]]
    url: Required[str]
    zone: Required[str]
    interval: Required[int | None]
    name: Required[str]
    retention_days: Required[int]
    channel: str
    legal_note: str | None
    delay: float | None
    secrets: Mapping[str, str] | None


class NewSourceFields(SourceFields, total=False):
    """What is said of a new one besides: the ready definition that it began as, and whether its posts come to us."""

    preset: str
    is_pushed: bool


def replan(source_id: int, now: datetime) -> None:
    """Bring a source's pace and its next visit in line with who reads it; nobody waits for an unwanted one."""
    source = Source.objects.select_for_update(of=("self",)).get(pk=source_id)
    waiting = Visit.objects.open().filter(source=source)
    wishes = wishes_for([source_id]).get(source_id)
    if wishes is None:
        waiting.update(due_at=None, is_watched=False)
        return
    pace, domain = wishes.interval(source, source.rhythm, now), domain_of_url(source.url)
    if domain != source.domain:
        source.domain = domain
        source.save(update_fields=["domain"])
    at_once = soonest(source, now)
    Visit.objects.get_or_create(source=source, finished_at=None, defaults={"due_at": at_once})
    waiting.filter(due_at__isnull=True).update(due_at=at_once, parked_at=None, attempt=0)
    if pace != source.interval:
        source.interval = pace
        source.save(update_fields=["interval"])
        if not source.failures:
            latest = max(now + timedelta(seconds=pace), at_once)
            waiting.filter(lease_until__isnull=True, due_at__gt=latest).update(due_at=latest)
    wake("monitoring.visit-wanted")


def _is_read_already(workspace: Workspace, source: Source, but: Subscription | None = None) -> bool:
    reading = Subscription.objects.filter(workspace=workspace, source=source)
    return (reading.exclude(pk=but.pk) if but else reading).exists()


@transaction.atomic
def add_source(
    *, workspace: Workspace, kind: str, by: User, now: datetime, **fields: Unpack[NewSourceFields]
) -> Subscription:
    """Subscribe the workspace to the source of this definition; raises WrongStateError('already-subscribed').

    What has `secrets` or is pushed to us is the workspace's own; everything else is read once for all.
    """
    secrets, is_pushed = sealed(fields.get("secrets") or {}), fields.get("is_pushed", False)
    wanted = Wanted(
        kind=kind,
        definition=fields["definition"],
        url=fields["url"],
        zone=fields["zone"],
        interval=fields["interval"],
        owner=workspace if secrets or is_pushed else None,
        secrets=secrets,
        preset=fields.get("preset", ""),
        is_pushed=is_pushed,
    )
    source = source_of(wanted, by=by, now=now)
    if _is_read_already(workspace, source):
        raise WrongStateError("already-subscribed")
    subscription = Subscription.objects.create(
        workspace=workspace,
        source=source,
        name=fields["name"].strip(),
        interval=fields["interval"],
        channel=fields.get("channel") or "news",
        retention_days=fields["retention_days"],
        legal_note=(fields.get("legal_note") or "").strip(),
        created_at=now,
    )
    _keep_delay(source, fields.get("delay"))
    _begin(subscription, now)
    data = {"kind": kind, "url": wanted.url}
    audit.record(verb="add", subject=subscription, by=by, now=now, workspace=workspace, data=data)
    return subscription


def _begin(subscription: Subscription, now: datetime) -> None:
    """Let a new subscription be visited, read back, and shown what others' visits found before."""
    source = subscription.source
    replan(source.pk, now)
    begin_back_read(source=source, now=now)
    if Sighting.objects.filter(source=source).exists():
        walk_again(workspace=subscription.workspace, now=now)


@transaction.atomic
def edit_source(*, subscription: Subscription, by: User, now: datetime, **fields: Unpack[SourceFields]) -> None:
    """Change a source; a definition that others use is forked, so that nobody's reading changes behind their back.

    Of `secrets` those that are filled replace what is kept; the rest stays, since nobody is shown it.
    Raises WrongStateError('already-subscribed') where the workspace reads the changed definition already, and 'drill'.
    """
    _refuse_drill(subscription)
    before = subscription.source
    secrets = _changed_secrets(before, fields.get("secrets") or {})
    wanted = Wanted(
        kind=before.kind,
        definition=fields["definition"],
        url=fields["url"],
        zone=fields["zone"],
        interval=fields["interval"],
        owner=subscription.workspace if secrets else before.owner,
        secrets=secrets,
        preset=before.preset,
        is_pushed=before.is_pushed,
    )
    after = edited_source(subscription, wanted, by=by, now=now)
    if _is_read_already(subscription.workspace, after, but=subscription):
        raise WrongStateError("already-subscribed")
    legal_note = fields.get("legal_note")
    subscription.source, subscription.name = after, fields["name"].strip()
    subscription.interval, subscription.retention_days = fields["interval"], fields["retention_days"]
    subscription.channel = fields.get("channel") or subscription.channel
    subscription.legal_note = subscription.legal_note if legal_note is None else legal_note.strip()
    subscription.save()
    _keep_delay(after, fields.get("delay"))
    for source_id in sorted({before.pk, after.pk}):
        replan(source_id, now)
    if after.pk != before.pk and Sighting.objects.filter(source=after).exists():
        walk_again(workspace=subscription.workspace, now=now)
    data = {"url": wanted.url}
    audit.record(verb="edit", subject=subscription, by=by, now=now, workspace=subscription.workspace, data=data)


@transaction.atomic
def restore_version(*, subscription: Subscription, number: int, by: User, now: datetime) -> None:
    """Go back to what a source's definition was: an edit, which makes a version of its own.

    Raises WrongStateError: 'no-version', 'same-version' (it is read like that already), 'old-version' (the kind no
    longer takes it), and what `edit_source` raises.
    """
    source = subscription.source
    version = source.versions.filter(number=number).first()
    if version is None:
        raise WrongStateError("no-version")
    kind, secrets = KINDS[source.kind], unsealed(source)
    try:
        definition = without_secrets(kind.FIELDS, kind.validate({**version.definition, **secrets}))
    except DefinitionError as error:
        raise WrongStateError("old-version") from error
    now_read = without_secrets(kind.FIELDS, kind.validate(full_definition(source)))
    if (definition, version.zone) == (now_read, source.zone):
        raise WrongStateError("same-version")
    edit_source(
        subscription=subscription,
        definition=definition,
        url=_address_of(source, definition),
        zone=version.zone,
        interval=subscription.interval,
        name=subscription.name,
        retention_days=subscription.retention_days,
        by=by,
        now=now,
    )


def _address_of(source: Source, definition: dict[str, Any]) -> str:
    """Where a visit begins; what is pushed to us keeps the address that it was given."""
    if source.kind == "imap":
        return imap.address(definition)
    first = KINDS[source.kind].start(definition)
    return first[0].url if first else source.url


def _refuse_drill(subscription: Subscription) -> None:
    """What a drill reads comes and goes with it; raises WrongStateError('drill')."""
    if subscription.source.is_drill:
        raise WrongStateError("drill")


def _keep_delay(source: Source, delay: float | None) -> None:
    """The most careful pace that anybody wished for stays."""
    if delay is not None and delay > (source.delay or 0.0):
        source.delay = delay
        source.save(update_fields=["delay"])


def _changed_secrets(source: Source, typed: Mapping[str, str]) -> str:
    filled = {name: value for name, value in typed.items() if value}
    return sealed({**readable_secrets(source), **filled}) if filled else source.secrets


@transaction.atomic
def pause_source(
    *, subscription: Subscription, by: User | None, now: datetime, reason: str = "", until: datetime | None = None
) -> None:
    """Stop reading for this workspace, for good or `until` a moment; raises WrongStateError('already-paused')."""
    paused = Subscription.objects.active().filter(pk=subscription.pk)
    if not paused.update(paused_at=now, paused_by=by, paused_until=until, pause_reason=reason.strip()[:200]):
        raise WrongStateError("already-paused")
    replan(subscription.source_id, now)
    data = {"reason": reason.strip()[:200], "until": until.isoformat() if until else None}
    said = {name: value for name, value in data.items() if value}
    audit.record(verb="pause", subject=subscription, by=by, now=now, workspace=subscription.workspace, data=said)


@transaction.atomic
def resume_source(*, subscription: Subscription, by: User | None, now: datetime) -> None:
    """Read again; `by` nobody where the pause is over. Raises WrongStateError('not-paused' or 'drill')."""
    _refuse_drill(subscription)
    paused = Subscription.objects.filter(pk=subscription.pk, paused_at__isnull=False)
    if not paused.update(paused_at=None, paused_by=None, paused_until=None, pause_reason=""):
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
def want_visit(*, subscription: Subscription, by: User, now: datetime) -> datetime:
    """Visit as soon as manners allow, and when that is; who asks again meanwhile waits for the same visit.

    Raises WrongStateError('paused' or 'visiting').
    """
    if not Subscription.objects.active().filter(pk=subscription.pk).exists():
        raise WrongStateError("paused")
    replan(subscription.source_id, now)
    source = Source.objects.get(pk=subscription.source_id)
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    waiting = Visit.objects.open().filter(free, source=source).select_for_update(of=("self",)).first()
    if waiting is None:
        raise WrongStateError("visiting")
    earliest = soonest(source, now, CALM)
    planned = waiting.due_at if waiting.due_at and waiting.parked_at is None else earliest
    due_at = max(min(planned, earliest), now)
    Visit.objects.filter(pk=waiting.pk).update(due_at=due_at, parked_at=None, attempt=0, is_watched=True)
    audit.record(verb="visit-now", subject=subscription, by=by, now=now, workspace=subscription.workspace)
    wake("monitoring.visit-wanted")
    return due_at


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
