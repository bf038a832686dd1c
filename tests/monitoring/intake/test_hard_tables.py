"""Files as services and people really send them: titles above the header, links in cells, other sheets, no header."""

import io
import json
import time
import tracemalloc
import zipfile
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

import pytest
from openpyxl import Workbook

from monitoring.intake import tables
from monitoring.intake.tables import Table, TableError, format_of, open_table, rows_of
from tests.fakes.hostile_files import TABLES

HEAD = ["監測主題", "標題", "內容", "來源網站", "主文/回文", "發佈時間", "作者", "原始連結"]
ROW = ["曜日", "鮮乳", "喝完肚子痛", "PTT", "主文", "2026-03-02 10:30:00", "甲", "https://a.example/1"]


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows(table: Table) -> list[dict[str, Any]]:
    return [row.cells for row in table.rows]


def sheet_of(*lines: list[Any]) -> Workbook:
    book = Workbook()
    for line in lines:
        book.active.append(line)  # type: ignore[union-attr]
    return book


def test_titles_and_blank_rows_above_the_header_are_passed_by() -> None:
    book = sheet_of(["曜日乳業 輿情報表"], ["查詢期間", "2026/03/01", "至", "2026/03/02", "關鍵字"], [], HEAD, ROW)
    book.active.merge_cells("A1:H1")  # type: ignore[union-attr]
    table = open_table("xlsx", saved(book))
    assert (table.columns, table.header) == (HEAD, 4)
    assert rows(table) == [dict(zip(HEAD, ROW, strict=True))]


def test_the_sheet_with_the_posts_is_read_and_the_others_are_named() -> None:
    book = sheet_of(
        ["聲量總覽", "則數", "正面", "負面", "中立", "新聞", "社群", "討論區", "部落格"], ["曜日", *range(8)]
    )
    book.active.title = "摘要"  # type: ignore[union-attr]
    book.create_sheet("空")
    data = book.create_sheet("Raw Data")
    data.append(HEAD)
    data.append(ROW)
    table = open_table("xlsx", saved(book))
    assert (table.sheet, table.others) == ("Raw Data", ("摘要",))
    assert rows(table)[0]["標題"] == "鮮乳"


def test_a_link_in_a_cell_is_a_column_of_its_own() -> None:
    book = sheet_of(["標題", "內容"], ["鮮乳", "肚子痛"], ["優格", "好吃"])
    book.active["A2"].hyperlink = "https://a.example/1?x=1&y=2"  # type: ignore[union-attr,index]
    table = open_table("xlsx", saved(book))
    assert table.columns == ["標題", "內容", "標題 🔗"]
    assert rows(table) == [
        {"標題": "鮮乳", "內容": "肚子痛", "標題 🔗": "https://a.example/1?x=1&y=2"},
        {"標題": "優格", "內容": "好吃"},
    ]


def test_a_link_by_formula_is_read_too() -> None:
    book = sheet_of(["標題", "連結"], ["鮮乳", '=HYPERLINK("https://a.example/1?x=1&y=2","看原文")'])
    table = open_table("xlsx", saved(book))
    assert rows(table)[0]["連結 🔗"] == "https://a.example/1?x=1&y=2"


def test_a_file_without_a_header_begins_with_its_first_row() -> None:
    table = open_table("csv", "https://a.example/1,2026-03-02,喝完\nhttps://a.example/2,2026-03-02,肚子痛\n".encode())
    assert (table.columns, table.header) == (["#1", "#2", "#3"], 0)
    assert [row.number for row in table.rows] == [1, 2]


@pytest.mark.parametrize("name", ["export.xls", "export.html"])
def test_a_web_page_that_calls_itself_excel_is_read(name: str) -> None:
    cells = "".join(f"<td>{one}</td>" for one in ("鮮乳", "<a href='https://a.example/1'>肚子痛</a>"))
    page = f"<html><body><table><tr><td>x</td></tr></table><table><tr><th>標題<th>內容</tr><tr>{cells}</tr></table>"
    data = page.encode("big5")
    assert format_of(name, data) == "csv"
    assert rows(open_table("csv", data)) == [{"標題": "鮮乳", "內容": "肚子痛", "內容 🔗": "https://a.example/1"}]


def test_the_xml_of_older_excel_is_read() -> None:
    def line(*cells: str) -> str:
        return "<Row>" + "".join(f'<Cell><Data ss:Type="String">{one}</Data></Cell>' for one in cells) + "</Row>"

    data = (
        '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="a">'
        f"<Table>{line('標題', '內容')}{line('鮮乳', '肚子痛')}</Table></Worksheet></Workbook>"
    ).encode()
    assert rows(open_table(format_of("a.xls", data), data)) == [{"標題": "鮮乳", "內容": "肚子痛"}]


@pytest.mark.parametrize(
    "said",
    [[{"id": 1, "text": "好"}], {"posts": [{"id": 1, "text": "好"}]}, {"ok": True, "data": [{"id": 1, "text": "好"}]}],
)
def test_one_json_value_over_the_whole_file_is_its_list(said: Any) -> None:
    data = json.dumps(said, ensure_ascii=False, indent=2).encode()
    assert rows(open_table(format_of("a.json", data), data)) == [{"id": 1, "text": "好"}]


def packed(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")  # of a fixed date: test processes compare their cases
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old-excel"),
        (packed("mimetype", "content.xml"), "other-workbook"),
        (packed("[Content_Types].xml", "xl/workbook.bin"), "other-workbook"),
        (packed("posts.csv"), "other-workbook"),
        (b"%PDF-1.7", "unknown-format"),
        (b"\x1f\x8b\x08\x00", "unknown-format"),
        (b"<html><p>Please sign in</p>", "unknown-format"),
    ],
    ids=["encrypted", "old Excel", "open document", "binary workbook", "zip", "pdf", "gzip", "web page"],
)
def test_what_is_no_table_is_named_for_what_it_is(data: bytes, code: str) -> None:
    with pytest.raises(TableError) as error:
        format_of("export.csv", data)
    assert error.value.code == code


def test_a_text_of_a_megabyte_is_one_row_and_not_the_end_of_the_file() -> None:
    data = f"標題,內容\n甲,{'長' * 1_000_000}\n乙,短\n".encode()
    assert [len(row.cells["內容"]) for row in open_table("csv", data).rows] == [1_000_000, 1]


def test_times_of_a_workbook_keep_their_minute() -> None:
    table = open_table(
        "xlsx", saved(sheet_of(["標題", "發佈時間"], ["曜日", datetime.fromisoformat("2026-03-02T10:30")]))
    )
    assert rows(table)[0]["發佈時間"] == "2026-03-02T10:30:00"


@pytest.mark.parametrize("data", [b'[{"id": 1, "text": "' + b"x" * 20_000_000 + b'"}]', b"<table>" + b" " * 20_000_000])
def test_what_would_be_held_in_memory_whole_is_bounded(data: bytes) -> None:
    with pytest.raises(TableError, match="too-large-whole"):
        open_table(format_of("a.json", data), data)


def months() -> bytes:
    """A workbook of two months and a summary."""
    book = sheet_of(HEAD, ROW, ROW)
    book.active.title = "1月"  # type: ignore[union-attr]
    second = book.create_sheet("2月")
    for line in (["曜日乳業 輿情報表"], HEAD, ROW):
        second.append(line)
    book.create_sheet("摘要").append(["主題", "聲量"])
    return saved(book)


def test_a_sheet_is_read_by_its_name_and_those_with_the_same_columns_are_named() -> None:
    table = open_table("xlsx", months(), "2月")
    assert (table.sheet, table.others, table.alike, table.header) == ("2月", ("1月", "摘要"), ("1月",), 2)
    assert open_table("xlsx", months(), "摘要").alike == ()


def test_the_rows_of_several_sheets_follow_each_other_and_say_where_they_stand() -> None:
    read = rows_of("xlsx", months(), ["1月", "2月"])
    assert [(row.sheet, row.number) for row in read] == [("1月", 2), ("1月", 3), ("2月", 3)]


def test_the_sheets_of_a_workbook_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    assert len(list(rows_of("xlsx", months(), ["1月", "2月"]))) == 3
    with pytest.raises(TableError, match="too-many-rows"):
        list(rows_of("xlsx", months(), ["1月", "2月", "2月"]))


MARKUP = [name for name in TABLES if any(word in name for word in ("HTML", "tables", "open tags", "SpreadsheetML"))]


@pytest.mark.parametrize("name", MARKUP)
def test_a_hostile_table_of_markup_costs_a_few_times_its_size(name: str) -> None:
    data = TABLES[name]()[:400_000]
    began = time.process_time()
    tracemalloc.start()
    with suppress(TableError):
        assert sum(len(row.cells) for row in open_table("csv", data).rows) >= 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000
    assert time.process_time() - began < 20


def test_of_tables_in_tables_the_one_with_the_posts_is_read() -> None:
    inner = "<table><thead><tr><th>標題<th>內容</thead><tr><td>鮮乳&amp;優格<td>肚子<b>痛</b><tr><td>二<td>三</table>"
    data = f"<html><!-- <table> --><style>td{{}}</style><table><tr><td>選單<td>{inner}</td></tr></table>".encode()
    assert rows(open_table("csv", data)) == [{"標題": "鮮乳&優格", "內容": "肚子\n痛"}, {"標題": "二", "內容": "三"}]


def test_a_list_over_the_whole_file_is_read_element_by_element_up_to_where_it_breaks_off() -> None:
    data = b'[{"id": 1, "text": "a"}, {"id": 2,\n "text": "b"},' + b'{"a":1},' * 10_000 + b'{"a":'
    read = open_table("jsonl", data).rows
    found = [row.cells for row in islice(read, 10_002)]
    assert (len(found), found[1]) == (10_002, {"id": 2, "text": "b"})
    with pytest.raises(TableError, match="malformed"):
        next(read)


def test_a_list_in_a_field_of_more_objects_than_any_is_too_large_to_be_held() -> None:
    with pytest.raises(TableError, match="too-large-whole"):
        open_table("jsonl", b'{"posts": [' + b'{"a":1},' * 400_000 + b"{}]}")
