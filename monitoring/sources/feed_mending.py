"""The XML of feeds as trees, however it is broken (pure).

HTML entities, bare ampersands and numbers of no character are mended, HTML that stands unescaped in a field is escaped,
and libxml2 recovers the rest. No entity that a feed declares is ever expanded.
"""

import html
import re
from html.entities import html5
from typing import Any

from lxml import etree

from monitoring.sources.xml_text import CAUTIOUS, ILLEGAL

_MOST_TAGS = 200_000  # each costs a hundred bytes and more, however short it is written
_ROOT = re.compile(r"<(?:\?xml|!DOCTYPE\s+(?!html)|channel|(?:\w{1,20}:)?(?:rss|feed|RDF))[\s>]", re.IGNORECASE)
_CDATA = r"<!\[CDATA\[.*?(?:\]\]>|\Z)"
# CDATA stays as it is; a reference that XML itself does not know becomes its character or plain text.
_REFERENCE = re.compile(
    rf"{_CDATA}|&(?!#\d{{1,7}};|#[xX][0-9a-fA-F]{{1,6}};|(?:amp|lt|gt|quot|apos);)(?:([A-Za-z][A-Za-z0-9]{{1,31}});)?",
    re.DOTALL,
)
_MARKED_FIELD = re.compile(rf"{_CDATA}|<(/?)(title|description|content:encoded|summary)(?:\s[^<>]*)?>", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]{0,2000}(?:\[.{0,200000}?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_NUMBERED = re.compile(r"(?:&#(?:[xX][0-9a-fA-F]{1,8}|[0-9]{1,9});)+")


class NotAFeed(ValueError):
    """The document is no feed of a known format."""


def mended_tree(text: str) -> Any:
    """The root element of a feed's text, mended and recovered; raises NotAFeed."""
    if text.count("<") > _MOST_TAGS:
        text = "<".join(text.split("<", _MOST_TAGS)[:-1])
    start = _ROOT.search(text[:100_000])
    if not start:
        raise NotAFeed("no feed begins in it")
    text = _NUMBERED.sub(_mended_numbers, _DOCTYPE.sub("", text[start.start() :], count=1))
    mended = ILLEGAL.sub("", _REFERENCE.sub(_mended_reference, text))
    root, is_sound = _recovered(mended)
    if not is_sound:
        # HTML that stands unescaped in a field and does not close its tags would swallow what follows.
        root, _ = _recovered(_escape_inner_markup(mended))
    if root is None:
        raise NotAFeed("nothing could be recovered")
    return root


def _recovered(text: str) -> tuple[Any, bool]:
    """The root element as far as it can be recovered, and whether the XML was sound."""
    parser = etree.XMLParser(**CAUTIOUS)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotAFeed(str(error)) from error
    return root, not len(parser.error_log)


def _escape_inner_markup(text: str) -> str:
    """`text` with every tag inside a title, description or summary escaped."""
    parts: list[str] = []
    done, opened, name = 0, -1, ""
    for found in _MARKED_FIELD.finditer(text):
        if found[2] is None or (found[1] and found[2] != name):
            continue
        if not found[1]:
            # A field that opens anew shows that the last one never closed.
            opened, name = found.end(), found[2]
        elif opened >= 0:
            inner = text[opened : found.start()]
            parts += [text[done:opened], inner if "<![CDATA[" in inner else inner.replace("<", "&lt;")]
            done, opened, name = found.start(), -1, ""
    return "".join((*parts, text[done:]))


def _mended_numbers(found: re.Match[str]) -> str:
    """References by number: the two halves of one character (as UTF-16 has them) as one, those of none left out."""
    numbers = [int(one[1:], 16) if one[0] in "xX" else int(one) for one in found[0][2:-1].split(";&#")]
    kept: list[int] = []
    for number in numbers:
        if kept and 0xD800 <= kept[-1] < 0xDC00 <= number < 0xE000:
            number = 0x10000 + ((kept.pop() - 0xD800) << 10) + number - 0xDC00
        kept.append(number)
    return "".join(f"&#{number};" for number in kept if _is_character(number))


def _is_character(number: int) -> bool:
    """Whether XML 1.0 (2.2) knows a character of this number."""
    return number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000


def _mended_reference(found: re.Match[str]) -> str:
    if found[0].startswith("<"):
        return found[0]
    character = html5.get(f"{found[1]};") if found[1] else None
    return html.escape(character) if character else f"&amp;{found[0][1:]}"
