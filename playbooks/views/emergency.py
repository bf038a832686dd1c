"""Stopping the harm, at every stage: emergency measures, the holding statement, the texts authorised ahead."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from playbooks.forms.emergency import DeclineForm, FinishForm, HoldingForm, MeasureForm
from playbooks.models import Crisis, EmergencyMeasure, Statement
from playbooks.operations.emergency import (
    approve_measure,
    decline_measure,
    finish_measure,
    propose_measure,
    release_holding_on,
    release_submitted,
    submit_holding,
)
from playbooks.operations.statements import return_statement
from playbooks.queries.emergency import emergency_row, newest_holding_text
from playbooks.views.room import address, answer, crisis_of, is_fetch, part_of, refused
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

SHEETS = {"emergency": "playbooks/parts/emergency_sheet.html", "holding": "playbooks/parts/holding_sheet.html"}


def sheet_context(request: WorkspaceRequest, crisis: Crisis, **forms: Any) -> dict[str, Any]:
    """What both sheets are drawn on; a form that was refused comes with what was typed."""
    row = emergency_row(crisis)
    holding = HoldingForm.of(row.holding_text, timezone.now()) if row.holding_text else None
    is_open = crisis.closed_at is None
    return {
        "crisis": crisis,
        "emergency": row,
        "measure_form": MeasureForm(crisis=crisis, auto_id="measure_%s"),
        "holding_form": holding,
        "may_work": is_open and request.membership.may(Permission.WORK_CRISIS),
        "may_approve": is_open and request.membership.may(Permission.APPROVE),
        **forms,
    }


def _sheet(request: WorkspaceRequest, crisis: Crisis, name: str, status: int = 200, **forms: Any) -> HttpResponse:
    return render(request, SHEETS[name], sheet_context(request, crisis, **forms), status=status)


def _done(
    request: WorkspaceRequest, crisis: Crisis, sheet: str, verb: Callable[..., object], /, **given: Any
) -> HttpResponse:
    """Run the verb on what is given; to a script the sheet as it is then."""
    return answer(
        request,
        crisis,
        lambda: verb(**given, by=request.user, now=timezone.now()),
        page="crisis",
        fragment=lambda: _sheet(request, crisis, sheet),
    )


def _invalid(request: WorkspaceRequest, crisis: Crisis, sheet: str, **forms: Any) -> HttpResponse:
    """A form that does not hold, with what was typed: as the sheet to a script, else as a page of its own."""
    if is_fetch(request):
        return _sheet(request, crisis, sheet, status=422, **forms)
    return _page(request, crisis, sheet, status=422, **forms)


def _page(request: WorkspaceRequest, crisis: Crisis, sheet: str, status: int = 200, **forms: Any) -> HttpResponse:
    context = {**sheet_context(request, crisis, **forms), "sheet": SHEETS[sheet], "section": "crises"}
    return render(request, "playbooks/sheet_page.html", context, status=status)


def _measure(request: WorkspaceRequest, measure_id: int) -> EmergencyMeasure:
    measure: EmergencyMeasure = part_of(request, EmergencyMeasure.objects.all(), measure_id)
    return measure


# --- measures


@require_GET
@needs(Permission.VIEW)
def measure_list(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The measures: the sheet to a script, else a page."""
    crisis = crisis_of(request, crisis_id)
    return _sheet(request, crisis, "emergency") if is_fetch(request) else _page(request, crisis, "emergency")


@require_POST
@needs(permission_for("measure", "propose"))
def measure_propose(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Something that would stop the harm now."""
    crisis = crisis_of(request, crisis_id)
    form = MeasureForm(request.POST, crisis=crisis, auto_id="measure_%s")
    if not form.is_valid():
        return _invalid(request, crisis, "emergency", measure_form=form)
    given = form.cleaned_data
    return _done(request, crisis, "emergency", propose_measure, crisis=crisis, text=given["text"], owner=given["owner"])


@require_POST
@needs(permission_for("measure", "approve"))
def measure_approve(request: WorkspaceRequest, measure_id: int) -> HttpResponse:
    """Let it be done."""
    measure = _measure(request, measure_id)
    return _done(request, measure.crisis, "emergency", approve_measure, measure=measure)


@require_POST
@needs(permission_for("measure", "decline"))
def measure_decline(request: WorkspaceRequest, measure_id: int) -> HttpResponse:
    """Not this one, and why."""
    measure, form = _measure(request, measure_id), DeclineForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    return _done(request, measure.crisis, "emergency", decline_measure, measure=measure, note=note)


@require_POST
@needs(permission_for("measure", "finish"))
def measure_finish(request: WorkspaceRequest, measure_id: int) -> HttpResponse:
    """It is done, and what came of it."""
    measure, form = _measure(request, measure_id), FinishForm(request.POST)
    result = form.cleaned_data["result"] if form.is_valid() else ""
    return _done(request, measure.crisis, "emergency", finish_measure, measure=measure, result=result)


# --- the holding statement


@require_GET
@needs(Permission.VIEW)
def holding(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The holding statement: the sheet to a script, else a page."""
    crisis = crisis_of(request, crisis_id)
    return _sheet(request, crisis, "holding") if is_fetch(request) else _page(request, crisis, "holding")


@require_POST
@needs(permission_for("statement", "publish"))
def holding_release(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """A manager publishes it in one step."""
    return _speak(request, crisis_id, release_holding_on)


@require_POST
@needs(permission_for("statement", "submit"))
def holding_submit(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Anybody who works on the crisis puts it before the fast approver."""
    return _speak(request, crisis_id, submit_holding)


def _speak(request: WorkspaceRequest, crisis_id: int, verb: Callable[..., object]) -> HttpResponse:
    crisis, form = crisis_of(request, crisis_id), HoldingForm(request.POST)
    holding_text = newest_holding_text(crisis)
    if holding_text is None:
        return refused(request, _("No holding text is authorised yet."), to=address(request, "crisis", crisis))
    if not form.is_valid():
        return _invalid(request, crisis, "holding", holding_form=form)
    given = form.cleaned_data
    words = form.words(holding_text.language)
    try:
        verb(
            crisis=crisis,
            holding_text=holding_text,
            text=words,
            channels=given["channels"],
            audience="public",
            next_update_at=given["next_update_at"],
            by=request.user,
            now=timezone.now(),
        )
    except WrongStateError as error:
        form.add_error("text" if error.code == "blank-left" else None, wrong_state_text(error.code))
        return _invalid(request, crisis, "holding", holding_form=form)
    return _sheet(request, crisis, "holding") if is_fetch(request) else redirect(address(request, "crisis", crisis))


def _submitted(request: WorkspaceRequest, statement_id: int) -> Statement:
    statement: Statement = part_of(request, Statement.objects.filter(kind="holding"), statement_id)
    return statement


@require_POST
@needs(permission_for("statement", "publish"))
def holding_approve(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """The fast approver lets a submitted one out."""
    statement = _submitted(request, statement_id)
    return _done(request, statement.crisis, "holding", release_submitted, statement=statement)


@require_POST
@needs(permission_for("statement", "return"))
def holding_return(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """The fast approver sends it back with a reason."""
    statement, form = _submitted(request, statement_id), DeclineForm(request.POST)
    reason = form.cleaned_data["note"] if form.is_valid() else ""
    return _done(request, statement.crisis, "holding", return_statement, statement=statement, reason=reason)
