"""Tieba: rows and floors whose JSON is escaped in many ways, floors as replies, and a captcha in the list's place."""

import contextlib
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import tieba
from monitoring.sources.items import DefinitionError, Item, SourceError
from sentinel.core.net.types import Response

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=SHANGHAI)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"
DEFINITION = tieba.validate({"forum": "曜日牛奶吧", "pages": "2"})
LIST = tieba.start(DEFINITION)[0].url
THREAD = Item(url="https://tieba.baidu.com/p/5274223109", title="曜日鲜奶喝到发霉的，有人也遇到吗", needs_detail=True)


def answer(name: str = "", url: str = LIST, *, status: int = 200, body: bytes = b"") -> Response:
    return Response(url, status, {}, body or ((PAYLOADS / name).read_bytes() if name else b""))


def at(hour: int, minute: int) -> datetime:
    return datetime(2025, 6, 20, hour, minute, tzinfo=SHANGHAI)


def test_a_forum_is_named_by_its_name_or_its_page() -> None:
    assert parse_qs(urlsplit(LIST).query) == {"kw": ["曜日牛奶"], "ie": ["utf-8"], "pn": ["0"]}
    by_page = tieba.validate({"forum": "https://tieba.baidu.com/f?kw=%E6%9B%9C%E6%97%A5%E7%89%9B%E5%A5%B6&fr=index"})
    assert by_page["forum"] == "曜日牛奶"
    with pytest.raises(DefinitionError):
        tieba.validate({"forum": ""})


def test_threads_are_read_from_a_list_in_a_comment_however_its_data_is_escaped() -> None:
    page = tieba.parse(DEFINITION, answer("presets/tieba.list.html"), NOW, SHANGHAI)
    assert [(item.url, item.title, item.author, item.figures) for item in page.items] == [
        ("https://tieba.baidu.com/p/5274223109", "曜日鲜奶喝到发霉的，有人也遇到吗", "阿明", {"comments": 31}),
        ("https://tieba.baidu.com/p/5274220001", "【吧规】发帖前必读", "吧主", {"comments": 12}),
        ("https://tieba.baidu.com/p/5274223999", "求推荐牛奶", "小红", {"comments": 0}),
    ]
    assert [item.published_at for item in page.items][::2] == [at(9, 12), datetime(2025, 6, 18, tzinfo=SHANGHAI)]
    assert all(item.needs_detail for item in page.items)
    assert parse_qs(urlsplit(page.next[0].url).query)["pn"] == ["50"]


def test_threads_are_read_from_the_json_of_newer_pages() -> None:
    items = tieba.parse(DEFINITION, answer("tieba_list_new.html", LIST.replace("pn=0", "pn=50")), NOW, SHANGHAI).items
    assert [(item.url, item.title, item.author) for item in items] == [
        ("https://tieba.baidu.com/p/9012345001", "曜日鲜奶结块了", "小红"),
        ("https://tieba.baidu.com/p/9012345002", "签到", "ming"),
    ]
    assert items[0].figures == {"comments": 8, "views": 230, "likes": 3}
    assert items[0].published_at == at(9, 30)


def test_the_first_floor_is_the_text_and_the_others_are_replies() -> None:
    item = tieba.detail(DEFINITION, THREAD, answer("presets/tieba.detail.html", THREAD.url), NOW, SHANGHAI)
    assert item.text == "早上打开就有一股味\n盒底一层霉，@曜日乳业 出来解释"
    assert (item.author, item.published_at, item.precision) == ("阿明", at(9, 12), "minute")
    assert item.figures == {"comments": 31}
    assert [(reply.author, reply.text, reply.published_at) for reply in item.replies] == [
        ("小红", "我家的也是，已经投诉了", at(10, 5))
    ]
    assert item.replies[0].url == "https://tieba.baidu.com/p/5274223109?pid=110615374700"
    assert not item.needs_detail


def test_floors_of_newer_pages_bring_the_answers_below_them_along() -> None:
    item = tieba.detail(DEFINITION, THREAD, answer("tieba_posts.json", THREAD.url), NOW, SHANGHAI)
    assert (item.text, item.author) == ("早上买的，[怒]打开就结块", "小红")
    (floor,) = item.replies
    assert (floor.text, floor.author) == ("同问", "阿明")
    assert [(one.text, one.author) for one in floor.replies] == [("已经打客服了", "小红")]


def test_the_interface_for_telephones_is_read_where_it_is_wished_for() -> None:
    definition = tieba.validate({"forum": "曜日牛奶", "pages": "2", "through": "interface"})
    (first,) = tieba.start(definition)
    assert urlsplit(first.url).path == "/mg/f/getFrsData"
    assert parse_qs(urlsplit(first.url).query)["pn"] == ["1"]
    page = tieba.parse(definition, answer("tieba_interface_list.json", first.url), NOW, SHANGHAI)
    assert [(one.url, one.title, one.figures, one.published_at) for one in page.items] == [
        ("https://tieba.baidu.com/p/9012345001", "曜日鲜奶结块了", {"comments": 8}, at(9, 30)),
    ]
    (onward,) = page.next
    assert parse_qs(urlsplit(onward.url).query)["pn"] == ["2"]
    assert tieba.parse(definition, answer("tieba_interface_list.json", onward.url), NOW, SHANGHAI).next == []

    asked = tieba.detail_request(definition, page.items[0])
    assert asked.url == "https://tieba.baidu.com/mg/p/getPbData?kz=9012345001&pn=1&rn=30"
    body = b'{"errno":0,"errmsg":"success","data":' + (PAYLOADS / "tieba_posts.json").read_bytes() + b"}"
    whole = tieba.detail(definition, page.items[0], answer(url=asked.url, body=body), NOW, SHANGHAI)
    assert (whole.text, whole.author) == ("早上买的，[怒]打开就结块", "小红")
    assert (whole.replies[0].text, whole.replies[0].replies[0].text) == ("同问", "已经打客服了")
    seen = tieba.revisited(definition, page.items[0], answer(url=asked.url, body=body), NOW, SHANGHAI)
    assert [one.url for one in seen.next] == [asked.url.replace("pn=1", "pn=2")]


def test_a_thread_that_is_looked_at_again_leads_to_its_newest_page_and_the_answers_below_floors() -> None:
    assert [one.url for one in tieba.revisit(DEFINITION, THREAD)] == [THREAD.url]
    seen = tieba.revisited(DEFINITION, THREAD, answer("presets/tieba.detail.html", THREAD.url), NOW, SHANGHAI)
    assert seen.item
    assert len(seen.replies) == 1
    assert [one.url for one in seen.next] == [
        f"{THREAD.url}?pn=2",
        "https://tieba.baidu.com/p/totalComment?tid=5274223109&pn=1&see_lz=0",
    ]
    below = tieba.revisited(DEFINITION, THREAD, answer("tieba_total_comment.json", seen.next[1].url), NOW, SHANGHAI)
    assert [(one.author, one.text, one.published_at) for one in below.replies] == [
        ("阿明", "投诉有用吗", at(10, 10)),
        ("小红", "回复 阿明 :客服没人接", at(10, 15)),
    ]


def test_a_floor_is_not_looked_at_by_itself() -> None:
    assert tieba.revisit(DEFINITION, Item(url="https://tieba.baidu.com/p/5274223109?pid=1")) == []


def test_a_deleted_thread_is_told_from_a_captcha() -> None:
    notice = "<title>贴吧404</title><p>很抱歉，该贴已被删除。</p>".encode()
    assert tieba.revisited(DEFINITION, THREAD, answer(url=THREAD.url, body=notice), NOW, SHANGHAI).mark
    assert tieba.revisited(DEFINITION, THREAD, answer(url=THREAD.url, status=404), NOW, SHANGHAI).is_gone
    with pytest.raises(SourceError, match="blocked"):
        tieba.revisited(DEFINITION, THREAD, answer("tieba_captcha.html", THREAD.url), NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer("tieba_captcha.html"), "blocked"),
        (answer(status=403), "blocked"),
        (answer(status=502), "http"),
        (answer(body="<p>根据相关法律法规和政策，本吧暂不开放</p>".encode()), "empty"),
        (answer(body=b"<p>something new</p>"), "layout"),
    ],
)
def test_a_captcha_is_said_and_never_no_threads(response: Response, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        tieba.parse(DEFINITION, response, NOW, SHANGHAI)
    assert caught.value.code == code


@given(st.text(max_size=80))
def test_no_data_field_raises_anything_but_a_source_error(text: str) -> None:
    body = f'<li class="j_thread_list" data-field="{text}"><a class="j_th_tit" href="/p/12345">x</a></li>'
    for html in (body, f'{{"thread_list": [{{"id": 1, "title": {text!r}}}]}}'):
        with contextlib.suppress(SourceError):
            tieba.parse(DEFINITION, answer(body=html.encode("utf-8", "replace")), NOW, SHANGHAI)
