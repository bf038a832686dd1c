"""Posts of Weibo that are looked at again: their comments, and what tells that they are gone."""

import contextlib
import json
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given

from monitoring.sources import weibo
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Revisited
from sentinel.core.net.types import Response
from tests.monitoring.sources.test_weibo import DEFINITION, NOW, SHANGHAI, answer, json_values, payload, query_of

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


@pytest.mark.parametrize("words", ["快来发表你的评论吧", "还没有人评论哦~快来抢沙发！", "暂无数据"])
def test_that_nobody_has_commented_yet_is_no_refusal(words: str) -> None:
    for way in ("https://m.weibo.cn/comments/hotflow?id=5001&mid=5001", "https://m.weibo.cn/api/comments/show?id=5001"):
        body = answer(json.dumps({"ok": 0, "msg": words}).encode(), way)
        assert again(body, {**DEFINITION, "cookie": "SUB=x"}) == Revisited()
