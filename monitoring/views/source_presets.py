"""Ready definitions: choose one, fill in what it asks for, try it."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.detecting.offers import preset_offer
from monitoring.detections import Detection
from monitoring.models import CHANNELS
from monitoring.operations.definitions import sealed
from monitoring.source_forms import AddressForm, PresetForm
from monitoring.source_wording import channel_text
from monitoring.sources import KINDS
from monitoring.sources.items import DefinitionError
from monitoring.sources.presets import PRESETS, in_language
from monitoring.views.source_detecting import found_page
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.EDIT_SOURCES)
def source_preset_list(request: WorkspaceRequest) -> HttpResponse:
    """What there is, by channel."""
    language = get_language() or "en"
    shown = [(one, in_language(one.label, language), in_language(one.about, language)) for one in PRESETS.values()]
    groups = [(channel_text(channel), [row for row in shown if row[0].channel == channel]) for channel in CHANNELS]
    context = {"section": "sources", "groups": [group for group in groups if group[1]]}
    return render(request, "monitoring/source_preset_list.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_preset(request: WorkspaceRequest, name: str) -> HttpResponse:
    """Fill in what a ready definition asks for; it is tried on the page that tries detected ones."""
    if name not in PRESETS:
        raise Http404
    preset, language = PRESETS[name], get_language() or "en"
    form = PresetForm(preset, language, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            offer, secrets = preset_offer(preset, form.cleaned_data)
        except DefinitionError as error:
            form.refuse(error)
        else:
            asked = KINDS[offer.kind].start({**offer.definition, **secrets})[0].url
            title = preset.proposed_name(form.cleaned_data, language)
            found = Detection(asked, asked, title=title, offers=[offer], secrets=sealed(secrets))
            return found_page(request, AddressForm({"url": asked}), found)
    context = {
        "section": "sources",
        "preset": preset,
        "label": in_language(preset.label, language),
        "about": in_language(preset.about, language),
        "legal_note": in_language(preset.legal_note, language),
        "form": form,
    }
    return render(request, "monitoring/source_preset.html", context, status=422 if form.errors else 200)
