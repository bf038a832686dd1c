"""Assess: the first assessment on one page, its versions, and the next one with the advice that follows."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from playbooks.forms.assessments import AdviceForm, AssessmentForm
from playbooks.models import Assessment
from playbooks.operations.assessing import assess
from playbooks.queries.assessing import stakeholder_groups, versions
from playbooks.views.collecting import facts_context
from playbooks.views.room import address, crisis_of, is_fetch, show
from playbooks.wording.assessments import (
    advice_words,
    level_help,
    measures_text,
    responsibility_help,
    verdict_help,
)
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

HELPS: dict[str, Callable[[Any], str]] = {
    "level": level_help,
    "verdict": verdict_help,
    "responsibility": responsibility_help,
}
PAGE, FORM = "playbooks/assess.html", "playbooks/assessment_form.html"


@require_GET
@needs(Permission.VIEW)
def assess_page(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """What is known, how grave it is, what it is, who is concerned: one page that can be printed."""
    crisis = crisis_of(request, crisis_id)
    made, groups = versions(crisis), stakeholder_groups(crisis, timezone.now())
    context = {
        **facts_context(request, crisis),
        "current": made[0] if made else None,
        "versions": made,
        "groups": groups,
        "groups_told": measures_text(sum(bool(group.rows) for group in groups), len(groups)),
    }
    if is_fetch(request):
        return render(request, f"{PAGE}#assessment", context)
    return show(request, crisis, PAGE, page="assess", context=context)


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def assessment_add(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The next version, which begins as the one before."""
    crisis = crisis_of(request, crisis_id)
    newest = crisis.assessments.select_related("made_by").last()
    may_lower_red = request.membership.may(Permission.APPROVE)
    form = AssessmentForm(request.POST or None, level=crisis.level, newest=newest, may_lower_red=may_lower_red)
    wants_advice = request.POST.get("do") == "advise"
    if form.is_bound and form.is_valid() and not wants_advice and not _is_outdated(form, newest):
        try:
            made = assess(crisis=crisis, **form.written(), by=request.user, now=timezone.now())
        except WrongStateError as error:
            form.add_error(None, wrong_state_text(error.code))
        else:
            messages.success(request, _("Version %(number)s is the assessment now.") % {"number": made.number})
            return redirect(address(request, "crisis-assess", crisis))
    context = {
        **facts_context(request, crisis),
        "form": form,
        "newest": newest,
        "advice": advice_words(asdict(_advice_form(form).advice())),
        **_choices(form),
    }
    status = 422 if form.is_bound and not wants_advice else 200
    return show(request, crisis, FORM, page="assess", context=context, status=status)


@require_POST
@needs(Permission.WORK_CRISIS)
def assessment_advice(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """What follows from the form as it stands; nothing is written."""
    crisis_of(request, crisis_id)
    advice = advice_words(asdict(AdviceForm(request.POST).advice()))
    return render(request, "playbooks/parts/advice.html", {"advice": advice, "is_live": True})


def _advice_form(form: AssessmentForm) -> AdviceForm:
    return AdviceForm(form.data) if form.is_bound else AdviceForm(initial=form.initial)


def _choices(form: AssessmentForm) -> dict[str, list[dict[str, Any]]]:
    """The radio buttons with a word of explanation each."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, words in HELPS.items():
        field = form.fields[name]
        values = [value for value, _label in field.choices]  # type: ignore[attr-defined]
        rows[f"{name}_choices"] = [
            {"widget": widget, "value": value, "help": words(value)}
            for widget, value in zip(form[name], values, strict=True)
        ]
    return rows


def _is_outdated(form: AssessmentForm, newest: Assessment | None) -> bool:
    """Whether a newer version came while one was writing; the next attempt builds on it knowingly."""
    if newest is None or (form.cleaned_data["over"] or 0) >= newest.number:
        return False
    given = form.data.copy() if isinstance(form.data, QueryDict) else dict(form.data)
    given["over"] = str(newest.number)
    form.data = given
    form.add_error(
        None,
        _("%(name)s made version %(number)s while you were writing. Your text is still here: compare, then save again.")
        % {"name": newest.made_by.name, "number": newest.number},
    )
    return True
