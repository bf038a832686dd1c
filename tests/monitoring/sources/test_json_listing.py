"""Lists in JSON: rows by paths, details as JSON or as pages, further pages, headers, and what means blocked."""

import contextlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import json_listing, listing
from monitoring.sources.items import DefinitionError, SourceError
from monitoring.sources.paging import pages_wished
from sentinel.core.net.types import Response

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=TAIPEI)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"
BASE = {
    "url": "https://api.example.tw/list",
    "rows": "data.list",
    "link": "https://www.example.tw/t/{id}",
    "title": "t",
    "time": "at",
    "pages": "3",
}
ROWS = {"code": 0, "data": {"cursor": "a b=", "list": [{"id": 1, "t": "一", "at": 1750385112}, {"id": 2, "t": "二"}]}}


def answer(data: object, url: str = BASE["url"], status: int = 200, **headers: str) -> Response:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Response(url, status, headers, body)


def clean(**more: Any) -> dict[str, Any]:
    return json_listing.validate({**BASE, **more})


def next_of(definition: dict[str, Any], response: Response) -> list[str]:
    return [request.url for request in json_listing.parse(definition, response, NOW, TAIPEI).next]


def test_rows_become_items() -> None:
    first, second = json_listing.parse(clean(), answer(ROWS), NOW, TAIPEI).items
    assert (first.url, first.title, first.precision) == ("https://www.example.tw/t/1", "一", "second")
    assert (second.url, second.published_at, second.needs_detail) == ("https://www.example.tw/t/2", None, False)


def test_pages_are_followed_by_number_and_end_where_nothing_is() -> None:
    definition = clean(page_url="https://api.example.tw/list?p={page}&k=曜")
    second = "https://api.example.tw/list?p=2&k=%E6%9B%9C"
    assert next_of(definition, answer(ROWS)) == ["https://api.example.tw/list?p=2&k=曜"]
    assert next_of(definition, answer(ROWS, second)) == ["https://api.example.tw/list?p=3&k=曜"]
    end = json_listing.parse(definition, answer({"data": {"list": []}}, second), NOW, TAIPEI)
    assert (end.items, end.next) == ([], [])


def test_an_offset_grows_by_what_a_page_held_and_a_number_may_begin_at_nought() -> None:
    by_offset = clean(page_url="https://api.example.tw/list?from={offset}")
    assert next_of(by_offset, answer(ROWS)) == ["https://api.example.tw/list?from=2"]
    assert next_of(by_offset, answer(ROWS, "https://api.example.tw/list?from=2")) == [
        "https://api.example.tw/list?from=4"
    ]
    by_index = clean(page_url="https://api.example.tw/list?page={page0}")
    assert next_of(by_index, answer(ROWS)) == ["https://api.example.tw/list?page=1"]
    assert next_of(by_index, answer(ROWS, "https://api.example.tw/list?page=1")) == [
        "https://api.example.tw/list?page=2"
    ]


def test_a_cursor_is_followed_until_there_is_none() -> None:
    definition = clean(page_url="https://api.example.tw/list?after={cursor}", next="data.cursor")
    assert next_of(definition, answer(ROWS)) == ["https://api.example.tw/list?after=a%20b%3D"]
    last = {"data": {"list": ROWS["data"]["list"], "cursor": None}}  # type: ignore[index]
    assert next_of(definition, answer(last)) == []


def test_the_link_header_and_a_stated_next_address_are_followed() -> None:
    link = '<https://api.example.tw/list?max=9>; rel="next", </list>; rel=prev'
    assert next_of(clean(), answer(ROWS, link=link)) == ["https://api.example.tw/list?max=9"]
    assert next_of(clean(pages="1"), answer(ROWS, link=link)) == []
    assert next_of(clean(), answer(ROWS, link='</list>; rel="next"')) == []  # the same page again
    stated = {**ROWS, "paging": {"next": "/list?n=2"}}
    assert next_of(clean(next="paging.next"), answer(stated)) == ["https://api.example.tw/list?n=2"]


def test_a_page_marks_its_next_page_and_a_selector_finds_it() -> None:
    page = b"<ul><li><a href=/1>one</a></ul><a class=n href='?p=2'>more</a><a rel='next nofollow' href='?p=9'>x</a>"
    definition = listing.validate({"url": "https://n.example/l", "rows": "li", "pages": "2", "follow": False})
    for more, expected in (({}, "https://n.example/l?p=9"), ({"next": "a.n"}, "https://n.example/l?p=2")):
        read = listing.parse({**definition, **more}, Response("https://n.example/l", 200, {}, page), NOW, TAIPEI)
        assert [request.url for request in read.next] == [expected]


def test_how_many_pages_are_read_is_said_by_the_definition() -> None:
    assert pages_wished(clean()) == 3
    assert pages_wished({"pages": "1"}) == 1
    assert pages_wished({"pages": "²"}) == pages_wished({}) > 1000


HEADERS = "Cookie: over18=1\nX-Requested-With: XMLHttpRequest"


def test_headers_and_cookies_go_to_the_sites_own_host_alone() -> None:
    definition = clean(headers=HEADERS, secret_headers="cookie: SUB=secret\nAuthorization: Bearer t", follow="page")
    sent = json_listing.start(definition)[0].headers
    assert sent["Cookie"] == "over18=1; SUB=secret"
    assert sent["Authorization"] == "Bearer t"
    assert sent["X-Requested-With"] == "XMLHttpRequest"
    item = json_listing.parse(definition, answer(ROWS), NOW, TAIPEI).items[0]
    assert set(json_listing.detail_request(definition, item).headers) == {"Referer", "Accept"}
    (onward,) = json_listing.parse(
        clean(secret_headers="Cookie: a=1", next="data.cursor"),
        answer({"data": {"list": ROWS["data"]["list"], "cursor": "https://evil.example/"}}),  # type: ignore[index]
        NOW,
        TAIPEI,
    ).next
    assert "Cookie" not in onward.headers


@pytest.mark.parametrize(
    ("more", "data", "status", "detail"),
    [
        ({"blocked_if": "code == `-352`"}, {"code": -352}, 200, "code == `-352`"),
        ({"blocked_if": "code != `0`"}, {"code": -412, "message": "x"}, 200, "code != `0`"),
        ({"blocked_text": "請稍候\n风控"}, {"message": "风控校验失败"}, 200, "风控"),
        ({"blocked_text": "风控"}, b'{"message": "\\u98ce\\u63a7"}', 200, "风控"),
        ({"blocked_text": "slow down"}, b"<html>Please slow down</html>", 200, "slow down"),
        ({}, b"<html>Just a moment...</html>", 200, "Just a moment..."),
        ({}, {"data": {}}, 403, "HTTP 403"),
    ],
)
def test_what_means_blocked_is_said_so(more: dict[str, str], data: object, status: int, detail: str) -> None:
    if isinstance(data, dict):
        data = json.loads(json.dumps(data, ensure_ascii=False))
    with pytest.raises(SourceError) as caught:
        json_listing.parse(clean(**more), answer(as_utf8(data), status=status), NOW, TAIPEI)
    assert (caught.value.code, caught.value.detail) == ("blocked", detail)


def as_utf8(data: object) -> bytes:
    return data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()


def test_a_page_that_shows_its_block_by_an_element_is_blocked() -> None:
    definition = listing.validate(
        {"url": "https://n.example/l", "rows": "li", "blocked_if": "#captcha", "follow": False}
    )
    page = b"<div id=captcha></div><ul><li><a href=/1>bait</a></ul>"
    with pytest.raises(SourceError) as caught:
        listing.parse(definition, Response("https://n.example/l", 200, {}, page), NOW, TAIPEI)
    assert (caught.value.code, caught.value.detail) == ("blocked", "#captcha")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"data": {"list": []}}, "empty"),
        ({"data": {"list": None}}, "empty"),
        ({"data": None}, "layout"),
        ({"code": -101, "message": "账号未登录", "data": {"list": None}}, "login"),
        ({"data": {}}, "layout"),
        ({"data": {"list": [{"t": "no id"}]}}, "layout"),
        (b"<html>hello</html>", "malformed"),
        (b"", "malformed"),
        (b'<form><input type="password"></form>', "login"),
    ],
)
def test_a_list_without_items_says_why(data: object, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        json_listing.parse(clean(), answer(data), NOW, TAIPEI)
    assert caught.value.code == code


def test_an_article_of_a_json_list_is_read_on_its_page_by_css_or_by_density() -> None:
    body = (PAYLOADS / "article_news.html").read_bytes()
    item = replace(
        json_listing.parse(clean(follow="page"), answer(ROWS), NOW, TAIPEI).items[0], url="https://a.example/1"
    )
    page = Response("https://a.example/1", 200, {}, body)
    by_density = json_listing.detail(clean(follow="page"), item, page, NOW, TAIPEI)
    assert by_density.text.startswith("曜日乳業今（20）日表示")
    by_css = json_listing.detail(clean(follow="page", detail_text=".content p"), item, page, NOW, TAIPEI)
    assert by_css.text.count("\n") == 2


def test_the_same_words_of_one_author_are_two_replies_and_keep_their_identity() -> None:
    page = """<div id=x>文</div><ul><li><b>甲</b><i>推</i></li><li><b>甲</b><i>推</i></li><li><b>乙</b><i>推</i></li>
      <li><b>丙</b><i></i></li></ul>"""
    definition = listing.validate(
        {"url": "https://n.example/l", "rows": "li", "detail_text": "#x", "floors": "ul > li"}
        | {"floors_first": "reply", "floor_text": "i", "floor_author": "b"}
    )
    item = replace(json_listing.parse(clean(), answer(ROWS), NOW, TAIPEI).items[0], precision="minute")
    read = [listing.detail(definition, item, Response(item.url, 200, {}, page.encode()), NOW, TAIPEI) for _ in range(2)]
    ids = [reply.site_id for reply in read[0].replies]
    assert [reply.author for reply in read[0].replies] == ["甲", "甲", "乙"]
    assert len(set(ids)) == 3
    assert ids == [reply.site_id for reply in read[1].replies]


def test_a_ranked_list_keeps_a_series_of_its_own_for_each_address() -> None:
    one, other = clean(ranked=True), clean(ranked=True, url="https://api.example.tw/other")
    first, second = json_listing.parse(one, answer(ROWS), NOW, TAIPEI).items
    assert (first.figures, second.figures) == ({"rank": 1}, {"rank": 2})
    again = json_listing.parse(one, answer({"data": {"list": ROWS["data"]["list"][::-1]}}), NOW, TAIPEI).items  # type: ignore[index]
    assert again[1].site_id == first.site_id
    assert again[1].figures == {"rank": 2}
    assert json_listing.parse(other, answer(ROWS, other["url"]), NOW, TAIPEI).items[0].site_id != first.site_id


def test_a_definition_tells_each_problem_at_its_field() -> None:
    with pytest.raises(DefinitionError) as caught:
        json_listing.validate(
            {
                "url": "api.example",
                "rows": "a[",
                "link": "https://x.example/{a[}",
                "time": "at =~ (",
                "page_url": "https://x.example/?p=2",
                "date_form": "yesterday",
                "headers": "no colon",
                "secret_headers": "User-Agent: Mozilla/5.0",
                "blocked_status": "40x",
                "detail_url": "https://x.example/{id}",
                "floors": "posts",
                "follow": "json",
            }
        )
    assert set(caught.value.problems) == {
        *("url", "rows", "link", "time", "page_url", "date_form", "headers", "secret_headers", "blocked_status"),
        *("detail_url", "floor_text"),
    }
    with pytest.raises(DefinitionError) as caught:
        clean(page_url="https://x.example/?c={cursor}", follow="page", detail_text="a[", blocked_if="b[")
    assert set(caught.value.problems) == {"next", "detail_text", "blocked_if"}


def test_fields_that_say_nothing_do_not_stand_in_a_definition() -> None:
    definition = listing.validate(
        {"url": "https://n.example/l", "rows": "li", "heat": "", "pages": "1", "headers": " "}
    )
    assert "heat" not in definition
    assert "pages" not in definition
    assert "secret_headers" not in definition
    assert {"link", "views", "follow"} <= set(definition)  # as stored definitions have always had them


@given(st.binary(max_size=200) | st.text(alphabet='{}[]":,0123data.list<>/', max_size=200).map(str.encode))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    definition = clean(follow="json", detail_text="x", page_url="https://api.example.tw/list?after={cursor}", next="c")
    for selector in ("", "script", "=~ data:(.*)"):
        with contextlib.suppress(SourceError):
            json_listing.parse({**definition, "json_in": selector}, answer(body), NOW, TAIPEI)


def test_a_list_may_hold_the_comments_on_each_of_its_rows() -> None:
    definition = clean(
        rows="[*]", link="link", floors="replies[?type == 'comment']", floors_first="reply", floor_text="text",
        floor_author="by", floor_id="id",
    )  # fmt: skip
    rows = [
        {
            "link": "/a",
            "replies": [{"id": 1, "type": "comment", "by": "小明", "text": "<p>一</p>"}, {"type": "pingback"}],
        },
        {"link": "/b", "replies": {"code": "closed"}},
    ]
    first, second = json_listing.parse(definition, answer(as_utf8(rows)), NOW, TAIPEI).items
    assert [(one.site_id, one.author, one.text) for one in first.replies] == [("#1", "小明", "一")]
    assert (second.replies, first.figures, first.needs_detail) == ((), {}, False)


def test_a_refusal_that_asks_to_sign_in_says_so() -> None:
    wanted = {"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=miniblog"}
    with pytest.raises(SourceError) as caught:
        json_listing.parse(clean(blocked_if="ok != `1`"), answer(as_utf8(wanted)), NOW, TAIPEI)
    assert caught.value.code == "login"


@pytest.mark.parametrize(
    "written",
    [
        "try{feedCardJsonpCallback(%s);}catch(e){};",
        "window.cb && window.cb(%s);",
        "var list = %s;",
        "const data=%s",
        "/**/jQuery1_2(%s);",
        ")]}'\n%s",
    ],
)
def test_json_that_a_script_hands_over_is_read(written: str) -> None:
    body = (written % json.dumps([{"u": "/1", "t": "一"}])).encode()
    (item,) = json_listing.parse(clean(rows="[*]", link="u", title="t"), answer(body), NOW, TAIPEI).items
    assert item.title == "一"


@pytest.mark.parametrize(
    ("posted", "kind"),
    [('{"type": "news", "詞": "曜日"}', "application/json"), ("type=news&n=20", "application/x-www-form-urlencoded")],
)
def test_a_list_may_be_asked_for_by_post_at_its_own_host(posted: str, kind: str) -> None:
    definition = clean(posted=posted, pages="2", next="data.next", secret_headers="Authorization: Bearer t")
    (first,) = json_listing.start(definition)
    assert (first.method, first.body, first.headers["Content-Type"]) == ("POST", posted.encode(), kind)
    rows = ROWS["data"]["list"]  # type: ignore[index]
    for onward, method in (("https://api.example.tw/2", "POST"), ("https://evil.example/2", "GET")):
        page = json_listing.parse(definition, answer({"data": {"list": rows, "next": onward}}), NOW, TAIPEI)
        assert [(one.url, one.method) for one in page.next] == [(onward, method)]
        assert (page.next[0].body, "Authorization" in page.next[0].headers) == (
            (posted.encode(), True) if method == "POST" else (b"", False)
        )
    assert json_listing.start(clean())[0].method == "GET"
    own = clean(posted=posted, headers="Content-Type: text/plain")
    assert json_listing.start(own)[0].headers["Content-Type"] == "text/plain"


def test_what_is_posted_is_json_where_it_looks_so() -> None:
    with pytest.raises(DefinitionError) as caught:
        clean(posted='{"type": news}')
    assert set(caught.value.problems) == {"posted"}
