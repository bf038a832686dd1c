"""The rows of an Excel workbook, streamed, whatever the file claims about itself (pure).

A workbook is a ZIP of XML: what it unpacks to is bounded before anything is read, and what its cells claim about their
place is bounded while they are read. A reader that builds the whole sheet first would take a hostile file's word.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

from openpyxl import Workbook, load_workbook

from monitoring.intake.cell_links import cell_links
from monitoring.intake.errors import TableError
from monitoring.intake.headers import WITHIN, known_in

LARGEST_UNPACKED = 200_000_000  # bytes
LARGEST_STRINGS = 60_000_000  # of the table of shared strings, which is held in memory
MOST_PARTS = 2_000
MOST_CELLS = 3_000_000  # read at some 50,000 a second
MOST_BLANK_ROWS = 10_000  # in a row, until the sheet counts as ended
MOST_SHEETS = 30
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
    """Raises TableError('other-workbook') for an archive that is no .xlsx."""
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
    book = _opened(data)
    sheets = [one for place in range(len(book.worksheets[:MOST_SHEETS])) if (one := _begun(book, place)).first]
    if not sheets:
        raise TableError("empty")
    best = max(sheets, key=lambda one: (one.title == name, *_score(one.first), -one.place))
    others = {one.title: one.first for one in sheets if one is not best}
    return Sheet(best.title, others, _stream(book, best.place), cell_links(data, best.part))


def _opened(data: bytes) -> Workbook:
    """The workbook, opened once: of a sheet that does not say its size the reader goes through all of it here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a workbook says of styles does not matter here
            return load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # a broken workbook makes its reader stumble anywhere
        raise TableError("malformed", type(error).__name__) from error


def _begun(book: Workbook, place: int) -> _Begun:
    sheet = book.worksheets[place]
    first = list(islice(_stream(book, place), WITHIN))
    return _Begun(place, str(sheet.title), str(getattr(sheet, "_worksheet_path", "")), first)


def _stream(book: Workbook, place: int) -> Iterator[list[str]]:
    sheet = book.worksheets[place]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sheet.reset_dimensions()  # what the sheet claims to span is padded with empty cells otherwise
            yield from _bounded(sheet.iter_rows(values_only=True))
    except TableError:
        raise
    except Exception as error:
        raise TableError("malformed", type(error).__name__) from error


def _score(rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many known column names a row of the sheet has, and how wide it is."""
    return max(map(known_in, rows)), max(sum(map(bool, row)) for row in rows)


def _check_size(data: bytes) -> None:
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


def _bounded(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    cells = blank = 0
    for row in rows:
        cells += len(row)
        if cells > MOST_CELLS:
            raise TableError("too-many-rows")
        texts = [_text(value) for value in row]
        if any(texts):
            yield from ([] for _ in range(blank))
            blank = 0
            yield texts
        else:
            blank += 1
            if blank > MOST_BLANK_ROWS:
                return


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
