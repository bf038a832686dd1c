"""The rows of an Excel workbook, streamed, whatever the file claims about itself (pure).

A workbook is a ZIP of XML: what it unpacks to is bounded before anything is read, and what its cells claim about their
place is bounded while they are read. A reader that builds the whole sheet first would take a hostile file's word.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from monitoring.intake.cell_links import cell_links
from monitoring.intake.errors import TableError
from monitoring.intake.headers import WITHIN, known_in
from monitoring.intake.workbooks import Book, open_book, rows_of

LARGEST_UNPACKED = 200_000_000  # bytes
LARGEST_STRINGS = 60_000_000  # of the table of shared strings, which is held in memory
MOST_PARTS = 2_000
MOST_CELLS = 3_000_000
MOST_BLANK_ROWS = 10_000  # in a row, until the sheet counts as ended
MOST_SHEETS = 30
_LONGEST_ENTRY = 1_000  # bytes of the directory
_BINARY = "xl/workbook.bin"  # .xlsb
_STRINGS = "xl/sharedstrings.xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a workbook that is read: its rows, and what cells link to, by row (from 1) and place.

    `others` are the other sheets that hold anything, with their first rows.
    """

    name: str
    others: dict[str, list[list[str]]]
    rows: Iterator[list[str]]
    links: dict[tuple[int, int], str]


@dataclass(frozen=True, slots=True)
class _Begun:
    """A sheet and its first rows; `part` is the file in the archive."""

    place: int
    title: str
    part: str
    first: list[list[str]]


def check_workbook(data: bytes) -> None:
    """Raises TableError('other-workbook') for an archive that is no .xlsx, and 'bomb' for one of too many parts."""
    _require_short_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise TableError("malformed") from error
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names) or _BINARY in names:
        raise TableError("other-workbook")


def sheet_rows(data: bytes, name: str = "") -> Sheet:
    """The sheet of this name, else the one that looks most like a list of posts; raises TableError, also later.

    Rows are text, and streamed.
    """
    _check_size(data)
    book = open_book(data)
    begun = [
        _Begun(place, title, part, list(islice(_stream(book, part), WITHIN)))
        for place, (title, part) in enumerate(book.sheets[:MOST_SHEETS])
    ]
    sheets = [one for one in begun if one.first]
    if not sheets:
        raise TableError("empty")
    best = max(sheets, key=lambda one: (one.title == name, *_score(one.first), -one.place))
    others = {one.title: one.first for one in sheets if one is not best}
    return Sheet(best.title, others, _stream(book, best.part), cell_links(data, best.part))


def _stream(book: Book, part: str) -> Iterator[list[str]]:
    """The rows of a sheet, also those that do not stand in it, up to where it counts as ended."""
    cells = last = 0
    for number, row in rows_of(book, part, _text):
        cells += len(row)
        if cells > MOST_CELLS:
            raise TableError("too-many-rows")
        if not any(row):
            continue
        if number - last > MOST_BLANK_ROWS + 1:
            return
        yield from ([] for _ in range(number - last - 1))
        last = number
        yield row


def _score(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many known column names a row of the sheet has, and how wide it is."""
    return max(map(known_in, rows)), max(sum(map(bool, row)) for row in rows)


def _require_short_directory(data: bytes) -> None:
    """Every part that an archive lists costs half a kilobyte before it can be counted (APPNOTE, 4.3.14 and 4.3.16)."""
    end, large = data.rfind(b"PK\x05\x06"), data.rfind(b"PK\x06\x06")
    sizes = [int.from_bytes(data[end + 12 : end + 16], "little")] if end >= 0 else []
    sizes += [int.from_bytes(data[large + 40 : large + 48], "little")] if large >= 0 else []
    claimed = min(max(sizes, default=0), end if end >= 0 else len(data))
    if claimed > MOST_PARTS * _LONGEST_ENTRY:
        raise TableError("bomb", str(claimed))


def _check_size(data: bytes) -> None:
    _require_short_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise TableError("malformed") from error
    if any(part.flag_bits & 1 for part in parts):
        raise TableError("encrypted")
    # A part never yields more than it claims: the reader stops there.
    unpacked = sum(part.file_size for part in parts)
    strings = sum(part.file_size for part in parts if part.filename.lower() == _STRINGS)
    if len(parts) > MOST_PARTS or unpacked > LARGEST_UNPACKED or strings > LARGEST_STRINGS:
        raise TableError("bomb", str(unpacked))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    return str(value).replace("_x000D_", "").strip()
