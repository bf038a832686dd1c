"""How long a source's posts are kept, and what goes when."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from monitoring.models import Subscription
from monitoring.queries.retention import forecast
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.VIEW)
def source_retention(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """What the retention of a source will take: a part of its page."""
    found = Subscription.objects.filter(workspace=request.workspace, pk=source_id).first()
    if found is None:
        raise Http404
    return render(request, "monitoring/source_retention.html", {"forecast": forecast(found, timezone.now())})
