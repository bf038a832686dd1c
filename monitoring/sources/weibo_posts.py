"""The posts, comments and hot-list entries in the JSON of Weibo-style interfaces (pure).

Cards of type 9 hold an `mblog`, cards of type 11 a `card_group` of further cards; other shapes nest lists and
objects of their own, so every one of a page is looked through, a few levels deep.
"""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from monitoring.crawling.dates import parse_date
from monitoring.crawling.markup import parse_html, text_of
from monitoring.sources.figures import read_count
from monitoring.sources.gone import notice_of
from monitoring.sources.items import Item
from monitoring.sources.weibo_answers import text_value

COUNTS = {"reposts": "reposts_count", "comments": "comments_count", "likes": "attitudes_count", "views": "reads_count"}
_DEEPEST = 8
_REST = ("全文", "...全文", "…全文", "展开", "展开全文")
_RANK = re.compile(r"img_search_(\d{1,3})\b")
_PUBLIC = frozenset({"", "0"})


def posts_in(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The posts of a page, wherever they nest; what a post itself holds (its original) is not looked at."""
    if depth > _DEEPEST:
        return
    if isinstance(data, list):
        for one in data:
            yield from posts_in(one, depth + 1)
    elif isinstance(data, dict):
        if _is_post(data):
            yield data
            return
        for one in data.values():
            if isinstance(one, dict | list):
                yield from posts_in(one, depth + 1)


def _is_post(value: dict[str, Any]) -> bool:
    return "text" in value and "created_at" in value and any(name in value for name in ("id", "mid", "bid"))


def post_item(base: str, post: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    """A post as an item; None where it cannot be told apart, or where it is gone. `base` is scheme and host."""
    identifier = text_value(post.get("id") or post.get("mid") or post.get("bid"))
    if not identifier or absence_of(post):
        return None
    text, quoted = _post_text(post), post.get("retweeted_status")
    orphaned = isinstance(quoted, dict) and bool(absence_of(quoted))
    if isinstance(quoted, dict):
        text = f"{text}//{_mention(quoted)}{_post_text(quoted)}"
    published = parse_date(text_value(post.get("created_at")), now, zone)
    return Item(
        url=f"{base}/detail/{quote(identifier, safe='')}",
        text=text,
        author=author_of(post),
        site_id=identifier,
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures=figures_of(post),
        needs_detail=post.get("isLongText") is True and not _long_text(post),
        is_partial=orphaned,
    )


def figures_of(post: dict[str, Any]) -> dict[str, int]:
    """What is counted for a post."""
    counts = {name: read_count(post.get(key)) for name, key in COUNTS.items()}
    return {name: count for name, count in counts.items() if count is not None}


def absence_of(post: dict[str, Any]) -> str:
    """What shows that a post, or the original in a repost, is deleted or hidden; empty where it is there."""
    if author_of(post):
        return ""  # a notice has no author
    visible = post.get("visible")
    kind = text_value(visible.get("type")) if isinstance(visible, dict) else ""
    said = notice_of(_post_text(post))
    if said:
        return said
    if post.get("deleted") in (1, "1", True):
        return "deleted"
    return f"visible {kind}" if kind not in _PUBLIC else ""


def author_of(post: dict[str, Any]) -> str:
    """The screen name of whoever wrote it; empty where that account is gone."""
    user = post.get("user")
    return text_value(user.get("screen_name")) if isinstance(user, dict) else ""


def _mention(post: dict[str, Any]) -> str:
    """How a reposter quotes the author, who may be gone."""
    author = author_of(post)
    return f"@{author}:" if author else ""


def _post_text(post: dict[str, Any]) -> str:
    return plain_text(_long_text(post) or text_value(post.get("text")) or text_value(post.get("raw_text")))


def _long_text(post: dict[str, Any]) -> str:
    long = post.get("longText")
    return text_value(long.get("longTextContent")) if isinstance(long, dict) else ""


def plain_text(marked: str) -> str:
    """A post's HTML as text: emoji images by their names, without the link to the rest of a long text."""
    if "<" not in marked and "&" not in marked:
        return marked.strip()
    tree = parse_html(marked)
    for image in tree.css("img[alt]"):
        image.replace_with(image.attributes.get("alt") or "")
    for link in tree.css("a"):
        if link.text().strip() in _REST:
            link.decompose(recursive=False)
    return text_of(tree.body or tree.root)


def comments_in(base: str, post_id: str, rows: Any, now: datetime, zone: tzinfo) -> tuple[Item, ...]:
    """The comments of a list, each with the answers that came with it; `rows` is the list as it came."""
    if not isinstance(rows, list):
        return ()  # `false` where there are none
    found = (_comment(base, post_id, row, now, zone) for row in rows if isinstance(row, dict))
    return tuple(item for item in found if item)


def _comment(base: str, post_id: str, row: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    identifier, text = text_value(row.get("id") or row.get("idstr")), plain_text(text_value(row.get("text")))
    if not identifier or not text:
        return None
    published = parse_date(text_value(row.get("created_at")), now, zone)
    likes = read_count(row.get("like_count", row.get("like_counts")))
    answers = read_count(row.get("total_number"))
    figures = {"likes": likes, "comments": answers}
    return Item(
        url=f"{base}/detail/{quote(post_id, safe='')}?cid={quote(identifier, safe='')}",
        text=text,
        author=author_of(row),
        site_id=f"comment-{identifier}",
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures={name: count for name, count in figures.items() if count is not None},
        replies=comments_in(base, post_id, row.get("comments"), now, zone),
    )


def hot_entries(base: str, data: Any) -> list[Item]:
    """The entries of a hot list: what is talked about, its rank and its heat; what is pinned or paid has no rank."""
    rows = data.get("realtime") if isinstance(data, dict) else None
    found = rows if isinstance(rows, list) else _hot_cards(data)
    items: dict[str, Item] = {}
    for row in found:
        place = sum("rank" in one.figures for one in items.values()) + 1
        item = _hot_entry(base, row, place) if isinstance(row, dict) else None
        if item:
            items.setdefault(item.site_id, item)
    return list(items.values())


def _hot_cards(data: Any) -> list[Any]:
    """The entries of the first card: the others are suggestions."""
    cards = data.get("cards") if isinstance(data, dict) else None
    groups = (card.get("card_group") for card in cards if isinstance(card, dict)) if isinstance(cards, list) else ()
    return next((group for group in groups if isinstance(group, list)), [])


def _hot_entry(base: str, row: dict[str, Any], place: int) -> Item | None:
    words = text_value(row.get("desc")) or text_value(row.get("word")) or text_value(row.get("note"))
    if not words or _is_paid(row):
        return None
    heat = read_count(row.get("desc_extr", row.get("num")))
    rank = _rank_of(row) if heat is not None or "realpos" in row else None
    figures = {"rank": rank if rank is not None or heat is None else place, "heat": heat}
    search = urlencode({"containerid": f"100103type=1&t=10&q={_searched(row) or words}"})
    return Item(
        url=f"{base}/search?{search}",
        title=words,
        text="",
        site_id=f"hot-{words}",
        figures={name: figure for name, figure in figures.items() if figure is not None},
    )


def _is_paid(row: dict[str, Any]) -> bool:
    return row.get("is_ad") in (1, "1", True) or "promotion" in row


def _rank_of(row: dict[str, Any]) -> int | None:
    """The rank that the entry states, in a number or in its picture's name."""
    stated = read_count(row.get("realpos"))
    if stated:
        return stated
    found = _RANK.search(text_value(row.get("pic")))
    return int(found[1]) if found else None


def _searched(row: dict[str, Any]) -> str:
    """The words that the entry leads to a search for."""
    container = parse_qs(urlsplit(text_value(row.get("scheme"))).query).get("containerid", [""])[0]
    return parse_qs(container).get("q", [""])[0] or text_value(row.get("word_scheme"))
