"""The drill's page: what it is, how to start one, where it stands, and what it showed."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.models import Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission
from sentinel.drill.forms import ScenarioForm, StartForm
from sentinel.drill.models import Drill
from sentinel.drill.operations.drills import end_drill, remove_drill, start_drill
from sentinel.drill.queries import choices_of, past_drills, progress_of, running_drill, taken_ports
from sentinel.drill.report_wording import practice_colleagues, refused_text, speed_text
from sentinel.drill.shown import banner_of, choice_lines, compared_names, past_of, rail_of, report_of, site_lines
from sentinel.drill.sources import NoFreePortError, free_ports
from sentinel.drill.storyline import Names


@require_GET
@needs(Permission.VIEW)
def drill(request: WorkspaceRequest) -> HttpResponse:
    """What runs, or what can be started, and the drills before."""
    return _page(request, None)


def _page(request: WorkspaceRequest, form: StartForm | None) -> HttpResponse:
    workspace, now = request.workspace, timezone.now()
    running = running_drill(workspace)
    choices = choices_of(workspace)
    context: dict[str, Any] = {
        "running": _running(running) if running else None,
        "form": form or StartForm(choices),
        "choices": choice_lines(choices),
        "scenario_form": ScenarioForm(),
        "past": past_of(past_drills(workspace), now),
        "compared": compared_names(),
    }
    return render(request, "drill/drill.html", context, status=422 if form else 200)


def _running(running: Drill) -> dict[str, Any]:
    now = timezone.now()
    progress = progress_of(running, now)
    return {
        "drill": running,
        "progress": progress,
        "rail": rail_of(progress),
        "speed": speed_text(running.speed),
        "sites": site_lines(running),
        "report": report_of(running, now),
    }


@require_GET
@needs(Permission.VIEW)
def live(request: WorkspaceRequest) -> HttpResponse:
    """The running drill as it is now, for a page that shows it already; 204 once none runs."""
    running = running_drill(request.workspace)
    if running is None:
        return HttpResponse(status=204)
    return render(request, "drill/drill.html#live", {"running": _running(running)})


@require_GET
@needs(Permission.VIEW)
def banner(request: WorkspaceRequest) -> HttpResponse:
    """The line that every page shows while a drill runs; empty while none does."""
    return render(request, "components/drill_banner.html", {"drill": banner_of(request.workspace, timezone.now())})


@require_POST
@needs(Permission.RUN_DRILL)
def start(request: WorkspaceRequest) -> HttpResponse:
    """Start a scenario."""
    form = StartForm(choices_of(request.workspace), request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        started = _start(request, form)
    except WrongStateError as error:
        messages.error(request, refused_text(error.code))
        return redirect("drill", workspace=request.workspace.slug)
    except NoFreePortError:
        form.add_error(None, _("No free port is left for the sites of a drill on this machine. End another drill."))
        return _page(request, form)
    messages.success(request, _("The drill “%(title)s” has started. Watch the board.") % {"title": started.title})
    return redirect("drill", workspace=request.workspace.slug)


def _start(request: WorkspaceRequest, form: StartForm) -> Drill:
    choice = form.chosen
    return start_drill(
        workspace=request.workspace,
        text=choice.text,
        name=_("Drill %%(number)s: %(title)s") % {"title": choice.scenario.title.replace("%", "%%")[:60]},
        speed=form.chosen_speed,
        seed=secrets.randbelow(2**31),
        ports=free_ports(taken_ports()),
        names=_names(request.workspace),
        tells_outlets=form.cleaned_data["tells_outlets"],
        colleagues=practice_colleagues() if form.cleaned_data["colleagues"] else {},
        by=request.user,
        now=timezone.now(),
    )


def _names(workspace: Workspace) -> Names:
    """Whom the story is about: the workspace's first names."""
    brand = next(iter(workspace.brand_names), workspace.name)
    return Names(brand, next(iter(workspace.competitors), ""))


@require_GET
@needs(Permission.VIEW)
def report(request: WorkspaceRequest, drill_id: int) -> HttpResponse:
    """What a drill showed, against the clocks."""
    shown = in_workspace(request, Drill.objects.select_related("started_by", "topic", "removed_by"), drill_id)
    return render(request, "drill/report.html", {"report": report_of(shown, timezone.now())})


@require_POST
@needs(Permission.RUN_DRILL)
def end(request: WorkspaceRequest, drill_id: int) -> HttpResponse:
    """End it now; what was captured stays to look at."""
    found = in_workspace(request, Drill.objects.select_related("workspace"), drill_id)
    if end_drill(drill=found, by=request.user, now=timezone.now()):
        messages.success(request, _("The drill has ended. Its data stays until you remove it."))
    return redirect("drill-report", workspace=request.workspace.slug, drill_id=found.pk)


@require_POST
@needs(Permission.RUN_DRILL)
def remove(request: WorkspaceRequest, drill_id: int) -> HttpResponse:
    """Take away everything that it brought."""
    found = in_workspace(request, Drill.objects.all(), drill_id)
    if remove_drill(drill=found, by=request.user, now=timezone.now()):
        messages.success(request, _("Everything that the drill brought is removed. Its report and the audit stay."))
    return redirect("drill-report", workspace=request.workspace.slug, drill_id=found.pk)
