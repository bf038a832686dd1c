"""How sites say that a post is no longer there, and what people merely write about deletion."""

import pytest

from monitoring.sources.gone import gone_mark


@pytest.mark.parametrize(
    "notice",
    [
        "抱歉，此微博已被作者删除。查看帮助：http://t.cn/Rfd3rQV",
        "该微博不存在",
        "微博不存在或暂无查看权限!",
        "抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。",
        "抱歉，作者已设置仅展示半年内微博，此微博已不可见。",
        "抱歉，根据作者设置的微博可见时间范围，此微博已不可见。",
        "该账号因被投诉违反法律法规和《微博社区公约》的相关规定，现已无法查看。",
        "很抱歉，该贴已被删除。",
        "抱歉，指定的主題不存在或已被刪除或正在被審核",
        "提示信息 抱歉，指定的主题不存在或已被删除或正在被审核",
        "此文章已被作者刪除",
        "您要找的頁面不存在",
        "視頻已下架",
        "This post has been removed by the moderators",
        "Sorry, this page no longer exists.",
        "The topic does not exist",
    ],
)
def test_a_notice_is_understood(notice: str) -> None:
    assert gone_mark(notice)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "曜日鮮乳喝到發霉",
        "客服說沒有這回事",
        "請先登入才能繼續",
        "网络不给力，请稍后重试",
        "The server is busy",
        "影片很好看",
    ],
)
def test_what_says_something_else_is_none(text: str) -> None:
    assert gone_mark(text) == ""
