"""Many feeds at once: the starter pack of public feeds, and OPML lists in and out (pure).

OPML 2.0: http://opml.org/spec2.opml; what readers write differs, so attribute names are read in any case.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from monitoring.crawling.addresses import host_of
from monitoring.sources.xml_text import text_pieces

LARGEST_FILE = 2_000_000  # bytes
MOST_FEEDS = 500
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ROOT = re.compile(r"<opml[\s>]", re.IGNORECASE)
_PACK = Path(__file__).with_name("starter_pack.json")


@dataclass(frozen=True, slots=True)
class NamedFeed:
    """A feed as a list names it; `group` is the region of the starter pack or the folder of an OPML list."""

    name: str
    url: str
    group: str = ""
    channel: str = "news"


class NotAnOpmlList(ValueError):
    """A file that is no OPML list, or one without feeds; the message is a code: too-large, malformed, no-feeds."""


@cache
def starter_pack() -> tuple[NamedFeed, ...]:
    """Public feeds of Taiwan (tw), the mainland (cn) and Hong Kong (hk), as their publishers name them."""
    regions = json.loads(_PACK.read_text(encoding="utf-8"))["regions"]
    return tuple(
        NamedFeed(name, url, region, channel) for region, feeds in regions.items() for name, url, channel in feeds
    )


def read_opml(body: bytes) -> list[NamedFeed]:
    """The feeds of an OPML list, each once, in its order; raises NotAnOpmlList."""
    if len(body) > LARGEST_FILE:
        raise NotAnOpmlList("too-large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False, encoding="utf-8"
    )
    text = "".join(text_pieces(body))
    start = _ROOT.search(text)
    if not start:
        raise NotAnOpmlList("malformed")
    try:
        root = etree.fromstring(text[start.start() :].encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAnOpmlList("malformed") from error
    if root is None:
        raise NotAnOpmlList("malformed")
    feeds: dict[str, NamedFeed] = {}
    for feed in _outlines(root, ""):
        feeds.setdefault(feed.url, feed)
    if not feeds:
        raise NotAnOpmlList("no-feeds")
    return list(feeds.values())[:MOST_FEEDS]


def _outlines(root: etree._Element, folder: str) -> Iterator[NamedFeed]:
    waiting = [(one, folder) for one in reversed(root.findall(".//body/*") or list(root))]
    while waiting:
        outline, folder = waiting.pop()
        said = _said(outline)
        name = html.unescape(said.get("title") or said.get("text") or "")
        url = said.get("xmlurl", "")
        if host_of(url):
            yield NamedFeed((name or host_of(url))[:80], url, folder)
        waiting += [(one, name or folder) for one in reversed(list(outline)) if isinstance(one.tag, str)]


def _said(outline: etree._Element) -> dict[str, str]:
    """The attributes that count; asking for all of them takes lxml the square of their number."""
    names = {str(name).lower(): name for name in outline.attrib}
    wanted = {name: names[name] for name in ("title", "text", "xmlurl") if name in names}
    return {name: str(outline.get(given) or "").strip() for name, given in wanted.items()}


def write_opml(title: str, feeds: Iterable[NamedFeed]) -> bytes:
    """An OPML 2.0 list, a folder for each group."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _plain(title)
    body = etree.SubElement(root, "body")
    folders: dict[str, etree._Element] = {}
    for feed in feeds:
        parent = body
        if feed.group:
            if feed.group not in folders:
                folders[feed.group] = etree.SubElement(
                    body, "outline", text=_plain(feed.group), title=_plain(feed.group)
                )
            parent = folders[feed.group]
        name = _plain(feed.name)
        etree.SubElement(parent, "outline", type="rss", text=name, title=name, xmlUrl=feed.url)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _plain(text: str) -> str:
    """`text` without what XML cannot say."""
    return _CONTROL.sub(" ", text)
