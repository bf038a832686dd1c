"""A post: what exactly was said?"""

import re

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from monitoring.models import Post
from monitoring.operations.posts import reveal_author
from monitoring.queries.posts import find_post, post_page
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

_COMPARED = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")


@require_GET
@needs(Permission.VIEW)
def post(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The post as captured; `?compare=1-3` shows what changed between two of its versions."""
    return _page(request, _post(request, post_id))


@require_POST
@needs(Permission.REVEAL_AUTHOR)
@never_cache
def post_reveal(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The post with its author's name, this once; that somebody looked is written down."""
    shown = _post(request, post_id)
    author = reveal_author(post=shown, workspace=request.workspace, by=request.user, now=timezone.now())
    return _page(request, shown, author)


def _post(request: WorkspaceRequest, post_id: int) -> Post:
    found = find_post(request.workspace, post_id)
    if found is None:
        raise Http404
    return found


def _page(request: WorkspaceRequest, shown: Post, revealed_author: str = "") -> HttpResponse:
    compared = _COMPARED.fullmatch(request.GET.get("compare", ""))
    context = {
        "section": "mentions",
        "page": post_page(request.workspace, shown, (int(compared[1]), int(compared[2])) if compared else None),
        "revealed_author": revealed_author,
        "back": _back(request),
    }
    return render(request, "monitoring/post.html", context)


def _back(request: WorkspaceRequest) -> str:
    """The list that the reader came from, where the address names one of this workspace; else the whole list."""
    slug = request.workspace.slug
    given = request.GET.get("back", "")
    is_ours = given.startswith(f"/w/{slug}/") and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    return given if is_ours else reverse("mention-list", args=[slug])
