"""Deletion on request in files that are not read yet: one that waits for its columns, or that a fault stopped.

What is being read needs no looking through: whom a tombstone names is not stored, whichever file names them.
"""

import json
import zlib
from collections.abc import Callable, Iterator

from django.db.models import Q

from monitoring.intake.tables import Row, TableError, open_table
from monitoring.models import FileImport, FilePiece
from monitoring.operations.imports import bytes_of
from sentinel.core.models import Workspace

Holds = Callable[[str], bool]
_CHARSETS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5")


def forget_in_files(workspace: Workspace, holds: Holds, *, is_told_only: bool = False) -> int:
    """Throw away what waits for its columns and holds somebody, and take the rows out that do of what was cut into
    batches; how many files. With `is_told_only` they are counted alone."""
    count = 0
    for one in FileImport.objects.filter(_unread(), workspace=workspace).order_by("pk"):
        count += (
            _forget_batches(one, holds, is_told_only) if one.rows is not None else _forget(one, holds, is_told_only)
        )
    return count


def _unread() -> Q:
    return Q(finished_at__isnull=True) & (Q(mapping={}) | Q(parked_at__isnull=False))


def _forget(file_import: FileImport, holds: Holds, is_told_only: bool) -> bool:
    data = bytes_of(file_import)
    try:
        is_named = any(holds(text) for row in open_table(file_import.format, data).rows for text in _said(row))
    except TableError:  # what cannot be read as a table is looked through as it is
        is_named = any(holds(data.decode(charset, "replace")) for charset in _CHARSETS)
    if is_named and not is_told_only:
        file_import.delete()
    return is_named


def _forget_batches(file_import: FileImport, holds: Holds, is_told_only: bool) -> bool:
    is_named = False
    for pk in list(FilePiece.objects.filter(file_import=file_import).values_list("pk", flat=True)):
        piece = FilePiece.objects.get(pk=pk)
        rows = [Row(*row) for row in json.loads(zlib.decompress(piece.data).decode("utf-8", "surrogatepass"))]
        kept = [row for row in rows if not any(map(holds, _said(row)))]
        if len(kept) == len(rows):
            continue
        is_named = True
        if not is_told_only:
            batch = [[row.number, row.cells, row.broken, row.is_longer] for row in kept]
            piece.data = zlib.compress(json.dumps(batch, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)
            piece.save(update_fields=["data"])
    return is_named


def _said(row: Row) -> Iterator[str]:
    yield from map(str, row.cells.values())
    yield row.broken
