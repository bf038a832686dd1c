"""Make what a server wrote fit to be kept and shown (pure).

A database of UTF-8 text takes neither NUL nor half a character; control characters are for terminals; and the marks
that turn the direction of all that follows (U+202A–E, U+2066–9) would turn our own words beside the text as well.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from monitoring.sources.items import Item

LONGEST_TITLE = 1_000  # characters
LONGEST_TEXT = 200_000
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNFIT = re.compile(f"{_UNSTORABLE.pattern}|{_TURNING.pattern}")


def storable(text: str, longest: int = LONGEST_TEXT) -> str:
    """The beginning of `text`, with U+FFFD for each control character and lone surrogate, without turning marks."""
    return _UNSTORABLE.sub("\ufffd", _TURNING.sub("", text[:longest]))


def storable_items(items: Sequence[Item]) -> Sequence[Item]:
    """`items` with every text fit to be kept. The short texts of most lists are, and are looked through as one."""
    texts = [text for item in items for text in (item.title, item.author, item.site_id, item.url, item.text)]
    is_short = max(map(len, texts), default=0) <= LONGEST_TITLE and not any(item.replies for item in items)
    return items if is_short and not _UNFIT.search("".join(texts)) else [storable_item(item) for item in items]


def storable_item(item: Item) -> Item:
    """`item` with every text fit to be kept."""
    short, texts = (item.title, item.author, item.site_id), (item.url, item.text)
    is_fit = max(map(len, short)) <= LONGEST_TITLE and max(map(len, texts)) <= LONGEST_TEXT
    if is_fit and not item.replies and not _UNFIT.search("".join((*short, *texts))):
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
