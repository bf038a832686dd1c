"""A plan's page: candidates, statements with their checks, tasks and promises; its verbs until it is submitted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from playbooks.channels import Channel, Language
from playbooks.drafts import draft as draft_text
from playbooks.forms.plans import PlanEditor, audience_of, commanded, free_channels
from playbooks.models import Cosign, Crisis, Plan
from playbooks.operations.plans import draft_of, draft_plan, revise_plan, save_plan, submit_plan, withdraw_plan
from playbooks.operations.prefilling import public_language
from playbooks.plan_drafts import PlanDraft, StatementDraft
from playbooks.queries.approvals import change_lines, cosigns_for, waiting_for
from playbooks.queries.plans import (
    PlanList,
    approvers_of,
    checked,
    compared,
    cosigns_of,
    lacks,
    newest_plan,
    people_of,
    places_of,
    plan_list,
    suggested_cosigns,
    texts_of,
    turned_from,
    verdict_of,
    version,
    version_lines,
    with_permission,
)
from playbooks.queries.room import crisis_frame
from playbooks.views.room import crisis_of, is_fetch, refused
from playbooks.wording.errors import wrong_state_text
from playbooks.wording.plans import department_names, verdict_advice
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

COSIGN_WITHIN = timedelta(minutes=30)
LEAST_ASKED = 4  # rows of co-signers that a form begins with


def plan_of(request: WorkspaceRequest, plan_id: int) -> Plan:
    """The version of the request's workspace, or Http404."""
    found = Plan.objects.select_related(
        "crisis__workspace", "crisis__alert", "crisis__topic", "assessment", "changed_by", "submitted_by"
    )
    plan = found.filter(crisis__workspace=request.workspace, pk=plan_id).first()
    if plan is None:
        raise Http404
    return plan


def address_of(request: WorkspaceRequest, plan: Plan, name: str = "plan") -> str:
    """The address of a page of the version."""
    return reverse(name, args=[request.workspace.slug, plan.pk])


# --- reading ----------------------------------------------------------------------------------------------------------


@require_GET
@needs(Permission.VIEW)
def crisis_plan(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The newest version of a crisis's plan, or the invitation to draft the first."""
    crisis = crisis_of(request, crisis_id)
    plan = newest_plan(crisis)
    if plan is None:
        frame = crisis_frame(crisis, request.membership, timezone.now())
        return render(request, "playbooks/plan_none.html", {"frame": frame, "crisis": crisis})
    return show_plan(request, plan)


@require_GET
@needs(Permission.VIEW)
def plan(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """One version."""
    return show_plan(request, plan_of(request, plan_id))


@require_GET
@needs(Permission.VIEW)
def plan_overview(request: WorkspaceRequest) -> HttpResponse:
    """All plans of the workspace: what waits for the reader first."""
    return render(request, "playbooks/plan_list.html", {"list": _list(request)})


@require_GET
@needs(Permission.VIEW)
def plan_waiting(request: WorkspaceRequest) -> HttpResponse:
    """What waits for the reader's decision or co-signature, as a fragment of other pages."""
    plans, asked = list(waiting_for(request.membership)), list(cosigns_for(request.membership))
    context = {"plans": plans, "cosigns": asked, "count": len(plans) + len(asked)}
    return render(request, "playbooks/plan_waiting.html", context)


def _list(request: WorkspaceRequest) -> PlanList:
    waiting, asked = waiting_for(request.membership), cosigns_for(request.membership)
    return plan_list(request.workspace, list(waiting), list(asked))


def show_plan(
    request: WorkspaceRequest,
    plan: Plan,
    *,
    editor: PlanEditor | None = None,
    theirs: PlanDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a version; `editor` holds what could not be kept, `theirs` what somebody else kept meanwhile."""
    now, crisis = timezone.now(), plan.crisis
    frame = crisis_frame(crisis, request.membership, now)
    may_edit = frame.may_work and plan.status == "draft"
    editor = (editor or _editor(request, plan, now)) if may_edit else None
    cosigns = cosigns_of(plan)
    context: dict[str, Any] = {
        "plan": plan,
        "frame": frame,
        "crisis": crisis,
        "editor": editor,
        "theirs": theirs,
        "advice": verdict_advice(verdict_of(plan)),
        "cosign_due_at": _cosign_due_at(plan, cosigns),
        "versions": version_lines(crisis),
        "cosigns": cosigns,
        "approvers": approvers_of(plan),
        "turned_from": turned_from(plan, frame.verdict),
        "is_newest": not crisis.plans.filter(number__gt=plan.number).exists(),
        "departments": department_names(),
        **places_of(plan),
        **_parts(request, plan, _shown_draft(plan, editor)),
    }
    if editor is not None:
        context["rows"] = _statement_rows(editor, context["panes"])
        context["differences"] = list(change_lines(theirs, _shown_draft(plan, editor))) if theirs else []
    return render(request, "playbooks/plan.html", context, status=status)


def _statement_rows(editor: PlanEditor, panes: list[Any]) -> list[tuple[Any, ...]]:
    """Each statement's form beside what the checks and the comparison say of its channel."""
    found = {text.channel: (text, change) for text, change in panes}
    return [
        (form, *found[channel]) for form in editor.statements.forms if (channel := form["channel"].value()) in found
    ]


def _cosign_due_at(plan: Plan, cosigns: list[Cosign]) -> datetime | None:
    waiting = [one.due_at for one in cosigns if not one.answer]
    return min(waiting, default=None) if plan.status == "submitted" else None


def _shown_draft(plan: Plan, editor: PlanEditor | None) -> PlanDraft:
    if editor is not None and editor.form.is_bound and editor.is_valid():
        return editor.draft()
    return draft_of(plan)


def _parts(request: WorkspaceRequest, plan: Plan, draft: PlanDraft) -> dict[str, Any]:
    """What is read out of the content: checks, comparison, what is missing; drawn again while somebody types."""
    base = _base(request, plan)
    texts, changes = checked(draft.statements, verdict_of(plan)), compared(draft.statements, texts_of(base))
    tab = request.POST.get("tab") or request.GET.get("tab") or ""
    channels = [text.channel for text in texts]
    return {
        "draft": draft,
        "base": base,
        "panes": [(text, changes.get(text.channel)) for text in texts],
        "lacks": lacks(draft, texts),
        "tab": tab if tab in channels else next(iter(channels), ""),
        "free_channels": free_channels(draft),
    }


def _base(request: WorkspaceRequest, plan: Plan) -> Plan | None:
    """The version to compare with: the one asked for, else the one before."""
    asked = request.POST.get("compare") or request.GET.get("compare", "")
    number = int(asked) if asked.isdigit() and len(asked) < 6 else plan.number - 1
    return version(plan.crisis, number)


def _editor(request: WorkspaceRequest, plan: Plan, now: datetime) -> PlanEditor:
    """The form as the version stands, with co-signers as the writer left them, else as they were asked before."""
    kept = request.session.get(_session_key(plan), {})
    asks = kept.get("rows") or suggested_cosigns(plan)
    departments = [name for name in department_names() if name not in {row.get("department") for row in asks}]
    asks = [*asks, *({"department": name} for name in departments[: max(0, LEAST_ASKED - len(asks))])]
    return PlanEditor(
        people=people_of(plan.crisis),
        signers=with_permission(plan.crisis, Permission.WORK_CRISIS),
        revision=plan.revision,
        draft=draft_of(plan),
        asks=asks,
        cosign_due_at=kept.get("due") or timezone.localtime(now + COSIGN_WITHIN).replace(second=0, microsecond=0),
    )


def _session_key(plan: Plan) -> str:
    return f"cosigns:{plan.pk}"


# --- writing ----------------------------------------------------------------------------------------------------------


@require_POST
@needs(permission_for("plan", "draft"))
def draft(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Begin the next version."""
    crisis = crisis_of(request, crisis_id)
    try:
        made = draft_plan(crisis=crisis, by=request.user, now=timezone.now())
    except WrongStateError as error:
        return refused(request, wrong_state_text(error.code), to=_crisis_plan(request, crisis))
    return redirect(address_of(request, made))


def _crisis_plan(request: WorkspaceRequest, crisis: Crisis) -> str:
    return reverse("crisis-plan", args=[request.workspace.slug, crisis.pk])


def _posted(request: WorkspaceRequest, plan: Plan, *, revision: int | None = None) -> PlanEditor:
    data = request.POST.copy()
    if revision is not None:
        data["revision"] = str(revision)
    return PlanEditor(
        data,
        people=people_of(plan.crisis),
        signers=with_permission(plan.crisis, Permission.WORK_CRISIS),
    )


@require_POST
@needs(permission_for("plan", "draft"))
def save(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """Keep an edit, and carry out the command of its button, if any."""
    plan = plan_of(request, plan_id)
    editor = _posted(request, plan)
    if not editor.is_valid():
        return _unreadable(request, plan, editor)
    _keep_cosigners(request, plan, editor)
    wanted = _commanded(request, plan, editor.draft())
    try:
        plan = _saved(request, plan, editor.revision, wanted)
    except WrongStateError as error:
        return _not_saved(request, plan, error)
    if is_fetch(request):
        return _fragment(request, plan, wanted, saved=True)
    return redirect(f"{address_of(request, plan)}?tab={_tab_after(request, wanted)}")


def _saved(request: WorkspaceRequest, plan: Plan, revision: int, wanted: PlanDraft) -> Plan:
    """The version with the edit; one that changes nothing makes nobody an author."""
    if plan.status == "draft" and plan.revision == revision and wanted.in_order() == draft_of(plan).in_order():
        return plan
    save_plan(plan=plan, revision=revision, draft=wanted, by=request.user, now=timezone.now())
    return plan_of(request, plan.pk)


def _commanded(request: WorkspaceRequest, plan: Plan, written: PlanDraft) -> PlanDraft:
    command = request.POST.get("do", "")
    new = request.POST.get("new_channel", "")
    if command != "statement-add" or new not in set(Channel):
        return commanded(written, command)
    channel, language = Channel(new), _language_of(request, written)
    text = draft_text(verdict_of(plan), channel, language, {"brand": request.workspace.name}).text
    added = StatementDraft(new, audience_of(channel), "", text, None, language.value)
    return commanded(written, command, new_statement=added)


def _language_of(request: WorkspaceRequest, written: PlanDraft) -> Language:
    """What the plan's statements are in, else what the workspace speaks."""
    first = next(iter(written.statements), None)
    return Language(first.language) if first else public_language(request.workspace, request.user)


def _tab_after(request: WorkspaceRequest, wanted: PlanDraft) -> str:
    if request.POST.get("do") == "statement-add" and wanted.statements:
        return wanted.statements[-1].channel
    return request.POST.get("tab", "")


def _keep_cosigners(request: WorkspaceRequest, plan: Plan, editor: PlanEditor) -> None:
    """Co-signers are asked when the plan is submitted; until then their rows are the writer's own."""
    due = request.POST.get("cosign_due_at", "")
    request.session[_session_key(plan)] = {"rows": editor.cosign_rows(), "due": due}


def _fragment(request: WorkspaceRequest, plan: Plan, draft: PlanDraft, *, saved: bool) -> HttpResponse:
    context = {"plan": plan, "saved": saved, **_parts(request, plan, draft)}
    return render(request, "playbooks/plan_parts.html", context)


def _unreadable(request: WorkspaceRequest, plan: Plan, editor: PlanEditor) -> HttpResponse:
    """Something that cannot be kept as it is written: said, and nothing is lost."""
    if is_fetch(request):
        return HttpResponse(" ".join(editor.problems()), status=422, content_type="text/plain; charset=utf-8")
    return show_plan(request, plan, editor=editor, status=422)


def _not_saved(request: WorkspaceRequest, plan: Plan, error: WrongStateError) -> HttpResponse:
    sentence = wrong_state_text(error.code)
    if is_fetch(request):
        return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
    plan = plan_of(request, plan.pk)
    if error.code != "edited-meanwhile":
        messages.error(request, sentence)
        return redirect(address_of(request, plan))
    editor = _posted(request, plan, revision=plan.revision)
    return show_plan(request, plan, editor=editor, theirs=draft_of(plan), status=409)


@require_POST
@needs(permission_for("plan", "draft"))
def check(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """What the checks find in what is being written; keeps nothing."""
    plan = plan_of(request, plan_id)
    editor = _posted(request, plan)
    if not editor.is_valid():
        return _unreadable(request, plan, editor)
    return _fragment(request, plan, editor.draft(), saved=False)


@require_POST
@needs(permission_for("plan", "submit"))
def submit(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """Keep the last edit and ask for the decision; rows without words are left out."""
    plan, now = plan_of(request, plan_id), timezone.now()
    editor = _posted(request, plan)
    if not editor.is_valid():
        return _unreadable(request, plan, editor)
    _keep_cosigners(request, plan, editor)
    written = editor.draft()
    wanted = replace(written, items=tuple(one for one in written.items if one.text.strip()))
    asks, due_at = editor.asks(), editor.form.cleaned_data["cosign_due_at"]
    try:
        plan = _saved(request, plan, editor.revision, wanted)
        submit_plan(plan=plan, cosigns=asks, cosign_due_at=due_at, by=request.user, now=now)
    except WrongStateError as error:
        return _not_saved(request, plan, error)
    request.session.pop(_session_key(plan), None)
    said = _("Version %(number)s is submitted.") % {"number": plan.number}
    names = _(", ").join(user.name for user in approvers_of(plan))
    waits = _("%(names)s can decide on it.") % {"names": names} if names else ""
    messages.success(request, f"{said} {waits}".strip())
    return redirect(address_of(request, plan))


def _verb(request: WorkspaceRequest, plan: Plan, verb: Callable[[], Plan | None], done: str) -> HttpResponse:
    try:
        result = verb() or plan
    except WrongStateError as error:
        return refused(request, wrong_state_text(error.code), to=address_of(request, plan))
    messages.success(request, done % {"number": result.number})
    return redirect(address_of(request, result))


@require_POST
@needs(permission_for("plan", "withdraw"))
def withdraw(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """Take a submitted version back to go on writing."""
    plan = plan_of(request, plan_id)
    done = _("Version %(number)s is a draft again.")
    return _verb(request, plan, lambda: withdraw_plan(plan=plan, by=request.user, now=timezone.now()), done)


@require_POST
@needs(permission_for("plan", "revise"))
def revise(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """Begin the next version with the words of a decided one; an approval is void from then on."""
    plan = plan_of(request, plan_id)
    done = _("Version %(number)s is begun.")
    return _verb(request, plan, lambda: revise_plan(plan=plan, by=request.user, now=timezone.now()), done)
