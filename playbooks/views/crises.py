"""Crises: the list, the control centre, opening, moving, closing, the log."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.models import Alert
from monitoring.views.mentions import Scope, show_mentions
from playbooks.forms.crises import (
    AlertCrisisForm,
    CloseCrisisForm,
    EditCrisisForm,
    LogFilterForm,
    NoteForm,
    OpenCrisisForm,
    ReopenCrisisForm,
    StageForm,
)
from playbooks.models import Crisis
from playbooks.operations.crises import (
    close_crisis,
    edit_crisis,
    move_stage,
    open_crisis,
    open_crisis_from_alert,
    reopen_crisis,
    write_note,
)
from playbooks.queries.collecting import wanted_of
from playbooks.queries.crises import crisis_rows
from playbooks.queries.log import GROUPS, whole_log
from playbooks.queries.overview import overview_of, side_of
from playbooks.queries.room import crisis_frame
from playbooks.views.emergency import sheet_context
from playbooks.views.room import address, answer, crisis_of, refused, show
from playbooks.wording.crises import log_group_word
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import Stage, permission_for
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

PAGES = ("overview", "collect", "assess", "act", "plan", "review", "log", "team")


# --- the list, and opening


@require_GET
@needs(Permission.VIEW)
def crisis_list(request: WorkspaceRequest) -> HttpResponse:
    """Every crisis of the workspace: open ones first, then the closed."""
    rows = crisis_rows(request.workspace, timezone.now())
    context = {
        "open": [row for row in rows if row.crisis.closed_at is None],
        "closed": [row for row in rows if row.crisis.closed_at is not None],
        "section": "crises",
    }
    return render(request, "playbooks/crisis_list.html", context)


@require_http_methods(["GET", "POST"])
@needs(permission_for("crisis", "open"))
def crisis_open(request: WorkspaceRequest) -> HttpResponse:
    """Open a crisis by hand, or with `alert` in the form from a claimed alert."""
    if "alert" in request.POST:
        return _open_from_alert(request)
    form = OpenCrisisForm(request.POST or None, workspace=request.workspace)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        crisis = open_crisis(
            workspace=request.workspace,
            title=given["title"],
            level=given["level"],
            summary=given["summary"],
            topic=given["topic"],
            by=request.user,
            now=timezone.now(),
        )
        return redirect(address(request, "crisis", crisis))
    status = 422 if request.method == "POST" else 200
    return render(request, "playbooks/crisis_open.html", {"form": form, "section": "crises"}, status=status)


def _open_from_alert(request: WorkspaceRequest) -> HttpResponse:
    form = AlertCrisisForm(request.POST)
    board = reverse("board", args=[request.workspace.slug])
    if not form.is_valid():
        return refused(request, _("Say which alert the crisis is opened for."), to=board)
    alert = in_workspace(request, Alert.objects.all(), form.cleaned_data["alert"])
    try:
        crisis = open_crisis_from_alert(
            alert=alert, title=form.cleaned_data["title"], by=request.user, now=timezone.now()
        )
    except WrongStateError as error:
        return refused(request, wrong_state_text(error.code), to=f"{board}?alert={alert.pk}")
    return redirect(address(request, "crisis", crisis))


@require_GET
@needs(Permission.VIEW)
def alert_crisis(request: WorkspaceRequest, alert_id: int) -> HttpResponse:
    """What the board shows of an alert's crisis: the way to it, or how to open one."""
    alert = in_workspace(request, Alert.objects.all(), alert_id)
    context = {
        "alert": alert,
        "crisis": Crisis.objects.filter(alert=alert).first(),
        "may_open": request.membership.may(Permission.OPEN_CRISIS) and alert.closed_at is None,
    }
    return render(request, "playbooks/parts/alert_crisis.html", context)


# --- the control centre and its fragments


@require_GET
@needs(Permission.VIEW)
def crisis(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The control centre."""
    found, now = crisis_of(request, crisis_id), timezone.now()
    frame = crisis_frame(found, request.membership, now)
    context = {
        "frame": frame,
        "page": "overview",
        "overview": overview_of(found, request.membership, now),
        "side": side_of(found, frame.team),
        "note_form": NoteForm(auto_id="note_%s"),
        **sheet_context(request, found),
    }
    return render(request, "playbooks/crisis.html", context)


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
def overview(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The main column of the control centre as it is now."""
    found = crisis_of(request, crisis_id)
    read = overview_of(found, request.membership, timezone.now())
    return render(request, "playbooks/crisis.html#overview", {"crisis": found, "overview": read})


@require_GET
@needs(Permission.VIEW)
def side(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The side of the control centre as it is now."""
    return _side(request, crisis_of(request, crisis_id))


def _side(request: WorkspaceRequest, found: Crisis) -> HttpResponse:
    team = list(found.team.select_related("user", "deputy").order_by("pk"))
    may_work = found.closed_at is None and request.membership.may(Permission.WORK_CRISIS)
    context = {"crisis": found, "side": side_of(found, team), "may_work": may_work}
    return render(request, "playbooks/crisis.html#side", context)


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


# --- verbs


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


@require_POST
@needs(Permission.WORK_CRISIS)
def note(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """A line in the log."""
    found, form = crisis_of(request, crisis_id), NoteForm(request.POST)
    if not form.is_valid():
        return refused(request, _("Write something, then save the note."), to=address(request, "crisis", found))
    text = form.cleaned_data["text"]
    return answer(
        request,
        found,
        lambda: write_note(crisis=found, text=text, by=request.user, now=timezone.now()),
        page="crisis",
        fragment=lambda: _side(request, found),
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def edit(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Another title or summary, and a topic where there is none."""
    found = crisis_of(request, crisis_id)
    form = EditCrisisForm(request.POST or None, crisis=found)
    if request.method == "POST" and form.is_valid():
        return answer(
            request,
            found,
            lambda: edit_crisis(crisis=found, **form.cleaned_data, by=request.user, now=timezone.now()),
            page="crisis",
        )
    status = 422 if request.method == "POST" else 200
    return show(request, found, "playbooks/crisis_edit.html", page="edit", context={"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs(permission_for("crisis", "close"))
def close(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Close the file: what is missing is listed and does not stop it. Of a closed one, the form to open it again."""
    found = crisis_of(request, crisis_id)
    form_of = CloseCrisisForm if found.closed_at is None or request.method == "POST" else ReopenCrisisForm
    return _end(request, found, form_of(request.POST or None), close_crisis, done=_("The crisis is closed."))


@require_http_methods(["GET", "POST"])
@needs(permission_for("crisis", "reopen"))
def reopen(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Open a closed file again."""
    found, form = crisis_of(request, crisis_id), ReopenCrisisForm(request.POST or None)
    return _end(request, found, form, reopen_crisis, done=_("The crisis is open again."))


def _end(
    request: WorkspaceRequest, found: Crisis, form: Form, verb: Callable[..., object], *, done: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            verb(crisis=found, note=form.cleaned_data["note"], by=request.user, now=timezone.now())
        except WrongStateError as error:
            return refused(request, wrong_state_text(error.code), to=address(request, "crisis", found))
        messages.success(request, done)
        return redirect(address(request, "crisis", found))
    status = 422 if request.method == "POST" else 200
    return show(request, found, "playbooks/crisis_close.html", page="close", context={"form": form}, status=status)


@require_GET
@needs(Permission.VIEW)
def log(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Everything that was done, by whom and when."""
    found = crisis_of(request, crisis_id)
    form = LogFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {"group": "", "weighty": False}
    shown = whole_log(found, request.GET, group=asked["group"], weighty=asked["weighty"])
    chosen = {name: value for name, value in request.GET.items() if name in form.fields}
    context = {
        "log": shown,
        "newer_url": shown.newer and f"?{urlencode({**chosen, 'after': shown.newer})}",
        "older_url": shown.older and f"?{urlencode({**chosen, 'before': shown.older})}",
        "groups": [(code, log_group_word(code)) for code in ("", "notes", *GROUPS)],
        "group": asked["group"],
        "weighty": asked["weighty"],
        "note_form": NoteForm(auto_id="note_%s"),
    }
    return show(request, found, "playbooks/crisis_log.html", page="log", context=context)
