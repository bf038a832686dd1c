"""Archives of evidence: asked for, built by a worker that shows how far it is, kept for a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from playbooks.models import Crisis, EvidenceExport, ExportPiece
from playbooks.operations.files import ring
from playbooks.operations.reports import export_evidence
from sentinel.core.models import User
from sentinel.core.stages import Stage
from sentinel.core.wakes import wake

KEPT = timedelta(days=1)


def _never_handled(rows: Sequence[EvidenceExport], now: datetime) -> None:
    raise NotImplementedError("archives are built by playbooks.exporting")


EXPORTS: Stage[EvidenceExport] = Stage(
    name="evidence-export",
    label=_("Archives of evidence"),
    model=EvidenceExport,
    workspaces="crisis__workspace",
    handle=_never_handled,
    related=("crisis__workspace", "asked_by"),
    batch=1,
    lease=timedelta(minutes=10),  # its task ends before
    park_after=3,
)


@dataclass(frozen=True, slots=True)
class Built:
    """What is told of an archive that is whole."""

    size: int
    manifest_sha256: str
    posts: int


@transaction.atomic
def ask_export(*, crisis: Crisis, with_names: bool, language: str, by: User, now: datetime) -> EvidenceExport:
    """Have the evidence packed; who asks again while it is being packed waits for the same archive."""
    Crisis.objects.select_for_update(no_key=True, of=("self",)).get(pk=crisis.pk)
    waiting = EvidenceExport.objects.filter(
        crisis=crisis, asked_by=by, with_names=with_names, language=language, finished_at=None, parked_at=None
    ).first()
    if waiting is not None:
        return waiting
    export = EvidenceExport.objects.create(
        crisis=crisis, with_names=with_names, language=language, asked_by=by, asked_at=now, due_at=now
    )
    wake("playbooks.export-asked")
    ring(crisis, now=now)
    return export


def note_export_progress(*, export: EvidenceExport, done: int, posts: int) -> None:
    """Write down how far an archive is, for who waits for it and looks on."""
    EvidenceExport.objects.filter(pk=export.pk, lease_until=export.lease_until).update(done=done, posts=posts)


@transaction.atomic
def finish_export(*, export: EvidenceExport, built: Built, pieces: Iterable[bytes], now: datetime) -> None:
    """Keep an archive, and write down that it was taken out; raises LeaseLostError."""
    for number, data in enumerate(pieces, start=1):
        ExportPiece.objects.create(export=export, number=number, data=data)
    EvidenceExport.objects.filter(pk=export.pk).update(
        done=built.posts,
        posts=built.posts,
        size=built.size,
        manifest_sha256=built.manifest_sha256,
        finished_at=now,
    )
    EXPORTS.finish([export])
    export_evidence(
        crisis=export.crisis,
        manifest_sha256=built.manifest_sha256,
        posts=built.posts,
        with_names=export.with_names,
        by=export.asked_by,
        now=now,
    )


def fail_export(*, export: EvidenceExport, error: str, now: datetime) -> None:
    """Give an archive back that could not be built: it is tried again, and parked in the end."""
    EXPORTS.fail(export, error, now=now)
    with transaction.atomic():
        ring(export.crisis, now=now)


def forget_exports(*, now: datetime) -> int:
    """Delete the archives that were kept long enough, and those that never came about; how many rows went."""
    return EvidenceExport.objects.filter(asked_at__lt=now - KEPT).delete()[0]
