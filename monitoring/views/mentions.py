"""Mentions: what is being said, newest first."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring.forms import MentionFilterForm
from monitoring.models import Topic
from monitoring.queries.mentions import Cursor, Wanted, last_day, mention_page, without_mentions
from monitoring.queries.names import source_names
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Scope:
    """What a list is about, where it is not about everything: the filters refine it, they never leave it."""

    wanted: Wanted
    title: str
    text: str
    url: str  # of what it is about
    back: str  # the words of the link there


@require_GET
@needs(Permission.VIEW)
def mention_list(request: WorkspaceRequest) -> HttpResponse:
    """All mentions of the workspace; `?alert=` leads to those that an alert counts."""
    alert = request.GET.get("alert", "")
    if alert.isdigit() and len(alert) < 19:
        rest = _query(request.GET, without=("alert",))
        return redirect(reverse("alert-mentions", args=[request.workspace.slug, alert]) + rest)
    return show_mentions(request)


def show_mentions(request: WorkspaceRequest, scope: Scope | None = None) -> HttpResponse:
    """The list as a page, within `scope`."""
    workspace, now = request.workspace, timezone.now()
    topics = Topic.objects.filter(workspace=workspace).order_by("archived_at", "name", "pk")
    names = source_names(workspace)
    form = MentionFilterForm(request.GET, topics={topic.pk: topic.name for topic in topics}, sources=names)
    page, wanted, shown = None, Wanted(), Wanted()
    if form.is_valid():
        wanted = form.wanted()
        shown = _within(scope.wanted, wanted) if scope else wanted
        before, after = (Cursor.read(request.GET.get(name, "")) for name in ("before", "after"))
        page = mention_page(workspace, shown, before=before, after=after, names=names)
    counted = topics.filter(pk=wanted.topic_id) if wanted.topic_id else topics.filter(archived_at=None, is_drill=False)
    context = {
        "section": "mentions",
        "page": page,
        "form": form,
        "scope": scope,
        "is_filtered": wanted.filtered or page is None,
        "last_day": last_day(counted, now),
        "topic": next((topic for topic in topics if topic.pk == wanted.topic_id), None),
        "missing": without_mentions(workspace) if page and not page.rows else "",
        "newer_url": _page_url(request, "after", page.newer if page else None),
        "older_url": _page_url(request, "before", page.older if page else None),
        "back": request.get_full_path(),
        "within": str(shown),
    }
    return render(request, "monitoring/mention_list.html", context)


def _within(scope: Wanted, wanted: Wanted) -> Wanted:
    return replace(scope, source_id=wanted.source_id, label=wanted.label, sensitive=wanted.sensitive)


def _page_url(request: WorkspaceRequest, name: str, place: Cursor | None) -> str:
    if place is None:
        return ""
    return request.path + _query(request.GET, without=("before", "after"), **{name: str(place)})


def _query(given: QueryDict, *, without: tuple[str, ...], **more: str) -> str:
    """The address's filters again, those that are empty left out."""
    kept = {name: value for name, value in given.items() if value and name not in without}
    return f"?{urlencode(kept | more)}" if kept or more else ""
