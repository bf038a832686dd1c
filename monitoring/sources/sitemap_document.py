"""Sitemaps as documents: news sitemaps, plain ones and indexes of them, gzipped or not (pure).

The formats are those of sitemaps.org 0.9 and of Google's news namespace. The file is read as a stream that ends at the
most that is kept; no entity is expanded and nothing else is opened.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import chain, pairwise
from typing import Any

from lxml import etree

from monitoring.crawling.dates import Parsed, parse_date
from monitoring.sources.feed_document import plain_line
from monitoring.sources.xml_text import CAUTIOUS, text_pieces

MOST_ENTRIES = 50_000  # as the protocol allows
_DEEPEST = 20
_LONGEST = 2_000
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)[\s>]", re.IGNORECASE)
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?.*")
_NEVER = datetime.min.replace(tzinfo=UTC)
_KEPT = frozenset(["loc", "lastmod", "title", "publication_date", "keywords", "name", "image_title"])


class NotASitemap(ValueError):
    """The document is no sitemap."""


@dataclass(slots=True)
class Entry:
    """One address, as written; `published` is the news date, else the last change; `outlet` and `keywords` of news."""

    link: str = ""
    title: str = ""
    outlet: str = ""
    keywords: str = ""
    published: Parsed | None = None
    is_news: bool = False


@dataclass(slots=True)
class Sitemap:
    """What a sitemap holds: pages, or further sitemaps with their last changes."""

    entries: list[Entry] = field(default_factory=list)
    maps: list[Entry] = field(default_factory=list)


def parse_sitemap(body: bytes, now: datetime, zone: tzinfo) -> Sitemap:
    """The entries of a sitemap in its order; raises NotASitemap.

    What is cut short or broken is read as far as it goes; a plain list of addresses is a sitemap too.
    """
    texts = text_pieces(body)
    head = next(texts)
    start = _ROOT.search(head)
    if not start:
        return _plain_list(head)
    parser = etree.XMLPullParser(events=("start", "end"), **CAUTIOUS)
    reader = _Reader(now, zone)
    with suppress(etree.XMLSyntaxError):
        for piece in chain([head[start.start() :]], texts):
            parser.feed(piece.encode("utf-8"))
            reader.take(parser.read_events())
            if reader.is_full:
                break
        else:
            parser.close()  # what a broken document holds back comes only now
    reader.take(parser.read_events())
    return reader.found


def _plain_list(text: str) -> Sitemap:
    """One address a line, as the protocol allows."""
    lines = text.lstrip("\ufeff").split("\n")[:MOST_ENTRIES]
    links = [line.strip().replace("&amp;", "&") for line in lines if line.strip().startswith(("http://", "https://"))]
    if not links or lines[0].lstrip().startswith("<"):
        raise NotASitemap("neither urlset nor sitemapindex")
    return Sitemap(entries=[Entry(link=link) for link in links])


class _Reader:
    """Takes the events of a parser and keeps the entries; each element is dropped when it ends."""

    def __init__(self, now: datetime, zone: tzinfo) -> None:
        self.now, self.zone = now, zone
        self.found = Sitemap()
        self.is_full = False
        self._depth = 0
        self._values: dict[str, str] = {}
        self._is_news = False

    def take(self, events: Any) -> None:
        """Read on; nothing more where there is enough."""
        for event, element in () if self.is_full else events:
            name, space = _name(element)
            if event == "start":
                self._begin(name)
            else:
                self._end(name, space, element)
            if self.is_full:
                return

    def _begin(self, name: str) -> None:
        self._depth += 1
        self.is_full = self._depth > _DEEPEST
        if self._depth == 1:
            self.is_full = name not in ("urlset", "sitemapindex")
        if name in ("url", "sitemap") and self._depth == 2:
            self._values, self._is_news = {}, False

    def _end(self, name: str, space: str, element: Any) -> None:
        self._depth -= 1
        if name == "news":
            self._is_news = True
        key = f"image_{name}" if "image" in space else name
        if key in _KEPT and key not in self._values:
            self._values[key] = " ".join("".join(element.itertext())[:_LONGEST].split())
        if self._depth == 1 and name in ("url", "sitemap"):
            self._keep(name)
            _forget(element)

    def _keep(self, name: str) -> None:
        values = self._values
        if not values.get("loc"):
            return
        entry = Entry(
            link=values["loc"].replace("&amp;", "&"),
            title=plain_line(values.get("title", "")),
            outlet=plain_line(values.get("name", "")),
            keywords=plain_line(values.get("keywords", "")),
            published=self._published(values),
            is_news=self._is_news,
        )
        (self.found.entries if name == "url" else self.found.maps).append(entry)
        self.is_full = len(self.found.entries) + len(self.found.maps) >= MOST_ENTRIES

    def _published(self, values: dict[str, str]) -> Parsed | None:
        for name in ("publication_date", "lastmod"):
            found = _moment(values[name], self.now, self.zone) if values.get(name) else None
            if found:
                return found
        return None


def _moment(text: str, now: datetime, zone: tzinfo) -> Parsed | None:
    """A W3C date; those in full, of which there may be fifty thousand, by the quick way."""
    whole = _WHOLE.fullmatch(text)
    if whole:
        with suppress(ValueError):
            at = datetime.fromisoformat(text).replace(microsecond=0)
            at = at if at.tzinfo else at.replace(tzinfo=zone)
            if at <= now:
                return Parsed(at, "second" if whole[1] else "minute")
    return parse_date(text, now, zone)


def _name(element: Any) -> tuple[str, str]:
    """An element's name in lower case without its namespace, and that namespace."""
    tag = element.tag if isinstance(element.tag, str) else ""
    space, _, local = tag.rpartition("}")
    if not space:
        space, _, local = tag.rpartition(":")  # a prefix that was never declared
    return local.lower(), space.lower()


def _forget(element: Any) -> None:
    """Free an element that was read, and those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def newest_first(entries: list[Entry]) -> list[Entry]:
    """The entries by their time, those without one last: in their order, or the last first where their numbers grow."""
    dated = [entry for entry in entries if entry.published]
    undated = [entry for entry in entries if not entry.published]
    newest = sorted(dated, key=lambda entry: entry.published.at if entry.published else _NEVER, reverse=True)
    return [*newest, *(reversed(undated) if _grow(undated) else undated)]


def _grow(entries: list[Entry]) -> bool:
    """Whether the numbers in the addresses, which count posts or tell days, grow from each to the next as a rule."""
    numbers = [[int(one) for one in re.findall(r"\d{1,18}", entry.link)] for entry in entries]
    pairs = list(pairwise(numbers))
    grown, fallen = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    return grown > 2 * fallen
