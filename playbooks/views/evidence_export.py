"""The evidence of a crisis as one archive."""

from collections.abc import AsyncIterator, Iterator
from typing import IO

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from playbooks.operations.reports import export_evidence
from playbooks.queries.evidence_archive import evidence_archive
from playbooks.views.room import crisis_of
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.permissions import Permission

CHUNK = 256 * 1024


@require_POST
@needs(Permission.WORK_CRISIS)
def evidence_export(request: WorkspaceRequest, crisis_id: int) -> HttpResponseBase:
    """Everything on file as a ZIP, with a manifest whose hash goes into the audit trail."""
    crisis, now = crisis_of(request, crisis_id), timezone.now()
    with_names = bool(request.POST.get("names"))
    if with_names and not request.membership.may(Permission.REVEAL_AUTHOR):
        raise PermissionDenied
    archive = evidence_archive(crisis, by=request.user, now=now, with_names=with_names)
    export_evidence(
        crisis=crisis,
        manifest_sha256=archive.manifest_sha256,
        posts=archive.posts,
        with_names=with_names,
        by=request.user,
        now=now,
    )
    name = f"{crisis.label}-evidence-{timezone.localtime(now):%Y%m%d-%H%M}.zip"
    response = StreamingHttpResponse(_streamed(request, archive.file), content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    response["Content-Length"] = str(archive.size)
    response["Cache-Control"] = "no-store"
    return response


class _Chunks:
    """A file chunk by chunk, closed with the answer even where nobody reads it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def close(self) -> None:
        self.file.close()


class _Now(_Chunks):
    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.file.read(CHUNK):
            yield chunk


class _Later(_Chunks):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while chunk := await sync_to_async(self.file.read)(CHUNK):
            yield chunk


def _streamed(request: HttpRequest, file: IO[bytes]) -> "_Now | _Later":
    """As the server that asks takes it: what it is given otherwise, it would gather whole."""
    return _Later(file) if isinstance(request, ASGIRequest) else _Now(file)
