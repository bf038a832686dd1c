"""Make what a server wrote fit to be kept: a database of UTF-8 text takes neither NUL nor half a character (pure)."""

import re
from dataclasses import replace

from monitoring.sources.items import Item

LONGEST_TITLE = 1_000  # characters
LONGEST_TEXT = 200_000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str, longest: int = LONGEST_TEXT) -> str:
    """The beginning of `text`, with U+FFFD for each NUL and lone surrogate."""
    return _UNSTORABLE.sub("\ufffd", text[:longest])


def storable_item(item: Item) -> Item:
    """`item` with every text fit to be kept."""
    short, texts = (item.title, item.author, item.site_id), (item.url, item.text)
    is_fit = max(map(len, short)) <= LONGEST_TITLE and max(map(len, texts)) <= LONGEST_TEXT
    if is_fit and not item.replies and not _UNSTORABLE.search("".join((*short, *texts))):
        return item
    return replace(
        item,
        url=storable(item.url),
        title=storable(item.title, LONGEST_TITLE),
        text=storable(item.text),
        author=storable(item.author, LONGEST_TITLE),
        site_id=storable(item.site_id, LONGEST_TITLE),
        replies=tuple(storable_item(reply) for reply in item.replies),
    )
