"""Reads a file as each part of the product does that takes one: what it makes of it, in words for a table of costs."""

import contextlib
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from monitoring.crawling.json_text import TooManyContainersError
from monitoring.crawling.snapshot import Own, snapshot
from monitoring.detecting.feeds import NotAnOpmlList, read_opml
from monitoring.intake.guessing import SAMPLED, propose
from monitoring.intake.hooks import hooked_record, read_payload
from monitoring.intake.mail import LARGEST as LARGEST_MAIL
from monitoring.intake.mail import read_mail
from monitoring.intake.records import BadRecordError, read_record
from monitoring.intake.tables import TableError, format_of, open_table, rows_of
from monitoring.operations.imports import PIECE, SAMPLE, _batches, _packed
from monitoring.sources import KINDS
from monitoring.sources.definition_file import DefinitionFileError, read_file
from monitoring.text.analysis import analyse
from monitoring.views.api import _items, _unpacked


def as_upload(path: Path) -> str:
    """As the page that takes a file reads it."""
    data = path.read_bytes()
    try:
        kind = format_of(path.name, data)
    except TableError as error:
        return error.code
    return f"{kind}: {sum(len(data[at : at + PIECE]) for at in range(0, len(data), PIECE))} bytes"


def as_columns(path: Path) -> str:
    """As the page reads it that asks what the columns hold: of a long text the beginning."""
    data = path.read_bytes()
    try:
        kind = format_of(path.name, data)
        if kind != "xlsx" and len(data) > SAMPLE * PIECE:
            start = data[: SAMPLE * PIECE]
            data = start[: start.rfind(b"\n") + 1] or start
        table = open_table(kind, data)
        propose(table.columns, [row.cells for row in islice(table.rows, SAMPLED)])
    except TableError as error:
        return error.code
    return f"{kind}: {len(table.columns)} columns"


def as_rows(path: Path) -> str:
    """As the worker reads it."""
    kind = "xlsx" if path.suffix == ".xlsx" else "jsonl" if path.suffix == ".jsonl" else "csv"
    try:
        count = sum(len(_packed(batch)) > 0 for batch in _batches(rows_of(kind, path.read_bytes(), ())))
    except TableError as error:
        return error.code
    return f"{count} batches"


def as_opml(path: Path) -> str:
    try:
        return f"{len(read_opml(path.read_bytes()))} feeds"
    except NotAnOpmlList as error:
        return str(error)


def as_definition(path: Path) -> str:
    try:
        return read_file(path.read_bytes().decode("utf-8", "replace"), KINDS).kind
    except DefinitionFileError as error:
        return ", ".join(f"{one.field} {one.text}" for one in error.problems)[:80]


def as_batch(path: Path) -> str:
    body = path.read_bytes()
    try:
        body = _unpacked(body, "gzip" if body[:2] == b"\x1f\x8b" else "")
        read = 0
        for raw in _items(body, "application/json"):
            with contextlib.suppress(BadRecordError):
                read_record(raw, place="sentinel:api/1", now=datetime.now(UTC), zone=UTC)
                read += 1
    except Exception as refused:
        return getattr(refused, "code", "") or f"FAULT {refused!r}"[:200]
    return f"{read} read"


def as_message(path: Path) -> str:
    body = path.read_bytes()
    kind = "application/x-www-form-urlencoded" if body[:2] == b"a=" else "application/json"
    try:
        payload = read_payload(body, kind)
        for one in (payload if isinstance(payload, list) else [payload])[:500]:
            raw = hooked_record(one, {})
            read_record(raw, place="sentinel:x/1", now=datetime.now(UTC), zone=UTC, received=body, needs_identity=False)
    except TooManyContainersError:
        return "too-many-items"
    except BadRecordError as error:
        return ", ".join(f"{one.field} {one.code}" for one in error.problems)[:80]
    return "read"


def as_mail(path: Path) -> str:
    rules = {"rules": "author = 姓名\ntext = 內容"}
    with path.open("rb") as file:
        raw = file.read(LARGEST_MAIL)
    return f"{len(read_mail(raw, rules, place='imap://x/1', now=datetime.now(UTC)).text)} characters"


def as_snapshot(path: Path) -> str:
    kind = {b"<": "text/html", b"{": "application/json"}.get(path.read_bytes()[:1], "")
    own = Own("http://n.example/1", "x y. z", "x, y. z")
    return f"{len(snapshot(path.read_bytes(), kind, own))} characters"


def as_words(path: Path) -> str:
    text = path.read_bytes().decode("utf-8", "replace")[:200_000]
    return analyse("", text).label
