"""The evidence of a crisis as one archive: asked for, watched while it is built, taken."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from playbooks.models import EvidenceExport
from playbooks.operations.exports import ask_export
from playbooks.queries.exports import PieceReader, exports_of
from playbooks.views.room import crisis_of, part_of
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission


@require_POST
@needs(Permission.WORK_CRISIS)
def evidence_export(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Have everything on file packed; the page shows how far it is."""
    crisis = crisis_of(request, crisis_id)
    with_names = bool(request.POST.get("names"))
    _require_names(request, with_names)
    ask_export(
        crisis=crisis,
        with_names=with_names,
        language=get_language() or "zh-hant",
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("The evidence is being packed. The download begins by itself when it is ready."))
    return redirect(reverse("crisis-collect", args=[request.workspace.slug, crisis.pk]) + "#evidence")


@require_GET
@needs(Permission.WORK_CRISIS)
def evidence_exports(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """How far the archives of a crisis are, for a page that shows them."""
    crisis = crisis_of(request, crisis_id)
    context = {"crisis": crisis, "exports": exports_of(crisis, request.user)}
    return render(request, "playbooks/parts/exports.html", context)


@require_GET
@needs(Permission.WORK_CRISIS)
def evidence_download(request: WorkspaceRequest, export_id: int) -> HttpResponseBase:
    """An archive that is ready: a ZIP with a manifest whose hash stands in the audit trail."""
    export: EvidenceExport = part_of(request, EvidenceExport.objects.all(), export_id)
    _require_names(request, export.with_names)
    if export.finished_at is None:
        raise Http404
    name = f"{export.crisis.label}-evidence-{timezone.localtime(export.asked_at):%Y%m%d-%H%M}.zip"
    response = StreamingHttpResponse(_streamed(request, PieceReader(export)), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Content-Length"] = str(export.size)
    response["Cache-Control"] = "no-store"
    return response


def _require_names(request: WorkspaceRequest, with_names: bool) -> None:
    if with_names and not request.membership.may(Permission.REVEAL_AUTHOR):
        raise PermissionDenied


def _streamed(request: HttpRequest, reader: PieceReader) -> Iterator[bytes] | AsyncIterator[bytes]:
    """As the server that asks takes it: what it is given otherwise, it would gather whole."""
    return _later(reader) if isinstance(request, ASGIRequest) else _now(reader)


def _now(reader: PieceReader) -> Iterator[bytes]:
    while piece := reader.read():
        yield piece


async def _later(reader: PieceReader) -> AsyncIterator[bytes]:
    while piece := await sync_to_async(reader.read)():
        yield piece
