"""Sources: are we blind anywhere?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring.health_wording import (
    StateWords,
    named,
    range_text,
    source_advice,
    source_explained,
    source_told,
    standstill_sentence,
    state_words,
)
from monitoring.models import CHANNELS, AllowedHost, SourceNotice, Subscription, Visit
from monitoring.notices import unseen_notices
from monitoring.operations.pacing import rest_of
from monitoring.operations.visits import FINE_OUTCOMES
from monitoring.queries.newest import filled_in, newest_posts
from monitoring.queries.standstill import standstill_since
from monitoring.queries.undercount import undercounted
from monitoring.source_health import (
    FINE,
    HIDDEN,
    ORDER,
    TROUBLE,
    WEAK,
    ChannelHealth,
    SourceHealth,
    Stretch,
    course_of,
    coverage,
    share_within_norm,
    source_health,
    unseen_in_all,
)
from monitoring.source_wording import LogWords, channel_text, log_words, outcome_text, rest_text
from monitoring.sources import KINDS
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.models import Workspace
from sentinel.core.permissions import Permission

COURSE = timedelta(days=3)
VISITS_SHOWN = 6  # before the last one, with their logs
NOTICES_SHOWN = 10
OPEN_BELOW = 9  # so few sources need no folding

# what the list can be narrowed to → the states that it then shows
VIEWS: dict[str, tuple[str, ...]] = {
    "all": ORDER,
    "trouble": TROUBLE,
    "hidden": HIDDEN,
    "late": ("late",),
    "quiet": WEAK,
    "retrying": ("retrying",),
    "well": FINE,
    "read": ("ok",),
    "unread": ("waiting", "unsent"),
    "paused": ("paused",),
}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of the list: how a source is read, its state in words, and why."""

    health: SourceHealth
    words: StateWords
    why: str

    @property
    def id(self) -> int:
        return self.health.subscription.pk

    @property
    def name(self) -> str:
        return self.health.subscription.name

    @property
    def code(self) -> str:
        """What people call it on the phone: SRC-07."""
        return f"SRC-{self.id:02d}"

    @property
    def channel(self) -> str:
        return channel_text(self.health.subscription.channel)

    @property
    def explained(self) -> str:
        return source_explained(self.health)

    @property
    def advice(self) -> str:
        return source_advice(self.health)


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel's line, and the lines of its sources where it is open; `toggle` is the address without them or with."""

    health: ChannelHealth
    rows: Sequence[SourceRow]
    is_open: bool
    toggle: str

    @property
    def label(self) -> str:
        return channel_text(self.health.channel)

    @property
    def names(self) -> str:
        return named([one.subscription.name for one in self.health.sources])


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit with its log line by line."""

    visit: Visit
    log: list[LogWords]
    failed: bool

    @property
    def took(self) -> timedelta | None:
        """How long it took; None where that is not known, while it is under way, and of several in one row."""
        visit = self.visit
        if visit.repeats > 1:
            return None
        return visit.finished_at - visit.started_at if visit.finished_at and visit.started_at else None


@dataclass(frozen=True, slots=True)
class ShownStretch:
    """Visits that went alike, with their outcome in words."""

    stretch: Stretch
    outcome: str
    failed: bool


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """What admins were told of a source, and whether the workspace has taken note of it."""

    notice: SourceNotice
    words: StateWords
    is_seen: bool


def _row(health: SourceHealth) -> SourceRow:
    return SourceRow(health, state_words(health.state), source_told(health))


@require_GET
@needs(Permission.VIEW)
def source_list(request: WorkspaceRequest) -> HttpResponse:
    """Trouble first, then by channel what is well."""
    return render(request, "monitoring/source_list.html", _list_context(request))


@require_GET
@needs(Permission.VIEW)
def source_list_live(request: WorkspaceRequest) -> HttpResponse:
    """The list and the pane as they are now, for a page that shows them already."""
    return render(request, "monitoring/source_list.html#live", _list_context(request))


def _list_context(request: WorkspaceRequest) -> dict[str, Any]:
    now = timezone.now()
    health, channels = coverage(request.workspace, now)
    view = request.GET.get("show", "")
    view = view if view in VIEWS else "all"
    chosen = next((one for one in health if str(one.subscription.pk) == request.GET.get("source", "")), None)
    shown = [one for one in health if one.state in VIEWS[view]]
    selected = _row(chosen or shown[0]) if chosen or shown else None
    real = [one for one in health if not one.subscription.source.is_drill]
    counts = {name: sum(one.state in states for one in real) for name, states in VIEWS.items()}
    unseen = unseen_in_all(real)
    visits = [one.subscription.source.last_visit_at for one in real if one.state != "paused"]
    standstill = standstill_since(request.workspace, max(filter(None, visits), default=None), now)
    return {
        "section": "sources",
        "trouble": [_row(one) for one in real if one.state in TROUBLE and one.state in VIEWS[view]],
        "channels": _channel_rows(request, channels, view, chosen),
        "paused": [_row(one) for one in real if one.state == "paused" and "paused" in VIEWS[view]],
        "drills": [_row(one) for one in shown if one.subscription.source.is_drill],
        "counts": counts,
        "has_sources": bool(health),
        "captured": sum(one.captured for one in real),
        "within_norm": share_within_norm(real),
        "standstill": standstill_sentence(standstill) if standstill else "",
        "unseen": unseen,
        "unseen_range": range_text(unseen.low, unseen.high) if unseen else "",
        "undercounted": undercounted(request.workspace, [one for one in real if one.state in (*HIDDEN, *WEAK)], now),
        "view": view,
        "is_empty": not shown,
        "query": _query(request),
        "selected": selected,
        "is_chosen": chosen is not None,
        "opened": AllowedHost.objects.filter(is_drill=False).select_related("created_by").order_by("address")
        if request.user.is_operator
        else (),
        **(_detail(selected, request.workspace) if selected else {}),
    }


def _query(request: WorkspaceRequest, **changed: str) -> str:
    """What the address says of the list, to be followed by which source is selected."""
    kept = {name: request.GET[name] for name in ("show", "open") if request.GET.get(name)}
    given = {name: value for name, value in {**kept, **changed}.items() if value}
    return f"{urlencode(given, safe=',')}&" if given else ""


def _channel_rows(
    request: WorkspaceRequest, channels: Sequence[ChannelHealth], view: str, chosen: SourceHealth | None
) -> list[ChannelRow]:
    """The channels, those that are open with their sources that are well; only where the view shows such."""
    if view not in ("all", "well"):
        return []
    states = VIEWS["well"]
    is_small = sum(len(one.sources) for one in channels) < OPEN_BELOW
    asked = request.GET.get("open")
    opened = set(asked.split(",")) if asked else set(CHANNELS) if is_small or view == "well" else set()
    if chosen and chosen.state in states and not asked:
        opened.add(chosen.subscription.channel)
    rows = []
    for one in channels:
        is_open = one.channel in opened
        after = [name for name in CHANNELS if (name in opened) != (name == one.channel)]
        rows.append(
            ChannelRow(
                health=one,
                rows=[_row(source) for source in one.sources if source.state in states] if is_open else (),
                is_open=is_open,
                toggle=_query(request, open=",".join(after) or "none"),
            )
        )
    return rows


def _detail(row: SourceRow, workspace: Workspace) -> dict[str, Any]:
    """What the pane and a source's own page show beyond the row."""
    source = row.health.subscription.source
    posts = newest_posts(source, workspace)
    return {
        **_visits(row),
        "posts": posts,
        "complete": filled_in([one.post for one in posts]),
        "kind_name": KINDS[source.kind].NAME,
        "notices": _notices(row, workspace),
        "unseen_text": range_text(row.health.unseen.low, row.health.unseen.high) if row.health.unseen else "",
    }


def _visits(row: SourceRow) -> dict[str, Any]:
    """The last visit or the one under way, and those before."""
    health = row.health
    finished = Visit.objects.finished().filter(source=health.subscription.source_id).order_by("-finished_at")
    visits = [_shown(one) for one in finished[: VISITS_SHOWN + 1]]
    under_way = None
    if health.visit and (health.is_visiting or (health.visit.is_watched and not health.visit.parked_at)):
        under_way = (
            _shown(Visit.objects.get(pk=health.visit.pk))
            if health.is_visiting
            else ShownVisit(health.visit, [], failed=False)
        )
    waits = under_way and not health.is_visiting
    rest = rest_of(health.subscription.source, timezone.now()) if waits else None
    return {
        "last": visits[0] if visits else None,
        "earlier": visits[1:],
        "under_way": under_way,
        "rest": rest_text(rest) if rest else "",
    }


def _shown(visit: Visit) -> ShownVisit:
    return ShownVisit(visit, log_words(visit.log), failed=bool(visit.outcome) and visit.outcome not in FINE_OUTCOMES)


def _notices(row: SourceRow, workspace: Workspace) -> list[ShownNotice]:
    """The open ones first, then the newest."""
    told = SourceNotice.objects.filter(source=row.health.subscription.source_id).order_by("-began_at")[:NOTICES_SHOWN]
    seen = set(
        SourceNotice.objects.filter(receipts__workspace=workspace, pk__in=[one.pk for one in told]).values_list(
            "pk", flat=True
        )
    )
    shown = [ShownNotice(one, state_words(one.kind), one.pk in seen) for one in told]
    return sorted(shown, key=lambda one: one.notice.ended_at is not None)


@require_GET
@needs(Permission.VIEW)
def source(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """One source: last visits, last items, latency, next visit, and why it fails."""
    return render(request, "monitoring/source.html", _page_context(request, source_id))


@require_GET
@needs(Permission.VIEW)
def source_live(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """The same as it is now, for a page that shows it already."""
    return render(request, "monitoring/source.html#live", _page_context(request, source_id))


@require_GET
@needs(Permission.VIEW)
def source_log(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """The last visit, or the one under way as far as it has come; a page asks for it every second."""
    row = _one(request, source_id)
    context = {"selected": row, "tag": "h3", "more": True, **_visits(row)}
    return render(request, "monitoring/source_visit.html", context)


@require_GET
@needs(Permission.EDIT_SOURCES)
def source_notices(request: WorkspaceRequest) -> HttpResponse:
    """The line about sources that every page shows to admins."""
    return render(request, "components/source_notices.html", {"notices": unseen_notices(request.workspace)})


def _one(request: WorkspaceRequest, source_id: int) -> SourceRow:
    in_workspace(request, Subscription.objects.all(), source_id)
    (health,) = source_health(request.workspace, timezone.now(), source_id)
    return _row(health)


def _page_context(request: WorkspaceRequest, source_id: int) -> dict[str, Any]:
    row = _one(request, source_id)
    course = course_of(row.health.subscription.source_id, timezone.now() - COURSE)
    return {
        "section": "sources",
        "selected": row,
        "course": [ShownStretch(one, outcome_text(one.outcome, one.detail), one.outcome != "ok") for one in course],
        "course_days": COURSE.days,
        **_detail(row, request.workspace),
    }
