"""A post: what exactly was said, what became of it, and what was made of it?"""

import re
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from monitoring.models import Post
from monitoring.operations.posts import reveal_author
from monitoring.queries.growth import followed
from monitoring.queries.mentions import Wanted, neighbours
from monitoring.queries.post_context import citing_sources, course_of, log_of, opinion_of, replies_of
from monitoring.queries.post_evidence import snapshots
from monitoring.queries.posts import find_post, post_page
from monitoring.views.mentions import Scope, show_mentions
from monitoring.wording import MOODS_OFFERED, VERDICTS_OFFERED
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

_COMPARED = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")


@require_GET
@needs(Permission.VIEW)
def post(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The post as captured; `?compare=1-3` shows what changed between two of its versions."""
    return _page(request, found_post(request, post_id))


@require_POST
@needs(Permission.REVEAL_AUTHOR)
@never_cache
def post_reveal(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The post with its author's name, this once; that somebody looked is written down."""
    shown = found_post(request, post_id)
    author = reveal_author(post=shown, workspace=request.workspace, by=request.user, now=timezone.now())
    return _page(request, shown, author)


@require_GET
@needs(Permission.VIEW)
def post_citing(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The captured posts that link to the post, quote it or answer it."""
    shown = found_post(request, post_id)
    scope = Scope(
        wanted=Wanted(cites=shown.pk),
        title=_("Posts that cite this one"),
        text=_("Captured posts that link to it, quote it or answer it: %(post)s") % {"post": str(shown)[:60]},
        url=reverse("post", args=[request.workspace.slug, shown.pk]),
        back=_("Back to the post"),
    )
    return show_mentions(request, scope)


def found_post(request: WorkspaceRequest, post_id: int) -> Post:
    """The post, where the workspace has a mention of it; else Http404."""
    found = find_post(request.workspace, post_id)
    if found is None:
        raise Http404
    return found


def address_of(request: WorkspaceRequest, shown: Post) -> str:
    """The post's page, which still knows the list that the reader came from."""
    return reverse("post", args=[request.workspace.slug, shown.pk]) + _way(request)


def _way(request: WorkspaceRequest) -> str:
    kept = {name: request.GET[name] for name in ("back", "in") if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def _page(request: WorkspaceRequest, shown: Post, revealed_author: str = "") -> HttpResponse:
    compared = _COMPARED.fullmatch(request.GET.get("compare", ""))
    workspace, way = request.workspace, _way(request)
    kept, kept_in_all = snapshots(workspace, shown)
    replies, replies_in_all = replies_of(workspace, shown)
    beside = neighbours(workspace, Wanted.read(request.GET.get("in", "")), shown)
    context = {
        "section": "mentions",
        "page": post_page(workspace, shown, (int(compared[1]), int(compared[2])) if compared else None),
        "revealed_author": revealed_author,
        "back": _back(request),
        "way": way,
        "beside": beside,
        "snapshots": kept,
        "snapshots_in_all": kept_in_all,
        "course": course_of(shown),
        "followed": followed(shown),
        "citing": citing_sources(workspace, shown),
        "replies": replies,
        "replies_in_all": replies_in_all,
        "opinion": opinion_of(workspace, shown),
        "log": log_of(workspace, shown),
        "moods": MOODS_OFFERED,
        "verdicts": VERDICTS_OFFERED,
    }
    return render(request, "monitoring/post.html", context)


def _back(request: WorkspaceRequest) -> str:
    """The list that the reader came from, where the address names one of this workspace; else the whole list."""
    slug = request.workspace.slug
    given = request.GET.get("back", "")
    is_ours = given.startswith(f"/w/{slug}/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else reverse("mention-list", args=[slug])
