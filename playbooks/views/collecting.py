"""Collect: where it began, who carried it on, what is known, and what we have on file."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from playbooks.models import Crisis
from playbooks.queries.collecting import CollectReader
from playbooks.queries.course import course_of
from playbooks.queries.evidence import filed_evidence
from playbooks.queries.exports import exports_of
from playbooks.queries.facts import fact_columns, turn_of_facts
from playbooks.views.room import crisis_of, is_fetch, show
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.VIEW)
def collect(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The page; to a script the facts alone."""
    crisis = crisis_of(request, crisis_id)
    if is_fetch(request):
        return render(request, "playbooks/collect.html#facts", facts_context(request, crisis))
    now = timezone.now()
    reader = CollectReader(crisis, now)
    context = {
        **facts_context(request, crisis),
        "total": reader.total(),
        "earliest": reader.earliest(),
        "channels": reader.channels(),
        "pickups": reader.pickups(),
        "course": course_of(crisis, now),
        "top": reader.top_posts(),
        "evidence": filed_evidence(crisis),
        "exports": exports_of(crisis, request.user),
    }
    return show(request, crisis, "playbooks/collect.html", page="collect", context=context)


def facts_context(request: WorkspaceRequest, crisis: Crisis) -> dict[str, Any]:
    """What the three columns of facts are drawn from."""
    return {
        "crisis": crisis,
        "columns": fact_columns(crisis, request.membership, timezone.now()),
        "turn": turn_of_facts(crisis),
        "may_work": crisis.closed_at is None and request.membership.may(Permission.WORK_CRISIS),
    }
