"""The pipeline tells a workspace's browsers at most once a second that figures changed."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from monitoring.models import Measure, Topic
from monitoring.operations.mentions import bucket_of
from sentinel.core.live import announce
from sentinel.core.models import LiveCounter

AT_MOST_EVERY = timedelta(seconds=1)


def figures_now(workspace_id: int, now: datetime) -> dict[str, Any]:
    """What the board shows of the present: the last hour, and the running five minutes."""
    topics = Topic.objects.real().filter(workspace=workspace_id, is_own=True, archived_at__isnull=True)
    own = Measure.objects.filter(topic__in=topics)
    hour = own.filter(bucket__gt=bucket_of(now) - timedelta(hours=1)).aggregate(
        total=Sum("total", default=0), negative=Sum("negative", default=0)
    )
    return {"hour": hour["total"], "negative": hour["negative"]}


def pulse(*, now: datetime) -> int:
    """Announce changed figures of every workspace that has waited long enough; how many were told."""
    waited = Q(pulsed_at__isnull=True) | Q(pulsed_at__lte=now - AT_MOST_EVERY)
    waiting = LiveCounter.objects.filter(waited, pulse_wanted_at__isnull=False)
    told = 0
    for workspace_id in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            if waiting.filter(pk=workspace_id).update(pulse_wanted_at=None, pulsed_at=now):
                announce(workspace_id=workspace_id, kind="pulse", counts=figures_now(workspace_id, now), now=now)
                told += 1
    return told
