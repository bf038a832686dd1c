"""Tasks: added, done, opened again, cancelled, handed over."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playbooks.forms.tasks import HandOverForm, ResultForm, TaskForm
from playbooks.models import Task
from playbooks.operations import tasks
from playbooks.queries.acting import task_line
from playbooks.views.form_pages import fill_in
from playbooks.views.room import answer, crisis_of, part_of
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

BACK = "crisis-act#tasks"


@require_http_methods(["GET", "POST"])
@needs(permission_for("task", "add"))
def task_add(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Something that somebody owes."""
    crisis = crisis_of(request, crisis_id)
    form = TaskForm(request.POST or None, crisis=crisis)

    def add() -> None:
        tasks.add_task(crisis=crisis, **form.cleaned_data, by=request.user, now=timezone.now())

    return fill_in(request, crisis, form, add, template="playbooks/task_form.html", page="act", back=BACK)


@require_http_methods(["GET", "POST"])
@needs(permission_for("task", "finish"))
def task_finish(request: WorkspaceRequest, task_id: int) -> HttpResponse:
    """Done, and what shows it; a promise is not done without."""
    task = _task(request, task_id)
    data = request.POST if request.method == "POST" else None
    form = ResultForm(data, is_asked_for=task.kind == "promise")

    def finish() -> None:
        tasks.finish_task(task=task, result=form.cleaned_data["result"], by=request.user, now=timezone.now())

    context = {"line": task_line(task, timezone.now())}
    template, done = "playbooks/task_finish.html", _("Done: %(task)s") % {"task": task.text}
    return fill_in(
        request, task.crisis, form, finish, template=template, page="act", back=BACK, context=context, done=done
    )


@require_POST
@needs(permission_for("task", "reopen"))
def task_reopen(request: WorkspaceRequest, task_id: int) -> HttpResponse:
    """It is not done after all."""
    task = _task(request, task_id)
    return answer(
        request,
        task.crisis,
        lambda: tasks.reopen_task(task=task, by=request.user, now=timezone.now()),
        page=BACK,
        done=_("Open again: %(task)s") % {"task": task.text},
    )


@require_POST
@needs(permission_for("task", "cancel"))
def task_cancel(request: WorkspaceRequest, task_id: int) -> HttpResponse:
    """It is not needed any more."""
    task = _task(request, task_id)
    return answer(
        request,
        task.crisis,
        lambda: tasks.cancel_task(task=task, by=request.user, now=timezone.now()),
        page=BACK,
        done=_("Cancelled: %(task)s") % {"task": task.text},
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def task_hand_over(request: WorkspaceRequest, task_id: int) -> HttpResponse:
    """Another owner, or another time."""
    task = _task(request, task_id)
    data = request.POST if request.method == "POST" else None
    form = HandOverForm(data, crisis=task.crisis, task=task)

    def pass_on() -> None:
        tasks.hand_over(task=task, **form.cleaned_data, by=request.user, now=timezone.now())

    context = {"line": task_line(task, timezone.now())}
    template = "playbooks/task_hand_over.html"
    return fill_in(
        request, task.crisis, form, pass_on, template=template, page="act", back=BACK, context=context, done=_("Saved.")
    )


def _task(request: WorkspaceRequest, task_id: int) -> Task:
    task: Task = part_of(request, Task.objects.select_related("owner", "done_by"), task_id)
    return task
