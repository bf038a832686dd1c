"""Scenarios as files: to copy, to write, to throw away."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.permissions import Permission
from sentinel.drill.forms import ScenarioForm
from sentinel.drill.models import ScenarioFile
from sentinel.drill.operations.scenarios import delete_scenario, upload_scenario
from sentinel.drill.scenario import ScenarioError, builtin_scenarios
from sentinel.drill.wording import problem_text


@require_GET
@needs(Permission.RUN_DRILL)
def built_in(request: WorkspaceRequest, key: str) -> HttpResponse:
    """The file of a scenario that comes with Sentinel."""
    text = builtin_scenarios().get(key)
    if text is None:
        raise Http404
    return _file(f"{key}.toml", text)


@require_GET
@needs(Permission.RUN_DRILL)
def own(request: WorkspaceRequest, scenario_id: int) -> HttpResponse:
    """The file of the workspace's own scenario."""
    found = in_workspace(request, ScenarioFile.objects.all(), scenario_id)
    return _file(found.name if found.name.endswith(".toml") else f"{found.name}.toml", found.text)


def _file(name: str, text: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(
        text, content_type="application/toml; charset=utf-8", headers={"Content-Disposition": disposition}
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.RUN_DRILL)
def upload(request: WorkspaceRequest) -> HttpResponse:
    """Keep an own scenario; what is wrong is said by place, all at once, beside the text to correct it in."""
    if request.method == "GET":
        return render(request, "drill/scenario_upload.html", {"form": ScenarioForm(), "problems": []})
    form = ScenarioForm(request.POST, request.FILES)
    problems: list[str] = []
    if form.is_valid():
        name, text = form.cleaned_data["name"], form.cleaned_data["text"]
        try:
            kept = upload_scenario(
                workspace=request.workspace, name=name, text=text, by=request.user, now=timezone.now()
            )
        except ScenarioError as error:
            problems = [problem_text(problem) for problem in error.problems]
            form = ScenarioForm(initial={"name": name, "text": text})
        else:
            messages.success(request, _("“%(name)s” can be started now.") % {"name": kept.name})
            return redirect("drill", workspace=request.workspace.slug)
    return render(request, "drill/scenario_upload.html", {"form": form, "problems": problems}, status=422)


@require_POST
@needs(Permission.RUN_DRILL)
def delete(request: WorkspaceRequest, scenario_id: int) -> HttpResponse:
    """Throw an own scenario away."""
    found = in_workspace(request, ScenarioFile.objects.select_related("workspace"), scenario_id)
    delete_scenario(file=found, by=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect("drill", workspace=request.workspace.slug)
