"""Files of rows: any delimiter, any charset, any Excel file, and nothing that a hostile one could blow up."""

import codecs
import csv
import io
import json
import zipfile
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from monitoring.intake import spreadsheets, tables
from monitoring.intake.tables import Row, Table, TableError, format_of, open_table

HEAD = ["標題", "內容", "網址", "發布時間"]
ROWS = [
    ["曜日鮮乳", "喝完肚子痛，店員說沒事", "https://a.example/1", "2026/03/02 10:30"],
    ["小心", '他說："沒問題"\n第二行', "https://a.example/2", "昨天 21:05"],
]


def written(delimiter: str = ",", rows: list[list[str]] | None = None, **options: Any) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, **options).writerows([HEAD, *(rows or ROWS)])
    return text.getvalue()


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refused(kind: str, data: bytes) -> str:
    with pytest.raises(TableError) as error:
        list(open_table(kind, data).rows)
    return error.value.code


def values(table: Table) -> list[list[Any]]:
    return [list(row.cells.values()) for row in table.rows]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "big5", "gb18030", "utf-16"], ids=lambda charset: str(charset)
)
def test_any_delimiter_in_any_charset(delimiter: str, charset: str) -> None:
    data = written(delimiter).encode(charset)
    assert format_of("export.csv", data) == "csv"
    table = open_table("csv", data)
    assert (table.columns, table.delimiter) == (HEAD, delimiter)
    assert values(table) == [[cell.replace("\r\n", "\n") for cell in row] for row in ROWS]


def test_rows_keep_the_number_they_have_in_the_file() -> None:
    assert [row.number for row in open_table("csv", written().encode()).rows] == [2, 3]


def test_what_a_vendor_writes_above_the_header_is_passed_over() -> None:
    above = 'Report:,Bulk Mentions\n"From:","Mon Mar 02 2026"\n\n'
    table = open_table("csv", (above + written()).encode())
    assert table.columns == HEAD
    assert len(values(table)) == 2


def test_columns_without_a_name_or_with_the_same_have_one_each() -> None:
    table = open_table("csv", b"a,a,,b,\n1,2,3,4,\n")
    assert table.columns == ["a", "a (2)", "#3", "b"]


def test_a_row_that_is_longer_than_the_header_says_so() -> None:
    rows = list(open_table("csv", b"a,b\n1,2,3\n1,2,,\n").rows)
    assert [row.is_longer for row in rows] == [True, False]


def test_a_million_columns_are_refused() -> None:
    assert refused("csv", b"," * 1_100_000 + b"a\n1\n") == "too-many-columns"
    assert refused("csv", b"," * 4_100_000 + b"a\n1\n") == "line-too-long"
    assert refused("csv", ",".join(f"c{number}" for number in range(5000)).encode() + b"\n1\n") == "too-many-columns"


def test_more_rows_than_can_be_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 10)
    assert refused("csv", b"a,b\n" + b"1,2\n" * 20) == "too-many-rows"


def test_nul_in_a_file_is_no_end_of_it() -> None:
    table = open_table("csv", b"a,b\n" + b"1\x00,2\n" * 9)
    assert values(table) == [["1\ufffd", "2"]] * 9


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" , ,\n"])
def test_an_empty_file_says_so(data: bytes) -> None:
    with pytest.raises(TableError, match="empty"):
        list(open_table(format_of("a.csv", data), data).rows)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "old-excel"),
        ("a.pdf", b"%PDF-1.7", "unknown-format"),
        ("a.json", b"\x89PNG\r\n", "unknown-format"),
    ],
)
def test_other_formats_are_named(name: str, data: bytes, code: str) -> None:
    with pytest.raises(TableError, match=code):
        format_of(name, data)


# --- Excel --------------------------------------------------------------------------------------


def test_a_workbook_is_read_with_its_times_and_counts() -> None:
    data = workbook(
        ["title", "at", "likes"], ["曜日", datetime.fromisoformat("2026-03-02T10:30:00"), 12], ["小心", None, 1.5]
    )
    assert format_of("a.xlsx", data) == "xlsx"
    table = open_table("xlsx", data)
    assert table.columns == ["title", "at", "likes"]
    assert values(table) == [["曜日", "2026-03-02T10:30:00", "12"], ["小心", "", "1.5"]]


def test_a_formula_is_its_value_or_nothing() -> None:
    table = open_table("xlsx", workbook(["a", "b"], ["=1+1", "x"]))
    assert values(table) == [["", "x"]]


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/"), data)
    return file.getvalue()


def forged(sheet: bytes, strings: bytes | None = None) -> bytes:
    """A workbook whose sheet says what it likes."""
    source = workbook(["a", "b"], ["1", "2"])
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            data = sheet if name.endswith("sheet1.xml") else data
            data = strings if strings and name.endswith("sharedStrings.xml") else data
            new.writestr(name, data)
    return file.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s<sheetData>%s</sheetData></worksheet>'


def cell(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refused("xlsx", packed(xl__workbook=b"x" * 250_000_000)) == "bomb"


def test_a_table_of_strings_that_would_fill_the_memory_is_refused() -> None:
    assert refused("xlsx", packed(**{"xl__sharedStrings.xml": b"<t>" * 21_000_000})) == "bomb"


def test_a_sheet_that_claims_to_span_everything_is_not_believed() -> None:
    row = b'<row r="1">' + cell("A1", "title") + b'</row><row r="2">' + cell("A2", "x") + b"</row>"
    table = open_table("xlsx", forged(SHEET % (b'<dimension ref="A1:XFD1048576"/>', row)))
    assert values(table) == [["x"]]


def test_a_row_at_the_end_of_the_world_is_not_reached_for() -> None:
    far = b'<row r="999999999999">' + cell("A999999999999", "x") + b"</row>"
    row = b'<row r="1">' + cell("A1", "title") + b"</row>"
    assert values(open_table("xlsx", forged(SHEET % (b"", row + far)))) == []


def test_a_column_that_does_not_exist_breaks_the_file_not_us() -> None:
    assert refused("xlsx", forged(SHEET % (b"", b'<row r="1">' + cell("ZZZZZZZZ1", "x") + b"</row>"))) == "malformed"


def test_entities_that_unfold_without_end_are_refused() -> None:
    lol = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
    sheet = (
        b'<!DOCTYPE x [<!ENTITY l0 "lol">'
        + lol
        + b"]>"
        + SHEET % (b"", b'<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>')
    )
    assert refused("xlsx", forged(sheet)) in ("malformed", "empty")


def test_a_broken_workbook_says_so() -> None:
    assert refused("xlsx", b"PK\x03\x04nonsense") == "malformed"
    assert refused("xlsx", packed(nothing=b"")) == "malformed"


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_CELLS", 10)
    assert refused("xlsx", workbook(*[["a", "b"]] * 20)) == "too-many-rows"


# --- JSON lines ---------------------------------------------------------------------------------


def test_json_lines_have_the_columns_of_their_objects() -> None:
    lines = [{"id": 1, "text": "好喝", "figures": {"likes": 3}}, {"id": 2, "title": "x"}]
    data = codecs.BOM_UTF8 + "\n".join(json.dumps(line) for line in lines).encode()
    assert format_of("a.jsonl", data) == "jsonl"
    table = open_table("jsonl", data)
    assert table.columns == ["id", "text", "figures.likes", "title"]
    assert [row.cells for row in table.rows] == [{"id": 1, "text": "好喝", "figures.likes": 3}, {"id": 2, "title": "x"}]


@pytest.mark.parametrize(
    "line", ["{", "[1]", "NaN", '{"a": NaN}', "[" * 100_000, '{"a": %s}' % ("9" * 5000), "nonsense"]
)
def test_a_line_that_is_no_object_stops_only_itself(line: str) -> None:
    rows = list(open_table("jsonl", f'{{"a": "1"}}\n{line}\n{{"a": "2"}}\n'.encode()).rows)
    assert [row.cells.get("a") for row in rows] == ["1", None, "2"]
    assert rows[1].broken


# --- whatever comes -----------------------------------------------------------------------------

_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"), max_size=12)


@settings(max_examples=60)
@given(st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_is_written_as_csv_is_read_back(rows: list[list[str]]) -> None:
    table = open_table("csv", written(rows=[["一", *row] for row in rows]).encode())
    assert values(table) == [["一", *(cell.strip() for cell in row)] for row in rows]


@settings(max_examples=150)
@given(st.binary(max_size=400), st.sampled_from(["csv", "jsonl", "xlsx"]))
def test_any_bytes_are_rows_or_a_reason(data: bytes, kind: str) -> None:
    try:
        rows = list(open_table(kind, data).rows)
    except TableError:
        rows = []
    assert all(isinstance(row, Row) for row in rows)
