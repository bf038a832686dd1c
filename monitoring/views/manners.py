"""How politely a source is read, and its history: robots.txt as we obey it, reading back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from monitoring.manners_wording import wrong_history_state
from monitoring.models import Subscription
from monitoring.operations import back_reading
from monitoring.queries.manners import manners_of
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.VIEW)
def source_robots(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """The robots.txt that is obeyed, the group that holds for us, what it says of this source's addresses."""
    subscription = in_workspace(request, Subscription.objects.select_related("source"), source_id)
    context = {"section": "sources", "subscription": subscription}
    return render(
        request, "monitoring/robots.html", {**context, "manners": manners_of(subscription.source, timezone.now())}
    )


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_history_start(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Read back from the beginning."""
    return _act(request, source_id, back_reading.start_back_read, _("%(name)s is read back."))


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_history_stop(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Read no further back."""
    return _act(request, source_id, back_reading.stop_back_read, _("%(name)s is read back no further."))


def _act(request: WorkspaceRequest, source_id: int, verb: Callable[..., None], done: str) -> HttpResponse:
    subscription = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    try:
        verb(subscription=subscription, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, wrong_history_state(error.code))
    else:
        messages.success(request, done % {"name": subscription.name})
    return redirect("source", workspace=request.workspace.slug, source_id=source_id)
