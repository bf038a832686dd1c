"""How sites say that a post is no longer there, and what people merely write about deletion."""

import pytest

from monitoring.sources.gone import gone_mark, stub_of


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
        "原作者已刪除此貼文",
        "本帖已被删除。请登录后发表新帖",
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
        "此內容無法查看，請登入後再試",
        "抱歉，此主題需要登入才可查看權限",
        "抱歉，您尚未登录，没有权限访问该版块，文章不可见",
        "Sorry, this post does not exist for you; please log in",
        "网络不给力，请稍后重试",
        "The server is busy",
        "影片很好看",
    ],
)
def test_what_says_something_else_is_none(text: str) -> None:
    assert gone_mark(text) == ""


@pytest.mark.parametrize(
    "stub",
    ["已刪除", "[內容已刪除]", "本文已被作者刪除", "该帖已被版主删除", "[deleted]", "(removed)", "此留言已被刪除。"],
)
def test_what_stands_in_the_place_of_deleted_words_is_known(stub: str) -> None:
    assert stub_of(stub) == stub


@pytest.mark.parametrize(
    "text",
    [
        "",
        "我的貼文被版主刪除了",
        "貼文被刪除，我要抗議",
        "刪除了照片之後，店家才回覆，態度很差，完全沒有要負責的意思，下次不買了",
        "不要刪除",
    ],
)
def test_what_people_write_of_deletion_is_no_such_stub(text: str) -> None:
    assert stub_of(text) == ""
