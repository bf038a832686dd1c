"""Title, author, publication time, site and text of a page that no selector describes (pure).

`extract_article` reads news articles, posts and forum threads alike. The work is bounded: a page is cut where no
reader's page goes on (`markup.parse_html`, `outline`), whatever it holds.
"""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from monitoring.crawling.dates import Parsed
from monitoring.crawling.extraction.body import Prose, article_block, article_lines
from monitoring.crawling.extraction.embedded import carried_text
from monitoring.crawling.extraction.names import author_of, site_of
from monitoring.crawling.extraction.outline import Line, Outline, outline_of
from monitoring.crawling.extraction.page_kind import discussion_evidence, names_a_forum
from monitoring.crawling.extraction.stated import Stated, item_types, own_address
from monitoring.crawling.extraction.thread import Discussion
from monitoring.crawling.extraction.times import (
    agreed_time,
    at_the_place,
    coded_time,
    earlier_time,
    finer_time,
    first_time,
    is_fine,
    lines_above,
    lines_beside,
    posted_time,
    stated_time,
    visible_time,
)
from monitoring.crawling.extraction.titles import (
    TITLE_LABEL,
    key_of,
    page_title,
    site_in_title,
    whole_title,
    without_site,
)
from monitoring.crawling.markup import parse_html, strip_hidden

__all__ = ["Article", "extract_article", "without_site"]

_ENOUGH_EVIDENCE = 2
_LONGEST_TITLE_LINE = 400
_NEXT_TO_NONE = 60
_COMMENTS, _NEAR = frozenset(["comment", "comments", "cmt", "pinglun"]), 4
_MOST_TAGS_READ_TWICE = 8_000
_NOSCRIPT = re.compile(r"<(/?)noscript\b", re.IGNORECASE)
_LINES_OF_A_POST = 80
_LEAST_OF_A_TITLE = 6
# The name of a section may stand before a title, on its line.
_LABEL = 8
# An opening post that is no floor of its own has a sentence, of so many characters at least.
_SENTENCE = 20
_PAUSE = re.compile("[，。！？,!?…]")
# Discourse shows its times in UTC to readers without scripts.
_SHOWN_IN_UTC = re.compile("discourse", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """What an article page says; parts that it does not tell are empty or None."""

    title: str
    author: str
    published: Parsed | None
    text: str
    site: str = ""


class _Place(NamedTuple):
    """What is known of a page beside its outline: its title and the line of that, and by what it names itself."""

    title: str
    title_line: int | None
    program: str
    site: str
    url: str


def extract_article(html: str, now: datetime, zone: tzinfo, url: str = "", *, with_text: bool = True) -> Article:
    """Read an article page; `now` and `zone` are for its dates, as in `parse_date`.

    `url` helps to tell a forum. Without `with_text` the text is not sought, which is the costlier half.
    """
    tree = parse_html(html)
    stated = Stated(tree)
    title = page_title(tree, stated)
    whole = whole_title(tree)
    published = stated_time(tree, stated, now, zone)
    program = f"{stated.meta('generator')} {stated.kinds} {item_types(tree)} {_names(tree.body)}"
    url = f"{url} {own_address(tree, stated)}"
    body = tree.body or tree.root
    if body is None:
        return Article(title, "", published, "")
    strip_hidden(body)
    outline = outline_of(body)
    lines = [line.text for line in outline.lines]
    at = _line_of_title([_unless_hidden(outline, line) for line in outline.lines], title)
    beside = lines_beside([_outside_comments(outline, line) for line in outline.lines], at)
    shown = visible_time(beside, now, zone)
    if names_a_forum(program, f"{whole} {stated.meta('og:site_name')}", url):
        shown = earlier_time(shown, visible_time(lines_above(lines, at), now, zone))
    seen = published if is_fine(published) and _SHOWN_IN_UTC.search(program) else agreed_time(shown, published)
    seen = seen if is_fine(seen) else agreed_time(seen, coded_time(html, now, zone))
    seen = seen or posted_time(lines[at or 0 :][:_LINES_OF_A_POST], now, zone)
    suffix = site_in_title(whole, title)
    place = _Place(title, at, program, f"{whole.replace(title, ' ', 1)} {stated.meta('og:site_name')}", url)
    if not seen and names_a_forum(place.program, place.site, url):
        seen = first_time(lines[at or 0 :][:_LINES_OF_A_POST], now, zone)
    text = ""
    if with_text:
        text = _text_of(outline, place)
        text = carried_text(text, next(stated.linked("articleBody"), ""), html)
    if with_text and len(text) < _NEXT_TO_NONE and "<noscript" in html and html.count("<") < _MOST_TAGS_READ_TWICE:
        # Programs that draw their pages in the browser leave the posts there for readers without scripts.
        again = extract_article(_NOSCRIPT.sub(r"<\1div", html), now, zone, url)
        text, seen = again.text, seen or again.published
    return Article(
        title=title,
        author=author_of(tree, stated, suffix, beside),
        published=at_the_place(tree, seen if is_fine(seen) else finer_time(tree, seen, now, zone), now, zone),
        text=text,
        site=site_of(stated, suffix, beside),
    )


def _outside_comments(outline: Outline, line: Line) -> str:
    """What a line says, or nothing where it stands among comments."""
    parts = outline.parts
    around = (line.part, *outline.ancestors(line.part, _NEAR))
    return "" if any(not _COMMENTS.isdisjoint(parts[one].words) for one in around) else line.text


def _unless_hidden(outline: Outline, line: Line) -> str:
    """What a line says, or nothing where its block is hidden."""
    return "" if outline.parts[line.part].hidden else line.text


def _names(body: LexborNode | None) -> str:
    """The class and id of the body, by which forum programs are known."""
    return " ".join(body.attributes.get(name) or "" for name in ("id", "class")) if body is not None else ""


def _line_of_title(lines: list[str], title: str) -> int | None:
    """The line that is the title, or else the first that it begins with, or one that ends with it: 生活 标题.

    Or one that begins with it, as news flashes do: 【标题】正文.
    """
    key = key_of(title)
    begun: int | None = None
    ended: int | None = None
    opened: int | None = None
    for number, line in enumerate(lines):
        own = key_of(line) if len(line) <= _LONGEST_TITLE_LINE else ""
        if own and (own == key or (own.endswith(key) and key_of(TITLE_LABEL.sub("", line)) == key)):
            return number
        if begun is None and len(own) >= _LEAST_OF_A_TITLE and key.startswith(own):
            begun = number
        if ended is None and len(key) >= _LEAST_OF_A_TITLE and own.endswith(key) and len(own) - len(key) <= _LABEL:
            ended = number
        if opened is None and len(key) >= _LEAST_OF_A_TITLE and own.startswith(key):
            opened = number
    return next((one for one in (begun, ended, opened) if one is not None), None)


def _text_of(outline: Outline, place: _Place) -> str:
    discussion = Discussion(outline, place.title)
    evidence = (
        discussion_evidence(outline, discussion, place.program, place.site, place.url, place.title_line)
        if discussion.floors
        else 0
    )
    if evidence >= _ENOUGH_EVIDENCE:
        return "\n".join(_thread_lines(outline, discussion, place.title, place.title_line))
    prose = Prose(outline, place.title_line)
    block = article_block(outline, prose)
    return "\n".join(article_lines(outline, prose, block, place.title)) if block is not None else ""


def _thread_lines(outline: Outline, discussion: Discussion, title: str, title_line: int | None) -> list[str]:
    """The opening post, where it stands apart from the floors, and the floors."""
    prose = Prose(outline, with_comments=True)
    block = article_block(outline, prose)
    first = outline.parts[discussion.floors[0]]
    key = key_of(title)
    if block is not None and outline.parts[block].start < first.start:
        start = outline.parts[block].start
        start = title_line + 1 if title_line is not None and start <= title_line < first.start else start
        is_around = outline.is_within(discussion.floors[0], block)
        opening = discussion.lines(start, first.start) if is_around else article_lines(outline, prose, block, title)
        if any(len(line) >= _SENTENCE and _PAUSE.search(line) for line in opening):
            return discussion.text([line for line in opening if key_of(line) != key])
    if title_line is None or title_line >= first.start:
        return discussion.text([])
    return discussion.text(discussion.lines_before(title_line + 1))
