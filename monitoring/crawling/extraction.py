"""Title, author, publication time and text of an article page that no selector describes (pure, thin).

The text is the block with the most text outside links. The title comes from what the page says three times (h1,
og:title, title), since each alone has its trap; the time from what readers see beside the title and what the page
states for machines, and never from a comment or a modification.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitoring.crawling.dates import Parsed, parse_date
from monitoring.crawling.markup import line_of, mark_blocks, parse_html, strip_hidden, visible_text


@dataclass(frozen=True, slots=True)
class Article:
    """What an article page says; parts that it does not tell are empty or None."""

    title: str
    author: str
    published: Parsed | None
    text: str


_NOT_WORD = re.compile(r"[\W_]+")
_SUFFIX = re.compile(r"^(.{4,}?)\s*(?:[_|｜»]|\s[-–—·:]\s|[—–-](?=[^—–-]{2,16}$))\s*([^_|｜»]{1,24})$", re.DOTALL)
_OPENING_QUOTES = "\"'“‘「『《&"

_FINE = ("second", "minute")
_PUBLISHED_META = re.compile(
    r"(?i)^(?:article:published(?:_time)?|og:(?:published_time|time|article:published_time|release_date)"
    r"|date ?published|publish(?:ed)?[-_ ]?(?:date|time|at)?|pub[-_]?(?:date|time)|apub:time|date|release_?date"
    r"|dc\.date(?:\.issued)?|dcterms\.(?:created|issued)|(?:weibo: ?)?article:create_at|sailthru\.date"
    r"|parsely-pub-date)$"
)
_STATED_IN_CODE = re.compile(
    r"""(?i)["'\s{,;-](?:data-)?(?:publish_?(?:ed)?_?(?:time|date|at)|pub_?(?:time|date)|news_?time|p_?time|date_?published"""
    r"""|ori_?create_?time|create_?time|ct)["']?\s*[:=]\s*["']?([^"'<>,;&]{8,40})"""
)
_TIME_OF_DAY = re.compile(r"\d{1,2}\s?[:点时點時]\s?\d{1,2}|前$|前\b|刚刚|剛剛")
_NOT_PUBLICATION = re.compile(
    r"更新|修改|最后编辑|最後編輯|评论|評論|回复|回覆|留言|updated|modified|comment", re.IGNORECASE
)
_LINES_BESIDE_TITLE = 14
_LONGEST_TIME_LINE = 90
_BYLINE = re.compile(r"(?:作者|记者|記者|文/|撰文|来源|來源)\s*[:：/]\s*([^\s|,，;；:：/]{2,20})")
_NOT_A_NAME = re.compile(r"://|@")
_SENTENCE_MARKS = re.compile(r"[，。！？；、：,.!?;]")


def extract_article(html: str, now: datetime, zone: tzinfo) -> Article:
    """Read an article page; `now` and `zone` are for its dates, as in `parse_date`."""
    tree = parse_html(html)
    title = page_title(tree)
    linked = _linked_data(tree)
    stated = _stated_times(tree, html, linked, now, zone)
    author = _stated_author(tree, linked)
    body = tree.body or tree.root
    if body is None:
        return Article(title, author, stated, "")
    strip_hidden(body)
    block = _densest_block(body)
    mark_blocks(body)
    lines = visible_text(body).split("\n")
    beside = _lines_beside(lines, title)
    published = _agreed_time(_visible_time(beside, now, zone), stated)
    return Article(title, author or _byline(beside), published, visible_text(block) if block else "")


def page_title(tree: LexborHTMLParser) -> str:
    """The article's own title, without the site's name."""
    whole = line_of(tree.css_first("head title") or tree.css_first("title"))
    headings = [heading for heading in map(line_of, tree.css("h1")) if heading]
    key = _key(whole)
    for heading in headings:
        own = _key(heading)
        if own and (key.startswith(own) or (own in key and len(own) * 2 >= len(key))):
            return heading
    shared = _meta(tree, "og:title") or _meta(tree, "twitter:title")
    if shared and not _is_cut(shared, whole):
        return without_site(shared)
    if whole and not (headings and len(headings) == 1 and len(_key(headings[0])) > len(key)):
        return without_site(whole)
    return headings[0] if headings else ""


def without_site(title: str) -> str:
    """`title` without the site's and section's names that follow a separator."""
    for _ in range(4):
        found = _SUFFIX.match(title)
        if not found or len(found[2]) > max(4, len(found[1])):
            break
        title = found[1].strip()
    return title


def _is_cut(shared: str, whole: str) -> bool:
    """Whether og:title ends where the title goes on with a quotation mark, which ended the attribute."""
    rest = whole[len(shared) :].lstrip() if whole.startswith(shared) else ""
    return bool(rest) and rest[0] in _OPENING_QUOTES


def _key(text: str) -> str:
    return _NOT_WORD.sub("", text).lower()


def _meta(tree: LexborHTMLParser, name: str) -> str:
    for attribute in ("property", "name", "itemprop"):
        found = tree.css_first(f'meta[{attribute}="{name}"]')
        if found and (content := (found.attributes.get("content") or "").strip()):
            return content
    return ""


def _linked_data(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    """The objects of the page's JSON-LD; what is broken is passed over."""
    objects: list[dict[str, Any]] = []
    for script in tree.css('script[type="application/ld+json"]')[:20]:
        try:
            data = json.loads(script.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        graph = data.get("@graph") if isinstance(data, dict) else None
        for one in data if isinstance(data, list) else [data, *(graph if isinstance(graph, list) else [])]:
            if isinstance(one, dict):
                objects.append(one)
    return objects


def _stated_times(
    tree: LexborHTMLParser, html: str, linked: list[dict[str, Any]], now: datetime, zone: tzinfo
) -> Parsed | None:
    """The finest time that the page states for machines, those that name publication first."""
    best: Parsed | None = None
    for text in _stated_time_texts(tree, html, linked):
        found = parse_date(text, now, zone)
        if found and found.precision in _FINE:
            return found
        best = best or found
    return best


def _stated_time_texts(tree: LexborHTMLParser, html: str, linked: list[dict[str, Any]]) -> Iterator[str]:
    for one in linked:
        stated = one.get("datePublished") or one.get("pubDate") or one.get("uploadDate")
        if isinstance(stated, str):
            yield stated
    for meta in tree.css("meta[content]"):
        attributes = meta.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
        if _PUBLISHED_META.match(name.strip()):
            yield attributes.get("content") or ""
    for element in tree.css(
        'time[itemprop="datePublished"][datetime], time[pubdate][datetime], article time[datetime]'
    )[:1]:
        yield element.attributes.get("datetime") or ""
    for found in list(_STATED_IN_CODE.finditer(html[:2_000_000]))[:5]:
        yield found[1]
    updated = _meta(tree, "dateUpdate")
    if updated:
        # Baijiahao names so the time of publication.
        yield updated


def _visible_time(lines: list[str], now: datetime, zone: tzinfo) -> Parsed | None:
    """The time that a reader sees beside the title; a date alone counts only where no line shows more."""
    coarse: Parsed | None = None
    for line in lines:
        if len(line) > _LONGEST_TIME_LINE or _NOT_PUBLICATION.search(line):
            continue
        found = parse_date(line, now, zone)
        if not found:
            continue
        if found.precision in _FINE and _TIME_OF_DAY.search(line):
            return found
        if len(line) <= _LONGEST_TIME_LINE // 2:
            coarse = coarse or found
    return coarse


def _agreed_time(visible: Parsed | None, stated: Parsed | None) -> Parsed | None:
    """Of what people and machines are told: the finer, and of two that are as fine the earlier.

    Sites write the time of the latest edition for machines; but where both differ by whole hours it is the zone that
    differs, and the machines are told theirs.
    """
    if visible is None or stated is None:
        return visible or stated
    if (visible.precision in _FINE) != (stated.precision in _FINE):
        return visible if visible.precision in _FINE else stated
    apart = abs(visible.at - stated.at)
    if apart <= timedelta(hours=14) and apart % timedelta(hours=1) < timedelta(minutes=1):
        return stated
    return min(visible, stated, key=lambda time: time.at)


def _lines_beside(lines: list[str], title: str) -> list[str]:
    """The lines below the title, then the few above it; the first lines of the page where it is not found."""
    key = _key(title)
    at = next((n for n, line in enumerate(lines) if key and _key(line) == key), None)
    if at is None:
        return lines[: 3 * _LINES_BESIDE_TITLE]
    return lines[at + 1 : at + 1 + _LINES_BESIDE_TITLE] + lines[max(0, at - 3) : at]


def _stated_author(tree: LexborHTMLParser, linked: list[dict[str, Any]]) -> str:
    for one in linked:
        author = one.get("author")
        author = author[0] if isinstance(author, list) and author else author
        name = author.get("name") if isinstance(author, dict) else author
        if isinstance(name, str) and name.strip():
            return name.strip()
    for name in ("author", "article:author", "og:article:author", "mediaid"):
        stated = _meta(tree, name)
        if stated and not _NOT_A_NAME.search(stated):
            return stated
    return line_of(tree.css_first('[itemprop="author"], [rel="author"]'))[:60]


def _byline(lines: list[str]) -> str:
    for line in lines[:_LINES_BESIDE_TITLE]:
        found = _BYLINE.search(line)
        if found and len(line) <= _LONGEST_TIME_LINE:
            return found[1]
    return ""


def _densest_block(body: LexborNode) -> LexborNode | None:
    """The element whose own paragraphs hold the most text and the fewest links."""
    scores: dict[int, float] = {}
    nodes: dict[int, LexborNode] = {}
    for paragraph in body.css("p, td, pre, blockquote, div, section, article, li"):
        own = _own_text_score(paragraph)
        if own <= 0:
            continue
        for holder, share in _holders(paragraph):
            scores[holder.mem_id] = scores.get(holder.mem_id, 0.0) + own * share
            nodes[holder.mem_id] = holder
    return nodes[max(scores, key=lambda one: scores[one])] if scores else None


def _holders(paragraph: LexborNode) -> list[tuple[LexborNode, float]]:
    """The elements that may be the article's block, and the share of a paragraph's score that each gets."""
    chain = [paragraph] if paragraph.tag not in ("p", "li", "blockquote") else []
    above = paragraph.parent
    while above is not None and len(chain) < 2:
        chain.append(above)
        above = above.parent
    return list(zip(chain, (1.0, 0.4), strict=False))


def _own_text_score(node: LexborNode) -> float:
    """Length and punctuation of the text that stands in `node` itself, less what stands in links."""
    text = node.text(deep=False) if node.tag != "p" else node.text()
    length = len(text.strip())
    if length < 10 and node.tag != "p":
        return 0.0
    linked = sum(len(link.text().strip()) for link in node.css("a")) if node.tag == "p" else 0
    return length - 2 * linked + 5 * len(_SENTENCE_MARKS.findall(text))
