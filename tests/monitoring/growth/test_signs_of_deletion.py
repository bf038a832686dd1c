"""What a site answers in the place of a post: only what says that it is deleted counts, and is taken back."""

import pytest

from monitoring.visiting.rewording import is_cut
from tests.fakes.hostile import Behaviour, answer, redirect
from tests.monitoring.growth.conftest import Clock
from tests.monitoring.growth.stage import look, the_post, the_revisit
from tests.monitoring.growth.test_growing import article
from tests.monitoring.growth.test_growing import pages as pages

pytestmark = pytest.mark.usefixtures("clock")
BAR = "<nav><a href=/>首頁</a><a href=/login>登入</a><a href=/reg>註冊</a></nav><form><input type=password></form>"
HOT = "<ul><li>熱門文章</li></ul>"


def shown(html: str, *fields: str, status: str = "200 OK") -> Behaviour:
    return answer(html.encode(), "Content-Type: text/html; charset=utf-8", *fields, status=status)


GONE = {
    "a forum's notice below its bar": shown(f"<title>提示信息</title>{BAR}<p>抱歉，指定的主题不存在或已被删除</p>"),
    "a page that is not found": shown(f"<title>找不到網頁</title><p>找不到您要的頁面</p>{HOT}", status="404 Not Found"),
    "its author took it away": shown("<title>Dcard</title><h1>這篇文章已經被作者刪除</h1>"),
    "a network's notice": shown("<title>微博</title><p>抱歉，此微博已被作者删除。查看帮助</p>"),
    "a newspaper's notice": shown("<title>新聞網</title><p>很抱歉，您要查看的新聞已經下架</p>"),
    "in English": shown("<title>Forum</title><p>The requested topic does not exist.</p>"),
}
NOT_GONE = {
    "the front page": redirect("/"),
    "the list": redirect("/news"),
    "the page to sign in": redirect("/member/login?next=/a/1"),
    "a form to sign in": shown("<title>登入</title><form><input type=password></form><p>請先登入後查看本文</p>"),
    "sign in to see whether": shown("<title>提示</title><p>您需要登录才可以查看该内容，或该内容已被删除</p>"),
    "a captcha": shown("<title>安全验证</title><p>请完成下方验证后继续操作</p><div class=geetest_captcha></div>"),
    "a challenge": shown("<title>Just a moment...</title>", status="403 Forbidden"),
    "maintenance": shown("<title>系統維護中</title><p>系統維護中，請稍後再試</p>"),
    "maintenance with a wait": shown("維護", "Retry-After: 600", status="503 Service Unavailable"),
    "not in this country": shown("unavailable", status="451 Unavailable For Legal Reasons"),
    "too often": shown("slow", "Retry-After: 60", status="429 Too Many Requests"),
    "nothing": shown(""),
    "a page that a script would fill": shown("<title></title><div id=app></div><script src=/x.js></script>"),
    "a wall after the first lines": shown(
        "<title>曜日鮮乳發霉</title><article><p>第0段：曜日鮮乳被消費者投訴發霉</p><p>訂閱後閱讀全文</p></article>"
    ),
}


@pytest.mark.parametrize("pages", ["article"], indirect=True)
@pytest.mark.parametrize(("name", "is_gone"), [*((name, True) for name in GONE), *((name, False) for name in NOT_GONE)])
def test_what_stands_in_the_place_of_a_post(pages: dict[str, object], clock: Clock, name: str, is_gone: bool) -> None:
    pages |= {"/": shown("<title>首頁</title><p>最新消息</p>"), "/member/login": shown("<input type=password>")}
    pages["/a/1"] = {**GONE, **NOT_GONE}[name]
    for _ in range(3):
        clock.forward(hours=1)
        look(clock.now)
    post = the_post()
    assert (post.gone_at is not None, post.revision) == (is_gone, 1), the_revisit().outcome
    pages["/a/1"] = article()
    clock.forward(days=1)
    look(clock.now)
    assert (the_post().gone_at, the_post().revision) == (None, 1)


@pytest.mark.parametrize(
    ("after", "cut"),
    [
        ("曜日鮮乳被投訴發霉，業者表示 登入會員看全文", True),
        ("曜日鮮乳被投訴發霉， Subscribe to read on", True),
        ("曜日鮮乳被投訴發霉，業者表示正在調查當中。", False),  # the last sentence was taken out
        ("曜日鮮乳被投訴發霉，業者表示正在調查當中。加入會員的都退費。請洽門市，謝謝大家的支持與愛護。", False),
        ("登入後查看", False),
        ("月見乳業的牛奶很好喝，登入會員看全文", False),
    ],
)
def test_the_beginning_before_a_wall_is_told_from_an_edit(after: str, cut: bool) -> None:
    assert is_cut("曜日鮮乳被投訴發霉，業者表示正在調查當中。家長說不能接受。", after) is cut
