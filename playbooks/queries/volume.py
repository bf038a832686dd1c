"""How much is said about a crisis now: monitored volume, against the usual, and what makes it too low."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from alerts.models import Evaluation
from monitoring.models import Mention
from monitoring.source_health import HIDDEN, source_health
from playbooks.models import Crisis
from sentinel.core.models import Workspace

HOUR = timedelta(hours=1)
HEALTH_KEPT = 60  # seconds: how late sources are is dear to measure and changes slowly
NAMES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Situation:
    """The last hour of monitored volume. `has_topic` is False where the crisis watches no topic: nothing is counted."""

    has_topic: bool
    volume: int = 0
    multiple: float | None = None  # against a usual hour; None while too little is known
    negative_share: float | None = None
    undercount: str = ""  # which sources make the figures too low


def situation_of(crisis: Crisis, now: datetime) -> Situation:
    """What is said in the hour before `now`."""
    if crisis.topic_id is None:
        return Situation(has_topic=False)
    counted = (
        Mention.objects.counted()
        .filter(topic=crisis.topic_id, is_history=False, placed_at__gt=now - HOUR, placed_at__lte=now)
        .aggregate(total=Count("pk"), negative=Count("pk", filter=Q(label="neg")))
    )
    total: int = counted["total"]
    situation = Evaluation.objects.filter(topic=crisis.topic_id).values_list("situation", flat=True).first() or {}
    usual = float(situation.get("usual_1h", 0.0))
    return Situation(
        has_topic=True,
        volume=total,
        multiple=total / usual if usual >= 1 else None,
        negative_share=counted["negative"] / total if total else None,
        undercount=undercount_words(crisis.workspace, now),
    )


def undercount_words(workspace: Workspace, now: datetime) -> str:
    """Which sources are blind or late right now, so that figures are too low; "" where none is."""
    blind, late = cache.get_or_set(
        f"undercount:{workspace.pk}", lambda: _troubled_names(workspace, now), HEALTH_KEPT
    ) or ([], [])
    parts = []
    if blind:
        parts.append(_("%(names)s not collected") % {"names": _named(blind)})
    if late:
        parts.append(_("%(names)s late") % {"names": _named(late)})
    return _(", ").join(parts)


def _troubled_names(workspace: Workspace, now: datetime) -> tuple[list[str], list[str]]:
    health = source_health(workspace, now)
    blind = [one.subscription.name for one in health if one.state in HIDDEN]
    return blind, [one.subscription.name for one in health if one.state == "late"]


def _named(names: list[str]) -> str:
    shown = _(", ").join(names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return _("%(names)s and %(more)s more") % {"names": shown, "more": rest} if rest > 0 else shown
