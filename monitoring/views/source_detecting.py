"""Paste an address, get a source: look at it, choose among the ways to read it, see what it brings, save."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from monitoring.detecting.checks import Check
from monitoring.detecting.offers import Offer
from monitoring.detecting_wording import legal_note_of
from monitoring.detections import Detection, detect
from monitoring.models import Source
from monitoring.operations import sources as operations
from monitoring.previews import Preview, try_source
from monitoring.source_forms import AddressForm, SettingsForm
from monitoring.source_wording import log_words, outcome_text, source_done, wrong_source_state
from monitoring.sources import KINDS
from monitoring.views.source_editing import draft_of
from monitoring.views.trials import is_tested, operators_of, tested_note
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

SALT = "monitoring.detected-source"
FOUND_LASTS = 3600  # seconds


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_SOURCES)
def source_detect(request: WorkspaceRequest) -> HttpResponse:
    """Answer `action`: detect looks at the address; try visits one of the ways to read it; save, save-anyway keep it.

    By `open-place` an operator opens the private place of the address to the crawler, and looks again.
    """
    address = AddressForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not address.is_valid():
        return _page(request, address)
    url, action, now = address.cleaned_data["url"], request.POST.get("action", "detect"), timezone.now()
    if action == "open-place" and request.user.is_operator:
        operations.allow_host(address=address.place(), by=request.user, now=now)
    found = _carried(request, url) if action not in ("detect", "open-place") else None
    offer = found.offers[_picked(request, found)] if found and found.offers else None
    if found is None or offer is None:
        found = detect(url, request.workspace.time_zone, now)
        return _page(request, address, found=found, settings=_fresh_settings(request, found))
    settings = SettingsForm(request.POST)
    return _try_or_save(request, address, found, offer, settings, now)


def _try_or_save(
    request: WorkspaceRequest,
    address: AddressForm,
    found: Detection,
    offer: Offer,
    settings: SettingsForm,
    now: datetime,
) -> HttpResponse:
    """Visit the chosen way once, unless it was just tried; save it where that is wished and it yields something."""
    action = request.POST.get("action")
    wants_save = action in ("save", "save-anyway")
    is_valid = settings.is_valid()
    zone = settings.cleaned_data.get("zone") or request.workspace.time_zone
    preview: Preview | None = None
    if action != "save-anyway" and not is_tested(request.POST.get("tested", ""), offer.kind, offer.definition, zone):
        source = Source(kind=offer.kind, definition=offer.definition, zone=zone, url=_begins_at(offer))
        preview = try_source(source, request.workspace, now)
    if wants_save and is_valid and (preview is None or preview.succeeded):
        try:
            saved = operations.add_source(
                workspace=request.workspace,
                kind=offer.kind,
                definition=offer.definition,
                preset=offer.preset,
                url=_begins_at(offer),
                by=request.user,
                now=now,
                **settings.settings(),
            )
        except WrongStateError as error:
            settings.add_error(None, wrong_source_state(error.code))
        else:
            messages.success(request, source_done("added") % {"name": saved.name})
            return redirect("source", workspace=request.workspace.slug, source_id=saved.pk)
    if not wants_save and not is_valid:
        settings = SettingsForm(initial={**_initial(request, found, offer), **request.POST.dict()})
    return _page(request, address, found=found, settings=settings, preview=preview, offer=offer, zone=zone)


def _begins_at(offer: Offer) -> str:
    return KINDS[offer.kind].start(offer.definition)[0].url


def _picked(request: WorkspaceRequest, found: Detection) -> int:
    text = request.POST.get("pick", "0")
    number = int(text) if text.isdecimal() else 0
    return number if number < len(found.offers) else 0


def _fresh_settings(request: WorkspaceRequest, found: Detection) -> SettingsForm:
    return SettingsForm(initial=_initial(request, found, found.offers[0] if found.offers else None))


def _initial(request: WorkspaceRequest, found: Detection, offer: Offer | None) -> dict[str, Any]:
    """What the page calls itself, and what its kind usually is."""
    return {
        "name": (found.title or (offer.name if offer else "") or _host(found.url))[:80],
        "channel": offer.channel if offer else "news",
        "zone": request.workspace.time_zone,
        "legal_note": legal_note_of(offer) if offer else "",
        **(offer.proposed if offer else {}),
    }


def _host(url: str) -> str:
    return url.partition("//")[2].partition("/")[0]


# --- what goes along from one request to the next


def _carry(found: Detection) -> str:
    """What a look brought, signed; its log was shown once."""
    return signing.dumps(asdict(replace(found, log=[])), salt=SALT, compress=True)


def _carried(request: WorkspaceRequest, url: str) -> Detection | None:
    """What the look at this address brought before; None where it is of another address, too old, or not ours."""
    try:
        kept = signing.loads(request.POST.get("found", ""), salt=SALT, max_age=FOUND_LASTS)
    except signing.BadSignature:
        return None
    if kept["asked"] != url:
        return None
    checks = [Check(**check) for check in kept.pop("checks")]
    return Detection(**{**kept, "checks": checks, "offers": [Offer(**offer) for offer in kept["offers"]]})


def _page(
    request: WorkspaceRequest,
    address: AddressForm,
    *,
    found: Detection | None = None,
    settings: SettingsForm | None = None,
    preview: Preview | None = None,
    offer: Offer | None = None,
    zone: str = "",
) -> HttpResponse:
    chosen = offer or (found.offers[0] if found and found.offers else None)
    context: dict[str, Any] = {
        "section": "sources",
        "form": settings or address,
        "address": address,
        "found": found,
        "settings": settings,
        "preview": preview,
        "chosen": chosen,
        "draft": draft_of(chosen.definition) if chosen else "",
        "carried": _carry(found) if found else "",
        "tried": tested_note(chosen.kind, chosen.definition, zone) if chosen and preview and preview.succeeded else "",
        "is_fresh": bool(found and found.offers and offer is None),
    }
    if preview:
        lines = [{"ms": line.ms, "what": line.what, "said": line.said} for line in preview.result.log]
        context["why"] = outcome_text(*preview.outcome)
        context["log"] = log_words(lines)
    elif found and found.outcome != "ok":
        context["why"] = outcome_text(found.outcome, found.detail)
        context["log"] = log_words([{"ms": line.ms, "what": line.what, "said": line.said} for line in found.log])
        context["closed_place"] = address.place() if found.outcome == "refused-address" else ""
        context["operators"] = operators_of(request.workspace)
    has_errors = bool(address.errors or (settings and settings.is_bound and settings.errors))
    return render(request, "monitoring/source_detect.html", context, status=422 if has_errors else 200)
