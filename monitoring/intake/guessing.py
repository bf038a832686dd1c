"""Which column of any file says what: by words in its name, in both scripts and English, and by its cells (pure).

A vendor's preset is a start; what its columns are called changes, what their cells look like does not.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from monitoring.intake.cells import Look, look_of
from monitoring.intake.mapping import TARGETS, Mapped, Preset, detect
from monitoring.intake.records import FIGURES

SAMPLED = 50  # rows
_MOST_AUTHOR = 40  # characters, on average
_LEAST_TEXT = 20
# Words in a column's name, the plainer first. A name with one of the second words says something else.
HINTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "url": (
        ("url", "link", "網址", "网址", "連結", "链接", "鏈接", "permalink"),
        ("圖", "图", "image", "profile", "頭像"),
    ),
    "title": (
        ("標題", "标题", "title", "headline", "subject", "主旨", "題目", "题目"),
        (
            *(
                "類",
                "类",
                "type",
                "平台",
                "platform",
                "來源",
                "来源",
                "source",
                "頻道",
                "频道",
                "channel",
                "網站",
                "网站",
            ),
            *(
                "site",
                "domain",
                "情緒",
                "情绪",
                "sentiment",
                "國",
                "国",
                "地區",
                "地区",
                "country",
                "region",
                "語",
                "语",
            ),
            *("lang", "標籤", "标签", "tag", "狀態", "状态", "status", "性別", "性别", "gender"),
        ),
    ),
    "text": (
        ("內文", "正文", "全文", "內容", "内容", "content", "text", "body", "message", "原文", "本文", "貼文", "留言"),
        ("數", "数", "類型", "类型", "type", "id", "時間", "时间", "count"),
    ),
    "published_at": (
        (
            "發布時間",
            "發佈時間",
            "发布时间",
            "發文時間",
            "发文时间",
            "publish",
            "posted",
            "created",
            "時間",
            "时间",
            "日期",
            "date",
        ),
        ("擷取", "採集", "采集", "抓取", "入庫", "入库", "crawl", "captur", "added", "updated", "更新", "匯出", "导出"),
    ),
    "author": (
        (
            "作者",
            "發文者",
            "发布者",
            "發佈者",
            "博主",
            "author",
            "user",
            "暱稱",
            "昵称",
            "帳號",
            "账号",
            "姓名",
            "發言人",
        ),
        ("id", "url", "連結", "链接", "粉絲", "粉丝", "follower", "類型", "类型", "type", "數", "数"),
    ),
    "snippet": (("摘要", "snippet", "summary", "excerpt", "簡介"), ()),
    "reposts": (("轉發", "转发", "分享數", "分享数", "分享次數", "repost", "share", "retweet"), ()),
    "comments": (
        ("留言數", "評論數", "评论数", "回應數", "回覆數", "回复数", "回文數", "總則數", "comment", "repl", "评论"),
        (),
    ),
    "likes": (("按讚", "讚數", "点赞", "赞数", "like", "reaction", "心情"), ()),
    "views": (("點閱", "瀏覽", "浏览", "观看", "觀看", "閱讀", "阅读", "播放", "view", "impression"), ()),
}


def propose(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[Preset, Mapped]:
    """The vendor whose export it looks like (else the common names), and a proposal by names and by these rows."""
    preset, named = detect(columns)
    looks = {column: look_of([row.get(column) for row in rows[:SAMPLED]]) for column in columns}
    mapped = {target: column for target, column in named.items() if fits(target, looks[column])}
    for target in HINTS:
        if target not in mapped and (found := _hinted(target, columns, looks, mapped)):
            mapped[target] = found
    for target in ("url", "published_at", "text", "title"):
        if target not in mapped and (found := _by_cells(target, looks, mapped)):
            mapped[target] = found
    return preset, {target: mapped[target] for target in TARGETS if target in mapped}


def fits(target: str, look: Look) -> bool:
    """Whether cells that look like this can be what a column is to hold; of empty ones nothing is known."""
    if not look.filled:
        return True
    if target == "url":
        return look.urls >= 0.5
    if target == "published_at":
        return look.times >= 0.5
    if target in FIGURES:
        return look.counts >= 0.5 or look.kind == "short"
    if target in ("text", "title", "snippet"):
        return look.kind not in ("url", "time", "count")
    if target == "author":
        return look.length <= _MOST_AUTHOR and look.kind not in ("url", "time")
    return True


def _hinted(target: str, columns: Sequence[str], looks: Mapping[str, Look], taken: Mapped) -> str:
    words, others = HINTS[target]
    for word in words:
        for column in columns:
            name = column.casefold()
            is_free = column not in taken.values() and looks[column].filled
            if is_free and word in name and not any(one in name for one in others) and fits(target, looks[column]):
                return column
    return ""


def _by_cells(target: str, looks: Mapping[str, Look], taken: Mapped) -> str:
    """The free column whose cells look most like what is wanted; nothing is guessed of counts and names."""
    free = {column: look for column, look in looks.items() if column not in taken.values()}
    if target in ("url", "published_at"):
        wanted = "url" if target == "url" else "time"
        found = {column: look.distinct for column, look in free.items() if look.kind == wanted}
    else:
        least = _LEAST_TEXT if target == "text" else _LEAST_TEXT / 4
        others = HINTS[target][1]
        free = {column: look for column, look in free.items() if not any(one in column.casefold() for one in others)}
        found = {
            column: look.length
            for column, look in free.items()
            if look.kind in ("short", "long") and look.length >= least and look.distinct > 0.3
        }
    return max(found, key=lambda column: found[column], default="")
