"""Snapshots of a post: shown safely, and verified."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from monitoring.crawling.snapshot import NO_POST, Own, media_of, snapshot
from monitoring.models import PostCapture
from monitoring.operations.evidence import is_whole, unpacked, verify_capture
from monitoring.queries.post_evidence import find_capture
from monitoring.views.posts import address_of, found_post
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

# A second wall: whatever the rewriting should miss, a browser runs nothing of it and asks nobody for anything.
POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "form-action 'none'; base-uri 'none'"
)


@require_GET
@needs(Permission.VIEW)
@never_cache
def post_snapshot(request: WorkspaceRequest, post_id: int, capture_id: int) -> HttpResponse:
    """What was received, as a page that does nothing; `?plain=1` without its own style, which may hide what it says.

    What is not what was received is not shown.
    """
    shown = _capture(request, post_id, capture_id)
    body, content_type = unpacked(shown.capture.body), shown.capture.headers.get("content-type", "")
    if body is None or not is_whole(shown.capture.body, body):
        response = render(request, "monitoring/post_snapshot_damaged.html", status=409)
    elif media_of(body, content_type) == "other":
        response = render(request, "monitoring/post_snapshot_other.html", {"content_type": content_type})
    else:
        is_shared = shown.capture.posts.count() > 1
        own = Own(shown.post.url, shown.post.title, shown.post.text) if is_shared else NO_POST
        is_styled = "plain" not in request.GET
        response = HttpResponse(snapshot(body, content_type, own, image_word=_("Image"), is_styled=is_styled))
    return _walled(response)


@require_POST
@needs(Permission.VIEW)
def post_verify(request: WorkspaceRequest, post_id: int, capture_id: int) -> HttpResponse:
    """Compute the hash of what is stored anew; that it was done, and what came out, is written down."""
    shown = _capture(request, post_id, capture_id)
    is_same = verify_capture(
        capture=shown.capture, post=shown.post, workspace=request.workspace, by=request.user, now=timezone.now()
    )
    if is_same:
        messages.success(request, _("Verified: the hash is the one of the day it was received."))
    else:
        messages.error(
            request, _("What is stored is not what was received. Tell who runs Sentinel, and use no copy of it.")
        )
    return redirect(address_of(request, shown.post))


def _capture(request: WorkspaceRequest, post_id: int, capture_id: int) -> PostCapture:
    found = find_capture(request.workspace, found_post(request, post_id), capture_id)
    if found is None:
        raise Http404
    return found


def _walled(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Opener-Policy"] = "same-origin"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
