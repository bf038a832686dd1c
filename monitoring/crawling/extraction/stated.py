"""What a page states for machines: its meta elements and its JSON-LD (pure)."""

import html
import json
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_MOST_METAS = 500
_MOST_SCRIPTS = 20
_MOST_OBJECTS = 200
_MOST_ITEMS = 20
_LONGEST_SCRIPT = 500_000
_ARTICLES = ("article", "posting", "report", "webpage", "qapage", "question", "videoobject")


class Stated:
    """The meta elements by lower-case name, in order, and the objects of the JSON-LD, articles first."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.metas: list[tuple[str, str]] = []
        for meta in tree.css("meta[content]")[:_MOST_METAS]:
            attributes = meta.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
            content = (attributes.get("content") or "").strip()
            if name and content:
                self.metas.append((name.strip().lower(), content))
        self.objects = sorted(_linked_data(tree), key=lambda one: not _is_article(one))

    def meta(self, *names: str) -> str:
        """The first of the named meta elements that says something."""
        for name in names:
            for stated, content in self.metas:
                if stated == name:
                    return html.unescape(content).strip()
        return ""

    def linked(self, *names: str) -> Iterator[str]:
        """What the JSON-LD says under the names; of an object its name."""
        for one in self.objects:
            for name in names:
                yield from _texts(one.get(name))

    @property
    def kinds(self) -> str:
        """The types of the JSON-LD objects, joined."""
        return " ".join(str(one.get("@type", "")) for one in self.objects)


def own_address(tree: LexborHTMLParser, stated: Stated) -> str:
    """The address that the page gives itself, or nothing."""
    link = tree.css_first("link[rel=canonical][href]")
    return (link.attributes.get("href") if link is not None else "") or stated.meta("og:url")


def item_types(tree: LexborHTMLParser) -> str:
    """The types of the page's first microdata items, joined."""
    return " ".join(node.attributes.get("itemtype") or "" for node in tree.css("[itemtype]")[:_MOST_ITEMS])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
    if isinstance(value, str) and value.strip():
        yield html.unescape(value).strip()


def _linked_data(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD; what is broken is passed over."""
    found = 0
    for script in tree.css('script[type="application/ld+json"]')[:_MOST_SCRIPTS]:
        text = script.text().strip().removesuffix(";")
        if len(text) > _LONGEST_SCRIPT:
            continue
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for one in _objects(data):
            found += 1
            if found > _MOST_OBJECTS:
                return
            yield one


def _objects(data: Any) -> Iterator[dict[str, Any]]:
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, dict):
            yield one
            for inner in (one.get("@graph"), one.get("mainEntity")):
                for piece in inner if isinstance(inner, list) else [inner]:
                    if isinstance(piece, dict):
                        yield piece


def _is_article(one: dict[str, Any]) -> bool:
    kind = str(one.get("@type", "")).lower()
    return any(word in kind for word in _ARTICLES)
