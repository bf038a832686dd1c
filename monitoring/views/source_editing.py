"""Adding and editing a source: describe it, try it, save it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from monitoring.models import Source, Subscription
from monitoring.operations import sources as operations
from monitoring.operations.definitions import definition_hash, readable_secrets, sealed
from monitoring.operations.rations import RationSpentError, SpentTest, spend_test
from monitoring.previews import Preview, try_source
from monitoring.source_forms import RETENTION_DAYS, SETTINGS, SourceForm
from monitoring.source_wording import (
    log_words,
    outcome_text,
    ration_spent_text,
    source_done,
    test_spent_text,
    wrong_source_state,
)
from monitoring.sources import KINDS
from monitoring.views.trials import is_tested, operators_of, tested_note
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

BROUGHT = ("api", "webhook", "imap", "file", "manual")  # described on pages of their own

DRAFT_SALT = "monitoring.draft-source"
DRAFT_LASTS = 3600  # seconds

Save = Callable[[dict[str, Any], datetime], Subscription]


@dataclass(slots=True)
class _Answer:
    """What a submitted form led to: a saved source, or a preview, or neither; and what a test took of a key's ration,
    or when the ration allows one again."""

    preview: Preview | None = None
    saved: Subscription | None = None
    spent: SpentTest | None = None
    refused: RationSpentError | None = None

    @property
    def allows_saving(self) -> bool:
        return self.refused is None and (self.preview is None or self.preview.succeeded)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_add(request: WorkspaceRequest, kind: str = "feed") -> HttpResponse:
    """Describe a source, try it, save it; `action=choose` changes the kind and keeps what was typed."""
    if kind not in KINDS:
        raise Http404
    if kind in BROUGHT:
        return redirect("collector-add-kind", workspace=request.workspace.slug, kind=kind)
    initial = {
        "channel": getattr(KINDS[kind], "CHANNEL", "news"),
        "zone": request.workspace.time_zone,
        "retention_days": RETENTION_DAYS,
    }
    initial |= _draft(request)
    if request.POST.get("action") == "choose":
        typed = {name: value for name, value in request.POST.items() if name in ("url", *SETTINGS)}
        return _page(request, SourceForm(kind, initial={**initial, **typed}), None, _Answer())

    def save(values: dict[str, Any], now: datetime) -> Subscription:
        return operations.add_source(workspace=request.workspace, kind=kind, by=request.user, now=now, **values)

    return _edit(request, SourceForm(kind, _typed(request), initial=initial), None, save)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_edit(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Change a source, try it, save it."""
    subscription = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    edited = subscription.source
    if edited.kind in BROUGHT:
        return redirect("collector-edit", workspace=request.workspace.slug, source_id=source_id)
    initial = {
        **edited.definition,
        "name": subscription.name,
        "channel": subscription.channel,
        "interval": subscription.interval,
        "zone": edited.zone,
        "retention_days": subscription.retention_days,
        "delay": edited.delay,
        "legal_note": subscription.legal_note,
    }

    def save(values: dict[str, Any], now: datetime) -> Subscription:
        operations.edit_source(subscription=subscription, by=request.user, now=now, **values)
        return subscription

    form = SourceForm(edited.kind, _typed(request), initial=initial, stored=readable_secrets(edited))
    return _edit(request, form, subscription, save)


def _draft(request: WorkspaceRequest) -> dict[str, Any]:
    """A definition that is not saved yet, to be tried and edited by hand; `draft_of` makes it."""
    try:
        draft: dict[str, Any] = signing.loads(request.GET.get("from", ""), salt=DRAFT_SALT, max_age=DRAFT_LASTS)
    except signing.BadSignature:
        return {}
    return draft


def draft_of(values: dict[str, Any]) -> str:
    """What a form is to begin with, signed, for the address of `source-add-kind`."""
    return signing.dumps(values, salt=DRAFT_SALT, compress=True)


def describe(request: WorkspaceRequest, form: SourceForm, save: Save) -> HttpResponse:
    """A form of a new source: shown, tried, saved."""
    return _edit(request, form, None, save)


def _typed(request: WorkspaceRequest) -> QueryDict | None:
    """What was submitted; `action=use-feed` takes over the feed that a web page named."""
    if request.method != "POST":
        return None
    typed = request.POST.copy()
    if typed.get("action") == "use-feed":
        typed["url"] = typed.get("named_feed", "")
    return typed


def _edit(request: WorkspaceRequest, form: SourceForm, subscription: Subscription | None, save: Save) -> HttpResponse:
    answer = _Answer()
    if request.method == "POST" and form.is_valid():
        answer = _do(request, form, subscription, save, timezone.now())
        if answer.saved:
            done = source_done("edited" if subscription else "added")
            messages.success(request, done % {"name": answer.saved.name})
            return redirect("source", workspace=request.workspace.slug, source_id=answer.saved.pk)
    return _page(request, form, subscription, answer)


def _do(
    request: WorkspaceRequest, form: SourceForm, subscription: Subscription | None, save: Save, now: datetime
) -> _Answer:
    """Carry out `action`: test, also as use-feed; save, which tests what was not tested yet; save-anyway; open-place.

    By `open-place` an operator opens the private `host:port` of the address to the crawler, and tests again.
    """
    action, values = request.POST.get("action", "test"), form.values()
    source = Source(
        kind=form.kind,
        definition=values["definition"],
        zone=values["zone"],
        url=values["url"],
        secrets=sealed({**form.stored, **values["secrets"]}),
    )
    answer = _Answer()
    if action == "open-place" and request.user.is_operator:
        operations.allow_host(address=form.place(), by=request.user, now=now)
    note = request.POST.get("tested", "")
    is_known = is_tested(note, source.kind, source.definition, source.zone) or _is_unchanged(source, subscription)
    needs_test = action == "save" and not is_known
    if needs_test or action in ("test", "use-feed", "open-place"):
        _test(request, source, answer, now)
    if action == "save-anyway" or (action == "save" and answer.allows_saving):
        try:
            answer.saved = save(values, now)
        except WrongStateError as error:
            form.add_error(None, wrong_source_state(error.code))
    return answer


def _test(request: WorkspaceRequest, source: Source, answer: _Answer, now: datetime) -> None:
    """Visit the source once, if the ration of its key allows it."""
    try:
        answer.spent = spend_test(source=source, now=now)
    except RationSpentError as refused:
        answer.refused = refused
    else:
        answer.preview = try_source(source, request.workspace, now)


def _page(
    request: WorkspaceRequest, form: SourceForm, subscription: Subscription | None, answer: _Answer
) -> HttpResponse:
    preview = answer.preview
    context = {
        "section": "sources",
        "form": form,
        "kinds": [(name, kind.NAME, kind.ABOUT) for name, kind in KINDS.items() if name != "manual"],
        "subscription": subscription,
        "preview": preview,
        "tested": _tested(form) if preview and preview.succeeded else "",
        "ration": _ration_words(answer),
        "is_refused": answer.refused is not None,
        "operators": operators_of(request.workspace) if preview and preview.closed_place else [],
    }
    if preview:
        lines = [{"ms": line.ms, "what": line.what, "said": line.said} for line in preview.result.log]
        context["why"] = outcome_text(*preview.outcome)
        context["log"] = log_words(lines)
    return render(request, "monitoring/source_edit.html", context, status=422 if form.errors else 200)


def _ration_words(answer: _Answer) -> str:
    if answer.refused:
        return ration_spent_text(answer.refused.free_at)
    return test_spent_text(answer.spent) if answer.spent else ""


def _is_unchanged(source: Source, subscription: Subscription | None) -> bool:
    """Whether only the workspace's own settings were edited, which need no test."""
    written = definition_hash(source.kind, source.definition, source.zone)
    return subscription is not None and subscription.source.definition_hash == written


def _tested(form: SourceForm) -> str:
    values = form.values()
    return tested_note(form.kind, values["definition"], values["zone"])
