"""May this go out? Approve with one candidate, or send back with a reason."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from alerts.clocks import POSITION_WITHIN, PRESSING_SHARE
from playbooks.forms.plans import ApproveForm, ReturnForm
from playbooks.models import Plan
from playbooks.operations.plans import approve_plan, draft_of, return_plan
from playbooks.queries.approvals import changes_for, situation_now
from playbooks.queries.plans import approvers_of, checked, cosigns_of, lacks, places_of, turned_from, verdict_of
from playbooks.queries.room import crisis_frame
from playbooks.views.plans import address_of, plan_of
from playbooks.views.room import is_fetch
from playbooks.wording.errors import wrong_state_text
from playbooks.wording.plans import return_reasons
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

PRESSING = POSITION_WITHIN * PRESSING_SHARE


@require_GET
@needs(Permission.VIEW)
def approval(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """What changed, what is risky, what will be said, how things stand now."""
    return show_approval(request, plan_of(request, plan_id))


def show_approval(
    request: WorkspaceRequest,
    plan: Plan,
    *,
    problem: str = "",
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the decision; `problem` says why the last try was refused, `typed` keeps its words."""
    now, draft = timezone.now(), draft_of(plan)
    frame = crisis_frame(plan.crisis, request.membership, now)
    texts = checked(draft.statements, verdict_of(plan))
    changes = changes_for(plan, request.user)
    candidates = list(plan.candidates.all())
    is_author = plan.authors.filter(user=request.user).exists()
    context = {
        "plan": plan,
        "crisis": plan.crisis,
        "frame": frame,
        "draft": draft,
        "changes": changes,
        "panes": [(text, changes.parts.get(text.channel)) for text in texts],
        "lacks": lacks(draft, texts),
        "risks": [line.strip() for line in plan.risks.splitlines() if line.strip()],
        "situation": situation_now(plan, now),
        **_cosigning(plan, request.user.pk),
        "candidates": candidates,
        "chosen": _chosen(candidates, typed),
        "decision": getattr(plan, "approval", None),
        "is_author": is_author,
        "approvers": approvers_of(plan),
        "may_decide": plan.status == "submitted" and frame.may_approve and not is_author,
        "reasons": return_reasons(),
        "is_pressing": frame.position_due_at is not None and frame.position_due_at - now <= PRESSING / plan.crisis.pace,
        **places_of(plan),
        "turned_from": turned_from(plan, frame.verdict),
        "problem": problem,
        "typed": typed or {},
    }
    return render(request, "playbooks/approve.html", context, status=status)


def _cosigning(plan: Plan, me: int) -> dict[str, Any]:
    """Who was asked, how many agree, and what the reader still has to answer."""
    cosigns = cosigns_of(plan)
    return {
        "cosigns": cosigns,
        "agreed": sum(one.answer == "agree" for one in cosigns),
        "my_cosign": next((one for one in cosigns if not one.answer and me in (one.signer_id, one.deputy_id)), None),
    }


def _chosen(candidates: list[Any], typed: dict[str, Any] | None) -> Any:
    """The candidate of the button: the one chosen before, else the recommended one."""
    wanted = (typed or {}).get("candidate", "")
    by_choice = (one for one in candidates if str(one.pk) == str(wanted))
    return next(by_choice, next((one for one in candidates if one.is_recommended), None))


def _refuse(request: WorkspaceRequest, plan: Plan, sentence: str, status: int) -> HttpResponse:
    if is_fetch(request):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    return show_approval(request, plan_of(request, plan.pk), problem=sentence, typed=request.POST.dict(), status=status)


@require_POST
@needs(permission_for("plan", "approve"))
def approve(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """Choose a candidate and let it go out."""
    plan, form = plan_of(request, plan_id), ApproveForm(request.POST)
    chosen = plan.candidates.filter(pk=form.cleaned_data["candidate"]).first() if form.is_valid() else None
    if chosen is None:
        return _refuse(request, plan, wrong_state_text("candidate-unknown"), 422)
    reason = form.cleaned_data["reason"]
    try:
        approve_plan(plan=plan, candidate=chosen, reason=reason, by=request.user, now=timezone.now())
    except WrongStateError as error:
        return _refuse(request, plan, wrong_state_text(error.code), 409)
    said = _("Candidate %(letter)s of version %(number)s is approved.")
    messages.success(request, said % {"letter": chosen.letter, "number": plan.number})
    return redirect(address_of(request, plan))


@require_POST
@needs(permission_for("plan", "return"))
def send_back(request: WorkspaceRequest, plan_id: int) -> HttpResponse:
    """Send it back with a reason and what to change."""
    plan, form = plan_of(request, plan_id), ReturnForm(request.POST)
    if not form.is_valid():
        return _refuse(request, plan, _("Choose a reason and say what should be changed."), 422)
    try:
        return_plan(plan=plan, reason=form.words(), by=request.user, now=timezone.now())
    except WrongStateError as error:
        return _refuse(request, plan, wrong_state_text(error.code), 409)
    messages.success(request, _("Version %(number)s is sent back.") % {"number": plan.number})
    return redirect(address_of(request, plan))
