"""Columns of a file that nobody knows are proposed by their names and by what stands in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.cells import fraction_time, is_count, is_time, is_url, look_of, serial_time, whole_url
from monitoring.intake.guessing import propose
from monitoring.intake.mapping import record_of
from monitoring.intake.tables import Row

LONG = "買了一瓶曜日鮮乳，打開就有酸味，孩子喝完肚子痛，店員說沒事，打客服也沒有人接，想問大家有沒有遇過一樣的狀況？"


def rows(*cells: list[Any], columns: list[str]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in cells]


def proposal(columns: list[str], *cells: list[Any]) -> dict[str, str]:
    return propose(columns, rows(*cells, columns=columns))[1]


def test_an_unknown_vendor_is_read_by_the_words_in_its_names() -> None:
    columns = [
        "輿情ID",
        "輿情標題",
        "輿情來源",
        "輿情頻道",
        "輿情作者",
        "輿情內文",
        "主文/回文",
        "原始網址",
        "輿情時間",
        "總回文數",
    ]
    row = [
        "9",
        "酸掉的鮮乳",
        "討論區",
        "Gossiping",
        "甲",
        LONG,
        "主文",
        "https://a.example/1",
        "2026-03-02 10:30",
        "12",
    ]
    assert proposal(columns, row) == {
        "text": "輿情內文",
        "title": "輿情標題",
        "url": "原始網址",
        "published_at": "輿情時間",
        "author": "輿情作者",
        "comments": "總回文數",
    }


def test_names_that_say_nothing_leave_it_to_the_cells() -> None:
    columns = ["A", "B", "C", "D", "E"]
    cells = [
        [f"第 {n} 篇曜日", f"https://a.example/{n}", LONG + str(n), f"2026/3/2 上午 10:{n + 10}", str(n)]
        for n in range(5)
    ]
    assert proposal(columns, *cells) == {"text": "C", "title": "A", "url": "B", "published_at": "D"}


def test_a_name_that_its_cells_contradict_is_not_believed() -> None:
    columns = ["內容", "時間", "連結", "正文"]
    row = ["12", "早上", "看原文", LONG]
    assert proposal(columns, row) == {"text": "正文"}


def test_the_time_of_publication_is_not_that_of_the_export() -> None:
    columns = ["擷取時間", "發文時間", "內容"]
    assert proposal(columns, ["2026-03-03 10:00", "2026-03-02 10:00", LONG])["published_at"] == "發文時間"


def test_a_link_behind_a_title_is_the_address() -> None:
    columns = ["標題", "內容", "標題 🔗"]
    assert proposal(columns, ["酸掉的鮮乳", LONG, "https://a.example/1"])["url"] == "標題 🔗"


@pytest.mark.parametrize(
    ("text", "iso"),
    [("46083.4375", "2026-03-02T10:30:00"), ("46083", "2026-03-02"), ("123456", ""), ("12", ""), ("2026", "")],
)
def test_a_day_may_be_a_number_of_a_spreadsheet(text: str, iso: str) -> None:
    assert serial_time(text) == iso
    assert is_time(text) is bool(iso)


@pytest.mark.parametrize(
    ("day", "time", "said"),
    [
        ("46083", "0.4375", "2026-03-02 10:30:00"),
        ("2026/3/2", "10:30", "2026/3/2 10:30"),
        ("2026-03-02T00:00:00", "", "2026-03-02T00:00:00"),
        ("115/03/02", "下午 3:05", "115/03/02 下午 3:05"),
    ],
)
def test_day_and_time_in_two_columns_are_one_moment(day: str, time: str, said: str) -> None:
    record = record_of(Row(1, {"a": day, "b": time, "c": "x"}), {"published_at": "a", "time": "b", "text": "c"})
    assert record["published_at"] == said


def test_an_address_without_its_scheme_is_made_whole() -> None:
    assert whole_url("www.ptt.cc/bbs/x.html") == "https://www.ptt.cc/bbs/x.html"
    assert whole_url("看原文") == "看原文"
    assert is_url("https://a.example/1")
    assert not is_url("見 https://a.example/1")


@pytest.mark.parametrize("text", ["1,234", "1.2萬", "0", "100万+", "3.4k"])
def test_counts_as_sites_write_them(text: str) -> None:
    assert is_count(text)


def test_parts_of_a_day_are_times() -> None:
    assert fraction_time("0.4375") == "10:30:00"
    assert fraction_time("10:30") == "10:30"


@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_cells_look_like_something(cells: list[str]) -> None:
    assert look_of(cells).kind in ("url", "time", "count", "long", "short", "empty")


def test_a_kind_or_a_place_is_no_title() -> None:
    rows = [
        {
            "發文時間": f"2026-03-0{n} 10:00",
            "貼文連結": f"https://f.example/{n}",
            "貼文內容": f"我們致歉 {n}",
            "類型": kind,
        }
        for n, kind in enumerate(("photo", "link", "video"), start=1)
    ]
    _preset, mapped = propose(list(rows[0]), rows)
    assert "title" not in mapped
    assert mapped["text"] == "貼文內容"


def test_the_address_of_a_post_goes_before_what_it_links_to() -> None:
    row = {
        "created_time": "2026-03-01T10:00:00",
        "page_name": "曜日",
        "message": "文",
        "link": "https://n.example/1",
        "permalink_url": "https://f.example/2",
    }
    _preset, mapped = propose(list(row), [row])
    assert (mapped["url"], mapped["author"], mapped["text"]) == ("permalink_url", "page_name", "message")
