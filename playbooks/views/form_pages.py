"""A form on a page of a crisis, or, where a script asks, the form alone for a dialog."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from playbooks.models import Crisis
from playbooks.views.room import is_fetch, show
from sentinel.core.access import WorkspaceRequest


def show_form(
    request: WorkspaceRequest, crisis: Crisis, template: str, *, page: str, context: dict[str, Any], is_bound: bool
) -> HttpResponse:
    """The page `template` or its fragment `#form`; 422 where what was sent could not be written."""
    status = 422 if is_bound else 200
    if is_fetch(request):
        return render(request, f"{template}#form", {**context, "crisis": crisis}, status=status)
    return show(request, crisis, template, page=page, context={**context, "crisis": crisis}, status=status)
