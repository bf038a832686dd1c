"""The small language of selectors, over HTML and over JSON; dates in a site's own form; the JSON in a page."""

import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitoring.sources.dating import Dating, is_form
from monitoring.sources.html_rows import HtmlRow, is_css
from monitoring.sources.json_rows import JsonRow, is_path, json_in
from monitoring.sources.selecting import page_address

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=TAIPEI)
FLOOR = """<div class="l_post" data-field='{"author":{"user_name":"小明"},"content":{"post_id":7701}}'>
<a href="/p/9?see=1" onclick="go('/p/9')">看全文</a><time title="2025-06-20 08:12">2小時前</time>
<div class="d"><p>一</p><p class="quote">引文</p><p>二</p></div><pre>甲
乙</pre></div>"""


def html(text: str) -> HtmlRow:
    root = LexborHTMLParser(text).root
    assert root is not None
    return HtmlRow(root)


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ("a", "看全文"),
        ("a@href", "/p/9?see=1"),
        (".l_post@data-field => author.user_name", "小明"),
        (".l_post@data-field => content.post_id", "7701"),
        (r"a@href =~ /p/(\d+)", "9"),
        (r"a@onclick =~ '[^']+'", "'/p/9'"),
        (r".l_post@data-field => author.user_name =~ .$", "明"),
        (".none", ""),
        (".none => a", ""),
        (r"a =~ (x)", ""),
        ("a => b", ""),
        ("", ""),
    ],
)
def test_a_value_on_a_page(selector: str, value: str) -> None:
    assert html(FLOOR).value(selector) == value


def test_a_text_keeps_its_lines_and_leaves_out_what_is_removed() -> None:
    assert html(FLOOR).block(".d") == "一\n引文\n二"
    assert html(FLOOR).block(".d", ".quote") == "一\n二"
    assert html(FLOOR).block("pre") == "甲\n乙"
    assert html(FLOOR).block("p, .d") == "一\n引文\n二"


DATA: dict[str, Any] = {
    "list": [
        {"id": 7, "t": "a &amp; b", "html": "<p>一</p><blockquote>引</blockquote><p>二</p>", "ok": False, "f": 3.0}
    ],
    "empty": [],
    "of": {"one": {"id": 1}, "two": {"id": 2}},
    "inner": '{"a": {"b": "深"}}',
    "at": 1750385112,
    "ms": "1750385112000",
}


@pytest.mark.parametrize(
    ("selector", "value"),
    [
        ("list[0].id", "7"),
        ("list[0].t", "a & b"),
        ("list[0].f", "3"),
        ("list[0].ok", ""),
        ("of.*.id", "1, 2"),
        ("list[?id==`7`].t | [0]", "a & b"),
        ("nothing.here || at", "1750385112"),
        ("inner => a.b", "深"),
        (r"ms =~ ^\d{4}", "1750"),
        ("length(nothing)", ""),
        ("of", ""),
    ],
)
def test_a_value_in_json(selector: str, value: str) -> None:
    assert JsonRow(DATA).value(selector) == value


def test_json_gives_texts_times_and_rows() -> None:
    row = JsonRow(DATA)
    assert row.block("list[0].html", "blockquote") == "一\n二"
    for where in ("at", "ms"):
        found = row.time(where, Dating(NOW, TAIPEI))
        assert found is not None
        assert found.at.isoformat() == "2025-06-20T10:05:12+08:00"
    assert [one.value("id") for one in row.rows("of")] == ["1", "2"]
    assert row.rows("nothing[*].x") == []
    assert row.is_empty_list("empty")
    assert row.is_empty_list("empty[*].x")
    assert not row.is_empty_list("nothing[*].x")
    assert not row.is_empty_list("list")


def test_an_address_is_a_link_a_path_or_a_template() -> None:
    base = "https://s.example/list/"
    assert page_address(JsonRow({"u": "../t/7"}), "u", base) == "https://s.example/t/7"
    assert (
        page_address(JsonRow({"id": 7, "s": "曜 日/x"}), "/t/{s}/{id}", base)
        == "https://s.example/t/%E6%9B%9C%20%E6%97%A5%2Fx/7"
    )
    assert page_address(JsonRow({"id": None}), "/t/{id}", base) == ""
    assert page_address(JsonRow({"u": "javascript:void(0)"}), "u", base) == ""
    assert (
        page_address(html(FLOOR), "https://t.example/p/{.l_post@data-field => content.post_id}", base)
        == "https://t.example/p/7701"
    )
    assert page_address(html(FLOOR), r"a@onclick =~ '(.+)'", base) == "https://s.example/p/9"


@pytest.mark.parametrize("wrong", ["a[", "a => [", "a =~ (", "a =~ x =~ y", "a => b => c", "a =~  ", "x" * 700])
def test_what_is_not_of_the_language_is_known(wrong: str) -> None:
    assert not is_css(wrong)


def test_paths_and_templates_are_checked_too() -> None:
    assert is_path("a[?b=='c'].d | [0]")
    assert is_path("https://s.example/{a.b}/{c}")
    assert not is_path("a[")
    assert not is_path("https://s.example/{a[}")
    assert not is_css("/t/{a[}")


def test_a_regular_expression_that_takes_too_long_finds_nothing() -> None:
    before = time.process_time()
    assert JsonRow({"a": "a" * 60 + "!"}).value(r"a =~ ^(a|a|a)*(a+)+$") == ""
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("text", "selector", "path"),
    [
        ('{"a": 1}', "", "a"),
        ('\ufeff  cb({"a": 1});', "", "a"),
        (')]}\'\n{"a": 1}', "", "a"),
        ('/**/jQuery_1.cb({"a": 1})', "", "a"),
        ('"{\\"a\\": 1}"', "", "a"),
        ('<script id="__NEXT_DATA__">{"props": {"a": 1}}</script>', "script#__NEXT_DATA__", "props.a"),
        ('<script>window.S = {"a": 1, "u": undefined};(function(){})()</script>', r"=~ window\.S\s*=\s*", "a"),
        ('<script>window.S = JSON.parse("{\\"a\\": 1}")</script>', r"script =~ JSON\.parse\(", "a"),
        ('<p><!--s-data:{"a": 1}--></p><!-- {"a": 2} -->', "=~ <!--s-data:(.*?)-->", "a"),
        ("<div data-x='{&quot;a&quot;: 1}'></div>", "div@data-x", "a"),
        ('<script id="s">{"data": {"a": 1}}</script>', "script#s => data", "a"),
    ],
)  # fmt: skip
def test_the_json_of_an_answer_is_found(text: str, selector: str, path: str) -> None:
    assert JsonRow(json_in(text, selector)).value(path) == "1"


@pytest.mark.parametrize(("text", "selector"), [("<html>", ""), ("", ""), ("<p>", "script"), ("[" * 100_000, "")])
def test_an_answer_without_json_raises_one_kind_of_error(text: str, selector: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  json's own error is one
        json_in(text, selector)


@pytest.mark.parametrize(
    ("form", "text", "at", "precision"),
    [
        ("%d/%m/%Y %H:%M", "05/06/2025 08:12", "2025-06-05T08:12:00+08:00", "minute"),
        ("%m.%d %H:%M", "12.31 23:00", "2024-12-31T23:00:00+08:00", "minute"),
        ("%Y%m%d", "20250620", "2025-06-20T00:00:00+08:00", "day"),
        ("%d %b %Y %H:%M:%S %z", "20 Jun 2025 02:05:12 +0000", "2025-06-20T02:05:12+00:00", "second"),
        ("%d/%m/%Y", "2025-06-20 08:12", "2025-06-20T08:12:00+08:00", "minute"),  # another form is still understood
        ("%d/%m/%Y", "20/12/2025", None, ""),  # never in the future
    ],
)
def test_a_sites_own_form_of_dates_is_read_first(form: str, text: str, at: str | None, precision: str) -> None:
    found = Dating(NOW, TAIPEI, form).read(text)
    if at is None:
        assert found is None or found.at <= NOW
    else:
        assert found is not None
        assert (found.at.isoformat(), found.precision) == (at, precision)


def test_a_form_of_dates_states_at_least_a_day() -> None:
    assert is_form("%Y-%m-%d")
    assert is_form("%d. %B %Y %I:%M %p")
    for wrong in ("yesterday", "%Y", "%Q", "%Y-%m-%d %", ""):
        assert not is_form(wrong)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "id"]), inner, max_size=3),
    max_leaves=10,
)
PATHS = ["a", "a.b", "a[0].b", "a[*].id", "[*]", "a[?id==`1`]", "a.*", "length(a)", "a => b"]
PATHS += ["join('', [a, b])", "sort_by(a, &id)[0]"]


@given(json_values, st.sampled_from(PATHS))
def test_no_json_value_makes_a_path_stumble(data: Any, path: str) -> None:
    row = JsonRow(data)
    assert isinstance(row.value(path), str)
    assert isinstance(row.block(path), str)
    row.time(path, Dating(NOW, TAIPEI))
    row.holds(path)
    for one in row.rows(path):
        one.value("id")
