"""Workbooks are read as the usual reader reads them, at a small part of its price."""

import io
import time
import tracemalloc
from datetime import date, datetime, timedelta
from datetime import time as time_of_day

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from monitoring.intake.spreadsheets import _text, sheet_rows
from monitoring.intake.tables import TableError
from tests.fakes.hostile_files import WORKBOOKS, workbook

CELLS = [
    ["title", "text", None, "n", "f", "d", "dt", "t", "dur", "b", "long"],
    [
        "曜日",
        "a & <b>\n第二行",
        None,
        7,
        1.5,
        date(2026, 3, 2),
        datetime.fromisoformat("2026-03-02T10:30:00"),
        time_of_day(9, 5),
        None,
        1,
    ],
    [],
    [" x ", "=1+1", "#N/A", -3, 1e20, date(1999, 12, 31), None, None, timedelta(hours=30), True, "🐄" * 30_000],
]
FORGED = {
    "rows nested": b"<row><row><c><v>1</v></c></row></row>",
    "cells outside of rows": b"<c><v>1</v></c>",
    "a value outside of a cell": b"<row><v>1</v></row>",
    "a string that is not there": b'<row><c t="s"><v>9</v></c></row>',
    "a date beyond time": b'<row><c s="1"><v>1e300</v></c></row>',
    "a number of 9,000 digits": b"<row><c><v>" + b"9" * 9_000 + b"</v></c></row>",
    "a style beyond all": b'<row><c s="99999999999999999999"><v>1</v></c></row>',
}


def saved(*, is_1904: bool = False) -> bytes:
    book = Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    for line in CELLS:
        book.active.append(line)  # type: ignore[union-attr]
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize("is_1904", [False, True])
def test_cells_say_what_the_usual_reader_makes_of_them(*, is_1904: bool) -> None:
    data = saved(is_1904=is_1904)
    usual = load_workbook(io.BytesIO(data), data_only=True).worksheets[0].iter_rows(values_only=True)
    expected = [[_text(value) for value in row] for row in usual]
    found = [row + [""] * (len(expected[0]) - len(row)) for row in sheet_rows(data).rows]
    assert found == expected


@pytest.mark.parametrize("name", FORGED)
def test_what_no_program_writes_is_read_or_refused(name: str) -> None:
    row = b"<row><c><v>title</v></c></row>"
    data = workbook(sheet=b'<worksheet xmlns="x"><sheetData>' + row + FORGED[name] + b"</sheetData></worksheet>")
    assert all(isinstance(cell, str) for line in sheet_rows(data).rows for cell in line)


@pytest.mark.parametrize(
    "name", ["laughs in a sheet", "an entity of a file", "elements nested without end", "attributes without end"]
)
def test_what_a_sheet_may_not_hold_is_refused_in_little_memory(name: str) -> None:
    data = WORKBOOKS[name]()
    began = time.process_time()
    tracemalloc.start()
    with pytest.raises(TableError, match="malformed"):
        list(sheet_rows(data).rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000
    assert time.process_time() - began < 10
