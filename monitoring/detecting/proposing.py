"""Propose selectors for a page that lists articles, from what repeats on it (pure).

Links are grouped by the path of shapes that leads to them. The group that looks most like a list of articles (many,
different, of the length of headlines, with times beside them) gives the rows: the highest elements that hold one link
of the group each. What repeats inside the rows gives the fields.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from monitoring.crawling.addresses import absolute_url
from monitoring.crawling.dates import parse_date
from monitoring.crawling.markup import line_of, parse_html, strip_hidden
from monitoring.detecting.shapes import (
    UsualClasses,
    ancestors,
    selector_between,
    shape_among,
    shape_of,
    shared_shape,
)
from monitoring.sources.figures import read_count

FEWEST_ROWS = 4
_MOST_LINKS = 3000
_MOST_ROWS = 200
_SHARE = 0.6  # of the rows in which a field must be found
_HEADLINE = range(8, 90)  # characters
_ANY_ARTICLE = re.compile(r"\d{4,}|/\d{4}[/-]\d{1,2}[/-]|thread|topic|article|news|story|post|read|view|/p/|\.s?html?$")
_LONGEST_DATE = 30  # characters
_SHARED_BEGINNING = 4  # characters
_FURNITURE = frozenset({"nav", "aside", "form"})
_HAS_HEADER = frozenset({"article", "section", "main", "li"})  # may have a header of their own
_FURNITURE_NAME = re.compile(
    r"(?i)(?:^|[-_ ])(?:nav|menu|footer|breadcrumb|crumb|pager|pagination|tags?|friend)(?:$|[-_ ])"
)
_AUTHOR = re.compile(r"(?i)author|user|writer|poster|byline|nick|uname|by$")
_COUNTED = r"(?:[-_]?(?:count|cnt|num|number)s?)?(?![a-z])"
_COUNTS: dict[str, re.Pattern[str]] = {
    "comments": re.compile(rf"(?i)(?<![a-z])(?:reply|replies|comments?){_COUNTED}|回[覆复]|留言|评论|評論"),
    "views": re.compile(rf"(?i)(?<![a-z])(?:views?|hits?|pv|clicks?|reads?){_COUNTED}|人氣|人气|瀏覽|浏览"),
    "likes": re.compile(rf"(?i)(?<![a-z])(?:likes?|up|push|good){_COUNTED}|推|赞|讚"),
}
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DATE_PART = re.compile(r"[-:/年月日]")
_DAY_IN_ADDRESS = re.compile(r"(?<!\d)(20\d\d[-/_]?[01]\d[-/_]?[0-3]\d)(?!\d)")
_DIGITS = re.compile(r"\d+")
_HEADINGS = "h1, h2, h3, h4, h5, h6"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A definition of the `listing` kind, and how many rows it finds on the page."""

    definition: dict[str, str | bool]
    rows: int


def propose_listing(html: str, url: str, now: datetime, zone: tzinfo) -> Proposal | None:
    """Selectors for the articles that the page at `url` lists; None where nothing repeats like a list of articles."""
    tree = parse_html(html)
    body = tree.body
    if body is None:
        return None
    strip_hidden(body)
    groups = _groups(body, url)
    ranked = sorted(groups, key=lambda group: _score(group, now, zone), reverse=True)
    for links in ranked[:3]:
        rows = _rows(links)
        selector = _row_selector(body, rows) if len(rows) >= FEWEST_ROWS else ""
        if selector and _score(links, now, zone) > 0:
            fields = _fields(rows, links, now, zone)
            return Proposal({"url": url, "rows": selector, **fields, "follow": True}, len(rows))
    return None


# --- which links are the articles


def _groups(body: LexborNode, url: str) -> list[list[LexborNode]]:
    """Links that stand alike and lead to different places, in the order of the page."""
    by_path: dict[str, dict[str, LexborNode]] = defaultdict(dict)
    usual: UsualClasses = {}
    site = _site(url)
    for link in body.css("a[href]")[:_MOST_LINKS]:
        target = absolute_url(url, link.attributes.get("href") or "")
        if not target or _site(target) != site or target.rstrip("/") == url.rstrip("/") or not _words(link):
            continue
        path = " > ".join(shape_among(one, usual) for one in reversed([link, *list(ancestors(link))[:6]]))
        kept = by_path[path].get(target)
        if kept is None or len(_words(kept)) < len(_words(link)):
            by_path[path][target] = link
    parts = (part for links in by_path.values() for part in _by_column(list(links.values())))
    return [part for part in parts if len(part) >= FEWEST_ROWS]


def _by_column(links: list[LexborNode]) -> list[list[LexborNode]]:
    """Links in the cells of a table, by column where each leads to another kind of place (threads, people)."""
    columns: dict[int, list[LexborNode]] = defaultdict(list)
    for link in links:
        columns[_column(link)].append(link)
    kinds = [
        {_DIGITS.sub("", urlsplit(one.attributes.get("href") or "").path) for one in part} for part in columns.values()
    ]
    is_apart = sum(map(len, kinds)) == len(set().union(*kinds))
    return list(columns.values()) if is_apart else [links]


def _column(link: LexborNode) -> int:
    cell = next((one for one in ancestors(link, 4) if one.tag == "td"), None)
    brothers = cell.parent.iter() if cell is not None and cell.parent is not None else ()
    return next((place for place, one in enumerate(brothers) if cell is not None and one.mem_id == cell.mem_id), -1)


def _words(link: LexborNode) -> str:
    """What a link says; of one that lies over a whole card what it says to those who cannot see it."""
    stated = (link.attributes.get(name) or "" for name in ("title", "aria-label"))
    return line_of(link) or next((text.strip() for text in stated if text.strip()), "")


def _site(url: str) -> str:
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


def _score(links: Sequence[LexborNode], now: datetime, zone: tzinfo) -> float:
    """How much a group looks like a list of articles; 0 where it does not."""
    texts = [_words(link) for link in links]
    headlines = sum(len(text) in _HEADLINE for text in texts) / len(texts)
    different = len(set(texts)) / len(texts)
    addresses = sum(bool(_ANY_ARTICLE.search(link.attributes.get("href") or "")) for link in links) / len(links)
    if headlines < 0.4 or _is_furniture(links[0]):
        return 0.0
    rows = _rows(links)[:20]
    timed = sum(_time_node(row, now, zone) is not None for row in rows) / len(rows) if rows else 0.0
    median = sorted(map(len, texts))[len(texts) // 2]
    score = math.sqrt(min(len(links), 60)) * headlines * different * (0.4 + addresses) * (1 + 2 * timed)
    return score * min(median, 30) * _likeness(links, texts, now, zone)


def _likeness(links: Sequence[LexborNode], texts: Sequence[str], now: datetime, zone: tzinfo) -> float:
    """How much more or less than others that lead to the same places these links are headlines.

    Dates are none, nor is "Continue reading …", which all begin with; a link in a heading, or around one, is.
    """
    dates = sum(len(text) <= _LONGEST_DATE and parse_date(text, now, zone) is not None for text in texts[:20])
    if dates > len(texts[:20]) / 2:
        return 0.1
    above = {one.tag for one in ancestors(links[0], 3)}
    is_heading = links[0].css_first(_HEADINGS) is not None or not above.isdisjoint(_HEADINGS.split(", "))
    begins_alike = len({text[:_SHARED_BEGINNING] for text in texts}) == 1
    return (1.5 if is_heading else 1.0) * (0.5 if begins_alike else 1.0)


def _is_furniture(link: LexborNode) -> bool:
    for one in ancestors(link):
        name = f"{one.attributes.get('class') or ''} {one.attributes.get('id') or ''}"
        if one.tag in _FURNITURE or _FURNITURE_NAME.search(name):
            return True
        if one.tag in ("header", "footer") and not any(above.tag in _HAS_HEADER for above in ancestors(one)):
            return True
    return False


# --- what is a row of them


def _rows(links: Sequence[LexborNode]) -> list[LexborNode]:
    """For each link the highest element that holds no other link of the group."""
    holds: dict[int, int] = defaultdict(int)
    for link in links:
        for above in (link, *ancestors(link)):
            holds[above.mem_id] += 1
    rows = []
    for link in links[:_MOST_ROWS]:
        row = link
        for above in ancestors(link):
            if holds[above.mem_id] > 1:
                break
            row = above
        rows.append(row)
    tags = [row.tag for row in rows]
    usual = max(set(tags), key=tags.count)
    return [row for row in rows if row.tag == usual]


def _row_selector(body: LexborNode, rows: Sequence[LexborNode]) -> str:
    """The shortest selector that finds the rows and little else; empty where there is none."""
    own = shared_shape(rows)
    wanted = {row.mem_id for row in rows}
    prefixes: list[str] = [""]
    for above in list(ancestors(rows[len(rows) // 2]))[:4]:
        shape = shape_of(above)
        prefixes.append(f"{shape} > " if len(prefixes) == 1 else f"{shape} ")
    best, best_score = "", 0.0
    for prefix in prefixes:
        found = {node.mem_id for node in body.css(prefix + own)}
        hits = len(found & wanted)
        score = 2 * hits / (len(found) + len(wanted)) if found else 0.0
        if score > best_score + 0.02:
            best, best_score = prefix + own, score
    return best if best_score >= _SHARE else ""


# --- what a row says


def _fields(
    rows: Sequence[LexborNode], links: Sequence[LexborNode], now: datetime, zone: tzinfo
) -> dict[str, str | bool]:
    """The selectors below a row of everything that is found in most rows; empty where nothing is."""
    by_link = {link.mem_id: link for link in links}
    pairs = [(row, link) for row in rows for link in _links_below(row) if link.mem_id in by_link][:60]
    fields: dict[str, str | bool] = {"link": _common(pairs, lambda row, link: link)}
    fields["title"] = _common(pairs, lambda row, link: _title_node(row, link, now, zone))
    timed = _common(pairs, lambda row, _link: _time_node(row, now, zone))
    fields["time"] = timed or _time_in_address(pairs, str(fields["link"]), now, zone)
    fields["author"] = _common(pairs, lambda row, link: _author_node(row, link, now, zone))
    for name, hint in _COUNTS.items():
        fields[name] = _common(pairs, lambda row, _link, hint=hint: _count_node(row, hint))
    fields["summary"] = _common(pairs, _summary_node)
    return {name: value for name, value in fields.items() if value}


def _links_below(row: LexborNode) -> list[LexborNode]:
    return [row] if row.tag == "a" else row.css("a[href]")


def _common(pairs: Sequence[tuple[LexborNode, LexborNode]], find: Callable[..., LexborNode | None]) -> str:
    """The selector that most often leads to what `find` finds in a row, where it does so in enough rows."""
    votes: dict[str, int] = defaultdict(int)
    for row, link in pairs:
        node = find(row, link)
        if node is not None and node.mem_id != row.mem_id:
            votes[selector_between(row, node)] += 1
    votes.pop("", None)
    if not votes:
        return ""
    best = max(votes, key=lambda selector: votes[selector])
    return best if votes[best] >= _SHARE * len(pairs) else ""


def _leaves(row: LexborNode) -> list[LexborNode]:
    """Elements below a row that hold text of their own."""
    return [node for node in row.css("*")[:200] if node.text(deep=False).strip()]


def _time_in_address(pairs: Sequence[tuple[LexborNode, LexborNode]], link: str, now: datetime, zone: tzinfo) -> str:
    """The day that the addresses of most rows state, such as /news/20250620/1.html or /2025-06/20/1.html."""
    days = (_DAY_IN_ADDRESS.search(link.attributes.get("href") or "") for _row, link in pairs)
    stated = sum(day is not None and parse_date(day[1], now, zone) is not None for day in days)
    if not stated or stated < _SHARE * len(pairs):
        return ""
    where = link or ("" if pairs[0][0].tag == "a" else "a")
    return f"{where}@href =~ {_DAY_IN_ADDRESS.pattern}"


def _title_node(row: LexborNode, link: LexborNode, now: datetime, zone: tzinfo) -> LexborNode | None:
    """The headline inside a link that holds more than it, or beside one that holds nothing."""
    if not line_of(link):
        return row.css_first(_HEADINGS)
    leaves = _leaves(link)
    if link.text(deep=False).strip() or len(leaves) < 2:
        return None
    heading = link.css_first(f"{_HEADINGS}, [class*=title], [class*=headline]")
    timed = _time_node(link, now, zone)
    words = [node for node in leaves if timed is None or node.mem_id != timed.mem_id]
    return heading or max(words, key=lambda node: len(line_of(node)), default=None)


def _time_node(row: LexborNode, now: datetime, zone: tzinfo) -> LexborNode | None:
    """The element of a row that states a time, of attribute before text."""
    stated = row.css_first("time[datetime], [datetime]")
    if stated is not None and parse_date(stated.attributes.get("datetime") or "", now, zone):
        return stated
    for node in row.css("[title]")[:50]:
        titled = node.attributes.get("title") or ""
        if len(titled) < 40 and re.search(r"\d", titled) and parse_date(titled, now, zone):
            return node
    for node in _leaves(row):
        text = line_of(node)
        if (
            node.tag != "a"
            and 2 <= len(text) <= 40
            and re.search(r"\d|刚|剛|今|昨", text)
            and parse_date(text, now, zone)
        ):
            return node
    return None


def _author_node(row: LexborNode, link: LexborNode, now: datetime, zone: tzinfo) -> LexborNode | None:
    for node in _leaves(row):
        name = " ".join(node.attributes.get(one) or "" for one in ("class", "rel", "itemprop"))
        above = node.parent.attributes.get("class") or "" if node.parent is not None else ""
        text = line_of(node)
        is_named = any(_AUTHOR.search(word) for word in (*name.split(), *above.split()))
        if is_named and node.mem_id != link.mem_id and 1 < len(text) <= 30 and not parse_date(text, now, zone):
            return node
    return None


def _count_node(row: LexborNode, hint: re.Pattern[str]) -> LexborNode | None:
    for node in _leaves(row):
        name = _CAMEL.sub("-", f"{node.attributes.get('class') or ''} {node.attributes.get('title') or ''}")
        text = line_of(node)
        if len(text) <= 12 and hint.search(name) and read_count(text) is not None and not _DATE_PART.search(text):
            return node
    return None


def _summary_node(row: LexborNode, link: LexborNode) -> LexborNode | None:
    """The longest text of a row that is not its headline."""
    inside = {node.mem_id for node in (link, *link.css("*"), *ancestors(link))}
    texts = [node for node in _leaves(row) if node.mem_id not in inside and len(line_of(node)) >= 30]
    return max(texts, key=lambda node: len(line_of(node)), default=None)
