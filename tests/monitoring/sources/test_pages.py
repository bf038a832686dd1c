"""The page of a post looked at again: what is a deletion, what is a wall, and what says nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitoring.sources import KINDS
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Revisited
from monitoring.sources.pages import read_revisit
from sentinel.core.net.types import Response

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POST = Item(
    url="https://bbs.example/t/1",
    title="曜日鮮乳喝到異物的經過",
    text="昨天在超商買的曜日鮮乳瓶底有黑色薄片，大家小心",
)
POINTED: dict[str, Any] = {"rows": "li", "detail_text": "div.c"}
WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "by selectors": ("listing", POINTED),
    "by density": ("listing", {"rows": "li"}),
    "of a feed": ("feed", {}),
}
SIGN_IN = "<form action=/login><input name=u><input type=password name=p></form>"


def look(way: str, body: str, status: int = 200) -> Revisited:
    kind, fields = WAYS[way]
    definition = KINDS[kind].validate({"url": "https://bbs.example/", **fields})
    answer = Response(POST.url, status, {"content-type": "text/html; charset=utf-8"}, body.encode())
    return read_revisit(KINDS[kind], definition, POST, answer, NOW, UTC)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "notice",
    [
        "<title>提示信息</title><body><p>抱歉，指定的主题不存在或已被删除或正在被审核</p>",
        f"<body>{SIGN_IN}<p>該帖已被刪除</p>",
        "<body>This post has been deleted by its author.</body>",
        "<body>原作者已刪除此貼文</body>",
    ],
)
def test_a_notice_in_the_place_of_a_post_is_a_deletion(way: str, notice: str) -> None:
    assert look(way, notice).is_gone


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "wall",
    [
        f"<title>登入</title><body><h1>請先登入</h1>{SIGN_IN}",
        f"<body><p>此內容無法查看，請登入後再試</p>{SIGN_IN}",
        "<body><p>抱歉，此主題需要登入才可查看權限</p>",
        "<title>提示信息</title><body><p>抱歉，您尚未登录，没有权限访问该版块</p>",
        "<title>Facebook</title><body><p>你必須先登入才能繼續</p>",
    ],
)
def test_a_wall_is_no_deletion(way: str, wall: str) -> None:
    with pytest.raises(SourceError) as refused:
        look(way, wall)
    assert refused.value.code == "login"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shell", ["", "<html><head><title>論壇</title></head><body><div id=app></div></body></html>"])
def test_an_empty_shell_says_nothing(way: str, shell: str) -> None:
    if way == "of a feed":
        assert look(way, shell) == Revisited()
        return
    with pytest.raises(SourceError) as missed:
        look(way, shell)
    assert missed.value.code == "layout"


@pytest.mark.parametrize("stub", ["已刪除", "本文已被作者刪除", "[內容已刪除]"])
def test_a_stub_in_the_place_of_its_words_is_a_deletion_and_no_edit(stub: str) -> None:
    seen = look("by selectors", f"<h1>{POST.title}</h1><div class=c>{stub}</div>")
    assert (seen.is_gone, seen.mark, seen.item) == (True, stub, None)


def test_other_words_are_an_edit_and_a_deleted_answer_is_none_of_it() -> None:
    body = f"<h1>{POST.title}</h1><div class=c>{POST.text}</div><div class=r>此留言已被刪除</div>"
    for way in WAYS:
        assert not look(way, body).is_gone
    seen = look("by selectors", "<div class=c>更正：店家已經說明，我的貼文被誤會了</div>")
    assert seen.item is not None
    assert not seen.is_gone
