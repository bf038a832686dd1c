"""What pages of Tieba hold: threads of a list, floors of a thread, answers below floors (pure)."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitoring.crawling.dates import Parsed, parse_date
from monitoring.crawling.json_text import read_json
from monitoring.crawling.markup import html_to_text, line_of, parse_html, text_of
from monitoring.sources.figures import read_count
from monitoring.sources.items import Item

_COMMENT_MARKS = re.compile(r"<!--|-->")
_TIME = re.compile(r"\d{1,2}[:：]\d\d|\d{4}-\d|\d{1,2}-\d{1,2}|前$|刚刚")
_FIGURES = re.compile(r"共有?\s*(\d+)\s*页")
_MOST = 500  # floors or threads of one page


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a thread. `first` is floor 1 where the page holds it, `floors` are the others.

    `replies` and `pages` are what the site counts; `has_answers` says that there are answers below floors.
    """

    title: str = ""
    first: Item | None = None
    floors: tuple[Item, ...] = ()
    replies: int | None = None
    pages: int = 1
    has_answers: bool = False


def read_list(base: str, text: str, now: datetime, zone: tzinfo) -> list[Item]:
    """The threads of a list, each to be read on its own page."""
    rows = _listed(text, "thread_list")
    if rows:
        found = [_thread_of_json(base, row, now, zone) for row in rows]
    else:
        tree = parse_html(_COMMENT_MARKS.sub("", text))
        found = [_thread_of_row(base, row, now, zone) for row in tree.css("[data-field]") if _is_thread_row(row)]
    return list({item.url: item for item in found[:_MOST] if item}.values())


def _is_thread_row(row: LexborNode) -> bool:
    return "j_thread_list" in (row.attributes.get("class") or "") or row.css_first("a.j_th_tit") is not None


def _thread_of_row(base: str, row: LexborNode, now: datetime, zone: tzinfo) -> Item | None:
    data, link = data_field(row), row.css_first("a.j_th_tit")
    number = _text(data.get("id")) or _number_in((link.attributes.get("href") or "") if link else "")
    if not number:
        return None
    created = _text(data.get("create_time")) or line_of(row.css_first(".is_show_create_time, .threadlist_create_time"))
    published = parse_date(created, now, zone) if created else None
    title = ((link.attributes.get("title") or "").strip() or line_of(link)) if link else ""
    replies = read_count(data.get("reply_num", line_of(row.css_first(".threadlist_rep_num"))))
    author = _text(data.get("author_nickname")) or _text(data.get("author_name"))
    return _thread_item(base, number, title, author, published, {"comments": replies})


def _thread_of_json(base: str, row: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    number = _text(row.get("tid") or row.get("id"))
    if not number:
        return None
    published = parse_date(_text(row.get("create_time")), now, zone)
    figures = {"comments": read_count(row.get("reply_num")), "views": read_count(row.get("view_num"))}
    agreed = row.get("agree")
    figures["likes"] = read_count(agreed.get("agree_num")) if isinstance(agreed, dict) else None
    return _thread_item(base, number, _text(row.get("title")), _name(row.get("author")), published, figures)


def _thread_item(
    base: str, number: str, title: str, author: str, published: Parsed | None, figures: dict[str, int | None]
) -> Item:
    return Item(
        url=f"{base}/p/{number}",
        title=title,
        author=author,
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures={name: count for name, count in figures.items() if count is not None},
        needs_detail=True,
    )


def read_thread(base: str, thread: str, text: str, now: datetime, zone: tzinfo) -> Thread:
    """A page of the thread with the number `thread`."""
    rows = _listed(text, "post_list")
    return (
        _thread_of_posts(base, thread, text, rows, now, zone) if rows else _thread_page(base, thread, text, now, zone)
    )


def _thread_page(base: str, thread: str, text: str, now: datetime, zone: tzinfo) -> Thread:
    tree = parse_html(_COMMENT_MARKS.sub("", text))
    first, floors, has_answers, title = None, list[Item](), False, _title(tree)
    for node in tree.css(".l_post[data-field]")[:_MOST]:
        data = data_field(node)
        content = data.get("content")
        content = content if isinstance(content, dict) else {}
        is_first = read_count(content.get("post_no")) == 1
        item = _floor(base, thread, node, data, content, title if is_first else "", now, zone)
        has_answers = has_answers or bool(read_count(content.get("comment_num")))
        if is_first:
            first = item
        elif item:
            floors.append(item)
    counts = [read_count(line_of(one)) for one in tree.css(".l_reply_num .red")]
    return Thread(
        title=title,
        first=first,
        floors=tuple(floors),
        replies=counts[0] if counts else None,
        pages=(counts[1] if len(counts) > 1 else _pages_in(text)) or 1,
        has_answers=has_answers,
    )


def _title(tree: LexborHTMLParser) -> str:
    heading = tree.css_first(".core_title_txt")
    stated = (heading.attributes.get("title") or "").strip() if heading else ""
    return stated or line_of(heading)


def _pages_in(text: str) -> int:
    found = _FIGURES.search(text)
    return int(found[1]) if found else 1


def _floor(
    base: str,
    thread: str,
    node: LexborNode,
    data: dict[str, Any],
    content: dict[str, Any],
    wordless: str,
    now: datetime,
    zone: tzinfo,
) -> Item | None:
    identifier = _text(content.get("post_id") or content.get("id"))
    """A floor; one of pictures alone has the words `wordless`."""
    author = _name(data.get("author")) or line_of(node.css_first(".p_author_name"))
    stated = _text(content.get("date")) or _time_in(node)
    body = node.css_first("[id^=post_content_], .d_post_content")
    words = text_of(body) if body is not None else html_to_text(_text(content.get("content")))
    return _reply(
        base, thread, identifier, words or wordless, author, parse_date(stated, now, zone) if stated else None
    )


def _time_in(node: LexborNode) -> str:
    """The floor's time among what stands below it: 来自Android客户端, 1楼, 2018-05-20 12:30."""
    tails = [line_of(one) for one in node.css(".tail-info, .post-tail-wrap span, .p_tail span")]
    return next((one for one in reversed(tails) if _TIME.search(one)), "")


def _thread_of_posts(
    base: str, thread: str, text: str, rows: Iterable[dict[str, Any]], now: datetime, zone: tzinfo
) -> Thread:
    names = {_text(user.get("id")): _name(user) for user in _listed(text, "user_list")}
    first, floors, title = None, list[Item](), ""
    for row in list(rows)[:_MOST]:
        item = _floor_of_json(base, thread, row, names, now, zone)
        if read_count(row.get("floor")) == 1:
            first, title = item, _text(row.get("title"))
        elif item:
            floors.append(item)
    replies = re.search(r'"reply_num"\s*:\s*"?(\d{1,9})', text)
    pages = re.search(r'"total_page"\s*:\s*"?(\d{1,6})', text)
    return Thread(title, first, tuple(floors), int(replies[1]) if replies else None, int(pages[1]) if pages else 1)


def _floor_of_json(
    base: str, thread: str, row: dict[str, Any], names: dict[str, str], now: datetime, zone: tzinfo
) -> Item | None:
    author = _name(row.get("author")) or names.get(_text(row.get("author_id")), "")
    published = parse_date(_text(row.get("time")), now, zone)
    item = _reply(base, thread, _text(row.get("id")), _content_text(row.get("content")), author, published)
    below = row.get("sub_post_list")
    rows = below.get("sub_post_list") if isinstance(below, dict) else below
    answers = [
        _floor_of_json(base, thread, one, names, now, zone)
        for one in (rows if isinstance(rows, list) else [])
        if isinstance(one, dict)
    ]
    return replace(item, replies=tuple(one for one in answers if one)) if item else None


def _content_text(content: Any) -> str:
    """The text of a floor that comes in pieces: text (0), link (1), face (2), name (4); others have no words."""
    if not isinstance(content, list):
        return html_to_text(_text(content))
    return "".join(_words_of(piece) for piece in content if isinstance(piece, dict)).strip()


def _words_of(piece: dict[str, Any]) -> str:
    face, words = _text(piece.get("c")), piece.get("text")
    return f"[{face}]" if face else words if isinstance(words, str) else ""


def answers_in(base: str, thread: str, text: str, now: datetime, zone: tzinfo) -> tuple[Item, ...]:
    """The answers below the floors of a page, from `/p/totalComment`."""
    answer = _json(text)
    data = answer.get("data") if isinstance(answer, dict) else None
    floors = data.get("comment_list") if isinstance(data, dict) else None
    found = []
    for floor in floors.values() if isinstance(floors, dict) else ():
        rows = floor.get("comment_info") if isinstance(floor, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                found.append(_answer(base, thread, row, now, zone))
    return tuple(one for one in found if one)


def _answer(base: str, thread: str, row: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    author = _text(row.get("show_nickname")) or _text(row.get("username"))
    published = parse_date(_text(row.get("now_time")), now, zone)
    words = html_to_text(_text(row.get("content")))
    return _reply(base, thread, _text(row.get("comment_id")), words, author, published)


def _reply(base: str, thread: str, identifier: str, words: str, author: str, published: Parsed | None) -> Item | None:
    """A floor or an answer below one; None where it has no number or no words (a picture alone)."""
    if not identifier or not words:
        return None
    return Item(
        url=f"{base}/p/{thread}?pid={identifier}",
        text=words,
        author=author,
        published_at=published.at if published else None,
        precision=published.precision if published else "",
    )


def data_field(node: LexborNode) -> dict[str, Any]:
    """The JSON in a node's `data-field`, which may be escaped once more; {} where it holds none."""
    text = node.attributes.get("data-field") or ""
    for _ in range(3):
        found = _json(text)
        if isinstance(found, dict):
            return found
        text = unescape(text)
    return {}


def _listed(text: str, name: str) -> list[dict[str, Any]]:
    """The objects of the first list of this name in JSON that stands anywhere in a page, or is all of it."""
    for source in _readings(text, name):
        for found in re.finditer(rf'"{name}"\s*:\s*(?=\[)', source):
            try:
                rows, _end = json.JSONDecoder(strict=False).raw_decode(source, found.end())
            except (ValueError, RecursionError):
                continue
            objects = [row for row in rows if isinstance(row, dict)]
            if objects:
                return objects
    return []


def _readings(text: str, name: str) -> Iterator[str]:
    if name in text:
        yield text
        if '\\"' in text:
            yield text.replace('\\"', '"').replace("\\\\", "\\")
        if "&quot;" in text:
            yield unescape(text)


def _json(text: str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return None


def _name(author: Any) -> str:
    """The name that a site shows of an author."""
    names = ("user_nickname", "show_nickname", "name_show", "name", "user_name")
    return next((_text(author[one]) for one in names if _text(author.get(one))), "") if isinstance(author, dict) else ""


def _number_in(address: str) -> str:
    found = re.search(r"/p/(\d{5,20})", address)
    return found[1] if found else ""


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
