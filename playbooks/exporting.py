"""Builds the archives of evidence that people asked for."""

import logging
import time
from collections.abc import Iterator
from typing import IO

from django.utils import timezone, translation

from playbooks.models import EvidenceExport
from playbooks.operations.exports import EXPORTS, Built, fail_export, finish_export, note_export_progress
from playbooks.queries.evidence_archive import evidence_archive
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

PIECE = 1_000_000  # bytes
TOLD_EVERY = 1.0  # seconds


def export_round() -> int:
    """Build what is asked for; how many archives were begun."""
    count = 0
    while claimed := EXPORTS.claim(now=timezone.now(), limit=1):
        count += 1
        _build(claimed[0])
    return count


def _build(export: EvidenceExport) -> None:
    """One archive; a fault of ours gives it back, to be tried again."""
    told = 0.0

    def tell(done: int, posts: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TOLD_EVERY:
            told = time.monotonic()
            note_export_progress(export=export, done=done, posts=posts)

    try:
        with translation.override(export.language):
            archive = evidence_archive(
                export.crisis, by=export.asked_by, now=export.asked_at, with_names=export.with_names, tell=tell
            )
        with archive.file:
            built = Built(archive.size, archive.manifest_sha256, archive.posts)
            finish_export(export=export, built=built, pieces=_pieces(archive.file), now=timezone.now())
    except LeaseLostError:
        logger.info("archive %s was taken over", export.pk)
    except Exception as error:
        logger.exception("archive %s could not be built", export.pk)
        fail_export(export=export, error=f"{type(error).__name__}: {error}", now=timezone.now())


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
