"""How often a source is visited: as its readers wish, else as it publishes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from monitoring.models import Source, Subscription
from monitoring.visiting.schedule import automatic_interval


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the readers of a source want: the shortest fixed interval in seconds, and whether any leaves it to us."""

    fixed: int | None
    is_automatic: bool

    def floor(self, asked: float) -> float:
        """Of the wait that a source asks for what holds beside a fixed wish, in seconds."""
        return asked if self.fixed is None else min(asked, self.fixed)

    def interval(self, source: Source, rhythm: Mapping[str, Any], now: datetime) -> int:
        """Seconds between visits; a fixed wish is an upper bound for what the rhythm says."""
        if not self.is_automatic and self.fixed:
            return self.fixed
        automatic = round(automatic_interval(rhythm, began=source.created_at, now=now))
        return min(automatic, self.fixed or automatic)


def wishes_for(sources: Iterable[int]) -> dict[int, Wishes]:
    """By source, for those that are to be visited: somebody reads them, and they are not pushed to us."""
    rows = (
        Subscription.objects.active()
        .filter(source__in=list(sources), source__is_pushed=False)
        .values("source")
        .annotate(fixed=Min("interval"), automatic=Count("pk", filter=Q(interval__isnull=True)))
        .order_by("source")
    )
    return {row["source"]: Wishes(row["fixed"], row["automatic"] > 0) for row in rows}
