"""The rows of an Excel workbook, streamed, whatever the file claims about itself (pure).

A workbook is a ZIP of XML: what it unpacks to is bounded before anything is read, and what its cells claim about their
place is bounded while they are read. A reader that builds the whole sheet first would take a hostile file's word.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook

LARGEST_UNPACKED = 200_000_000  # bytes
LARGEST_STRINGS = 60_000_000  # of the table of shared strings, which is held in memory
MOST_PARTS = 2_000
MOST_CELLS = 3_000_000  # read at some 50,000 a second
MOST_BLANK_ROWS = 10_000  # in a row, until the sheet counts as ended
_STRINGS = "xl/sharedstrings.xml"


class TableError(ValueError):
    """A file that cannot be read as rows.

    `code` is one of: unknown-format, old-excel (.xls), empty, malformed, too-many-columns, too-many-rows,
    line-too-long, bomb (it unpacks to more than can be read), encrypted.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def sheet_rows(data: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet that has any, their cells as text; raises TableError."""
    _check_size(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a workbook says of styles does not matter here
            yield from _stream(data)
    except TableError:
        raise
    except Exception as error:  # a broken workbook makes its reader stumble anywhere
        raise TableError("malformed", type(error).__name__) from error


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


def _stream(data: bytes) -> Iterator[list[str]]:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the sheet claims to span is padded with empty cells otherwise
            is_empty = True
            for row in _bounded(sheet.iter_rows(values_only=True)):
                is_empty = False
                yield row
            if not is_empty:
                return
    finally:
        book.close()


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
