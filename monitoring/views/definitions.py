"""Definitions of sources: taken out as a file, brought in from one, their versions, and the ready ones."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from monitoring.definition_forms import ImportForm, PresetForm
from monitoring.models import CHANNELS, Source, SourceVersion, Subscription
from monitoring.operations import sources as operations
from monitoring.source_forms import RETENTION_DAYS
from monitoring.source_wording import source_done, wrong_source_state
from monitoring.sources import KINDS
from monitoring.sources.definition_file import DefinitionFile, is_exportable, written
from monitoring.sources.kinds import Field
from monitoring.sources.presets import PRESETS, Preset, in_language
from monitoring.views import source_editing
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

_PACES = (300, 600, 1800, 3600)  # seconds


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a definition that a version changed; `label` is a msgid."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with what it changed; `is_current` where the source is read like that now."""

    version: SourceVersion
    changes: list[Change]
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownPreset:
    """A ready definition in the reader's language."""

    name: str
    label: str
    about: str


@require_GET
@needs(Permission.EDIT_SOURCES)
def source_export(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """The definition of a source as a file, without its secrets."""
    subscription = _described(request, source_id)
    source = subscription.source
    file = DefinitionFile(
        kind=source.kind,
        definition=source.definition,
        zone=source.zone,
        channel=subscription.channel,
        preset=source.preset,
        name=subscription.name,
    )
    name = slugify(subscription.name, allow_unicode=True) or "source"
    header = content_disposition_header(as_attachment=True, filename=f"{name}.sentinel-source.json")
    return HttpResponse(
        written(file, KINDS), content_type="application/json", headers={"Content-Disposition": header or "attachment"}
    )


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_import(request: WorkspaceRequest) -> HttpResponse:
    """Bring a definition in: what is wrong is said by field, what is right is tried and saved on its kind's page."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.imported()
        address = reverse("source-add-kind", args=[request.workspace.slug, file.kind])
        values = {name: value for name in ("name", "zone", "channel") if (value := getattr(file, name))}
        return redirect(f"{address}?from={source_editing.draft_of({**file.definition, **values})}")
    context = {"section": "sources", "form": form, "problems": getattr(form, "problems", [])}
    return render(request, "monitoring/definition_import.html", context, status=422 if form.errors else 200)


@require_GET
@needs(Permission.VIEW)
def source_versions(request: WorkspaceRequest, source_id: int) -> HttpResponse:
    """What a source's definition was, version by version, the newest first."""
    subscription = _described(request, source_id)
    context = {
        "section": "sources",
        "subscription": subscription,
        "versions": _versions(subscription),
        "now": _shown_definition(subscription.source.kind, subscription.source.definition),
    }
    return render(request, "monitoring/definition_versions.html", context)


@require_POST
@needs(Permission.EDIT_SOURCES)
def source_version_restore(request: WorkspaceRequest, source_id: int, number: int) -> HttpResponse:
    """Go back to a version."""
    subscription = _described(request, source_id)
    try:
        operations.restore_version(subscription=subscription, number=number, by=request.user, now=timezone.now())
    except WrongStateError as error:
        messages.error(request, wrong_source_state(error.code))
    else:
        messages.success(request, source_done("restored") % {"name": subscription.name})
    return redirect("source-versions", workspace=request.workspace.slug, source_id=source_id)


@require_GET
@needs(Permission.EDIT_SOURCES)
def preset_list(request: WorkspaceRequest) -> HttpResponse:
    """The ready definitions by channel."""
    language = get_language() or "en"
    groups = [
        (channel, [_shown(preset, language) for preset in PRESETS.values() if preset.channel == channel])
        for channel in CHANNELS
    ]
    context = {"section": "sources", "groups": [(channel, presets) for channel, presets in groups if presets]}
    return render(request, "monitoring/definition_presets.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def preset_add(request: WorkspaceRequest, preset: str) -> HttpResponse:
    """Fill in a ready definition, try it, save it; values in the address fill the form."""
    if preset not in PRESETS:
        raise Http404
    chosen, language = PRESETS[preset], get_language() or "en"
    asked = {one.name: request.GET[one.name] for one in chosen.parameters if one.name in request.GET and not one.secret}
    initial = {
        "name": chosen.proposed_name(asked, language) if asked or not chosen.parameters else "",
        "interval": _nearest(chosen.interval) if chosen.interval else "",
        "zone": chosen.zone or request.workspace.time_zone,
        "retention_days": RETENTION_DAYS,
        "channel": chosen.channel,
        "delay": chosen.delay,
        "legal_note": in_language(chosen.legal_note, language),
        **asked,
    }

    def save(values: dict[str, Any], now: datetime) -> Subscription:
        return operations.add_source(workspace=request.workspace, kind=chosen.kind, by=request.user, now=now, **values)

    form = PresetForm(chosen, language, request.POST or None, initial=initial)
    return source_editing.describe(request, form, save)


def _nearest(interval: int) -> int:
    """A pace that the form offers."""
    return next((one for one in _PACES if interval <= one), _PACES[-1])


def _described(request: WorkspaceRequest, source_id: int) -> Subscription:
    """A subscription whose source has a definition to look at; raises Http404."""
    subscription = in_workspace(request, Subscription.objects.select_related("source", "workspace"), source_id)
    if not is_exportable(KINDS.get(subscription.source.kind)):
        raise Http404
    return subscription


def _shown(preset: Preset, language: str) -> ShownPreset:
    return ShownPreset(preset.name, in_language(preset.label, language), in_language(preset.about, language))


def _versions(subscription: Subscription) -> list[ShownVersion]:
    source = subscription.source
    versions = list(source.versions.select_related("created_by").order_by("number"))
    befores: list[SourceVersion | None] = [None, *versions]
    shown = [
        ShownVersion(one, _changes(source.kind, before, one) if before else [], not _changes(source.kind, one, source))
        for before, one in zip(befores, versions, strict=False)
    ]
    return shown[::-1]


def _changes(kind: str, before: SourceVersion, after: SourceVersion | Source) -> list[Change]:
    """What differs, in the order of the form."""
    changes = [
        Change(field.label, value_text(field, before.definition), value_text(field, after.definition))
        for field in KINDS[kind].FIELDS
        if field.kind != "secret" and value_text(field, before.definition) != value_text(field, after.definition)
    ]
    zone = [] if before.zone == after.zone else [Change("Time zone of the site", before.zone, after.zone)]
    return changes + zone


def _shown_definition(kind: str, definition: dict[str, Any]) -> list[tuple[str, str]]:
    fields = [field for field in KINDS[kind].FIELDS if field.kind != "secret"]
    said = [field for field in fields if definition.get(field.name, field.default) != field.default]
    return [(field.label, value_text(field, definition)) for field in said]


def value_text(field: Field, definition: dict[str, Any]) -> str:
    """What a field of a definition says, in words where it is a choice."""
    value = definition.get(field.name, field.default)
    if field.kind == "bool":
        return _("yes") if value else _("no")
    labels = dict(field.choices)
    return _(labels[value]) if labels.get(value) else str(value or "")
