"""The Weibo-style network: the JSON that its mobile page asks for, with a spell in which it refuses (pure)."""

import json
from html import escape
from typing import Any

from sentinel.drill.sites.answers import Answer, Asked, grown, page, paragraphs
from sentinel.drill.storyline import LOCAL, Quote, SitePost

SITE = "weibo"
NAME = "圍脖（演練）"
API = "/api/container/getIndex"
SHOW, COMMENTS = "/statuses/show", "/api/comments/show"
PAGE_SIZE = 30
PAGES = 5
_FIRST_ID = 5_200_000_000_000_000
_CUT_FROM = 140  # characters, as the real one cuts
_JSON = "application/json; charset=utf-8"
_MANY = 10_000
_TIME = "%a %b %d %H:%M:%S +0800 %Y"


def answer(asked: Asked) -> Answer | None:
    """A page of posts, one post, its comments or the rest of it, or a page for people; None where there is none."""
    if asked.path in (API, SHOW, COMMENTS) and _is_blocked(asked):
        return _refusal()
    if asked.path == API:
        return _search(asked)
    if asked.path in (SHOW, COMMENTS):
        return _post_or_comments(asked)
    if asked.path == "/statuses/extend":
        post = _find(asked, asked.query.get("id", ""))
        return _json({"ok": 1, "data": {"ok": 1, "longTextContent": _markup(post)}}) if post else None
    if asked.path == "/":
        rows = "".join(f"<li>{_for_people(post)}</li>" for post in asked.posts(SITE)[:PAGE_SIZE])
        return Answer(page(NAME, f"<h1>{NAME}</h1><ul>{rows}</ul>").encode())
    identifier = asked.path.removeprefix("/detail/")
    post = _find(asked, identifier) if identifier != asked.path else None
    return Answer(page(NAME, _for_people(post)).encode()) if post else None


def _json(content: dict[str, Any]) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False).encode(), _JSON)


def _is_blocked(asked: Asked) -> bool:
    """Whether the scenario has the network refuse crawlers now."""
    run = asked.run
    minute = (asked.now - run.started_at).total_seconds() / 60 * run.speed
    return run.scenario.blocked is not None and run.scenario.blocked[0] <= minute < run.scenario.blocked[1]


def _refusal() -> Answer:
    """How the network refuses: HTTP 200, and `ok` says it."""
    return _json({"ok": -100, "errno": "-100", "msg": "請先登入", "url": "/login"})


def _search(asked: Asked) -> Answer:
    """A page of the newest posts, every third one in a group of its own."""
    number = asked.query.get("page", "1")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 1
    posts = asked.posts(SITE)
    shown = posts[(at - 1) * PAGE_SIZE : at * PAGE_SIZE]
    if not shown:
        return _json({"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}})
    cards: list[dict[str, Any]] = []
    for place, post in enumerate(shown):
        card = {"card_type": 9, "scheme": f"http://{asked.place}/detail/{_id(post)}", "mblog": _mblog(post, asked)}
        cards.append({"card_type": 11, "show_type": 1, "card_group": [card]} if place % 3 == 2 else card)
    info: dict[str, Any] = {"containerid": asked.query.get("containerid", ""), "total": len(posts)}
    if at * PAGE_SIZE < len(posts):
        info["page"] = at + 1
    return _json({"ok": 1, "data": {"cardlistInfo": info, "cards": cards}})


def _id(post: SitePost) -> str:
    return str(_FIRST_ID + post.number)


def _post_or_comments(asked: Asked) -> Answer:
    """A post by itself, or who answered it until now."""
    post = _find(asked, asked.query.get("id", ""))
    if post is None:
        return _json({"ok": 0, "errno": "20101", "msg": "该微博不存在"})
    if asked.path == SHOW:
        return _json({"ok": 1, "data": _mblog(post, asked)})
    replies = [
        {
            "id": f"{_id(post)}{place:03}",
            "text": escape(reply.text),
            "created_at": reply.at.astimezone(LOCAL).strftime(_TIME),
            "user": {"screen_name": reply.author},
        }
        for place, reply in enumerate(post.replies)
        if reply.at <= asked.now
    ]
    return _json({"ok": 1, "data": {"data": replies, "max": 1}} if replies else {"ok": 0, "msg": "暂无数据"})


def _find(asked: Asked, identifier: str) -> SitePost | None:
    return next((post for post in asked.posts(SITE) if _id(post) == identifier), None)


def _mblog(post: SitePost, asked: Asked) -> dict[str, Any]:
    """A post as the interface has it: text as markup, counts as numbers or as 1.2万."""
    is_long = len(_own_text(post)) > _CUT_FROM
    cut = f'{escape(_own_text(post)[:_CUT_FROM])}...<a href="/detail/{_id(post)}">全文</a>'
    blog: dict[str, Any] = {
        "id": _id(post),
        "mid": _id(post),
        "text": cut if is_long else _markup(post),
        "isLongText": is_long,
        "created_at": post.at.astimezone(LOCAL).strftime(_TIME),
        "source": "手機",
        "reposts_count": _count(grown(post.reposts, post, asked)),
        "comments_count": _count(grown(post.comments, post, asked)),
        "attitudes_count": _count(grown(post.likes, post, asked)),
        "user": {"id": post.number, "screen_name": post.author, "verified": post.is_official},
    }
    if post.quotes:
        blog["retweeted_status"] = _quoted(post.quotes[-1])
    return blog


def _quoted(original: Quote) -> dict[str, Any]:
    return {"text": escape(original.text), "user": {"screen_name": original.author}}


def _own_text(post: SitePost) -> str:
    """What the reposter wrote and whom the repost passed through; the original stands beside it."""
    return post.text + "".join(f"//@{quote.author}:{quote.text}" for quote in post.quotes[:-1])


def _markup(post: SitePost) -> str:
    links = "".join(
        f'//<a href="/n/{escape(quote.author)}">@{escape(quote.author)}</a>:{escape(quote.text)}'
        for quote in post.quotes[:-1]
    )
    return escape(post.text).replace("\n", "<br />") + links


def _count(count: int) -> int | str:
    return f"{count / _MANY:.1f}万" if count >= _MANY else count


def _for_people(post: SitePost) -> str:
    quotes = "".join(f"<blockquote>@{escape(one.author)}：{escape(one.text)}</blockquote>" for one in post.quotes)
    when = post.at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")
    return f"<article><p><b>{escape(post.author)}</b> <time>{when}</time></p>{paragraphs(post.text)}{quotes}</article>"
