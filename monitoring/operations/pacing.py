"""How often a source is visited: as its readers wish, else as it publishes; and never sooner than it may be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, Min, Q

from monitoring.models import Source, Subscription
from monitoring.operations.rations import MOST_TESTS, spent_until
from monitoring.sources import KINDS
from monitoring.sources.kinds import ration_of
from monitoring.visiting.schedule import automatic_interval

CALM = timedelta(seconds=30)  # between two visits, however many people ask for one


@dataclass(frozen=True, slots=True)
class Rest:
    """A source is not visited `until` then, whoever asks for it: its site asked us to stay away (`asked`), the
    customer's key allows so many visits (`quota`), or it was visited a moment ago (`calm`)."""

    until: datetime
    why: Literal["asked", "quota", "calm"]


def rest_of(source: Source, now: datetime, calm: timedelta = CALM) -> Rest | None:
    """What keeps a source from being visited now, and longest; None: nothing does."""
    last, kind = source.last_visit_at, KINDS.get(source.kind)
    rests = [Rest(source.rest_until, "asked")] if source.rest_until else []
    ration = timedelta(seconds=ration_of(kind, source.definition) if kind else 0.0)
    if last and ration:
        rests.append(Rest(last + ration, "quota"))
    if ration and (spent := spent_until(source, now)):
        # The first visit may use what is left for tests, so that a new source is not kept waiting by its own.
        rests.append(Rest(spent if last else spent - (MOST_TESTS - 1) * ration, "quota"))
    if last:
        rests.append(Rest(last + calm, "calm"))
    return max((one for one in rests if one.until > now), key=lambda one: one.until, default=None)


def soonest(source: Source, now: datetime, calm: timedelta = timedelta()) -> datetime:
    """When a source may be visited at the soonest."""
    rest = rest_of(source, now, calm)
    return rest.until if rest else now


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
