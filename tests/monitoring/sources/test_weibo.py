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
from monitoring.sources.items import DefinitionError, SourceError
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
        (answer(b"<html><title>Sina Visitor System</title></html>"), "login"),
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


@pytest.mark.parametrize("data", [{"cards": []}, {"cards": None}, {"cards": [{"card_type": 58}]}])
def test_a_first_page_without_a_post_is_empty_and_no_success(data: object) -> None:
    with pytest.raises(SourceError) as caught:
        weibo.parse(DEFINITION, answer(json.dumps({"ok": 1, "data": data}).encode()), NOW, SHANGHAI)
    assert caught.value.code == "empty"
    further = answer(json.dumps({"ok": 1, "data": data}).encode(), FIRST.replace("page=1", "page=2"))
    assert weibo.parse(DEFINITION, further, NOW, SHANGHAI).items == []
