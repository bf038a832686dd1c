"""The archives of evidence that were asked for, and the bytes of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from playbooks.models import Crisis, EvidenceExport, ExportPiece
from playbooks.operations.exports import KEPT
from sentinel.core.models import User

SHOWN = 5


@dataclass(frozen=True, slots=True)
class ShownExport:
    """An archive and how it stands; `is_mine`: this person asked for it. Why it failed stands in its `error`."""

    export: EvidenceExport
    state: Literal["waiting", "building", "retrying", "failed", "ready"]
    kept_until: datetime
    is_mine: bool

    @property
    def is_moving(self) -> bool:
        return self.state in ("waiting", "building", "retrying")


def exports_of(crisis: Crisis, person: User) -> Sequence[ShownExport]:
    """The newest archives of a crisis, the newest first."""
    found = EvidenceExport.objects.filter(crisis=crisis).select_related("asked_by").order_by("-asked_at", "-pk")[:SHOWN]
    return [ShownExport(one, _state(one), one.asked_at + KEPT, one.asked_by_id == person.pk) for one in found]


def _state(export: EvidenceExport) -> Literal["waiting", "building", "retrying", "failed", "ready"]:
    if export.finished_at:
        return "ready"
    if export.parked_at:
        return "failed"
    if export.lease_until:
        return "building"
    return "retrying" if export.error else "waiting"


class PieceReader:
    """The bytes of an archive as a file that is read from its beginning, piece by piece."""

    def __init__(self, export: EvidenceExport) -> None:
        self._export, self._number = export.pk, 0

    def read(self) -> bytes:
        """The next piece; empty at the end."""
        self._number += 1
        piece = ExportPiece.objects.filter(export=self._export, number=self._number).values_list("data", flat=True)
        return b"".join(bytes(data) for data in piece)
