"""Stakeholders: who is concerned, and what is done for them."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playbooks.forms.stakeholders import StakeholderForm
from playbooks.models import Crisis, Stakeholder
from playbooks.models.assessing import STAKEHOLDERS
from playbooks.operations import assessing
from playbooks.views.form_pages import show_form
from playbooks.views.room import address, answer, crisis_of, part_of
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

FORM = "playbooks/stakeholder_form.html"


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def stakeholder_add(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """A measure for somebody; `?kind=` says for whom."""
    crisis = crisis_of(request, crisis_id)
    kinds = dict(STAKEHOLDERS)
    kind = request.GET.get("kind", "")
    form = StakeholderForm(request.POST or None, crisis=crisis, initial={"kind": kind if kind in kinds else "victims"})

    def add() -> None:
        assessing.add_stakeholder(crisis=crisis, **form.cleaned_data, by=request.user, now=timezone.now())

    return _answer(request, crisis, form, add, stakeholder=None)


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def stakeholder_edit(request: WorkspaceRequest, stakeholder_id: int) -> HttpResponse:
    """Another measure, or how far it got."""
    stakeholder = _stakeholder(request, stakeholder_id)
    form = StakeholderForm(request.POST or None, crisis=stakeholder.crisis, stakeholder=stakeholder)

    def edit() -> None:
        assessing.edit_stakeholder(stakeholder=stakeholder, **form.cleaned_data, by=request.user, now=timezone.now())

    return _answer(request, stakeholder.crisis, form, edit, stakeholder=stakeholder)


@require_POST
@needs(Permission.WORK_CRISIS)
def stakeholder_remove(request: WorkspaceRequest, stakeholder_id: int) -> HttpResponse:
    """Take out what was written by mistake."""
    stakeholder = _stakeholder(request, stakeholder_id)

    def remove() -> None:
        assessing.remove_stakeholder(stakeholder=stakeholder, by=request.user, now=timezone.now())

    done = _("Removed. The log keeps that it was there.")
    return answer(request, stakeholder.crisis, remove, page="crisis-assess", done=done)


def _answer(
    request: WorkspaceRequest,
    crisis: Crisis,
    form: StakeholderForm,
    write: Callable[[], None],
    *,
    stakeholder: Stakeholder | None,
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            write()
        except WrongStateError as error:
            form.add_error(None, wrong_state_text(error.code))
        else:
            messages.success(request, _("Saved."))
            return redirect(address(request, "crisis-assess", crisis) + "#stakeholders")
    context = {"form": form, "stakeholder": stakeholder}
    return show_form(request, crisis, FORM, page="assess", context=context, is_bound=form.is_bound)


def _stakeholder(request: WorkspaceRequest, stakeholder_id: int) -> Stakeholder:
    stakeholder: Stakeholder = part_of(request, Stakeholder.objects.select_related("owner"), stakeholder_id)
    return stakeholder
