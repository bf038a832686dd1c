"""What a browser missed while it was disconnected."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.live import as_message, events_after, newest_seq
from sentinel.core.permissions import Permission

LONGEST_NUMBER = 18  # digits; what is longer is no sequence number


@require_GET
@needs(Permission.VIEW)
def missed(request: WorkspaceRequest) -> HttpResponse:
    """The events after `?after=`; `reset` says that the page has to be loaded again."""
    after = request.GET.get("after", "")
    if not after.isdecimal() or len(after) > LONGEST_NUMBER:
        return JsonResponse({"error": "after must be a number"}, status=400)
    seq = newest_seq(request.workspace.pk)
    events, reset = events_after(request.workspace.pk, int(after), request.membership.permissions)
    messages = [{name: value for name, value in as_message(event).items() if name != "permission"} for event in events]
    return JsonResponse({"events": messages, "seq": max([seq, *(event.seq for event in events)]), "reset": reset})
