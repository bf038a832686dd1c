"""What an admin does with a source that is there: visit, pause, resume, remove, and take note of a notice."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from monitoring.models import AllowedHost, SourceNotice, Subscription
from monitoring.operations import sources as operations
from monitoring.operations.health import see_notice
from monitoring.operations.pacing import rest_of
from monitoring.source_wording import rest_text, source_done, wrong_source_state
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

PAUSES = {"1": timedelta(hours=1), "4": timedelta(hours=4), "24": timedelta(days=1), "168": timedelta(days=7)}


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_pause(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Stop reading, for the `reason` that was given; `hours` later it is read again by itself."""
    subscription, now = _subscription(request, source_id), timezone.now()
    lasts = PAUSES.get(request.POST.get("hours", ""))

    def pause() -> None:
        operations.pause_source(
            subscription=subscription,
            by=request.user,
            now=now,
            reason=request.POST.get("reason", ""),
            until=now + lasts if lasts else None,
        )

    return _act(request, subscription, pause, "paused")


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_resume(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Read again."""
    subscription, now = _subscription(request, source_id), timezone.now()
    return _act(
        request,
        subscription,
        lambda: operations.resume_source(subscription=subscription, by=request.user, now=now),
        "resumed",
    )


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_visit(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Visit as soon as manners allow; where that is not at once, say why."""
    subscription, now = _subscription(request, source_id), timezone.now()
    rest = rest_of(subscription.source, now)
    answer = _act(
        request,
        subscription,
        lambda: operations.want_visit(subscription=subscription, by=request.user, now=now),
        "wanted",
    )
    if rest and not subscription.paused_at:
        messages.info(request, rest_text(rest))
    return answer


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_remove(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """End the subscription; what was captured stays."""
    subscription, now = _subscription(request, source_id), timezone.now()
    return _act(
        request,
        subscription,
        lambda: operations.remove_source(subscription=subscription, by=request.user, now=now),
        "removed",
    )


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_notice_seen(request: WorkspaceRequest, source_id: int, notice_id: int) -> HttpResponse:
    """Take note of what admins are told of a source: the line about it goes, the source's state stays."""
    subscription = _subscription(request, source_id)
    notice = SourceNotice.objects.filter(pk=notice_id, source=subscription.source_id).first()
    if notice is None:
        raise Http404
    see_notice(notice=notice, workspace=request.workspace, by=request.user, now=timezone.now())
    messages.success(request, source_done("seen") % {"name": subscription.name})
    return _back(request, subscription.pk)


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


def _subscription(request: WorkspaceRequest, source_id: int) -> Subscription:
    return in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)


def _act(request: WorkspaceRequest, subscription: Subscription, verb: Callable[[], object], done: str) -> HttpResponse:
    """Do it, say so, and lead back to where it was asked for."""
    name, source_id = subscription.name, subscription.pk
    try:
        verb()
    except WrongStateError as error:
        messages.error(request, wrong_source_state(error.code))
    else:
        messages.success(request, source_done(done) % {"name": name})
    if done == "removed":
        return redirect("source-list", workspace=request.workspace.slug)
    return _back(request, source_id)


def _back(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """To the source's own page (`from=page`) or to the list."""
    if request.POST.get("from") == "page":
        return redirect("source", workspace=request.workspace.slug, source_id=source_id)
    return redirect(f"{reverse('source-list', args=[request.workspace.slug])}?source={source_id}")
