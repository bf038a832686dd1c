"""Feeds as documents: RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0, and JSON Feed to entries (pure).

Feeds are broken in every way: the charset is told by the bytes, HTML entities and bare ampersands are mended, and
libxml2 recovers the rest. No entity that a feed declares is ever expanded, no address is ever opened, and depth, size
and number of entries are bounded.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from lxml import etree

from monitoring.crawling.addresses import absolute_url
from monitoring.crawling.charset import decode
from monitoring.crawling.dates import Parsed, parse_date
from monitoring.crawling.json_text import read_json
from monitoring.crawling.markup import html_to_text, tidy_lines
from monitoring.sources.feed_figures import figures_of, json_figures
from monitoring.sources.feed_mending import NotAFeed, mended_tree

__all__ = ["Entry", "NotAFeed", "parse_feed", "plain_line"]

MOST_ENTRIES = 1000
_MOST_CONSIDERED = 20_000
_LONGEST = 6_000_000
_LONGEST_LINE = 2_000
_LONGEST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; `link` is absolute and canonical, `guid` as written, `published` None where no date can be read."""

    title: str = ""
    link: str = ""
    author: str = ""
    text: str = ""
    guid: str = ""
    published: Parsed | None = None
    figures: dict[str, int] = field(default_factory=dict)
    outlet: str = ""  # whose entry it is, where the feed gathers from others


_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>")
_AUTHOR_IN_MAIL = re.compile(r"^\S+@\S+\s*\((.+)\)$|^([^<(@]+?)\s*[<(]\S+@\S+[>)]$")
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://search.yahoo.com/mrss/": "media:",
    "http://search.yahoo.com/mrss": "media:",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes:",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
    "http://purl.org/rss/1.0/modules/slash/": "slash:",
    "http://purl.org/syndication/thread/1.0": "thr:",
}
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_CORE = (
    _RDF,
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/",
    "http://channel.netscape.com/",
    "http://backend.userland.com/",
    "http://blogs.law.harvard.edu/",
)

_ROOTS = ("rss", "feed", "rdf", "channel")
PUBLISHED = ("pubdate", "published", "dc:date", "dcterms:created", "dcterms:issued", "issued", "created", "date")
UPDATED = ("updated", "modified", "dcterms:modified", "lastbuilddate")
TEXTS = (
    *("content:encoded", "content", "xhtml:body", "description", "summary"),
    *("media:description", "dc:description", "itunes:summary", "itunes:subtitle"),
)
AUTHORS = ("author", "dc:creator", "creator", "dc:contributor", "contributor")
TITLES = ("title", "dc:title", "media:title", "itunes:title")
_MEDIA = ("media:group", "media:content")  # may hold what stands in an entry elsewhere


def parse_feed(body: bytes, content_type: str, url: str, now: datetime, zone: tzinfo) -> list[Entry]:
    """The entries of a feed in its order, the newest MOST_ENTRIES of them; raises NotAFeed.

    `url` is where it was found: relative links are read against `xml:base`, else against it, else against the
    channel's own link. `now` and `zone` are for the dates, as in `parse_date`.
    """
    text = decode(body[:_LONGEST], content_type).text.lstrip("\ufeff \t\r\n\x00")
    if text.startswith("{"):
        return _json_entries(text, url, now, zone)
    return _xml_entries(text, url, now, zone)


def _newest(found: list[tuple[Any, Parsed | None]]) -> list[tuple[Any, Parsed | None]]:
    """At most MOST_ENTRIES of the entries with their dates, the newest, in their order."""
    if len(found) <= MOST_ENTRIES:
        return found
    times = [published.at.timestamp() if published else 0.0 for _, published in found]
    newest = sorted(range(len(found)), key=times.__getitem__, reverse=True)[:MOST_ENTRIES]
    return [found[at] for at in sorted(newest)]


def _xml_entries(text: str, url: str, now: datetime, zone: tzinfo) -> list[Entry]:
    root = _in_known_names(mended_tree(text))
    base = _base_of(root, url)
    channel = next((one for one in root.iter() if _name(one) in ("channel", "feed")), root)
    if not base:
        base = next((_text(one) or str(one.get("href") or "") for one in channel if _name(one) == "link"), "")
    base = _base_of(channel, base)
    shared = next((_author_of([one]) for one in channel if _name(one) == "author"), "")
    found = [one for one in root.iter() if _name(one) in ("item", "entry")]
    if not found and not _is_feed(root):
        raise NotAFeed(f"the document is <{_name(root)}>")
    dated = [(one, _xml_published(one, now, zone)) for one in found[:_MOST_CONSIDERED]]
    return [_xml_entry(one, published, base, shared) for one, published in _newest(dated)]


def _in_known_names(root: Any) -> Any:
    """A feed whose own elements are of a namespace that nobody knows, without it."""
    space, _, local = _name(root).rpartition(":")
    if space and local in _ROOTS:
        for one in root.iter(f"{{{space}}}*"):
            one.tag = one.tag.rpartition("}")[2]
    return root


def _is_feed(root: Any) -> bool:
    return _name(root) in _ROOTS


def _name(element: Any) -> str:
    """A feed element's name in lower case with the usual prefix of its namespace; empty for what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if not tag.startswith("{"):
        return tag.lower()
    space, _, local = tag[1:].partition("}")
    prefix = _PREFIXES.get(space, "" if space.startswith(_CORE) else f"{space}:")
    return prefix + local.lower()


def _base_of(element: Any, base: str) -> str:
    """The base that `xml:base` gives, read against the outer one."""
    own = element.get("{http://www.w3.org/XML/1998/namespace}base")
    return (absolute_url(base, own) or base) if own else base


def _text(element: Any) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def _xml_published(element: Any, now: datetime, zone: tzinfo) -> Parsed | None:
    children = _children(element)
    return _published((_text(one) for name in PUBLISHED + UPDATED for one in children.get(name, ())), now, zone)


def _children(element: Any) -> dict[str, list[Any]]:
    children: dict[str, list[Any]] = {}
    for child in element:
        children.setdefault(_name(child), []).append(child)
    return children


def _xml_entry(element: Any, published: Parsed | None, base: str, shared_author: str) -> Entry:
    children = _children(element)
    base = _base_of(element, base)
    guid = _first(children, ("guid", "id")) or str(element.get(f"{{{_RDF}}}about") or "")
    return Entry(
        title=_title(children),
        link=_link(children, base, guid),
        author=_author_of(one for name in AUTHORS for one in children.get(name, ()))
        or _author_of(children.get("itunes:author", ()))
        or shared_author,
        text=_entry_text(children),
        guid=guid,
        published=published,
        figures=figures_of(children, _name),
        outlet=_outlet(children),
    )


def _outlet(children: dict[str, list[Any]]) -> str:
    """The name in RSS's `source` (in Bing's own namespace too), or in the title of Atom's."""
    named = [one for name, found in children.items() if name == "source" or name.endswith(":source") for one in found]
    for one in named:
        name = next((_text(part) for part in one if _name(part) == "title"), "") or _text(one)
        if name:
            return plain_line(name)[:200]
    return ""


def _first(children: dict[str, list[Any]], names: Iterable[str]) -> str:
    return next((text for name in names for one in children.get(name, ()) if (text := _text(one))), "")


def _title(children: dict[str, list[Any]]) -> str:
    for name in TITLES:
        for one in (*children.get(name, ()), *_in_media(children, name)):
            is_text = (one.get("type") or "").lower() == "xhtml"  # its own markup is no escaped one
            title = " ".join(_text(one).split()) if is_text else plain_line(_text(one))
            if title:
                return title
    return ""


def plain_line(text: str) -> str:
    """A title in one line: markup removed where there is any, entities that were escaped twice resolved."""
    text = text[:_LONGEST_LINE]
    if _MARKUP.search(text):
        text = html_to_text(text)
    return " ".join(html.unescape(text).split())


def _link(children: dict[str, list[Any]], base: str, guid: str) -> str:
    """Where the entry is read: its link, else its alternate link, else a guid that is an address."""
    for one in children.get("feedburner:origlink", []) + children.get("link", []):
        # Where a feed went through a program for HTML, the address stands behind its element.
        written = (one.text or "").strip() or _address_behind(one)
        if written:
            return absolute_url(_base_of(one, base), written.replace("&amp;", "&"))  # some escape it twice
    alternate = _atom_link(children, base, ("", "alternate"))
    permanent = all((one.get("isPermaLink") or "true").lower() != "false" for one in children.get("guid", ()))
    return (
        alternate
        or (absolute_url("", guid) if permanent else "")
        or _atom_link(children, base, ("related", "via", "self"))
    )


def _address_behind(link: Any) -> str:
    behind = (link.tail or "").strip()
    return behind if behind.startswith(("http://", "https://")) and not link.get("href") else ""


def _atom_link(children: dict[str, list[Any]], base: str, rels: tuple[str, ...]) -> str:
    for one in children.get("link", ()):
        href = one.get("href")
        if href and (one.get("rel") or "").lower() in rels:
            return absolute_url(_base_of(one, base), href)
    return ""


def _author_of(elements: Iterable[Any]) -> str:
    """The authors' names: of Atom's persons the name, of `mail (name)`, `name (mail)` and `name <mail>` the name."""
    names: list[str] = []
    for one in elements:
        person = next((_text(part) for part in one if _name(part) in ("name", "email")), "")
        name = plain_line(person or _text(one))
        in_mail = _AUTHOR_IN_MAIL.match(name)
        name = (in_mail[1] or in_mail[2]).strip() if in_mail else name
        if name and name not in names:
            names.append(name)
        if len(names) == 5:
            break
    return ", ".join(names)[:200]


def _entry_text(children: dict[str, list[Any]]) -> str:
    for name in TEXTS:
        for one in (*children.get(name, ()), *_in_media(children, name)):
            text = _readable(one)
            if text:
                return text
    return ""


def _in_media(children: dict[str, list[Any]], name: str) -> list[Any]:
    """What an entry's media say of themselves."""
    if not name.startswith("media:"):
        return []
    return [one for holder in _MEDIA for part in children.get(holder, ()) for one in part if _name(one) == name]


def _readable(element: Any) -> str:
    """Plain text of an element that holds HTML, escaped or as elements, or plain text."""
    if len(element):
        return html_to_text(etree.tostring(element, encoding="unicode", with_tail=False)[:_LONGEST_TEXT])
    text = (element.text or "")[:_LONGEST_TEXT]
    return html_to_text(text) if _MARKUP.search(text) or "&" in text else tidy_lines(text)


def _published(texts: Iterable[str], now: datetime, zone: tzinfo) -> Parsed | None:
    return next((found for text in texts if (found := parse_date(text, now, zone))), None)


def _json_entries(text: str, url: str, now: datetime, zone: tzinfo) -> list[Entry]:
    try:
        data = read_json(text)
    except ValueError as error:
        raise NotAFeed("the JSON cannot be read") from error
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise NotAFeed("JSON without a list of items")
    base = url or _string(data, "home_page_url") or _string(data, "feed_url")
    shared = _json_author(data)
    dated = [(one, _json_published(one, now, zone)) for one in items[:_MOST_CONSIDERED] if isinstance(one, dict)]
    return [_json_entry(one, published, base, shared) for one, published in _newest(dated)]


def _json_published(item: dict[str, Any], now: datetime, zone: tzinfo) -> Parsed | None:
    return _published((_string(item, "date_published"), _string(item, "date_modified")), now, zone)


def _json_entry(item: dict[str, Any], published: Parsed | None, base: str, shared_author: str) -> Entry:
    marked = _string(item, "content_html")
    guid = _string(item, "id")
    link = _string(item, "url") or _string(item, "external_url")
    return Entry(
        title=plain_line(_string(item, "title")),
        link=absolute_url(base, link) if link else absolute_url("", guid),
        author=_json_author(item) or shared_author,
        text=html_to_text(marked[:_LONGEST_TEXT])
        if marked
        else _string(item, "content_text") or _string(item, "summary"),
        guid=guid,
        published=published,
        figures=json_figures(item),
    )


def _string(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _json_author(data: dict[str, Any]) -> str:
    authors = data.get("authors")
    people = authors if isinstance(authors, list) else [data.get("author")]
    names = [_string(person, "name") for person in people[:5] if isinstance(person, dict)]
    return ", ".join(name for name in names if name)[:200]
