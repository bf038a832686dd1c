"""The mentions that an alert counts, and the alerts that count a post."""

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from alerts.models import Alert
from alerts.queries import alerts_of_post
from monitoring.queries.mentions import Wanted
from monitoring.queries.posts import find_post
from monitoring.views.mentions import Scope, show_mentions
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.permissions import Permission

LOOK_BACK = timedelta(hours=24)


@require_GET
@needs(Permission.VIEW)
def alert_mentions(request: WorkspaceRequest, alert_id: int) -> HttpResponse:
    """What was said on the alert's topic from a day before it opened until it was closed."""
    alert = in_workspace(request, Alert.objects.select_related("topic"), alert_id)
    wanted = Wanted(topic_id=alert.topic_id, since=alert.opened_at - LOOK_BACK, until=alert.closed_at, present=True)
    scope = Scope(
        wanted=wanted,
        title=alert.title,
        text=_("What was captured on “%(topic)s” from 24 hours before alert AL-%(number)s opened.")
        % {"topic": alert.topic.name, "number": alert.number},
        url=reverse("board", args=[request.workspace.slug]) + f"?alert={alert.pk}",
        back=_("Alert AL-%(number)s") % {"number": alert.number},
    )
    return show_mentions(request, scope)


@require_GET
@needs(Permission.VIEW)
def post_alerts(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The alerts that count the post: a part of its page."""
    post = find_post(request.workspace, post_id)
    if post is None:
        raise Http404
    return render(request, "alerts/post_alerts.html", {"alerts": alerts_of_post(request.workspace, post)})
