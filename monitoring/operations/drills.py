"""What a drill brings into monitoring and takes away again: private sources, open places, and everything captured."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from monitoring.models import AllowedHost, Analysis, Body, Capture, Host, Post, Source, Subscription, Topic
from monitoring.operations.definitions import definition_hash
from monitoring.operations.sources import pause_source, replan
from sentinel.core import audit
from sentinel.core.models import User, Workspace

KEPT_DAYS = 180


@transaction.atomic
def add_drill_source(
    *,
    workspace: Workspace,
    drill: str,
    kind: str,
    definition: dict[str, Any],
    url: str,
    zone: str,
    interval: int,
    name: str,
    channel: str,
    by: User,
    now: datetime,
) -> Subscription:
    """A source that this workspace alone reads, for one drill; `drill` names it, so that the next gets its own."""
    source = Source.objects.create(
        kind=kind,
        definition=definition,
        definition_hash=definition_hash(kind, {"drill": drill, **definition}, zone),
        owner=workspace,
        is_drill=True,
        url=url,
        zone=zone,
        interval=interval,
        created_at=now,
    )
    subscription = Subscription.objects.create(
        workspace=workspace,
        source=source,
        name=name,
        channel=channel,
        interval=interval,
        retention_days=KEPT_DAYS,
        created_at=now,
    )
    replan(source.pk, now)
    audit.record(verb="add", subject=subscription, by=by, now=now, workspace=workspace, data={"kind": kind, "url": url})
    return subscription


@transaction.atomic
def open_drill_places(*, places: Sequence[str], workspace: Workspace, by: User, now: datetime) -> None:
    """Open exactly these `host:port` to the visits of drill sources."""
    for place in places:
        allowed = AllowedHost.objects.create(address=place, is_drill=True, created_by=by, created_at=now)
        audit.record(verb="allow", subject=allowed, by=by, now=now, workspace=workspace)


@transaction.atomic
def close_drill_places(*, places: Sequence[str], workspace: Workspace, by: User | None, now: datetime) -> None:
    """Close what was opened; what is closed already stays so."""
    for allowed in AllowedHost.objects.filter(address__in=places, is_drill=True).order_by("address"):
        audit.record(verb="disallow", subject=allowed, by=by, now=now, workspace=workspace)
        allowed.delete()


@transaction.atomic
def pause_drill_sources(*, subscriptions: "QuerySet[Subscription]", by: User | None, now: datetime) -> None:
    """Read no further; what was captured stays to look at."""
    for subscription in subscriptions.active().select_related("workspace", "source").order_by("pk"):  # type: ignore[attr-defined]
        pause_source(subscription=subscription, by=by, now=now)


@transaction.atomic
def forget_drill(*, sources: Sequence[int], topic: Topic | None, places: Sequence[str]) -> None:
    """Delete drill sources with everything that they brought, and the topic with its figures; the caller audits.

    Whatever refers to mentions, posts or the topic from above must be gone before.
    """
    mine = Source.objects.filter(pk__in=sources, is_drill=True).select_for_update(of=("self",)).order_by("pk")
    locked = [source.pk for source in mine]
    # In the order in which the analysis locks, so that both wait in line.
    list(Analysis.objects.filter(post__source__in=locked).select_for_update().order_by("pk").values_list("pk"))
    Post.objects.filter(source__in=locked).delete()  # with revisions, sightings, analyses and mentions
    if topic is not None and topic.is_drill:
        topic.mentions.all().delete()
        Topic.objects.filter(pk=topic.pk).update(current=None)  # its versions go with it
        Topic.objects.get(pk=topic.pk).delete()
    _forget_evidence(locked)
    Source.objects.filter(pk__in=locked).delete()  # with visits and subscriptions
    Host.objects.filter(name__in=places).delete()


def _forget_evidence(sources: Sequence[int]) -> None:
    """Delete what was received from sources whose posts are gone already, and the bodies that nobody else has."""
    captures = Capture.objects.filter(source__in=sources)
    bodies = set(captures.values_list("body_id", flat=True))
    captures.delete()
    Body.objects.filter(pk__in=bodies, captures__isnull=True).delete()
