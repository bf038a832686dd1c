"""What the frame of every workspace page shows: who reads, where, what waits, and whether we are blind."""

from datetime import datetime
from functools import reduce
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.models import Alert
from alerts.tiers import Tier
from monitoring.health_wording import standstill_sentence
from monitoring.models import Subscription
from monitoring.notices import unseen_notices
from monitoring.queries.standstill import standstill_since
from monitoring.source_health import late_count
from playbooks.models import Crisis
from playbooks.queries.approvals import cosigns_for, waiting_for
from playbooks.queries.work import pressing_count
from sentinel.core.live import newest_seq
from sentinel.core.models import Membership, Workspace
from sentinel.core.permissions import Permission
from sentinel.core.stages import all_stages
from sentinel.drill.shown import banner_of

LATE_KEPT = 60  # seconds

# the first word of a page's URL name → its entry in the navigation
SECTIONS = {
    "alert": "board",
    "board": "board",
    "crisis": "crises",
    "team": "crises",
    "fact": "crises",
    "evidence": "crises",
    "assessment": "crises",
    "stakeholder": "crises",
    "measure": "crises",
    "holding": "crises",
    "plan": "plans",
    "cosign": "plans",
    "statement": "crises",
    "review": "crises",
    "action": "crises",
    "watch": "crises",
    "task": "crises",
    "work": "work",
    "mention": "mentions",
    "post": "mentions",
    "topic": "topics",
    "rule": "topics",
    "entry": "mentions",
    "source": "sources",
    "collector": "sources",
    "token": "sources",
    "import": "sources",
    "erasure": "erasures",
    "outlet": "outlets",
    "delivery": "outlets",
    "people": "people",
    "audit": "audit",
    "system": "system",
    "drill": "drill",
}


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The context processor of workspace pages; a fragment gets no figures, since its frame is there already."""
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None:
        return {}
    context: dict[str, Any] = {
        "workspace": membership.workspace,
        "membership": membership,
        "may": {permission.replace("-", "_"): membership.may(permission) for permission in Permission},
        "section": _section(request),
    }
    if "HX-Request" not in request.headers:
        context["workspaces"] = SimpleLazyObject(lambda: _workspaces_of(membership))
        context["nav"] = SimpleLazyObject(lambda: _figures(membership))
        context["drill"] = SimpleLazyObject(lambda: banner_of(membership.workspace, timezone.now()))
    return context


def _section(request: HttpRequest) -> str:
    name = (request.resolver_match.url_name if request.resolver_match else "") or ""
    return SECTIONS.get(name.split("-")[0], "")


def _workspaces_of(membership: Membership) -> list[Workspace]:
    return list(Workspace.objects.filter(memberships__user=membership.user_id).order_by("name", "pk"))


def _figures(membership: Membership) -> dict[str, Any]:
    workspace = membership.workspace
    seq = newest_seq(workspace.pk)  # read first: what comes later is announced later
    unclaimed = (
        Alert.objects.visible_to(workspace)
        .unclaimed()
        .aggregate(every=Count("pk"), red=Count("pk", filter=Q(tier=Tier.RED)))
    )
    figures = {
        "seq": seq,
        "open_unclaimed": unclaimed["every"],
        "unclaimed_red": unclaimed["red"],
        "plans_waiting": waiting_for(membership).count() + cosigns_for(membership).count(),
        "open_crises": Crisis.objects.visible_to(workspace).open().count(),
        "pressing_work": pressing_count(membership, timezone.now()),
        **_sources(workspace, timezone.now()),
    }
    if membership.may(Permission.EDIT_SOURCES):
        figures["source_notices"] = unseen_notices(workspace)
    if membership.may(Permission.RELEASE_PARKED):
        figures["parked"] = _parked(membership)
    return figures


def _sources(workspace: Workspace, now: datetime) -> dict[str, Any]:
    tally = Subscription.objects.real().filter(workspace=workspace).tally()
    # Measuring how late sources are is the one dear figure here, and changes slowly.
    late = cache.get_or_set(f"late-sources:{workspace.pk}", lambda: late_count(workspace, now), LATE_KEPT)
    read = tally["total"] - tally["paused"]
    troubled = min(tally["failing"] + tally["weak"] + (late or 0), read)
    standstill = standstill_since(workspace, tally["last_visit_at"], now) if read else None
    return {
        "sources_total": tally["total"],
        "sources_ok": read - troubled,
        "sources_trouble": troubled,
        "blind_sentence": standstill_sentence(standstill)
        if standstill
        else _blind_sentence(read, tally["blind"], troubled),
    }


def _blind_sentence(read: int, blind: int, troubled: int) -> str:
    if read and blind == read:
        return _("Nothing is being captured at the moment.")
    if troubled:
        return ngettext(
            "%(count)d has gaps, figures are too low", "%(count)d have gaps, figures are too low", troubled
        ) % {"count": troubled}
    return ""


def _parked(membership: Membership) -> int:
    """How much parked work the person may see, over all stages in one query."""
    seen_by = None if membership.user.is_operator else membership.workspace
    rows = [stage.parked(seen_by).order_by().values("pk") for stage in all_stages()]
    return reduce(lambda some, more: some.union(more, all=True), rows).count() if rows else 0
