"""Which topic counts too little because sources are not seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import Count

from monitoring.models import Mention, Subscription
from sentinel.core.models import Workspace

COMPARED = timedelta(days=7)  # before a source was lost


class Unseen(Protocol):
    """A source that is not seen since a moment."""

    @property
    def subscription(self) -> Subscription: ...
    @property
    def since(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Undercounted:
    """The topic that has most of its mentions from a source that is not seen."""

    topic: str
    source: str


def undercounted(workspace: Workspace, unseen: Sequence[Unseen], now: datetime) -> Undercounted | None:
    """The topic that loses most, and the source by which it does; None where no topic had anything from them."""
    names = {one.subscription.source_id: one.subscription.name for one in unseen}
    if not names:
        return None
    earliest = min((one.since for one in unseen if one.since), default=now)
    found = (
        Mention.objects.filter(
            workspace=workspace,
            source__in=names,
            placed_at__gte=max(earliest, now - 4 * COMPARED) - COMPARED,
            topic__archived_at=None,
            topic__is_drill=False,
        )
        .values_list("topic__name", "source")
        .annotate(posts=Count("pk"))
        .order_by("-posts", "topic__name", "source")
        .first()
    )
    return Undercounted(found[0], names[found[1]]) if found else None
