"""Open crises follow what they rest on: the alert's level until somebody assessed, earlier posts captured late, and
the posts of their topic, which are kept beyond their term and looked at again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from monitoring.models import Mention
from monitoring.operations.holding import hold_topic
from playbooks.models import Assessment, Crisis
from playbooks.operations.collecting import refresh_earliest
from playbooks.operations.files import lock, write_down

LOOK_BACK = timedelta(days=2)  # what is older when captured is history and begins no crisis


def follow_alerts(*, now: datetime) -> int:
    """Raise crises that nobody assessed yet to their alert's level; how many there were."""
    assessed = Exists(Assessment.objects.filter(crisis=OuterRef("pk")))
    behind = Crisis.objects.open().filter(~assessed, alert__tier__lt=F("level")).select_related("alert")
    return sum(_follow_alert(crisis, now) for crisis in behind)


@transaction.atomic
def _follow_alert(crisis: Crisis, now: datetime) -> bool:
    level = crisis.alert.tier if crisis.alert else crisis.level
    crisis = lock(crisis, even_closed=True)
    if crisis.closed_at or crisis.level <= level or crisis.assessments.exists():
        return False
    before, crisis.level = crisis.level, level
    crisis.save(update_fields=["level"])
    write_down(crisis, "raise", crisis, by=None, now=now, level_before=before, level=level)
    return True


def follow_posts(*, now: datetime) -> int:
    """Move the beginning of crises of whose topic an earlier post was captured meanwhile; how many there were."""
    earlier = Mention.objects.counted().filter(
        topic=OuterRef("topic"), is_history=False, placed_at__lt=OuterRef("started_at"), captured_at__gt=now - LOOK_BACK
    )
    moved = Crisis.objects.open().filter(Exists(earlier), topic__isnull=False)
    return sum(refresh_earliest(crisis=crisis, now=now) for crisis in moved)


def hold_posts(*, now: datetime) -> int:
    """Keep and follow what open crises rest on; how many posts were kept that were not before."""
    return sum(hold_crisis(crisis, now=now) for crisis in Crisis.objects.open().select_related("workspace", "topic"))


@transaction.atomic
def hold_crisis(crisis: Crisis, *, now: datetime) -> int:
    """The posts on file, and what the topic brought since the crisis began."""
    crisis = lock(crisis, even_closed=True)
    if crisis.closed_at:
        return 0
    on_file = crisis.evidence.filter(post__isnull=False).values_list("post_id", flat=True)
    return hold_topic(
        workspace=crisis.workspace,
        topic=crisis.topic,
        reason=crisis.thread,
        since=crisis.started_at,
        on_file=set(on_file),
        now=now,
    )
