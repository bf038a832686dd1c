"""How much of a source goes when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from monitoring.models import Mention, PostHold, RejectedRow, Subscription
from sentinel.core.models import AuditEntry

AHEAD = (1, 7, 30)  # days


@dataclass(frozen=True, slots=True)
class Forecast:
    """How many mentions of a source go within so many days; `held` stay as evidence, `rejected` rows of files go with
    their file. `last` is the last run's entry.
    """

    days: int
    total: int
    held: int
    going: list[tuple[int, int]]  # (within days, mentions)
    oldest_at: datetime | None
    rejected: int
    last: AuditEntry | None


def forecast(subscription: Subscription, now: datetime) -> Forecast:
    """What the retention of a source will take."""
    held = Exists(PostHold.objects.filter(post=OuterRef("post"), workspace=subscription.workspace_id))
    mentions = Mention.objects.filter(workspace=subscription.workspace_id, source=subscription.source_id)
    until = now - timedelta(days=subscription.retention_days)
    counts = mentions.annotate(is_held=held).aggregate(
        total=Count("pk"),
        held=Count("pk", filter=Q(is_held=True)),
        **{
            f"within_{days}": Count("pk", filter=Q(is_held=False, captured_at__lt=until + timedelta(days=days)))
            for days in AHEAD
        },
    )
    entries = AuditEntry.objects.filter(workspace_id=subscription.workspace_id, verb="expire").newest_first()
    return Forecast(
        days=subscription.retention_days,
        total=counts["total"],
        held=counts["held"],
        going=[(days, counts[f"within_{days}"]) for days in AHEAD],
        oldest_at=mentions.order_by("captured_at").values_list("captured_at", flat=True).first(),
        rejected=RejectedRow.objects.filter(
            file_import__workspace=subscription.workspace_id, file_import__source=subscription.source_id
        ).count(),
        last=entries.first(),
    )
