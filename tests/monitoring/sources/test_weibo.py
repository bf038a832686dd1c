"""Weibo's mobile interface: nested cards, counts in words, and blocks that come as answers."""

import contextlib
import json
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import weibo
from monitoring.sources.figures import read_count
from monitoring.sources.items import DefinitionError, Item, SourceError
from monitoring.sources.kinds import Revisited
from sentinel.core.net.types import Response

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=SHANGHAI)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"
DEFINITION = weibo.validate({"url": "https://m.weibo.cn", "query": "曜日乳业", "pages": "3"})
FIRST = weibo.start(DEFINITION)[0].url


def answer(body: bytes, url: str = FIRST, status: int = 200) -> Response:
    return Response(url, status, {"content-type": "application/json; charset=utf-8"}, body)


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def test_a_search_asks_for_the_first_page_in_the_networks_own_form() -> None:
    parts = urlsplit(FIRST)
    assert (parts.netloc, parts.path) == ("m.weibo.cn", "/api/container/getIndex")
    assert parse_qs(parts.query) == {
        "containerid": ["100103type=61&q=曜日乳业"],
        "page_type": ["searchall"],
        "page": ["1"],
    }


def test_posts_are_found_in_nested_cards() -> None:
    page = weibo.parse(DEFINITION, answer(payload("weibo_search.json")), NOW, SHANGHAI)
    assert [item.site_id for item in page.items] == ["5001", "5002", "5003", "5004"]
    first = page.items[0]
    assert first.url == "https://m.weibo.cn/detail/5001"
    assert first.text == "曜日乳业的酸奶[怒]坏了\n找客服没人理 @曜日乳业"
    assert (first.author, first.precision) == ("雅婷", "minute")
    assert first.published_at == datetime(2025, 6, 20, 10, 27, tzinfo=SHANGHAI)
    assert first.figures == {"reposts": 1_000_000, "comments": 12_000, "likes": 35}


def test_a_repost_quotes_its_original_whether_the_author_is_there_or_not() -> None:
    page = weibo.parse(DEFINITION, answer(payload("weibo_search.json")), NOW, SHANGHAI)
    quoted, orphan = page.items[1], page.items[2]
    assert quoted.text == "转发微博//@爆料君:原来的内容&链接"
    assert quoted.published_at == datetime(2025, 6, 20, 9, 39, 20, tzinfo=SHANGHAI)
    assert quoted.figures == {"reposts": 0, "likes": 1}
    assert orphan.text == "转发//抱歉，作者已设置仅展示半年内微博"
    assert (orphan.author, orphan.precision) == ("", "day")


def test_a_long_text_is_read_whole_with_a_second_call() -> None:
    page = weibo.parse(DEFINITION, answer(payload("weibo_search.json")), NOW, SHANGHAI)
    long = page.items[3]
    assert long.needs_detail
    assert long.text == "长文开头……//@月见乳业:月见乳业公告"
    assert weibo.detail_request(DEFINITION, long).url == "https://m.weibo.cn/statuses/extend?id=5004"
    whole = weibo.detail(DEFINITION, long, answer(payload("weibo_extend.json")), NOW, SHANGHAI)
    assert whole.text == "长文开头，\n后面还有很多内容。//@月见乳业:月见乳业公告"
    assert not whole.needs_detail


def test_pages_are_followed_up_to_the_limit_of_the_definition() -> None:
    url, read = FIRST, 0
    while True:
        read += 1
        onward = weibo.parse(DEFINITION, answer(payload("weibo_search.json"), url), NOW, SHANGHAI).next
        if not onward:
            break
        url = onward[0].url
    assert read == 3


def test_a_list_by_since_id_is_followed_with_it() -> None:
    body = json.loads(payload("weibo_search.json"))
    body["data"]["cardlistInfo"] = {"since_id": 777, "page": None}
    onward = weibo.parse(DEFINITION, answer(json.dumps(body).encode()), NOW, SHANGHAI).next
    assert parse_qs(urlsplit(onward[0].url).query)["since_id"] == ["777"]


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer(payload("weibo_login_wanted.json")), "login"),
        (
            answer(b'{"ok": 0, "msg": "\xe8\xaf\xb7\xe6\xb1\x82\xe8\xbf\x87\xe4\xba\x8e\xe9\xa2\x91\xe7\xb9\x81"}'),
            "blocked",
        ),
        (answer(b'{"ok": 0}'), "blocked"),
        (answer(b"", status=432), "blocked"),
        (
            answer(b"<html><title>Sina Visitor System</title></html>", "https://passport.weibo.com/visitor/visitor"),
            "login",
        ),
        (answer(payload("weibo_nothing.json")), "empty"),
        (answer(b"<html>hello</html>"), "malformed"),
        (answer(b"[1]"), "malformed"),
        (answer(b"", status=502), "http"),
    ],
)
def test_a_block_is_said_and_never_no_posts(response: Response, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        weibo.parse(DEFINITION, response, NOW, SHANGHAI)
    assert caught.value.code == code


def test_the_end_of_the_pages_is_no_failure() -> None:
    page = weibo.parse(
        DEFINITION, answer(payload("weibo_nothing.json"), FIRST.replace("page=1", "page=2")), NOW, SHANGHAI
    )
    assert page.items == []
    assert page.next == []


def test_a_definition_has_words_or_a_whole_interface_address() -> None:
    whole = "http://127.0.0.1:8123/api/container/getIndex?containerid=1076031"
    definition = weibo.validate({"url": whole})
    assert weibo.start(definition)[0].url == whole
    assert weibo.site(definition) == "127.0.0.1"
    assert definition["pages"] == "1"
    for bad, field in (({"url": "https://m.weibo.cn"}, "query"), ({"url": "weibo", "query": "x"}, "url")):
        with pytest.raises(DefinitionError) as caught:
            weibo.validate(bad)
        assert list(caught.value.problems) == [field]


@pytest.mark.parametrize(
    ("shown", "count"),
    [
        ("100万+", 1000000),
        ("1.2万", 12000),
        ("3.4k", 3400),
        ("1,234", 1234),
        ("评论(56)", 56),
        ("2亿", 200000000),
        (7, 7),
        ("转发", None),
        (None, None),
        (True, None),
        (-1, None),
        ("-5", None),
        ("−5", None),
        ("", None),
    ],
)
def test_counts_are_read_as_sites_show_them(shown: object, count: int | None) -> None:
    assert read_count(shown) == count


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["mblog", "card_group", "id", "text", "user", "created_at", "retweeted_status", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, json_values)
def test_no_answer_raises_anything_but_a_source_error(cards: object, info: object) -> None:
    body = json.dumps({"ok": 1, "data": {"cards": cards, "cardlistInfo": info}}).encode()
    with contextlib.suppress(SourceError):
        weibo.parse(DEFINITION, answer(body), NOW, SHANGHAI)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        weibo.parse(DEFINITION, answer(body), NOW, SHANGHAI)


# --- accounts and the hot list ------------------------------------------------------------------


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize(
    "account", ["1669879400", "https://weibo.com/u/1669879400", "https://m.weibo.cn/profile/1669879400?x=1"]
)
def test_an_account_is_read_by_its_timeline(account: str) -> None:
    definition = weibo.validate({"url": "https://m.weibo.cn", "reads": "account", "account": account})
    assert query_of(weibo.start(definition)[0].url) == {
        "type": "uid",
        "value": "1669879400",
        "containerid": "1076031669879400",
        "page": "1",
    }
    assert weibo.channel(definition) == "social"


def test_an_account_that_is_known_by_name_is_found_by_its_page() -> None:
    definition = weibo.validate(
        {"url": "https://m.weibo.cn", "reads": "account", "account": "https://weibo.com/n/曜日乳业"}
    )
    (request,) = weibo.start(definition)
    assert request.url == "https://m.weibo.cn/n/%E6%9B%9C%E6%97%A5%E4%B9%B3%E4%B8%9A"
    page = weibo.parse(definition, answer(b"<html>", "https://m.weibo.cn/u/1669879400"), NOW, SHANGHAI)
    assert query_of(page.next[0].url)["containerid"] == "1076031669879400"


def test_a_profile_leads_to_the_tab_with_its_posts() -> None:
    whole = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1669879400"
    page = weibo.parse(weibo.validate({"url": whole}), answer(payload("weibo_profile.json"), whole), NOW, SHANGHAI)
    assert page.items == []
    assert query_of(page.next[0].url)["containerid"] == "1076031669879400"


def test_an_account_must_be_named() -> None:
    with pytest.raises(DefinitionError) as caught:
        weibo.validate({"url": "https://m.weibo.cn", "reads": "account"})
    assert list(caught.value.problems) == ["account"]


def test_the_hot_list_tells_rank_and_heat_and_leaves_out_what_is_paid() -> None:
    definition = weibo.validate({"url": "https://m.weibo.cn", "reads": "hot"})
    assert query_of(weibo.start(definition)[0].url)["containerid"].startswith("106003type=25")
    assert weibo.channel(definition) == "search"
    items = weibo.parse(definition, answer(payload("weibo_hot.json")), NOW, SHANGHAI).items
    assert [(item.title, item.figures) for item in items] == [
        ("总有一些事让我们热泪盈眶", {}),
        ("曜日鲜奶发霉", {"rank": 1, "heat": 2_231_077}),
        ("新剧开播", {"rank": 2, "heat": 983_211}),
    ]
    assert query_of(items[1].url)["containerid"] == "100103type=1&t=10&q=#曜日鲜奶发霉#"
    assert weibo.revisit(definition, items[1]) == []


def test_the_hot_list_of_the_networks_own_page_is_read_too() -> None:
    rows = [
        {"word": "曜日鲜奶发霉", "num": 880_123, "realpos": 1, "word_scheme": "#曜日鲜奶发霉#"},
        {"word": "某品牌", "num": 5, "is_ad": 1},
        {"word": "新剧", "num": 5000, "realpos": 2},
    ]
    body = json.dumps({"ok": 1, "data": {"realtime": rows}}).encode()
    definition = weibo.validate({"url": "https://weibo.com/ajax/side/hotSearch", "reads": "hot"})
    assert weibo.start(definition)[0].url == "https://weibo.com/ajax/side/hotSearch"
    items = weibo.parse(definition, answer(body, "https://weibo.com/ajax/side/hotSearch"), NOW, SHANGHAI).items
    assert [(item.title, item.figures) for item in items] == [
        ("曜日鲜奶发霉", {"rank": 1, "heat": 880_123}),
        ("新剧", {"rank": 2, "heat": 5000}),
    ]


def test_a_cookie_goes_with_every_request_and_stands_in_no_definition() -> None:
    definition = weibo.validate({"url": "https://m.weibo.cn", "query": "曜日", "cookie": "SUB=x"})
    assert "SUB" not in json.dumps({name: value for name, value in definition.items() if name != "cookie"})
    whole = {**definition, "cookie": "SUB=x"}
    item = weibo.parse(whole, answer(payload("weibo_search.json")), NOW, SHANGHAI).items[3]
    for request in (*weibo.start(whole), weibo.detail_request(whole, item), *weibo.revisit(whole, item)):
        assert request.headers["Cookie"] == "SUB=x"


def test_posts_are_found_in_cards_of_shapes_nobody_has_seen_yet() -> None:
    post = {
        "id": "1",
        "text": "曜日",
        "created_at": "刚刚",
        "user": {"screen_name": "甲"},
        "retweeted_status": {"id": "9"},
    }
    for data in (
        {"cards": [{"card_type": 156, "left_element": {"mblog": post}}]},
        {"cards": [{"card_group": [{"card_group": [{"mblog": post}]}]}]},
        {"list": [post]},
        {"statuses": {"0": post}},
        {"cards": {"0": {"items": [{"data": post}]}}},
    ):
        page = weibo.parse(DEFINITION, answer(json.dumps({"ok": 1, "data": data}).encode()), NOW, SHANGHAI)
        assert [item.site_id for item in page.items] == ["1"]


# --- posts that are looked at again -------------------------------------------------------------

POST = Item(url="https://m.weibo.cn/detail/5001", text="曜日乳业的酸奶坏了", site_id="5001")
SHOW = "https://m.weibo.cn/statuses/show?id=5001"


def show(content: dict[str, object], status: int = 200) -> Response:
    return answer(json.dumps(content).encode(), SHOW, status)


def again(response: Response, definition: dict[str, str] = DEFINITION) -> Revisited:
    return weibo.revisited(definition, POST, response, NOW, SHANGHAI)


def mblog(**fields: object) -> dict[str, object]:
    return {"id": "5001", "text": "x", "created_at": "刚刚", "user": {"screen_name": "甲"}, **fields}


def test_a_post_is_asked_for_by_itself_and_then_its_comments() -> None:
    assert [one.url for one in weibo.revisit(DEFINITION, POST)] == [SHOW]
    seen = again(
        show({"ok": 1, "data": mblog(text="改过的", edit_count=1, comments_count=3, pics={"0": {"url": "x"}})})
    )
    assert seen.item
    assert (seen.item.text, seen.item.figures) == ("改过的", {"comments": 3})
    assert [one.url for one in seen.next] == ["https://m.weibo.cn/api/comments/show?id=5001&page=1"]


def test_a_post_without_comments_asks_for_none() -> None:
    assert again(show({"ok": 1, "data": mblog(comments_count=0)})).next == []


def test_a_long_text_is_read_whole_again() -> None:
    seen = again(show({"ok": 1, "data": mblog(isLongText=True, comments_count=0)}))
    assert [one.url for one in seen.next] == ["https://m.weibo.cn/statuses/extend?id=5001"]
    whole = weibo.revisited(DEFINITION, POST, answer(payload("weibo_extend.json"), seen.next[0].url), NOW, SHANGHAI)
    assert whole.item
    assert whole.item.text == "长文开头，\n后面还有很多内容。"
    inside = again(show({"ok": 1, "data": mblog(isLongText=True, longText={"longTextContent": "全部"})}))
    assert inside.item
    assert (inside.item.text, inside.item.needs_detail) == ("全部", False)


@pytest.mark.parametrize(
    "content",
    [
        {"ok": 0, "errno": "20101", "msg": "target weibo does not exist!"},
        {"ok": 0, "message": "该微博不存在", "error_code": 20101, "http_code": 400},
        {"ok": 0, "msg": "微博不存在或暂无查看权限!"},
        {"ok": 1, "data": mblog(text="抱歉，此微博已被作者删除。查看帮助", user=None, deleted="1")},
        {"ok": 1, "data": mblog(text="", user=None, visible={"type": 1, "list_id": 0})},
    ],
)
def test_a_deleted_or_hidden_post_is_told_by_the_networks_own_words(content: dict[str, object]) -> None:
    seen = again(show(content, 400 if content.get("http_code") else 200))
    assert seen.is_gone
    assert seen.mark


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (show({"ok": -100, "url": "https://passport.weibo.com/sso/signin"}), "login"),
        (show({"ok": 0, "errno": "100005", "msg": "请求过于频繁，歇歇吧"}), "blocked"),
        (answer(b"", SHOW, 432), "blocked"),
        (answer(b"", SHOW, 418), "blocked"),
        (answer(b"", SHOW, 414), "blocked"),
        (answer(b"<title>Sina Visitor System</title>", "https://passport.weibo.com/visitor/visitor"), "login"),
        (answer(b"", SHOW, 502), "http"),
    ],
)
def test_a_refusal_is_no_deletion(response: Response, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        again(response)
    assert caught.value.code == code


def test_a_deleted_post_in_a_list_leaves_the_one_that_is_known_alone() -> None:
    gone = mblog(text="抱歉，此微博已被作者删除。查看帮助", user=None)
    body = json.dumps({"ok": 1, "data": {"cards": [{"mblog": gone}, {"mblog": mblog(id="2")}]}}).encode()
    assert [item.site_id for item in weibo.parse(DEFINITION, answer(body), NOW, SHANGHAI).items] == ["2"]


@pytest.mark.parametrize(
    "text",
    [
        "【求证】今日中午微博管理员占用带宽，造成微博无法访问，目前已被停职，所下载的影片硬盘已被没收。",
        "面对网友三万条转发，公安局坐不住了，叫大家耐心等待，女孩连发两条求助微博都被删除",
        "她已经被开除，她的微博也删除了全部内容。对此我们该做些什么？",
    ],
)
def test_a_post_without_an_author_that_tells_of_deletion_is_no_notice_of_one(text: str) -> None:
    body = json.dumps({"ok": 1, "data": {"cards": [{"mblog": mblog(text=text, user=None)}]}}).encode()
    (item,) = weibo.parse(DEFINITION, answer(body), NOW, SHANGHAI).items
    assert item.text == text


def test_a_repost_whose_original_is_gone_keeps_the_words_that_are_known() -> None:
    repost = mblog(retweeted_status={"id": "4", "text": "抱歉，此微博已被作者删除。", "user": None, "deleted": "1"})
    seen = again(show({"ok": 1, "data": repost})).item
    assert seen
    assert seen.is_partial


def test_comments_come_with_the_answers_below_them_and_lead_on_by_max_id() -> None:
    flow = "https://m.weibo.cn/comments/hotflow?id=5001&mid=5001&max_id_type=0"
    seen = again(answer(payload("weibo_hotflow.json"), flow), {**DEFINITION, "cookie": "SUB=x"})
    first, second = seen.replies
    assert (first.author, first.text, first.figures) == ("小红", "我家的也是[怒]", {"likes": 12, "comments": 3})
    assert first.published_at == datetime(2025, 6, 20, 10, 1, 20, tzinfo=SHANGHAI)
    assert [(one.author, one.text) for one in first.replies] == [("阿明", "投诉了吗")]
    assert (second.text, second.figures["likes"]) == ("@曜日乳业 出来", 12_000)
    onward, children = (query_of(one.url) for one in seen.next)
    assert (onward["max_id"], onward["max_id_type"]) == ("139275305686179", "0")
    assert children["cid"] == "5179000000000001"  # three answers, of which one came along


def test_where_one_way_to_the_comments_is_closed_the_other_is_tried_once() -> None:
    plain = "https://m.weibo.cn/api/comments/show?id=5001&page=1"
    closed = json.dumps({"ok": -100}).encode()
    (other,) = again(answer(closed, plain)).next
    assert urlsplit(other.url).path == "/comments/hotflow"
    with pytest.raises(SourceError, match="login"):
        again(answer(closed, other.url))


def test_a_network_without_that_call_is_seen_by_the_page_of_the_post() -> None:
    (page,) = again(answer(b"", SHOW, 404)).next
    assert page.url == POST.url
    there = answer("<html><p>曜日乳业的酸奶坏了</p></html>".encode(), POST.url)
    assert again(there).item == POST
    assert again(answer(b"", POST.url, 404)).is_gone
    told = answer("<html><title>微博-出错了</title><p>微博不存在或暂无查看权限!</p></html>".encode(), POST.url)
    assert again(told).mark
    data = json.dumps([{"status": mblog(text="改过的"), "call": 1}], ensure_ascii=False)
    rendered = answer(f"<script>var $render_data = {data}[0] || {{}};</script>".encode(), POST.url)
    seen = again(rendered).item
    assert seen
    assert seen.text == "改过的"


@given(json_values)
def test_no_answer_about_a_post_raises_anything_but_a_source_error(content: object) -> None:
    for path in (SHOW, "https://m.weibo.cn/comments/hotflow?id=5001", "https://m.weibo.cn/api/comments/show?id=5001"):
        with contextlib.suppress(SourceError):
            again(answer(json.dumps({"ok": 1, "data": content}).encode(), path))
