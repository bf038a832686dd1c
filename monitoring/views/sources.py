"""Sources: are we blind anywhere?"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring.forms import DEFAULT_INTERVAL, SourceForm
from monitoring.models import AllowedHost, Source, Subscription, Visit
from monitoring.operations import sources as operations
from monitoring.previews import Preview, try_source
from monitoring.source_health import SourceHealth, source_health
from monitoring.sources import KINDS
from monitoring.wording import log_text, outcome_text
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.net.guard import parse_target
from sentinel.core.net.types import FetchError
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

SALT = "monitoring.tested-source"
TESTED_LASTS = 3600  # seconds
VISITS_SHOWN = 10


def _wrong_state(code: str) -> str:
    return {
        "already-subscribed": _("This workspace reads that source already."),
        "already-paused": _("This source is paused already."),
        "not-paused": _("This source is not paused."),
        "paused": _("This source is paused. Resume it first."),
        "visiting": _("A visit is under way."),
    }[code]


@require_GET
@needs(Permission.VIEW)
def source_list(request: WorkspaceRequest) -> HttpResponse:
    """Trouble first, then what is well."""
    health = source_health(request.workspace, timezone.now())
    chosen = request.GET.get("source", "")
    selected = next((one for one in health if str(one.subscription.pk) == chosen), health[0] if health else None)
    context = {
        "section": "sources",
        "groups": _groups(health),
        "counts": _counts(health),
        "selected": selected,
        "chosen": bool(chosen),
        **_source_context(selected),
    }
    return render(request, "monitoring/source_list.html", context)


def _groups(health: list[SourceHealth]) -> list[tuple[str, list[SourceHealth]]]:
    return [
        ("trouble", [one for one in health if one.is_trouble]),
        ("well", [one for one in health if one.state in ("ok", "waiting")]),
        ("paused", [one for one in health if one.state == "paused"]),
    ]


def _counts(health: list[SourceHealth]) -> dict[str, int]:
    hidden = sum(one.state in ("blocked", "down") for one in health)
    return {
        "hidden": hidden,
        "late": sum(one.state == "late" for one in health),
        "retrying": sum(one.state == "retrying" for one in health),
        "ok": sum(one.state == "ok" for one in health),
        "all": len(health),
        "captured": sum(one.captured for one in health),
    }


def _source_context(health: SourceHealth | None) -> dict[str, Any]:
    if health is None:
        return {}
    source = health.subscription.source
    finished = Visit.objects.finished().filter(source=source).order_by("-finished_at")
    visits = list(finished[:VISITS_SHOWN])
    return {
        "why": outcome_text(source.outcome, source.outcome_detail) if source.outcome else "",
        "visits": [(visit, outcome_text(visit.outcome, visit.outcome_detail)) for visit in visits],
        "log": [(line["ms"] / 1000, line["said"].get("url", ""), log_text(line)) for line in visits[0].log]
        if visits
        else [],
        "newest": source.posts.order_by("-captured_at")[:5],
        "kind_name": _(KINDS[source.kind].NAME),
    }


@require_GET
@needs(Permission.VIEW)
def source(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """One source: last visit, last item, latency, next visit, and why it fails."""
    in_workspace(request, Subscription.objects.all(), source_id)
    (health,) = source_health(request.workspace, timezone.now(), source_id)
    context = {"section": "sources", "selected": health, **_source_context(health)}
    return render(request, "monitoring/source.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_add(request: WorkspaceRequest, kind: str = "feed") -> HttpResponse:
    """Describe a source, try it, save it."""
    if kind not in KINDS:
        raise Http404
    initial = {"interval": DEFAULT_INTERVAL, "zone": request.workspace.time_zone, "retention_days": 180}
    form = SourceForm(kind, request.POST or None, initial=initial)

    def save(values: dict[str, Any], now: datetime) -> Subscription:
        return operations.add_source(workspace=request.workspace, kind=kind, by=request.user, now=now, **values)

    return _edit(request, form, None, save)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_edit(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Change a source, try it, save it."""
    subscription = in_workspace(request, Subscription.objects.select_related("source"), source_id)
    edited = subscription.source
    initial = {
        **edited.definition,
        "name": subscription.name,
        "interval": edited.interval,
        "zone": edited.zone,
        "retention_days": subscription.retention_days,
    }
    form = SourceForm(edited.kind, request.POST or None, initial=initial)

    def save(values: dict[str, Any], now: datetime) -> Subscription:
        operations.edit_source(subscription=subscription, by=request.user, now=now, **values)
        return subscription

    return _edit(request, form, subscription, save)


def _edit(
    request: WorkspaceRequest,
    form: SourceForm,
    subscription: Subscription | None,
    save: Callable[[dict[str, Any], datetime], Subscription],
) -> HttpResponse:
    """The page of adding and editing.

    `action` is test, save (which tests first), save-anyway, or open-place (an operator opens a private host and tests).
    """
    preview: Preview | None = None
    action = request.POST.get("action", "")
    if request.method == "POST" and form.is_valid():
        values, now = _values(form), timezone.now()
        if action == "open-place" and request.user.is_operator:
            operations.allow_host(address=parse_target(values["url"]).place, by=request.user, now=now)
        if action in ("test", "open-place") or (action == "save" and not _is_tested(request, form, values)):
            preview = try_source(_unsaved(form, values), request.workspace, now)
        if action == "save-anyway" or (action == "save" and (preview is None or preview.succeeded)):
            try:
                saved = save(values, now)
            except WrongStateError as error:
                form.add_error(None, _wrong_state(error.code))
            else:
                messages.success(request, _("%(name)s is read from now on.") % {"name": saved.name})
                return redirect("source", workspace=request.workspace.slug, source_id=saved.pk)
    context = {
        "section": "sources",
        "form": form,
        "kinds": [(name, _(kind.NAME)) for name, kind in KINDS.items()],
        "subscription": subscription,
        "shared": subscription is not None and subscription.source.subscriptions.count() > 1,
        "preview": preview,
        "why": outcome_text(preview.result.outcome, preview.result.detail) if preview else "",
        "log": [(line.ms / 1000, line.said.get("url", ""), _log(line)) for line in preview.result.log]
        if preview
        else [],
        "tested": _tested(form, _values(form)) if preview and preview.succeeded else "",
        "refused_place": _refused_place(form, preview),
    }
    return render(request, "monitoring/source_edit.html", context)


def _log(line: Any) -> str:
    return log_text({"what": line.what, "said": line.said})


def _values(form: SourceForm) -> dict[str, Any]:
    cleaned = form.cleaned_data
    return {
        "definition": cleaned["definition"],
        "url": KINDS[form.kind].start(cleaned["definition"])[0].url,
        **{name: cleaned[name] for name in ("zone", "interval", "name", "retention_days")},
    }


def _unsaved(form: SourceForm, values: dict[str, Any]) -> Source:
    return Source(kind=form.kind, definition=values["definition"], zone=values["zone"], url=values["url"])


def _tested(form: SourceForm, values: dict[str, Any]) -> str:
    """A signed note that just this definition was tried and yields something."""
    return signing.dumps(operations.definition_hash(form.kind, values["definition"]), salt=SALT)


def _is_tested(request: WorkspaceRequest, form: SourceForm, values: dict[str, Any]) -> bool:
    try:
        tested = signing.loads(request.POST.get("tested", ""), salt=SALT, max_age=TESTED_LASTS)
    except signing.BadSignature:
        return False
    return bool(tested == operations.definition_hash(form.kind, values["definition"]))


def _refused_place(form: SourceForm, preview: Preview | None) -> str:
    """The private `host:port` that the guard refused, which an operator may open."""
    if preview is None or preview.result.outcome != "refused-address":
        return ""
    try:
        return parse_target(_values(form)["url"]).place
    except FetchError:
        return ""


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_pause(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Stop reading."""
    return _act(request, source_id, operations.pause_source, _("%(name)s is paused."))


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_resume(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Read again."""
    return _act(request, source_id, operations.resume_source, _("%(name)s is read again."))


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_visit(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """Visit as soon as manners allow."""
    return _act(request, source_id, operations.want_visit, _("%(name)s is visited next."))


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_remove(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """End the subscription; what was captured stays."""
    return _act(request, source_id, operations.remove_source, _("%(name)s is no longer read. Its posts stay."))


def _act(request: WorkspaceRequest, source_id: int, verb: Callable[..., None], done: str) -> HttpResponse:
    subscription = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    name = subscription.name
    try:
        verb(subscription=subscription, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, _wrong_state(error.code))
    else:
        messages.success(request, done % {"name": name})
    return redirect("source-list", workspace=request.workspace.slug)


@require_POST
@needs(Permission.EDIT_SOURCES)
def host_disallow(request: WorkspaceRequest, host_id: int) -> HttpResponse:
    """Close a private address again."""
    allowed = AllowedHost.objects.filter(pk=host_id).first()
    if not request.user.is_operator or allowed is None:
        raise Http404
    operations.disallow_host(allowed=allowed, by=request.user, now=timezone.now())
    return redirect("source-list", workspace=request.workspace.slug)
