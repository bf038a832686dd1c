"""What every page of a crisis does: fetch it, draw it in its frame, answer a verb."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from playbooks.models import Crisis
from playbooks.queries.room import crisis_frame
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest
from sentinel.core.operations import WrongStateError


def crisis_of(request: WorkspaceRequest, crisis_id: int) -> Crisis:
    """The crisis of the request's workspace, or Http404."""
    found = Crisis.objects.select_related("workspace", "alert", "topic", "earliest_post", "opened_by", "closed_by")
    crisis = found.filter(workspace=request.workspace, pk=crisis_id).first()
    if crisis is None:
        raise Http404
    return crisis


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


def show(
    request: WorkspaceRequest,
    crisis: Crisis,
    template: str,
    *,
    page: str,
    context: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A page of the crisis in its frame; `page` says which entry of the rail it is."""
    frame = crisis_frame(crisis, request.membership, timezone.now())
    return render(request, template, {"frame": frame, "page": page, **(context or {})}, status=status)


def is_fetch(request: WorkspaceRequest) -> bool:
    """Whether a script asks, which puts the answer in place itself."""
    return request.headers.get("X-Requested-With") == "fetch"


def address(request: WorkspaceRequest, name: str, crisis: Crisis) -> str:
    """The address of a page of the crisis."""
    return reverse(name, args=[request.workspace.slug, crisis.pk])


def answer(
    request: WorkspaceRequest,
    crisis: Crisis,
    verb: Callable[[], object],
    *,
    page: str,
    done: str = "",
    fragment: Callable[[], HttpResponse] | None = None,
) -> HttpResponse:
    """Run the verb and answer it: the fragment or the refusal's sentence to a script, else the way back to `page`."""
    to = way_back(request, crisis, page)
    try:
        verb()
    except WrongStateError as error:
        return refused(request, wrong_state_text(error.code), to=to)
    if is_fetch(request) and fragment is not None:
        return fragment()
    if done:
        messages.success(request, done)
    return redirect(to)


def refused(request: WorkspaceRequest, sentence: str, *, to: str) -> HttpResponse:
    """A verb that was not possible, in a sentence: 409 to a script, else a message on the page `to`."""
    if is_fetch(request):
        return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, sentence)
    return redirect(to)
