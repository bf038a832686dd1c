"""Answers to the verbs of tasks, statements and reviews: back to where the reader came from."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from playbooks.models import Crisis
from playbooks.views.room import address, refused, show
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest
from sentinel.core.operations import WrongStateError


def part_of(request: WorkspaceRequest, rows: "models.QuerySet[Any]", pk: int) -> Any:
    """A row of one of the workspace's crises, or Http404 as if it did not exist."""
    found = rows.filter(crisis__workspace=request.workspace, pk=pk)
    row = found.select_related(
        "crisis__workspace", "crisis__topic", "crisis__alert", "crisis__earliest_post", "crisis__closed_by"
    ).first()
    if row is None:
        raise Http404
    return row


def way_back(request: WorkspaceRequest, crisis: Crisis, page: str) -> str:
    """My work for who came from there, else the page of the crisis; `page` is its name, with an #anchor if wanted."""
    if (request.POST.get("back") or request.GET.get("back")) == "work":
        return reverse("work", args=[request.workspace.slug])
    name, _hash, anchor = page.partition("#")
    return address(request, name, crisis) + (f"#{anchor}" if anchor else "")


def carry_out(
    request: WorkspaceRequest, crisis: Crisis, verb: Callable[[], object], *, page: str, done: str = ""
) -> HttpResponse:
    """Run a verb of one button: 409 and a sentence to a script that was refused, else back with a message."""
    to = way_back(request, crisis, page)
    try:
        verb()
    except WrongStateError as error:
        return refused(request, wrong_state_text(error.code), to=to)
    if done:
        messages.success(request, done)
    return redirect(to)


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
