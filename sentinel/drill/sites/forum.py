"""The forum: pages as Discuz! makes them, in GBK, with relative times in the list (pure)."""

from datetime import datetime
from html import escape

from sentinel.drill.sites.answers import Answer, Asked, grown, page, paragraphs
from sentinel.drill.storyline import LOCAL, SitePost

SITE = "forum"
NAME = "巷口生活論壇（演練）"
LIST = "/forum.php?mod=forumdisplay&fid=2"
IN_LIST = 120
CHARSET = "gbk"
_HTML = f"text/html; charset={CHARSET}"
# What crawlers read on these pages; the first floor is the thread's post, the others answer it.
SELECTORS = {
    "rows": "tbody[id^=normalthread_]",
    "link": "a.xst",
    "time": "td.by em span",
    "author": "td.by cite a",
    "comments": "td.num a",
    "views": "td.num em",
    "detail_text": "#postlist > div:first-child td[id^=postmessage_]",
    "detail_time": "#postlist > div:first-child em span@title",
    "detail_author": "#postlist > div:first-child .authi a",
    "detail_title": "#thread_subject",
    "floors": "#postlist > div",
    "floor_text": "td[id^=postmessage_]",
    "floor_time": "em span@title",
    "floor_author": ".authi a",
    "floor_id": "td[id^=postmessage_]@id",
}


def answer(asked: Asked) -> Answer | None:
    """The list of threads or a thread; None where there is no such page."""
    if asked.path not in ("/", "/forum.php"):
        return None
    if asked.query.get("mod") == "viewthread":
        post = asked.post(SITE, asked.query.get("tid", ""))
        return _answer(_thread(post, asked)) if post else None
    return _answer(_list(asked))


def _answer(html: str) -> Answer:
    # GB 18030 is GBK with all other characters; a site that says gbk is read so by everyone.
    return Answer(html.encode("gb18030"), _HTML)


def _list(asked: Asked) -> str:
    rows = "".join(_row(post, asked) for post in asked.posts(SITE)[:IN_LIST])
    body = (
        f'<div id="pt"><a href="/">{escape(NAME)}</a> &gt; 生活消費</div>'
        f'<table summary="forum_2" id="threadlisttableid">'
        f'<tbody id="separatorline"><tr><th>版塊主題</th></tr></tbody>{rows}</table>'
    )
    return page(f"生活消費 - {NAME}", body, CHARSET)


def _row(post: SitePost, asked: Asked) -> str:
    heard = _replies(post, asked.now)
    counts = max(grown(post.comments, post, asked), heard)
    return (
        f'<tbody id="normalthread_{post.number}"><tr>'
        f'<th><a href="forum.php?mod=viewthread&amp;tid={post.number}" class="s xst">{escape(post.title)}</a></th>'
        f'<td class="by"><cite><a>{escape(post.author)}</a></cite><em>{_time(post.at, asked.now)}</em></td>'
        f'<td class="num"><a class="xi2">{counts}</a><em>{counts * 37 + 12}</em></td></tr></tbody>'
    )


def _replies(post: SitePost, now: datetime) -> int:
    return sum(reply.at <= now for reply in post.replies)


def _time(at: datetime, now: datetime) -> str:
    """As Discuz! writes times: relative for a week, with the full time in `title`."""
    here, seconds = at.astimezone(LOCAL), (now - at).total_seconds()
    full = here.strftime("%Y-%m-%d %H:%M:%S")
    days = (now.astimezone(LOCAL).date() - here.date()).days
    if seconds < 60:
        shown = f"{max(int(seconds), 1)}&nbsp;秒前"
    elif seconds < 3600:
        shown = f"{int(seconds // 60)}&nbsp;分鐘前"
    elif days == 0:
        shown = f"{int(seconds // 3600)}&nbsp;小時前"
    elif days in (1, 2):
        shown = f"{'昨天' if days == 1 else '前天'}&nbsp;{here:%H:%M}"
    elif days < 7:
        shown = f"{days}&nbsp;天前"
    else:
        shown = full[:10]
    return f'<span title="{full}">{shown}</span>'


def _thread(post: SitePost, asked: Asked) -> str:
    floors = [_floor(post.number * 100, post.author, post.text, post.at, asked.now)]
    floors += [
        _floor(post.number * 100 + place, reply.author, reply.text, reply.at, asked.now)
        for place, reply in enumerate(post.replies, start=1)
        if reply.at <= asked.now
    ]
    body = (
        f'<div id="pt"><a href="/">{escape(NAME)}</a></div><h1 class="ts"><span id="thread_subject">'
        f'{escape(post.title)}</span></h1><div id="postlist">{"".join(floors)}</div>'
    )
    return page(f"{post.title} - {NAME}", body, CHARSET)


def _floor(number: int, author: str, text: str, at: datetime, now: datetime) -> str:
    return (
        f'<div id="post_{number}"><table><tr><td class="pls"><div class="authi"><a>{escape(author)}</a></div></td>'
        f'<td class="plc"><em id="authorposton{number}">發表於 {_time(at, now)}</em></td></tr>'
        f'<tr><td class="t_f" id="postmessage_{number}">{paragraphs(text)}</td></tr></table></div>'
    )
