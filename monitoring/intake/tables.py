"""Files of rows: what their columns are, and their rows one by one, never all at once (pure).

JSON lines (or one JSON list), CSV in any delimiter and charset (a declared one is not believed), Excel workbooks, and
tables of a web page or of XML, which many services call .xls.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from typing import Any

from monitoring.crawling.charset import decode
from monitoring.crawling.json_text import TooManyContainersError, read_json
from monitoring.intake.errors import TableError
from monitoring.intake.headers import WITHIN, header_place
from monitoring.intake.markup_tables import LARGEST as LARGEST_WHOLE
from monitoring.intake.markup_tables import markup_rows
from monitoring.intake.spreadsheets import Sheet, check_workbook, sheet_rows

__all__ = ["FORMATS", "Row", "Table", "TableError", "format_of", "open_table", "rows_of"]

FORMATS = ("csv", "xlsx", "jsonl")
MOST_COLUMNS = 500
MOST_ROWS = 500_000
LONGEST_LINE = 4_000_000  # characters: longer is no table
LONGEST_CELL = 4_000_000  # a text that is too long for a post is one rejected row, not the end of the file
_SAMPLED_LINES = 60
_LONGEST_BEGINNING = 2_000_000  # characters
_SAMPLED = 500_000  # characters, for the delimiter
_BETWEEN = re.compile(r"[\s,]*")
_SAID = re.compile(r"\S")
_BLANK = re.compile("[\ufeff \t\r\n]*")
_LINKED = " 🔗"  # ends the name of a column of addresses that cells link to
_DELIMITERS = (",", "\t", ";", "|")
_NO_TABLES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"RIFF", b"{\\rtf")
_PROTECTED = "EncryptedPackage".encode("utf-16-le")  # how Office wraps a workbook that has a password (MS-OFFCRYPTO)

csv.field_size_limit(LONGEST_CELL)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: its number, from 1, and its cells by column; what is no row at all comes as `broken` text."""

    number: int
    cells: dict[str, Any]
    broken: str = ""
    is_longer: bool = False  # than the header
    sheet: str = ""  # where several of a workbook are read


@dataclass(frozen=True, slots=True)
class Table:
    """A file of rows; `charset` and `delimiter` are what it was read by, empty where that is no question.

    `header` is the row of the names, 0 where the file has none; `sheet` the one of a workbook that was read, beside
    `others`, of which `alike` have the same columns.
    """

    columns: list[str]
    rows: Iterator[Row]
    charset: str = ""
    delimiter: str = ""
    header: int = 1
    sheet: str = ""
    others: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


def format_of(name: str, data: bytes) -> str:
    """The format of a file by its content, then by its name; raises TableError."""
    ending = name.rpartition(".")[2].lower()
    if data[:4] == b"PK\x03\x04":
        check_workbook(data)
        return "xlsx"
    if data[:4] == b"\xd0\xcf\x11\xe0":
        raise TableError("encrypted" if _PROTECTED in data else "old-excel")
    if not data.strip():
        raise TableError("empty")
    if data.startswith(_NO_TABLES):
        raise TableError("unknown-format")
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"{" or ending in ("jsonl", "ndjson") or (first == b"[" and ending == "json"):
        return "jsonl"
    if first == b"<" and not _has_table(data):
        raise TableError("unknown-format")
    return "csv"


def _first_of(text: str) -> str:
    """The first character that says something; a copy of a large text without its margin would cost as much again."""
    start = _BLANK.match(text)
    assert start
    return text[start.end() : start.end() + 1]


def _has_table(data: bytes) -> bool:
    start = data[:LARGEST_WHOLE].replace(b"\x00", b"").lower()
    return b"<table" in start or b"<row" in start or b":row" in start


def open_table(kind: str, data: bytes, sheet: str = "") -> Table:
    """The table in a file of format `kind`; raises TableError, also later, while its rows are read.

    Of a workbook the sheet of this name is read, else the one that looks most like a list of posts.
    """
    if kind == "jsonl":
        return _json_lines(data)
    if kind == "xlsx":
        return _of_workbook(sheet_rows(data, sheet))
    decoded = decode(data)
    text = decoded.text
    if _first_of(text) == "<" and _has_table(data):
        rows, links = markup_rows(text.replace("\x00", "\ufffd"))
        return replace(_table(iter(rows), links), charset=decoded.charset)
    text = text if "\n" in text else text.replace("\r", "\n")  # as old Macs end their lines
    delimiter = _delimiter(text)
    return replace(_table(_csv_rows(text, delimiter), {}), charset=decoded.charset, delimiter=delimiter)


def rows_of(kind: str, data: bytes, sheets: Sequence[str]) -> Iterator[Row]:
    """The rows of a file, of a workbook those of all these sheets one after the other; raises TableError."""
    total = 0
    tables = [open_table(kind, data, sheet) for sheet in sheets or ("",)]
    del data  # what is no workbook is a text by now
    for sheet, table in zip(sheets or ("",), tables, strict=True):
        for row in table.rows:
            total += 1
            if total > MOST_ROWS:
                raise TableError("too-many-rows")
            yield replace(row, sheet=sheet)


def _of_workbook(sheet: Sheet) -> Table:
    table = _table(sheet.rows, sheet.links)
    columns = [name for name in table.columns if not name.endswith(_LINKED)]
    alike = tuple(title for title, first in sheet.others.items() if _columns(first) == columns)
    return replace(table, sheet=sheet.name, others=tuple(sheet.others), alike=alike)


def _columns(first: Sequence[list[str]]) -> list[str]:
    """The names of the columns by the first rows."""
    header = header_place(first)
    width = max(map(len, first), default=0)
    return _named(list(first[header]) if header >= 0 else [""] * width, keep_empty=header < 0)


def _table(lines: Iterator[list[str]], links: Mapping[tuple[int, int], str]) -> Table:
    """The table that lines hold; where cells link somewhere, their column has a second one with the addresses."""
    first = _beginning(lines)
    if not any(any(line) for line in first):
        raise TableError("empty")
    header = header_place(first)
    columns = _columns(first)
    linked = {place: f"{columns[place]}{_LINKED}" for _row, place in links if place < len(columns)}
    columns += [linked[place] for place in sorted(linked)]
    rows = _rows(columns[: len(columns) - len(linked)], header + 1, first[header + 1 :], lines)
    return Table(columns, _with_links(rows, linked, links), header=header + 1)


def _beginning(lines: Iterator[list[str]]) -> list[list[str]]:
    """The rows that tell where the header is; fewer where they are as long as no header is."""
    first: list[list[str]] = []
    size = 0
    for line in islice(lines, WITHIN):
        first.append(line)
        size += sum(map(len, line))
        if size > _LONGEST_BEGINNING:
            break
    return first


def _with_links(rows: Iterator[Row], linked: Mapping[int, str], links: Mapping[tuple[int, int], str]) -> Iterator[Row]:
    for row in rows:
        cells = {name: links[row.number, place] for place, name in linked.items() if (row.number, place) in links}
        yield replace(row, cells={**row.cells, **cells}) if cells else row


def _rows(columns: list[str], number: int, first: list[list[str]], rest: Iterator[list[str]]) -> Iterator[Row]:
    for cells in chain(first, rest):
        number += 1
        if number > MOST_ROWS:
            raise TableError("too-many-rows")
        if any(cells):
            yield Row(number, dict(zip(columns, cells, strict=False)), is_longer=any(cells[len(columns) :]))


def _named(header: list[str], *, keep_empty: bool = False) -> list[str]:
    """The columns' names, each once; one without a name is called by its place."""
    while header and not header[-1] and not keep_empty:
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
        line = text[start:end]
        yield line.replace("\x00", "\ufffd") if "\x00" in line else line
        start = end


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines agree on."""
    counts: dict[str, list[int]] = {one: [] for one in _DELIMITERS}
    is_quoted = False
    sample = list(islice(io.StringIO(text[:_SAMPLED]), _SAMPLED_LINES))
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
    text = decoded.text.lstrip("\ufeff")
    listed = _listed(text)
    names: dict[str, None] = {}
    for row in islice(_json_rows(text, listed), _SAMPLED_LINES):
        names |= dict.fromkeys(row.cells)
    if not names:
        raise TableError("malformed" if data.strip() else "empty")
    return Table(list(names)[:MOST_COLUMNS], _json_rows(text, listed), decoded.charset)


Listed = Callable[[], Iterator[Any]]


def _listed(text: str) -> Listed | None:
    """The list that the file is as one JSON value, itself or in one of its fields; None: it is one object a line."""
    start = _first_of(text)
    if start not in ("[", "{") or (start == "{" and _is_of_lines(text)):
        return None
    if len(text) > LARGEST_WHOLE:
        raise TableError("too-large-whole")
    if start == "[":
        return partial(_elements, text) if isinstance(_first_element(text), dict) else None
    try:
        value = read_json(text, parse_constant=_refused)
    except TooManyContainersError as error:
        raise TableError("too-large-whole") from error
    except ValueError:
        return None
    inner = [one for one in value.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
    return partial(iter, max(inner, key=len)) if inner else None


def _first_element(text: str) -> Any:
    try:
        return next(_elements(text), None)
    except TableError:
        return None


def _elements(text: str) -> Iterator[Any]:
    """The elements of the list that a text is, one by one; raises TableError where it breaks off."""
    decoder = json.JSONDecoder(parse_constant=_refused)
    place = text.index("[") + 1
    try:
        while text[(place := _between(text, place))] != "]":
            value, place = decoder.raw_decode(text, place)
            yield value
    except (ValueError, RecursionError, IndexError) as error:
        raise TableError("malformed") from error


def _between(text: str, place: int) -> int:
    found = _BETWEEN.match(text, place)
    assert found
    return found.end()


def _is_of_lines(text: str) -> bool:
    """Whether the first line is an object by itself, and another follows."""
    begin = text.index("{")
    end = text.find("\n", begin)
    is_followed = end >= 0 and bool(_first_of(text[end : end + 1000]) or _SAID.search(text, end))
    return is_followed and not _json_row(1, text[begin:end]).broken


def _json_rows(text: str, listed: Listed | None) -> Iterator[Row]:
    lines: Iterator[Any] = listed() if listed is not None else _lines(text)
    for number, line in enumerate(lines, start=1):
        if number > MOST_ROWS:
            raise TableError("too-many-rows")
        if isinstance(line, dict):
            yield Row(number, flattened(line))
        elif not isinstance(line, str):
            yield Row(number, {}, broken=str(line)[:2000])
        elif line.strip():
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
