"""Bring your own collector: sources that bring their posts themselves, mailboxes, and the tokens that open the door."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring.crawler import allowed_private_hosts
from monitoring.intake_forms import CollectorForm, TokenForm
from monitoring.intake_wording import mailbox_text, wrong_intake_state
from monitoring.mailboxes import try_mailbox
from monitoring.models import IngestToken, Subscription
from monitoring.operations.definitions import full_definition
from monitoring.operations.sources import add_source, edit_source
from monitoring.operations.tokens import issue_token, revoke_token
from monitoring.queries.intake import tokens_of
from monitoring.sources import KINDS, imap
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

RETENTION_DAYS = 180
CHOICES = {"api": "unplug", "webhook": "webhook", "imap": "inbox", "file": "table"}  # kind → icon
WITH_TOKENS = ("api", "webhook")
CHANNEL = {"api": "social", "webhook": "inbox", "imap": "inbox", "file": "social"}


@dataclass(frozen=True, slots=True)
class Trial:
    """How the trial of a mailbox ended."""

    succeeded: bool
    text: str


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
@never_cache
def collector_add(request: WorkspaceRequest, kind: str = "api") -> HttpResponse:
    """Describe what brings posts; an interface or a form gets its first token at once, which is shown this once."""
    if kind not in CHOICES:
        raise Http404
    if kind == "file":
        return redirect("import-add", workspace=request.workspace.slug)
    initial = {
        "zone": request.workspace.time_zone,
        "retention_days": RETENTION_DAYS,
        "channel": CHANNEL[kind],
    }
    form = CollectorForm(kind, request.POST or None, initial=initial)
    trial = None
    identity = _identity(request)
    if request.method == "POST" and form.is_valid():
        made = Subscription.objects.filter(workspace=request.workspace, source__definition__id=identity).first()
        if made:  # the page was sent a second time
            return redirect("collector", workspace=request.workspace.slug, source_id=made.pk)
        if request.POST.get("action") == "test":
            trial = _try({**form.cleaned_data["definition"], **form.secrets()})
        else:
            saved = _add(request, form, identity, timezone.now())
            if saved:
                return _saved(request, saved)
    return _form_page(request, form, None, trial, identity)


def _identity(request: WorkspaceRequest) -> str:
    """What tells the new source from others: of the form, so that sending it again makes no other."""
    typed = request.POST.get("identity", "")
    return typed if re.fullmatch(r"[0-9a-f]{16}", typed) else secrets.token_hex(8)


def _add(request: WorkspaceRequest, form: CollectorForm, identity: str, now: datetime) -> Subscription | None:
    """The saved source; None, with the form saying why, where it is read already."""
    is_pushed = form.kind in WITH_TOKENS
    definition = form.cleaned_data["definition"]
    try:
        return add_source(
            workspace=request.workspace,
            kind=form.kind,
            definition={**definition, "id": identity} if is_pushed else definition,
            url=f"sentinel:{form.kind}/{identity}" if is_pushed else imap.address(definition),
            interval=None,
            by=request.user,
            now=now,
            secrets=form.secrets(),
            is_pushed=is_pushed,
            **form.settings(),
        )
    except WrongStateError as error:
        form.add_error(None, wrong_intake_state(error.code))
        return None


def _saved(request: WorkspaceRequest, saved: Subscription) -> HttpResponse:
    messages.success(request, _("“%(name)s” is a source now.") % {"name": saved.name})
    if saved.source.kind not in WITH_TOKENS:
        return redirect("source", workspace=request.workspace.slug, source_id=saved.pk)
    _token, text = issue_token(subscription=saved, label=saved.name, by=request.user, now=timezone.now())
    return _collector_page(request, saved, TokenForm(), fresh=text)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def collector_edit(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Change what a source that brings its posts itself is called and how it is read; secrets stay unless replaced."""
    subscription = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    source = subscription.source
    if source.kind not in (*CHOICES, "manual"):
        return redirect("source-edit", workspace=request.workspace.slug, source_id=source_id)
    initial = {
        **source.definition,
        "name": subscription.name,
        "channel": subscription.channel,
        "zone": source.zone,
        "retention_days": subscription.retention_days,
        "legal_note": subscription.legal_note,
    }
    form = CollectorForm(source.kind, request.POST or None, initial=initial, is_new=False)
    trial = None
    if request.method == "POST" and form.is_valid():
        if request.POST.get("action") == "test":
            trial = _try({**full_definition(source), **form.cleaned_data["definition"], **form.secrets()})
        elif _edit(request, form, subscription):
            return redirect("source", workspace=request.workspace.slug, source_id=source_id)
    return _form_page(request, form, subscription, trial)


def _edit(request: WorkspaceRequest, form: CollectorForm, subscription: Subscription) -> bool:
    source, definition = subscription.source, form.cleaned_data["definition"]
    if source.is_pushed:
        definition = {**definition, "id": source.definition.get("id", "")}
    try:
        edit_source(
            subscription=subscription,
            definition=definition,
            url=source.url if source.is_pushed else imap.address(definition),
            interval=subscription.interval,
            by=request.user,
            now=timezone.now(),
            secrets=form.secrets(),
            **form.settings(),
        )
    except WrongStateError as error:
        form.add_error(None, wrong_intake_state(error.code))
        return False
    messages.success(request, _("“%(name)s” is changed.") % {"name": subscription.name})
    return True


def _try(definition: Mapping[str, Any]) -> Trial:
    code, detail = async_to_sync(try_mailbox)(definition, allowed_private_hosts())
    return Trial(code == "ok", mailbox_text(code, detail))


def _form_page(
    request: WorkspaceRequest,
    form: CollectorForm,
    subscription: Subscription | None,
    trial: Trial | None,
    identity: str = "",
) -> HttpResponse:
    context = {
        "section": "sources",
        "form": form,
        "kinds": [(key, KINDS[key].NAME, KINDS[key].ABOUT, icon) for key, icon in CHOICES.items()],
        "kind": KINDS[form.kind],
        "subscription": subscription,
        "trial": trial,
        "identity": identity,
    }
    return render(request, "monitoring/token_source.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.EDIT_SOURCES)
def collector(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """How to send posts to a source: its address, an example, and its tokens."""
    return _collector_page(request, _pushed(request, source_id), TokenForm())


@require_POST
@needs(Permission.EDIT_SOURCES)
@never_cache
def token_add(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Another token, shown this once."""
    subscription, form = _pushed(request, source_id), TokenForm(request.POST)
    fresh = ""
    if form.is_valid():
        label = form.cleaned_data["label"]
        _token, fresh = issue_token(subscription=subscription, label=label, by=request.user, now=timezone.now())
        form = TokenForm()
    return _collector_page(request, subscription, form, fresh=fresh)


@require_POST
@needs(Permission.EDIT_SOURCES)
def token_revoke(request: WorkspaceRequest, token_id: int) -> HttpResponse:
    """Close the door for a token."""
    mine = IngestToken.objects.filter(source__owner=request.workspace)
    token = mine.select_related("source__owner").filter(pk=token_id).first()
    if token is None:
        raise Http404
    try:
        revoke_token(token=token, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, wrong_intake_state(error.code))
    else:
        messages.success(request, _("“%(name)s” opens nothing any more.") % {"name": token.label})
    reading = Subscription.objects.filter(workspace=request.workspace, source=token.source).first()
    if reading is None:
        return redirect("source-list", workspace=request.workspace.slug)
    return redirect("collector", workspace=request.workspace.slug, source_id=reading.pk)


def _pushed(request: WorkspaceRequest, source_id: int) -> Subscription:
    found = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    if found.source.kind not in WITH_TOKENS or found.source.owner_id != request.workspace.pk:
        raise Http404
    return found


def _collector_page(
    request: WorkspaceRequest, subscription: Subscription, form: TokenForm, fresh: str = ""
) -> HttpResponse:
    source = subscription.source
    is_hook = source.kind == "webhook"
    endpoint = request.build_absolute_uri(reverse("inbox-hook" if is_hook else "api-posts"))
    context = {
        "section": "sources",
        "subscription": subscription,
        "kind": KINDS[source.kind],
        "tokens": tokens_of(source),
        "form": form,
        "fresh": fresh,
        "endpoint": endpoint,
        "example": _example(endpoint, fresh or "sentinel_…", is_hook=is_hook),
        "is_hook": is_hook,
        "is_signed": bool(source.secrets),
        "paths": [
            (name.removeprefix("path_"), path) for name, path in source.definition.items() if name != "id" and path
        ],
    }
    return render(request, "monitoring/token_list.html", context, status=422 if form.errors else 200)


def _example(endpoint: str, token: str, *, is_hook: bool) -> str:
    """A request that can be pasted into a terminal."""
    body = (
        '{"subject": "曜日鮮乳", "name": "王小明", "message": "喝完肚子痛"}'
        if is_hook
        else '{"posts": [{"url": "https://forum.example/t/1", "title": "曜日鮮乳", "text": "喝完肚子痛",'
        ' "author": "王小明", "published_at": "2026-03-02T11:00:00+08:00", "figures": {"comments": 12}}]}'
    )
    lines = (
        f"curl {endpoint}",
        f"-H 'Authorization: Bearer {token}'",
        "-H 'Content-Type: application/json'",
        f"-d '{body}'",
    )
    return " \\\n  ".join(lines)
