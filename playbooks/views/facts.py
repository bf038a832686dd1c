"""Facts: put down, changed, settled, taken out."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playbooks.forms.facts import FactForm, SettleForm
from playbooks.models import Crisis, Fact
from playbooks.operations import collecting
from playbooks.queries.facts import STATUSES, fingerprint
from playbooks.queries.people import may_see_source
from playbooks.views.form_pages import show_form
from playbooks.views.room import address, answer, crisis_of, part_of
from playbooks.wording.codes import fact_status_word
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

FORM = "playbooks/fact_form.html"


@require_http_methods(["GET", "POST"])
@needs(permission_for("fact", "add"))
def fact_add(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Put down a fact or an open question; `?status=` chooses what it begins as."""
    crisis = crisis_of(request, crisis_id)
    form = FactForm(request.POST or None, crisis=crisis, initial={"status": _status(request, "unknown")})

    def add() -> None:
        collecting.add_fact(crisis=crisis, **form.written(), by=request.user, now=timezone.now())

    return _answer(request, crisis, form, add, fact=None)


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def fact_edit(request: WorkspaceRequest, fact_id: int) -> HttpResponse:
    """Change anything about a fact."""
    fact = _fact(request, fact_id)
    form = FactForm(
        request.POST or None, crisis=fact.crisis, fact=fact, hides_source=not may_see_source(fact, request.membership)
    )
    return _answer(request, fact.crisis, form, _edit(request, fact, form), fact=fact)


@require_http_methods(["GET", "POST"])
@needs(permission_for("fact", "settle"))
def fact_settle(request: WorkspaceRequest, fact_id: int) -> HttpResponse:
    """Say what an open question turned out to be; `?status=` says what is chosen first."""
    fact = _fact(request, fact_id)
    form = SettleForm(
        request.POST or None,
        fact=fact,
        hides_source=not may_see_source(fact, request.membership),
        initial={"status": _status(request, fact.status)},
    )
    return _answer(request, fact.crisis, form, _edit(request, fact, form), fact=fact)


@require_POST
@needs(Permission.WORK_CRISIS)
def fact_remove(request: WorkspaceRequest, fact_id: int) -> HttpResponse:
    """Take out what was written by mistake."""
    fact = _fact(request, fact_id)

    def remove() -> None:
        collecting.remove_fact(fact=fact, by=request.user, now=timezone.now())

    return answer(
        request, fact.crisis, remove, page="crisis-collect", done=_("Removed. The log keeps that it was there.")
    )


def _edit(request: WorkspaceRequest, fact: Fact, form: SettleForm) -> Callable[[], None]:
    return lambda: collecting.edit_fact(fact=fact, **form.written(), by=request.user, now=timezone.now())


def _answer(
    request: WorkspaceRequest, crisis: Crisis, form: SettleForm, write: Callable[[], None], *, fact: Fact | None
) -> HttpResponse:
    """Write and go back to the page; what is wrong stands at the form, which keeps what was typed."""
    if form.is_bound and form.is_valid() and not _is_outdated(form, fact):
        try:
            write()
        except WrongStateError as error:
            form.add_error(None, wrong_state_text(error.code))
        else:
            messages.success(request, _("Saved."))
            return redirect(address(request, "crisis-collect", crisis) + "#facts")
    context = {"form": form, "fact": fact, "is_full": isinstance(form, FactForm)}
    return show_form(request, crisis, FORM, page="collect", context=context, is_bound=form.is_bound)


def _is_outdated(form: SettleForm, fact: Fact | None) -> bool:
    """Whether the fact was changed since its editor read it; the next attempt writes over that knowingly."""
    if fact is None or form.cleaned_data["over"] == fingerprint(fact):
        return False
    given = form.data.copy() if isinstance(form.data, QueryDict) else dict(form.data)
    given["over"] = fingerprint(fact)
    form.data = given
    form.add_error(
        None,
        _(
            "Somebody changed this fact while you were writing. It now says: “%(text)s” (%(status)s). "
            "Your text is still here: compare, then save again."
        )
        % {"text": fact.correction or fact.text, "status": fact_status_word(fact.status)},
    )
    return True


def _status(request: WorkspaceRequest, otherwise: str) -> str:
    status = request.GET.get("status", "")
    return status if status in STATUSES else otherwise


def _fact(request: WorkspaceRequest, fact_id: int) -> Fact:
    fact: Fact = part_of(request, Fact.objects.select_related("post", "owner"), fact_id)
    return fact
