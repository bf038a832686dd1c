"""Statements: drafted from a template, checked, decided by somebody else, published."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playbooks.channels import TRAITS, Channel
from playbooks.drafts import draft
from playbooks.forms.statements import KINDS, PublishForm, ReturnForm, StatementForm, TemplateForm, WordsForm
from playbooks.models import Crisis, Statement
from playbooks.operations import statements
from playbooks.operations.prefilling import public_language
from playbooks.plan_drafts import StatementDraft
from playbooks.queries.acting import verdict_now
from playbooks.queries.plans import CheckedText, checked
from playbooks.views.acting import show_act
from playbooks.views.form_pages import fill_in
from playbooks.views.room import answer, crisis_of, is_fetch, part_of, show, way_back
from playbooks.wording.codes import verdict_word
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

BACK = "crisis-act#words"
FORM = "playbooks/statement_form.html"


@require_http_methods(["GET", "POST"])
@needs(permission_for("statement", "draft"))
def statement_draft(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Words outside a plan; `?kind=`, `?channel=` and `?language=` choose the template that it begins with."""
    crisis = crisis_of(request, crisis_id)
    if request.POST.get("do") == "template":
        return _with_template(request, crisis)
    form = StatementForm(request.POST or None, initial=_first_words(request, crisis))

    def draft() -> None:
        now = timezone.now()
        made = statements.draft_statement(crisis=crisis, **form.cleaned_data, by=request.user, now=now)
        _go_on(request, made)

    context = _panel(crisis, form, kind=str(form["kind"].value()))
    return fill_in(request, crisis, form, draft, template=FORM, page="act", back=BACK, context=context)


def _first_words(request: WorkspaceRequest, crisis: Crisis) -> dict[str, Any]:
    asked = TemplateForm(
        {
            "kind": request.GET.get("kind") or KINDS[0],
            "channel": request.GET.get("channel") or Channel.SITE,
            "language": request.GET.get("language") or public_language(request.workspace, request.user),
        }
    )
    if not asked.is_valid():
        return {}
    return {**asked.cleaned_data, **_words_of(crisis, asked)}


def _words_of(crisis: Crisis, asked: TemplateForm) -> dict[str, Any]:
    chosen = asked.cleaned_data
    blanks = {"brand": crisis.workspace.name}
    text = draft(verdict_now(crisis), chosen["channel"], chosen["language"], blanks).text
    return {"text": text, "audience": TRAITS[chosen["channel"]].audiences[0].value}


def _with_template(request: WorkspaceRequest, crisis: Crisis) -> HttpResponse:
    """The form with the template of what is chosen in it; headline and time stay."""
    asked = TemplateForm(request.POST)
    initial = request.POST.dict()
    if asked.is_valid():
        initial |= _words_of(crisis, asked)
    form = StatementForm(initial=initial)
    context = {"form": form, "back_url": way_back(request, crisis, BACK), "back": request.POST.get("back", "")}
    panel = _panel(crisis, form, kind=initial.get("kind", ""))
    return show(request, crisis, FORM, page="act", context={**context, **panel})


def _panel(crisis: Crisis, form: WordsForm, *, kind: str) -> dict[str, Any]:
    """What the checks find in the form's words, and under which verdict."""
    verdict = verdict_now(crisis, kind)
    return {
        "checks": _checks(crisis, {name: form[name].value() for name in ("channel", "text", "next_update_at")}, kind),
        "verdict": verdict_word(verdict),
        "crisis": crisis,
    }


def _checks(crisis: Crisis, given: Any, kind: str) -> CheckedText | None:
    channel = str(given.get("channel") or "")
    if channel not in set(Channel):
        return None
    words = StatementDraft(channel, "", "", str(given.get("text") or ""), given.get("next_update_at") or None)
    (found,) = checked([words], verdict_now(crisis, kind))
    return found


def _go_on(request: WorkspaceRequest, statement: Statement) -> None:
    """What the button wanted beside keeping the draft."""
    if request.POST.get("do") == "submit":
        statements.submit_statement(statement=statement, by=request.user, now=timezone.now())
        messages.success(request, _("Submitted. A manager who did not write it decides."))
    else:
        messages.success(request, _("Saved as a draft."))


@require_http_methods(["GET", "POST"])
@needs(Permission.WORK_CRISIS)
def statement_edit(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """Other words for a draft; whoever writes them is its author."""
    statement = _statement(request, statement_id)
    form = WordsForm(request.POST or None, initial=WordsForm.of(statement))

    def edit() -> None:
        now = timezone.now()
        statements.edit_statement(statement=statement, **form.cleaned_data, by=request.user, now=now)
        statement.refresh_from_db()
        _go_on(request, statement)

    context = {**_panel(statement.crisis, form, kind=statement.kind), "statement": statement}
    return fill_in(request, statement.crisis, form, edit, template=FORM, page="act", back=BACK, context=context)


@require_POST
@needs(Permission.WORK_CRISIS)
def statement_check(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """What the checks find in what is being written, as a fragment; keeps nothing."""
    crisis = crisis_of(request, crisis_id)
    kind = request.POST.get("kind", "")
    context = {"checks": _checks(crisis, request.POST, kind), "verdict": verdict_word(verdict_now(crisis, kind))}
    return render(request, "components/statement_check.html", context)


@require_POST
@needs(permission_for("statement", "submit"))
def statement_submit(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """Ask for approval."""
    statement = _statement(request, statement_id)
    return answer(
        request,
        statement.crisis,
        lambda: statements.submit_statement(statement=statement, by=request.user, now=timezone.now()),
        page=BACK,
        done=_("Submitted. A manager who did not write it decides."),
    )


@require_POST
@needs(permission_for("statement", "approve"))
def statement_approve(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """Let it go out."""
    statement = _statement(request, statement_id)
    return answer(
        request,
        statement.crisis,
        lambda: statements.approve_statement(statement=statement, by=request.user, now=timezone.now()),
        page=BACK,
        done=_("Approved. It is not published yet."),
    )


@require_POST
@needs(permission_for("statement", "return"))
def statement_return(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """Send it back with a reason."""
    statement, form = _statement(request, statement_id), ReturnForm(request.POST, auto_id=False)

    def send_back() -> None:
        reason = form.cleaned_data["reason"]
        statements.return_statement(statement=statement, reason=reason, by=request.user, now=timezone.now())

    return _decide(request, statement, form, send_back, name="return", done=_("Sent back to its author."))


@require_POST
@needs(permission_for("statement", "publish"))
def statement_publish(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """It is out, and where."""
    statement, form = _statement(request, statement_id), PublishForm(request.POST, auto_id=False)

    def publish() -> None:
        url = form.cleaned_data["url"]
        statements.publish_statement(statement=statement, url=url, by=request.user, now=timezone.now())

    return _decide(request, statement, form, publish, name="publish", done=_("Published."))


def _decide(
    request: WorkspaceRequest, statement: Statement, form: Any, verb: Any, *, name: str, done: str
) -> HttpResponse:
    """A verb with a field beside its button: what is wrong is said there, and what was typed stays."""
    crisis = statement.crisis
    if not form.is_valid():
        sentence, status = " ".join(str(error) for errors in form.errors.values() for error in errors), 422
    else:
        try:
            verb()
        except WrongStateError as error:
            sentence, status = wrong_state_text(error.code), 409
        else:
            messages.success(request, done)
            return redirect(way_back(request, crisis, BACK))
    if is_fetch(request):
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    typed = {"statement": statement.pk, name: form, "problem": sentence}
    return show_act(request, crisis, typed=typed, status=status)


@require_POST
@needs(permission_for("statement", "discard"))
def statement_discard(request: WorkspaceRequest, statement_id: int) -> HttpResponse:
    """Throw a draft away."""
    statement = _statement(request, statement_id)
    return answer(
        request,
        statement.crisis,
        lambda: statements.discard_statement(statement=statement, by=request.user, now=timezone.now()),
        page=BACK,
        done=_("Thrown away. The log keeps that it was there."),
    )


def _statement(request: WorkspaceRequest, statement_id: int) -> Statement:
    rows = Statement.objects.select_related("plan", "created_by")
    statement: Statement = part_of(request, rows, statement_id)
    return statement
