"""The act page: what is to be done, what is to be said, what stops the harm."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from playbooks.forms.statements import PublishForm, ReturnForm
from playbooks.forms.tasks import TaskForm
from playbooks.models import Crisis
from playbooks.queries.acting import acting_of
from playbooks.queries.room import crisis_frame
from playbooks.views.room import crisis_of
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

PARTS = ("tasks", "words", "measures")


@require_GET
@needs(Permission.VIEW)
def act(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The page, or, with `?part=`, one part of it as it is now."""
    return show_act(request, crisis_of(request, crisis_id), part=request.GET.get("part", ""))


def show_act(
    request: WorkspaceRequest,
    crisis: Crisis,
    *,
    part: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """`typed` holds what could not be written: the id of a `statement`, and its `publish` or `return` form."""
    now = timezone.now()
    context = {
        "frame": crisis_frame(crisis, request.membership, now),
        "page": "act",
        "acting": acting_of(crisis, request.membership, now),
        "task_form": TaskForm(crisis=crisis),
        "publish_form": PublishForm(auto_id=False),
        "return_form": ReturnForm(auto_id=False),
        "typed": typed or {},
    }
    template = f"playbooks/act.html#{part}" if part in PARTS else "playbooks/act.html"
    return render(request, template, context, status=status)
