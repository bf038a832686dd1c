"""A form on a page of a crisis: drawn, written and left, or, where a script asks, the form alone for a dialog."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from playbooks.models import Crisis
from playbooks.views.room import is_fetch, show, way_back
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest
from sentinel.core.operations import WrongStateError


def show_form(
    request: WorkspaceRequest, crisis: Crisis, template: str, *, page: str, context: dict[str, Any], is_bound: bool
) -> HttpResponse:
    """The page `template` or its fragment `#form`; 422 where what was sent could not be written."""
    status = 422 if is_bound else 200
    if is_fetch(request):
        return render(request, f"{template}#form", {**context, "crisis": crisis}, status=status)
    return show(request, crisis, template, page=page, context={**context, "crisis": crisis}, status=status)


def fill_in(
    request: WorkspaceRequest,
    crisis: Crisis,
    form: Any,
    verb: Callable[[], object],
    *,
    template: str,
    page: str,
    back: str,
    context: dict[str, Any] | None = None,
    done: str = "",
) -> HttpResponse:
    """A form on a page of its own: drawn, or written and left; what is wrong stands beside what was typed.

    `back` is the page that it leads back to, as in `way_back`.
    """
    status = 200
    to = way_back(request, crisis, back)
    if form.is_bound:
        if form.is_valid():
            try:
                verb()
            except WrongStateError as error:
                form.add_error(None, wrong_state_text(error.code))
                status = 409
            else:
                if done:
                    messages.success(request, done)
                return redirect(to)
        else:
            status = 422
    given = {"form": form, "back_url": to, "back": request.POST.get("back") or request.GET.get("back", "")}
    return show(request, crisis, template, page=page, context={**given, **(context or {})}, status=status)
