"""Crises: the list, the control centre, opening, moving, closing."""

from dataclasses import replace
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from monitoring.views.mentions import Scope, show_mentions
from playbooks.forms.crises import StageForm
from playbooks.models import Crisis
from playbooks.operations.crises import move_stage
from playbooks.queries.collecting import wanted_of
from playbooks.queries.room import crisis_frame
from playbooks.views.room import address, answer, crisis_of, refused, show
from playbooks.workflow import Stage, permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

PAGES = ("overview", "collect", "assess", "act", "plan", "review", "log", "team")


@require_GET
@needs(Permission.VIEW)
def crisis_list(request: WorkspaceRequest) -> HttpResponse:
    """Every crisis of the workspace: open ones first, then the closed."""
    crises = Crisis.objects.visible_to(request.workspace).newest_first()
    return render(request, "playbooks/crisis_list.html", {"crises": crises, "section": "crises"})


@require_GET
@needs(Permission.VIEW)
def crisis(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The control centre."""
    return show(request, crisis_of(request, crisis_id), "playbooks/crisis.html", page="overview")


@require_GET
@needs(Permission.VIEW)
def frame(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The head, the rail and what is missing, as they are now."""
    page = request.GET.get("page", "")
    context = {
        "frame": crisis_frame(crisis_of(request, crisis_id), request.membership, timezone.now()),
        "page": page if page in PAGES else "",
    }
    return render(request, "playbooks/crisis_base.html#frame", context)


@require_GET
@needs(Permission.VIEW)
def crisis_mentions(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """What was said on the crisis' topic from its earliest captured post on; `?hours=1` for the last hour alone."""
    found = crisis_of(request, crisis_id)
    hours = request.GET.get("hours", "")
    last = timedelta(hours=int(hours)) if hours.isdigit() and len(hours) < 4 else None
    until = found.closed_at or timezone.now()
    wanted = wanted_of(found, timezone.now())
    if last:
        wanted = replace(wanted, since=until - last)
    scope = Scope(
        wanted=wanted,
        title=found.title,
        text=_("What was captured on the topic of %(label)s.") % {"label": found.label},
        url=address(request, "crisis", found),
        back=_("Crisis %(label)s") % {"label": found.label},
    )
    return show_mentions(request, scope)


@require_POST
@needs(permission_for("crisis", "move"))
def move(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Say where the work stands."""
    found = crisis_of(request, crisis_id)
    form = StageForm(request.POST)
    if not form.is_valid():
        return refused(request, _("Choose one of the four stages."), to=address(request, "crisis", found))
    stage = Stage(form.cleaned_data["stage"])
    return answer(
        request,
        found,
        lambda: move_stage(crisis=found, stage=stage, by=request.user, now=timezone.now()),
        page="crisis",
    )
