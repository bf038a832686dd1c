"""Pages that list articles, read by selectors, and the articles' own pages."""

import contextlib
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import KINDS, listing
from monitoring.sources.items import DefinitionError, Item, SourceError
from monitoring.sources.kinds import GROUPS
from sentinel.core.net.types import Response

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=TAIPEI)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"
NEWS = listing.validate(
    {
        "url": "https://news.example.tw/list",
        "rows": "ul.news > li",
        "time": "time",
        "author": ".by",
        "summary": ".sum",
        "comments": ".c",
        "follow": False,
    }
)
FORUM = listing.validate(
    {
        "url": "https://forum.example.cn/forum-2-1.html",
        "rows": "tbody[id^=normalthread_]",
        "link": "a.xst",
        "author": ".by cite",
        "time": "em span",
        "views": ".num em",
        "comments": ".num a",
    }
)


def answer(body: bytes, url: str = NEWS["url"], status: int = 200) -> Response:
    return Response(url, status, {}, body)


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def test_rows_become_items_and_what_leads_nowhere_is_skipped() -> None:
    first, second = listing.parse(NEWS, answer(payload("listing_news.html")), NOW, TAIPEI).items
    assert first.url == "https://news.example.tw/story/1"
    assert first.title == "曜日乳業鮮乳遭疑變質 公司說明"
    assert first.published_at == datetime(2025, 6, 20, 10, 5, tzinfo=TAIPEI)
    assert (first.precision, first.author, first.text) == ("second", "雅婷", "第一段\n第二段")
    assert first.figures == {"comments": 12_000}
    assert not first.needs_detail
    assert second.published_at == datetime(2025, 6, 19, 18, 0, tzinfo=TAIPEI)


def test_a_forum_in_gbk_that_says_utf_8_gives_whole_times_from_their_title() -> None:
    first, second = listing.parse(FORUM, answer(payload("listing_discuz_gbk.html"), FORUM["url"]), NOW, TAIPEI).items
    assert first.title == "曜日酸奶过期还在卖"
    assert first.url == "https://forum.example.cn/forum.php?mod=viewthread&tid=881"
    assert first.published_at == datetime(2025, 6, 20, 8, 12, tzinfo=TAIPEI)
    assert first.figures == {"views": 1523, "comments": 36}
    assert first.author == "小明"
    assert first.needs_detail
    assert second.precision == "day"


def test_a_named_attribute_is_read_instead_of_the_text() -> None:
    definition = {**FORUM, "time": "em span@title", "title": "a.xst@href"}
    first, second = listing.parse(definition, answer(payload("listing_discuz_gbk.html")), NOW, TAIPEI).items
    assert first.precision == "minute"
    assert second.published_at is None
    assert first.title.startswith("forum.php")


ITEM = Item(
    "https://news.example.tw/story/1",
    title="列表上的標題…",
    published_at=datetime(2025, 6, 20, tzinfo=TAIPEI),
    precision="day",
    needs_detail=True,
)


def test_without_selectors_an_article_is_read_by_its_density() -> None:
    item = listing.detail(FORUM, ITEM, answer(payload("article_news.html")), NOW, TAIPEI)
    assert item.text.startswith("曜日乳業今（20）日表示")
    assert item.published_at == datetime(2025, 6, 20, 10, 5, tzinfo=TAIPEI)
    assert item.author == "王小明"
    assert not item.needs_detail


def test_selectors_on_an_article_win() -> None:
    definition = {**FORUM, "detail_text": ".content p", "detail_title": ".head h1", "detail_time": ".comments p"}
    item = listing.detail(definition, ITEM, answer(payload("article_news.html")), NOW.replace(hour=15), TAIPEI)
    assert item.title == '曜日乳業"新鮮"承諾遭疑 公司20日說明'
    assert item.text.count("\n") == 2
    assert item.published_at == datetime(2025, 6, 20, 11, 59, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer(b"<ul><li>other</li></ul>"), "layout"),
        (answer(b"<ul class=news><li>no link</li></ul>"), "layout"),
        (answer(b""), "layout"),
        (answer(payload("page_captcha.html")), "blocked"),
        (answer(b"<form><input type=password></form>"), "login"),
        (answer(b"<html></html>", url="https://passport.example.tw/login"), "login"),
        (answer(b"", status=403), "blocked"),
        (answer(b"", status=404), "http"),
    ],
)
def test_a_page_without_rows_says_why(response: Response, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        listing.parse(NEWS, response, NOW, TAIPEI)
    assert caught.value.code == code


def test_an_article_without_the_selected_text_has_a_new_layout() -> None:
    with pytest.raises(SourceError) as caught:
        listing.detail({**FORUM, "detail_text": ".gone"}, ITEM, answer(payload("article_news.html")), NOW, TAIPEI)
    assert caught.value.code == "layout"


def test_a_definition_tells_each_problem_at_its_field() -> None:
    with pytest.raises(DefinitionError) as caught:
        listing.validate({"url": "example", "rows": "li[", "time": "@title", "author": "em span@title", "link": "a >"})
    assert set(caught.value.problems) == {"url", "rows", "link"}


def test_every_kind_describes_its_form_and_where_its_fields_come_from() -> None:
    for kind in (kind for kind in KINDS.values() if any(one.name == "url" for one in kind.FIELDS)):
        names = [one.name for one in kind.FIELDS]
        assert len(names) == len(set(names))
        assert kind.NAME
        words = {"rows": "li", "link": "a", "query": "曜日", "forum": "曜日"}
        clean = kind.validate({"url": "https://example.com/", **words})
        assert set(clean) == {one.name for one in kind.FIELDS if not one.sparse and one.kind != "secret"}
        assert {one.group for one in kind.FIELDS} <= set(GROUPS)
        assert {"url", "text", "author", "published_at"} <= set(kind.origins(clean))
        assert kind.site(clean) == "example.com"
        assert kind.validate(clean) == clean


@given(st.binary(max_size=300) | st.text(alphabet='<>/="ulinewsahrftm -:0123&;中', max_size=300).map(str.encode))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    for read in (
        lambda: listing.parse(NEWS, answer(body), NOW, TAIPEI),
        lambda: listing.detail(FORUM, ITEM, answer(body), NOW, TAIPEI),
    ):
        with contextlib.suppress(SourceError):
            read()


@pytest.mark.parametrize(
    ("more", "counted"),
    [({}, {"comments": 3}), ({"floors_next": "a.next"}, {}), ({"detail_comments": "b.count"}, {"comments": 12})],
)
def test_of_a_thread_that_shows_all_its_comments_they_are_counted(
    more: dict[str, str], counted: dict[str, int]
) -> None:
    definition = {"url": "https://n.example/l", "rows": "li", "detail_text": "p", "floors": ".push", "floor_text": "i"}
    page = b"<b class=count>12</b><p>text</p>" + b"<div class=push><i>same</i></div>" * 2 + b"<div class=push></div>"
    item = Item(url="https://n.example/1", title="t", needs_detail=True)
    whole = listing.detail(
        listing.validate({**definition, "floors_first": "reply", **more}),
        item,
        Response(item.url, 200, {}, page),
        NOW,
        TAIPEI,
    )
    assert whole.figures == counted


def test_of_a_row_whose_first_link_is_a_picture_the_title_is_that_of_the_other_link_or_of_the_picture() -> None:
    definition = listing.validate({"url": "https://n.example/l", "rows": "li", "follow": False})
    page = (
        "<ul><li><a href=/1><img src=x alt=圖說></a><h3><a href=/1>鮮乳召回</a></h3><a href=/tag>標籤</a></li>"
        "<li><a href=/2><img src=x alt=只有圖></a><a href=/tag>標籤</a></li><li><a href=/3><img src=x></a></li></ul>"
    )
    items = listing.parse(definition, Response("https://n.example/l", 200, {}, page.encode()), NOW, TAIPEI).items
    assert [(item.url, item.title) for item in items] == [
        ("https://n.example/1", "鮮乳召回"),
        ("https://n.example/2", "只有圖"),
        ("https://n.example/3", ""),
    ]
