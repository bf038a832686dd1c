"""Files of posts: kept in pieces, made into batches of rows, stored a batch a turn; a restart loses nothing.

begin_import ──▶ (columns are chosen) ──▶ start_import ──▶ stage `file-import`: prepare, then a batch a turn
"""

import io
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from monitoring.intake.mapping import cleaned, record_of, signature
from monitoring.intake.records import BadRecordError, Problem, Record, fingerprint, read_record
from monitoring.intake.tables import Row, Table, TableError, open_table, rows_of
from monitoring.models import ColumnMapping, FileImport, FilePiece, Post, RejectedRow, Source, Subscription
from monitoring.operations.changes import content_hash
from monitoring.operations.intake import receive_posts
from monitoring.operations.posts import key_of
from monitoring.operations.suppression import suppressed_for
from sentinel.core import audit
from sentinel.core.models import User
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import Stage
from sentinel.core.wakes import wake

LARGEST = 50 * 1024 * 1024  # bytes of a file
PIECE = 1_000_000  # bytes
SAMPLE = 2  # pieces that tell what the columns are
ROWS_A_TURN = 1_000
BYTES_A_TURN = 4_000_000
CELL = 40  # bytes that a cell takes beside its text
ABANDONED_AFTER = timedelta(days=1)
_KEPT_CELL = 2_000  # characters of a rejected row's cell
_BROKEN_OFF = ("malformed", "line-too-long")  # such a file gives what stands before; others are refused as a whole
_ERASED = Problem("author", "erased")


@transaction.atomic
def begin_import(
    *, subscription: Subscription, name: str, format: str, data: bytes, zone: str, by: User | None, now: datetime
) -> FileImport:
    """Keep an uploaded file until somebody has said what its columns hold; raises WrongStateError('not-pushed')."""
    if not subscription.source.is_pushed:
        raise WrongStateError("not-pushed")
    begun = FileImport.objects.create(
        workspace=subscription.workspace,
        source=subscription.source,
        name=name.strip()[-200:] or "?",
        format=format,
        zone=zone,
        size=len(data),
        due_at=None,
        created_at=now,
        created_by=by,
    )
    _keep_pieces(begun, (data[start : start + PIECE] for start in range(0, len(data), PIECE)))
    return begun


@transaction.atomic
def start_import(
    *,
    file_import: FileImport,
    mapping: Mapping[str, str],
    zone: str,
    by: User | None,
    now: datetime,
    sheets: Sequence[str] = (),
) -> None:
    """Read the file by these columns, and remember them for files alike; raises WrongStateError('started').

    Of a workbook these sheets are read, else the one that looks most like a list of posts.
    """
    locked = FileImport.objects.select_for_update().get(pk=file_import.pk)
    if locked.mapping:
        raise WrongStateError("started")
    columns = sample_of(locked, sheets[0] if sheets else "").columns
    locked.mapping, locked.sheets, locked.zone, locked.due_at = dict(mapping), list(sheets), zone, now
    locked.save(update_fields=["mapping", "sheets", "zone", "due_at"])
    ColumnMapping.objects.update_or_create(
        workspace_id=locked.workspace_id,
        signature=signature(columns),
        defaults={"mapping": dict(mapping), "used_at": now},
    )
    audit.record(verb="import", subject=locked, by=by, now=now, workspace=locked.workspace)
    wake("monitoring.file-brought")


@transaction.atomic
def discard_import(*, file_import: FileImport, by: User, now: datetime) -> None:
    """Throw a file away that is not being read yet; raises WrongStateError('started')."""
    locked = FileImport.objects.select_for_update().get(pk=file_import.pk)
    if locked.mapping:
        raise WrongStateError("started")
    audit.record(verb="discard", subject=locked, by=by, now=now, workspace=locked.workspace)
    locked.delete()


def forget_abandoned_imports(*, now: datetime) -> int:
    """Delete the files whose columns nobody chose within a day."""
    return FileImport.objects.filter(mapping={}, created_at__lt=now - ABANDONED_AFTER).delete()[0]


def bytes_of(file_import: FileImport) -> bytes:
    """The file as it was uploaded, while it waits."""
    pieces = FilePiece.objects.filter(file_import=file_import).order_by("number")
    held = io.BytesIO()
    for pk in list(pieces.values_list("pk", flat=True)):  # one by one: an answer of all would hold them twice as text
        held.write(pieces.values_list("data", flat=True).get(pk=pk))
    return held.getvalue()


def sample_of(file_import: FileImport, sheet: str = "") -> Table:
    """The uploaded file as a table, of a long text its beginning alone; raises TableError."""
    if file_import.format == "xlsx" or file_import.size <= SAMPLE * PIECE:
        return open_table(file_import.format, bytes_of(file_import), sheet)
    first = FilePiece.objects.filter(file_import=file_import).order_by("number").values_list("data", flat=True)[:SAMPLE]
    data = b"".join(bytes(piece) for piece in first)
    try:
        return open_table(file_import.format, data[: data.rfind(b"\n") + 1] or data)
    except TableError:  # one JSON value over the whole file has no beginning to read
        return open_table(file_import.format, bytes_of(file_import))


def remembered_mapping(workspace_id: int, columns: Sequence[str]) -> dict[str, str]:
    """What the workspace chose for a file with these columns before; empty where it never had one."""
    found = ColumnMapping.objects.filter(workspace=workspace_id, signature=signature(columns)).first()
    return cleaned(found.mapping, columns) if found else {}


def _keep_pieces(file_import: FileImport, pieces: Iterator[bytes]) -> None:
    for number, data in enumerate(pieces, start=1):
        FilePiece.objects.create(file_import=file_import, number=number, data=data)


def import_rows(rows: Sequence[FileImport], now: datetime) -> dict[FileImport, datetime]:
    """A turn of each file: it is cut into batches of rows, or its next batch is stored."""
    again = {}
    for file_import in rows:
        turn = _prepare if file_import.rows is None else _take_batch
        if turn(file_import, now):
            again[file_import] = now
    if again:
        wake("monitoring.file-brought")
    return again


def _prepare(file_import: FileImport, now: datetime) -> bool:
    """Turn the file into batches of rows, which the next turns store; whether there are any."""
    pieces, total = FilePiece.objects.filter(file_import=file_import), 0
    rows = rows_of(file_import.format, bytes_of(file_import), file_import.sheets)
    pieces.delete()
    try:
        batches = _batches(rows)
        for number, batch in enumerate(batches, start=1):
            total += len(batch)
            FilePiece.objects.create(file_import=file_import, number=number, data=_packed(batch))
    except TableError as error:
        file_import.problem = str(error)[:300]
        if error.code not in _BROKEN_OFF:
            pieces.delete()
            total = 0
    file_import.rows = total
    file_import.finished_at = None if total else now
    file_import.save(update_fields=["rows", "problem", "finished_at"])
    return total > 0


def _packed(batch: list[list[Any]]) -> bytes:
    return zlib.compress(json.dumps(batch, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"), 1)


def _batches(rows: Iterator[Row]) -> Iterator[list[list[Any]]]:
    """The rows in batches; where the file breaks off, what stands before the fault and then the fault."""
    batch: list[list[Any]] = []
    size = 0
    try:
        for row in rows:
            batch.append([row.number, row.cells, row.broken, row.is_longer, row.sheet])
            size += sum(len(str(cell)) for cell in row.cells.values()) + len(row.cells) * CELL + len(row.broken)
            if len(batch) >= ROWS_A_TURN or size >= BYTES_A_TURN:
                yield batch
                batch, size = [], 0
    except TableError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _take_batch(file_import: FileImport, now: datetime) -> bool:
    """Store the next batch; whether another is left."""
    pieces = FilePiece.objects.filter(file_import=file_import).order_by("number")
    piece = pieces.first()
    if piece is not None:
        rows = [Row(*row) for row in json.loads(zlib.decompress(piece.data).decode("utf-8", "surrogatepass"))]
        statuses = _store(file_import, rows, now)
        file_import.done += len(rows)
        file_import.new_posts += statuses.count("new")
        file_import.rejected += len(rows) - len(statuses)
        piece.delete()
    is_left = pieces.exists()
    file_import.finished_at = None if is_left else now
    file_import.save(update_fields=["done", "new_posts", "rejected", "finished_at"])
    return is_left


def _store(file_import: FileImport, rows: Sequence[Row], now: datetime) -> list[str]:
    """What became of each row that could be taken; the others are kept with what is wrong with them."""
    source = Source.objects.get(pk=file_import.source_id)
    source.last_success_at = None  # what a file says without a time may be of any age: it fills history
    records, taken, rejected = [], [], []
    for row in rows:
        try:
            records.append(record_of_row(row, file_import.mapping, source.url, now, file_import.zone))
            taken.append(row)
        except BadRecordError as error:
            rejected.append((row, error.problems))
    records = _apart(source, records)
    statuses = receive_posts(source=source, records=records, now=now) if records else []
    rejected += [(row, [_ERASED]) for row, status in zip(taken, statuses, strict=True) if status == "erased"]
    _keep_rejected(file_import, rejected)
    return [status for status in statuses if status != "erased"]


def _apart(source: Source, records: Sequence[Record]) -> list[Record]:
    """The records, those that stand at the address of another post as replies to it.

    Services list a thread with the address of its first post in every row; what somebody else said there, or at another
    time, is no edit of that post.
    """
    keys = [key_of(record.item, source) for record in records]
    known = Post.objects.filter(key__in=keys).values_list("key", "author", "published_at", "content_hash")
    first = {bytes(key): (author, at, bytes(words)) for key, author, at, words in known}
    apart = []
    for key, record in zip(keys, records, strict=True):
        item = record.item
        said = (item.author[:120], item.published_at, content_hash(item.title, item.text))
        author, at, words = first.setdefault(key, said)
        is_other = bool(said[0] and author and said[0] != author) or bool(said[1] and at and said[1] != at)
        apart.append(_at_same_address(record) if is_other and said[2] != words else record)
    return apart


def _at_same_address(record: Record) -> Record:
    """A record that is told from the others at its address by what it says, and answers the first of them."""
    item = record.item
    at = item.published_at.isoformat() if item.published_at else ""
    identity = fingerprint({"title": item.title, "text": item.text, "author": item.author, "published_at": at})
    return Record(replace(item, site_id=identity), record.reply_to or item.url)


def _keep_rejected(file_import: FileImport, rejected: Sequence[tuple[Row, Sequence[Problem]]]) -> None:
    """Keep what was rejected and why; of whoever was deleted on request no word is kept."""
    said = [record_of(row, file_import.mapping) for row, _problems in rejected]
    named = [(record.get("author", ""), record.get("url", "")) for record in said]
    erased = suppressed_for([file_import.workspace_id], named)
    RejectedRow.objects.bulk_create(
        [
            _rejection(file_import, replace(row, cells={}, broken=""), [_ERASED])
            if who in erased or _ERASED in problems
            else _rejection(file_import, row, problems)
            for who, (row, problems) in zip(named, rejected, strict=True)
        ],
        ignore_conflicts=True,
    )


def record_of_row(row: Row, mapping: Mapping[str, str], place: str, now: datetime, zone: str) -> Record:
    """The post that a row says; raises BadRecordError."""
    if row.broken:
        raise BadRecordError([Problem("", "not-json")])
    if row.is_longer:
        raise BadRecordError([Problem("", "more-cells")])
    received = json.dumps(row.cells, ensure_ascii=False, default=str).encode("utf-8", "replace")
    record = record_of(row, mapping)
    return read_record(record, place=place, now=now, zone=ZoneInfo(zone), received=received, needs_identity=False)


def _rejection(file_import: FileImport, row: Row, problems: Sequence[Problem]) -> RejectedRow:
    cells = {name: str(cell)[:_KEPT_CELL].replace("\x00", "\ufffd") for name, cell in row.cells.items() if cell != ""}
    kept = cells or ({"": row.broken} if row.broken else {})
    named = [{"field": file_import.mapping.get(one.field, one.field), "code": one.code} for one in problems]
    return RejectedRow(file_import=file_import, sheet=row.sheet[:100], number=row.number, row=kept, problems=named)


IMPORTS: Stage[FileImport] = Stage(
    name="file-import",
    label=_("Imported files"),
    model=FileImport,
    workspaces="workspace",
    handle=import_rows,
    related=("workspace",),
    batch=1,
    lease=timedelta(seconds=150),  # longer than a task may run
)
