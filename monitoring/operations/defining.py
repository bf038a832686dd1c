"""Which source a definition is: everybody's or a workspace's own, changed in place or another one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from monitoring.models import Source, Subscription, Visit
from monitoring.operations.definitions import definition_hash, keep_version
from monitoring.operations.pacing import soonest
from sentinel.core.models import User, Workspace

AUTOMATIC_AT_FIRST = 300  # seconds between visits, until the source has shown how often it publishes


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source as somebody wants it; `secrets` are sealed, `owner` None: everybody's, `interval` None: automatic."""

    kind: str
    definition: dict[str, Any]
    url: str
    zone: str
    interval: int | None
    owner: Workspace | None
    secrets: str
    preset: str
    is_pushed: bool

    @property
    def hash(self) -> str:
        return definition_hash(self.kind, self.definition, self.zone)


def source_of(wanted: Wanted, *, by: User, now: datetime) -> Source:
    """The source of this definition, everybody's or its owner's alone; locked, so that nobody edits it meanwhile."""
    source, created = Source.objects.select_for_update(of=("self",)).get_or_create(
        definition_hash=wanted.hash,
        owner=wanted.owner,
        defaults={
            "kind": wanted.kind,
            "definition": wanted.definition,
            "url": wanted.url,
            "zone": wanted.zone,
            "interval": wanted.interval or AUTOMATIC_AT_FIRST,
            "created_at": now,
            "secrets": wanted.secrets,
            "preset": wanted.preset,
            "is_pushed": wanted.is_pushed,
        },
    )
    if created:
        keep_version(source=source, by=by, now=now)
    return source


def edited_source(subscription: Subscription, wanted: Wanted, *, by: User, now: datetime) -> Source:
    """The source after an edit: itself, changed where nobody else reads it, or the one that has this definition."""
    before, owner = subscription.source, wanted.owner
    same_definition = Q(definition_hash=wanted.hash, owner=owner)
    locked = Source.objects.select_for_update(of=("self",)).filter(same_definition | Q(pk=before.pk)).order_by("pk")
    by_id = {source.pk: source for source in locked}
    source = by_id.pop(before.pk)
    if source.definition_hash == wanted.hash and source.owner_id == (owner.pk if owner else None):
        if source.secrets != wanted.secrets:
            _change(source, wanted, by, now)
        return source
    if by_id or source.subscriptions.exclude(pk=subscription.pk).exists():
        return source_of(wanted, by=by, now=now)
    _change(source, wanted, by, now)
    return source


def _change(source: Source, wanted: Wanted, by: User, now: datetime) -> None:
    """Give a source that nobody else reads another definition, and begin anew."""
    if wanted.url != source.url:
        source.created_at, source.last_success_at = now, None  # another place: what it shows at first is history
        source.rest_until = None
    is_new_version = wanted.hash != source.definition_hash
    source.definition, source.definition_hash = wanted.definition, wanted.hash
    source.url, source.zone = wanted.url, wanted.zone
    source.owner, source.secrets = wanted.owner, wanted.secrets
    source.version += is_new_version
    source.state, source.missed, source.filled = {}, {}, {}
    source.outcome, source.outcome_detail, source.failures, source.failing_since = "", "", 0, None
    source.save()
    if is_new_version:
        keep_version(source=source, by=by, now=now)
    # A visit that is under way reads what is no longer wanted: it loses its lease, and with it what it found.
    at_once = soonest(source, now)
    Visit.objects.open().filter(source=source).update(due_at=at_once, lease_until=None, parked_at=None, attempt=0)
