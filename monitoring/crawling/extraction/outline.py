"""A page as a reader meets it: its lines in order, and the blocks that they stand in (pure).

Every rule of extraction looks at lines and at ranges of lines, so the tree is walked once and never again.
"""

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from monitoring.crawling.markup import BLOCK_TAGS

# A page that people read has a tenth of it; what follows in a larger one is not looked at.
_MOST_NODES, _MOST_NODES_WITH_SPACE = 40_000, 100_000
_MOST_LINES = 20_000
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# What a block has or is, not what it is called: has-profile, no-sidebar, is-hidden, js-share.
_STATES = re.compile(r"(?<![\w-])(?:has|no|not|with|without|is|js)[-_][\w-]*")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NO_WORDS: frozenset[str] = frozenset()
_LONGEST_NAMING = 400
_NAMING = ("class", "id", "itemprop", "role", "component")
# Class names that hide a block, and those that show it again on a wider screen: hidden md:block, d-none d-lg-flex.
_HIDING = frozenset(["hidden", "d-none"])
_SHOWN_AGAIN = re.compile(r"[:-](?:block|flex|grid|inline|table|contents)\b")
_STAMP_START = re.compile(r"20\d\d(?:[-/.]\d|年)")
_STAMP_END = re.compile(r"(?:\d:\d\d|\d{4}[-/.]\d\d?[-/.]\d\d?)$")


class Line(NamedTuple):
    """A line of text, how many of its characters are links, and the number of the innermost block around it."""

    text: str
    linked: int
    part: int


class Part:
    """A block: its tag, the words of its class and id, the number of the block around it, and its lines' range.

    `after` is the number of the first block that does not lie in it.
    """

    __slots__ = ("after", "end", "hidden", "parent", "start", "tag", "words")

    def __init__(self, tag: str, words: frozenset[str], parent: int, start: int, hidden: bool = False) -> None:
        self.tag = tag
        self.words = words
        self.parent = parent
        self.start = start
        self.end = start
        self.hidden = hidden
        self.after = 0


class Outline:
    """The lines and blocks of a page in document order; the first block is the whole."""

    def __init__(self, lines: list[Line], parts: list[Part]) -> None:
        self.lines = lines
        self.parts = parts
        self._chars = list(accumulate((len(line.text) for line in lines), initial=0))
        self._linked = list(accumulate((line.linked for line in lines), initial=0))
        self._links = list(accumulate((line.linked * 2 > len(line.text) for line in lines), initial=0))

    def chars(self, start: int, end: int) -> int:
        """The characters of a range of lines."""
        return self._chars[end] - self._chars[start]

    def linked(self, start: int, end: int) -> int:
        """Those of them that are links."""
        return self._linked[end] - self._linked[start]

    def links(self, start: int, end: int) -> int:
        """The lines of a range that are links."""
        return self._links[end] - self._links[start]

    def plain(self, part: Part) -> int:
        """The characters of a block that are no links."""
        return self.chars(part.start, part.end) - self.linked(part.start, part.end)

    def children(self, number: int) -> list[int]:
        """The numbers of the blocks that lie in a block and in none between."""
        inner = number + 1
        found: list[int] = []
        while inner < self.parts[number].after:
            found.append(inner)
            inner = self.parts[inner].after
        return found

    def is_within(self, inner: int, outer: int) -> bool:
        """Whether block `inner` is `outer` or lies in it."""
        return outer <= inner < self.parts[outer].after

    def ancestors(self, number: int, most: int = 10_000) -> list[int]:
        """The numbers of the blocks around a block, the innermost first, at most so many."""
        above: list[int] = []
        while len(above) < most and (number := self.parts[number].parent) >= 0:
            above.append(number)
        return above


def outline_of(body: LexborNode) -> Outline:
    """The outline of a page whose scripts and styles are stripped."""
    builder = _Builder(body)
    met = 0
    for number, node in enumerate(body.traverse(include_text=True)):
        if met > _MOST_NODES or number > _MOST_NODES_WITH_SPACE:
            break
        tag = node.tag or ""
        text = (node.text_content or "") if tag == "-text" else ""
        if text.isspace():
            # Most text of a page is what indents its tags.
            builder.space()
        elif number:
            met += 1
            builder.meet(node, tag, text)
    return builder.finish()


class _Builder:
    """Takes the nodes of a tree in document order and keeps the line and the blocks that are open."""

    def __init__(self, body: LexborNode) -> None:
        self._lines: list[Line] = []
        self._parts = [Part("body", _words_of(body.attributes), -1, 0)]
        self._open = [0]
        self._runs: list[str] = []
        self._linked = 0
        # Blocks that keep their line breaks.
        self._written: set[int] = set()
        # Of each element that may hold more: its block, and whether it is in a link.
        self._places: dict[int, tuple[int, bool]] = {body.mem_id: (0, False)}

    def space(self) -> None:
        """White space alone ends no line and begins none."""
        if self._runs:
            self._runs.append(" ")

    def meet(self, node: LexborNode, tag: str, text: str) -> None:
        """The next element, or text that says something."""
        parent = node.parent
        place = self._places.get(parent.mem_id) if parent is not None else None
        if place is None or tag == "button":
            return
        block, is_link = place
        if self._open[-1] != block:
            self._close_down_to(block)
        if text:
            self._read(text, is_link)
        elif tag == "br":
            self._break()
        elif tag in BLOCK_TAGS or "-" in tag[1:]:
            self._enter(node, tag, block, is_link)
        elif not tag.startswith("-"):
            self._places[node.mem_id] = (block, is_link or tag == "a")

    def _read(self, text: str, is_link: bool) -> None:
        """Take up text; in a block with empty lines it was written to be shown with its line breaks, as on PTT."""
        if "\n\n" in text and "\n\n" in text.strip():
            self._written.add(self._open[-1])
        for number, piece in enumerate(text.split("\n", _MOST_LINES) if self._open[-1] in self._written else [text]):
            if number:
                self._break()
            if piece:
                if piece[0].isdigit() and self._runs and _is_set_apart(self._runs[-1], piece):
                    self._runs.append(" ")
                self._runs.append(piece)
                self._linked += len(piece.strip()) if is_link else 0

    def finish(self) -> Outline:
        self._close_down_to(0)
        self._break()
        self._end(self._parts[0])
        return Outline(self._lines, self._parts)

    def _enter(self, node: LexborNode, tag: str, block: int, is_link: bool) -> None:
        self._break()
        number = len(self._parts)
        attributes = node.attributes
        self._parts.append(Part(tag, _words_of(attributes), block, len(self._lines), _is_hidden(attributes)))
        self._open.append(number)
        self._places[node.mem_id] = (number, is_link)

    def _close_down_to(self, block: int) -> None:
        self._break()
        while self._open[-1] != block:
            self._end(self._parts[self._open.pop()])

    def _end(self, part: Part) -> None:
        part.end = len(self._lines)
        part.after = len(self._parts)

    def _break(self) -> None:
        if not self._runs:
            return
        text = _SPACES.sub(" ", "".join(self._runs)).strip()
        if text and len(self._lines) < _MOST_LINES:
            self._lines.append(Line(text, min(self._linked, len(text)), self._open[-1]))
        self._runs.clear()
        self._linked = 0


def _is_set_apart(before: str, piece: str) -> bool:
    """Whether figures belong to two elements that a style sets apart: 08:12 and 883 views, Lv.3 and 2025-06-18."""
    return before[-1].isdigit() and bool(_STAMP_END.search(before) or _STAMP_START.match(piece))


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    """Whether a block is not shown until a script shows it."""
    if not attributes:
        return False
    if "hidden" in attributes or ("style" in attributes and _HIDDEN.search(attributes["style"] or "")):
        return True
    named = attributes.get("class") or ""
    if "hidden" not in named and "d-none" not in named:
        return False
    return not _HIDING.isdisjoint(named.split()) and not _SHOWN_AGAIN.search(named)


def _words_of(attributes: dict[str, str | None]) -> frozenset[str]:
    if not attributes:
        return _NO_WORDS
    return _words(" ".join(value for name in _NAMING if (value := attributes.get(name)))[:_LONGEST_NAMING])


@lru_cache(maxsize=4096)
def _words(naming: str) -> frozenset[str]:
    """The words of a class or id, in lower case: postList_12 → post, list."""
    return frozenset(word.lower() for word in _WORDS.findall(_STATES.sub(" ", naming)))
