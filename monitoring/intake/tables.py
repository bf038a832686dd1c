"""Files of rows: what their columns are, and their rows one by one, never all at once (pure).

JSON lines, CSV in any delimiter and charset (a declared one is not believed), and Excel workbooks.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from monitoring.crawling.charset import decode
from monitoring.intake.spreadsheets import TableError, sheet_rows

__all__ = ["FORMATS", "Row", "Table", "TableError", "format_of", "open_table"]

FORMATS = ("csv", "xlsx", "jsonl")
MOST_COLUMNS = 500
MOST_ROWS = 500_000
LONGEST_LINE = 1_000_000  # characters
LONGEST_CELL = 400_000
HEADER_WITHIN = 30  # rows: some vendors write what was asked for above the header
_SAMPLED_LINES = 60
_DELIMITERS = (",", "\t", ";", "|")

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number, from 1, and its cells by column; what is no row at all comes as `broken` text."""

    number: int
    cells: dict[str, Any]
    broken: str = ""
    is_longer: bool = False  # than the header


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows; `charset` and `delimiter` are what it was read by, empty where that is no question."""

    columns: list[str]
    rows: Iterator[Row]
    charset: str = ""
    delimiter: str = ""


def format_of(name: str, data: bytes) -> str:
    """The format of a file by its content, then by its name; raises TableError('unknown-format')."""
    ending = name.rpartition(".")[2].lower()
    if data[:4] == b"PK\x03\x04":
        return "xlsx"
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise TableError("old-excel")
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"{" or ending in ("jsonl", "ndjson"):
        return "jsonl"
    if not data.strip():
        raise TableError("empty")
    if ending in ("csv", "tsv", "txt", "") or first not in (b"", b"[", b"<", b"%"):
        return "csv"
    raise TableError("unknown-format")


def open_table(kind: str, data: bytes) -> Table:
    """The table in a file of format `kind`; raises TableError, also later, while its rows are read."""
    if kind == "jsonl":
        return _json_lines(data)
    charset = delimiter = ""
    if kind == "xlsx":
        lines = sheet_rows(data)
    else:
        decoded = decode(data)
        charset, text = decoded.charset, decoded.text.replace("\x00", "\ufffd")
        text = text if "\n" in text else text.replace("\r", "\n")  # as old Macs end their lines
        delimiter = _delimiter(text)
        lines = _csv_rows(text, delimiter)
    first = list(islice(lines, HEADER_WITHIN))
    if not any(any(line) for line in first):
        raise TableError("empty")
    header = _header(first)
    columns = _named(first[header])
    return Table(columns, _rows(columns, header + 1, first[header + 1 :], lines), charset, delimiter)


def _rows(columns: list[str], number: int, first: list[list[str]], rest: Iterator[list[str]]) -> Iterator[Row]:
    for cells in chain(first, rest):
        number += 1
        if number > MOST_ROWS:
            raise TableError("too-many-rows")
        if any(cells):
            yield Row(number, dict(zip(columns, cells, strict=False)), is_longer=any(cells[len(columns) :]))


def _header(rows: list[list[str]]) -> int:
    """Where the header stands: the first row that is nearly as wide as the widest."""
    widths = [sum(bool(cell) for cell in row) for row in rows]
    return next(index for index, width in enumerate(widths) if width and width >= 0.6 * max(widths))


def _named(header: list[str]) -> list[str]:
    """The columns' names, each once; one without a name is called by its place."""
    while header and not header[-1]:
        header = header[:-1]
    if len(header) > MOST_COLUMNS:
        raise TableError("too-many-columns", str(len(header)))
    seen: Counter[str] = Counter()
    names = []
    for place, cell in enumerate(header, start=1):
        name = " ".join(cell.split())[:80] or f"#{place}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _csv_rows(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for row in csv.reader(_lines(text), delimiter=delimiter):
            yield [cell.strip() for cell in row]
    except csv.Error as error:
        raise TableError("malformed", str(error)[:200]) from error


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends, without a copy of the whole: a file may be large."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        if end - start > LONGEST_LINE:
            raise TableError("line-too-long")
        yield text[start:end]
        start = end


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines agree on."""
    counts: dict[str, list[int]] = {one: [] for one in _DELIMITERS}
    is_quoted = False
    sample = list(islice(io.StringIO(text[:LONGEST_LINE]), _SAMPLED_LINES))
    for line in sample:
        # What stands between quotes is not a delimiter; every second part does.
        parts = line.split('"')
        bare = "".join(part for index, part in enumerate(parts) if (index % 2 == 0) != is_quoted)
        is_quoted = is_quoted != (len(parts) % 2 == 0)
        for one, found in counts.items():
            found.append(bare.count(one))
    return max(_DELIMITERS, key=lambda one: _agreement(counts[one]))


def _agreement(found: list[int]) -> tuple[int, int]:
    """How many lines have the delimiter equally often, and how often that is."""
    usual = Counter(count for count in found if count).most_common(1)
    return (usual[0][1], usual[0][0]) if usual else (0, 0)


def _json_lines(data: bytes) -> Table:
    decoded = decode(data)
    names: dict[str, None] = {}
    for row in islice(_json_rows(decoded.text), _SAMPLED_LINES):
        names |= dict.fromkeys(row.cells)
    if not names:
        raise TableError("malformed" if data.strip() else "empty")
    return Table(list(names)[:MOST_COLUMNS], _json_rows(decoded.text), decoded.charset)


def _json_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(_lines(text.lstrip("\ufeff")), start=1):
        if number > MOST_ROWS:
            raise TableError("too-many-rows")
        if line.strip():
            yield _json_row(number, line.strip())


def _json_row(number: int, line: str) -> Row:
    try:
        value = json.loads(line[:LONGEST_LINE], parse_constant=_refused)
    except (ValueError, RecursionError):
        return Row(number, {}, broken=line[:2000])
    if not isinstance(value, dict):
        return Row(number, {}, broken=line[:2000])
    return Row(number, flattened(value))


def _refused(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def flattened(value: dict[str, Any]) -> dict[str, Any]:
    """The object with its inner objects' values as `outer.inner`, one level deep, which is as far as records go."""
    cells: dict[str, Any] = {}
    for name, one in value.items():
        inner = {f"{name}.{key}": leaf for key, leaf in one.items()} if isinstance(one, dict) else {name: one}
        cells.update({key[:80]: leaf for key, leaf in inner.items() if not isinstance(leaf, dict | list)})
    return cells
