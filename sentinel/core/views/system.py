"""Is the installation well, and what work is stuck?"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from sentinel.core import operations
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.health import examine, versions
from sentinel.core.models import StageRow, Workspace
from sentinel.core.permissions import Permission
from sentinel.core.stages import Stage, all_stages

MOST_SHOWN = 50

# check → what it is called, what it means when it fails
CHECKS = {
    "database": (_("Database"), _("Nothing can be stored. Is PostgreSQL running, and is its disk full?")),
    "broker": (
        _("Message broker"),
        _("Nothing is lost, but everything is a few seconds later and pages do not update by themselves."),
    ),
    "migrations": (_("Database schema"), _("The program is newer than the database. Run the migrations.")),
    "worker": (_("Workers"), _("Nothing is collected, analysed or sent at the moment. Start a worker.")),
    "beat": (_("Clock"), _("Nothing is due any more, so nothing is visited. Start beat.")),
}


@require_GET
@needs(Permission.RELEASE_PARKED)
def status(request: WorkspaceRequest) -> HttpResponse:
    """The checks in words, the versions, and every parked row that the reader may see."""
    now = timezone.now()
    checks = [
        {"name": name, "label": CHECKS[name][0], "meaning": CHECKS[name][1], **found}
        for name, found in examine(now).items()
    ]
    stages = [_parked_of(stage, request) for stage in all_stages()]
    return render(
        request,
        "core/system.html",
        {
            "checks": checks,
            "is_well": all(check["ok"] for check in checks),
            "versions": versions(),
            "stages": stages,
            "parked": sum(stage["count"] for stage in stages),
        },
    )


@require_POST
@needs(Permission.RELEASE_PARKED)
def release(request: WorkspaceRequest, stage: str) -> HttpResponse:
    """Give one parked row (`row` in the form) or all of a stage another chance."""
    found = next((one for one in all_stages() if one.name == stage), None)
    if found is None:
        raise Http404
    rows = found.parked(_seen_by(request))
    asked = request.POST.get("row", "")
    if asked:
        rows = rows.filter(pk=int(asked)) if asked.isdecimal() and len(asked) <= 18 else rows.none()
    count = operations.release_parked(
        stage=found, rows=rows, workspace=request.workspace, by=request.user, now=timezone.now()
    )
    told = ngettext(
        "%(count)d piece of work gets another chance.", "%(count)d pieces of work get another chance.", count
    )
    messages.success(request, told % {"count": count})
    return redirect("system-status", workspace=request.workspace.slug)


def _seen_by(request: WorkspaceRequest) -> Workspace | None:
    """What an admin sees is the workspace's; who runs the installation sees all."""
    return None if request.user.is_operator else request.workspace


def _parked_of(stage: Stage[Any], request: WorkspaceRequest) -> dict[str, Any]:
    parked = stage.parked(_seen_by(request)).select_related(*stage.related)
    rows: list[StageRow] = list(parked.order_by("-parked_at")[:MOST_SHOWN])
    return {"stage": stage, "rows": rows, "count": len(rows) if len(rows) < MOST_SHOWN else parked.count()}
