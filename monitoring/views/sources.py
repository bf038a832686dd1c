"""Sources: are we blind anywhere?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from monitoring.models import AllowedHost, Post, Sighting, Subscription, Visit
from monitoring.operations import sources as operations
from monitoring.operations.visits import FINE_OUTCOMES
from monitoring.queries.names import author_code
from monitoring.source_health import (
    HIDDEN,
    TROUBLE,
    SourceHealth,
    Stretch,
    course_of,
    share_within_norm,
    source_health,
)
from monitoring.source_wording import (
    LogWords,
    StateWords,
    log_words,
    outcome_text,
    source_done,
    source_told,
    state_words,
    wrong_source_state,
)
from monitoring.sources import KINDS
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.models import Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

NEWEST_SHOWN = 5
COURSE = timedelta(days=3)

# what the list can be narrowed to → the states that it then shows
VIEWS: dict[str, tuple[str, ...]] = {
    "all": (*TROUBLE, "waiting", "ok", "paused"),
    "trouble": TROUBLE,
    "hidden": HIDDEN,
    "late": ("late",),
    "retrying": ("retrying",),
    "well": ("ok", "waiting"),
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


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """A visit with its log line by line."""

    visit: Visit
    log: list[LogWords]
    failed: bool


@dataclass(frozen=True, slots=True)
class ShownStretch:
    """Visits that went alike, with their outcome in words."""

    stretch: Stretch
    outcome: str
    failed: bool


@dataclass(frozen=True, slots=True)
class ShownPost:
    """One of the newest posts of a source; its author goes by a pseudonym."""

    post: Post
    author: str
    latency: timedelta | None  # None where the time of publication is not known to the minute
    is_mention: bool  # the workspace has a page of it


def _row(health: SourceHealth) -> SourceRow:
    return SourceRow(health, state_words(health.state), source_told(health))


@require_GET
@needs(Permission.VIEW)
def source_list(request: WorkspaceRequest) -> HttpResponse:
    """Trouble first, then what is well."""
    return render(request, "monitoring/source_list.html", _list_context(request))


@require_GET
@needs(Permission.VIEW)
def source_list_live(request: WorkspaceRequest) -> HttpResponse:
    """The list and the pane as they are now, for a page that shows them already."""
    return render(request, "monitoring/source_list.html#live", _list_context(request))


def _list_context(request: WorkspaceRequest) -> dict[str, Any]:
    rows = [_row(health) for health in source_health(request.workspace, timezone.now())]
    view = request.GET.get("show", "")
    view = view if view in VIEWS else "all"
    shown = [row for row in rows if row.health.state in VIEWS[view]]
    real = [row for row in rows if not row.health.subscription.source.is_drill]
    chosen = next((row for row in rows if str(row.id) == request.GET.get("source", "")), None)
    selected = chosen or next(iter(shown), None)
    return {
        "section": "sources",
        "groups": [(name, [row for row in shown if row.health.state in VIEWS[name]]) for name in _GROUPS],
        "counts": {name: sum(row.health.state in states for row in rows) for name, states in VIEWS.items()},
        "real": {name: sum(row.health.state in states for row in real) for name, states in VIEWS.items()},
        "captured": sum(row.health.captured for row in real),
        "within_norm": share_within_norm(row.health for row in real),
        "view": view,
        "is_empty": not shown,
        "query": "" if view == "all" else f"{urlencode({'show': view})}&",
        "selected": selected,
        "is_chosen": chosen is not None,
        "opened": AllowedHost.objects.filter(is_drill=False).select_related("created_by").order_by("address")
        if request.user.is_operator
        else (),
        **(_detail(selected) if selected else {}),
    }


_GROUPS = ("trouble", "well", "paused")


def _detail(row: SourceRow) -> dict[str, Any]:
    """What the pane and a source's own page show beyond the row."""
    source = row.health.subscription.source
    last = Visit.objects.finished().filter(source=source).order_by("-finished_at").first()
    newest = Sighting.objects.filter(source=source).select_related("post").order_by("-captured_at", "-pk")
    posts = _shown_posts(newest[:NEWEST_SHOWN], row.health.subscription.workspace)
    return {
        "last": ShownVisit(last, log_words(last.log), failed=last.outcome not in FINE_OUTCOMES) if last else None,
        "posts": posts,
        "complete": _complete([one.post for one in posts]),
        "kind_name": KINDS[source.kind].NAME,
    }


def _complete(posts: list[Post]) -> dict[str, int]:
    """In how many of the posts a field is filled."""
    return {
        "time": sum(post.published_at is not None for post in posts),
        "text": sum(bool(post.text) for post in posts),
        "author": sum(bool(post.author) for post in posts),
        "figures": sum(bool(post.figures) for post in posts),
    }


def _shown_posts(sightings: Iterable[Sighting], workspace: Workspace) -> list[ShownPost]:
    brought = list(sightings)
    mine = Post.objects.visible_to(workspace).filter(pk__in=[one.post_id for one in brought])
    mentioned = set(mine.values_list("pk", flat=True))
    return [
        ShownPost(one.post, author_code(one.post), _latency(one), is_mention=one.post_id in mentioned)
        for one in brought
    ]


def _latency(sighting: Sighting) -> timedelta | None:
    post = sighting.post
    is_timed = post.published_at is not None and post.precision in ("second", "minute")
    return sighting.captured_at - post.published_at if is_timed and post.published_at else None


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


def _page_context(request: WorkspaceRequest, source_id: int) -> dict[str, Any]:
    in_workspace(request, Subscription.objects.all(), source_id)
    (health,) = source_health(request.workspace, timezone.now(), source_id)
    row = _row(health)
    course = course_of(health.subscription.source_id, timezone.now() - COURSE)
    return {
        "section": "sources",
        "selected": row,
        "course": [ShownStretch(one, outcome_text(one.outcome, one.detail), one.outcome != "ok") for one in course],
        "course_days": COURSE.days,
        **_detail(row),
    }


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_pause(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Stop reading."""
    return _act(request, source_id, operations.pause_source, "paused")


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_resume(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Read again."""
    return _act(request, source_id, operations.resume_source, "resumed")


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_visit(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Visit as soon as manners allow."""
    return _act(request, source_id, operations.want_visit, "wanted")


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_remove(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """End the subscription; what was captured stays."""
    return _act(request, source_id, operations.remove_source, "removed")


def _act(request: WorkspaceRequest, source_id: int, verb: Callable[..., None], done: str) -> HttpResponse:
    """Do it, say so, and lead back to where it was asked for: the source's own page (`from=page`) or the list."""
    subscription = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    name = subscription.name
    try:
        verb(subscription=subscription, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, wrong_source_state(error.code))
    else:
        messages.success(request, source_done(done) % {"name": name})
    if done == "removed":
        return redirect("source-list", workspace=request.workspace.slug)
    if request.POST.get("from") == "page":
        return redirect("source", workspace=request.workspace.slug, source_id=source_id)
    return redirect(f"{reverse('source-list', args=[request.workspace.slug])}?source={source_id}")


@require_POST
@needs(Permission.EDIT_SOURCES)
def host_disallow(request: WorkspaceRequest, host_id: int) -> HttpResponse:
    """Close a private address again."""
    allowed = AllowedHost.objects.filter(pk=host_id).first()
    if not request.user.is_operator or allowed is None:
        raise Http404
    operations.disallow_host(allowed=allowed, by=request.user, now=timezone.now())
    messages.success(request, source_done("closed") % {"name": allowed.address})
    return redirect("source-list", workspace=request.workspace.slug)
