"""HTML as received to a tree, and a tree to plain text (pure).

Lexbor is quadratic in the depth of nested blocks (200,000 open `div` cost minutes), so a hostile page is cut first.
"""

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitoring.crawling.memory import hold_memory

_LONGEST = 6_000_000
# So many tags cost at most a tenth of a second, however they nest; pieces come by the hundred and are allowed fewer.
_HARMLESS_TAGS = 8_000
_HARMLESS_TAGS_IN_A_PIECE = 1_000
_MOST_TAGS = 50_000
_DEEPEST = 400
# Lexbor is quadratic in the attributes of a tag too. Where a tag goes on for longer than this, most of it is left out.
_LONGEST_TAG = 30_000
_MOST_ATTRIBUTES = 1_000
_LONGEST_LINE = 20_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# They hold nothing, or the next of their kind closes them.
_UNNESTED = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "option",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "param",
        "rp",
        "rt",
        "font",
        "b",
        "i",
        "a",
    ]
)
_BLOCKS = (
    "address,article,aside,blockquote,br,center,dd,details,div,dl,dt,fieldset,figcaption,figure,footer,form,h1,h2,h3,h4,"
    "h5,h6,header,hr,li,main,nav,ol,option,p,pre,section,summary,table,td,th,tr,ul"
)
BLOCK_TAGS = frozenset(_BLOCKS.split(","))
_NOT_TEXT = "script,style,noscript,template,svg,iframe,object,textarea,select,head"
_BREAK = "\x1e"


def tag_ids(tags: Iterable[str]) -> frozenset[int]:
    """Lexbor's numbers of tags that HTML knows: asking a node for its number takes a tenth of asking for its name."""
    maker = LexborHTMLParser("")
    return frozenset(maker.create_node(tag).tag_id for tag in tags)


_BLOCK_IDS, _HIDDEN_IDS = tag_ids(BLOCK_TAGS), tag_ids(_NOT_TEXT.split(","))


def parse_html(html: str, harmless_tags: int = _HARMLESS_TAGS, *, utf8: bytes = b"") -> LexborHTMLParser:
    """The tree of a page, in bounded time; up to `harmless_tags` its nesting is not looked at.

    `utf8` is `html` as bytes, where they are at hand.
    """
    hold_memory()
    if utf8 and _is_harmless(utf8, harmless_tags):
        return LexborHTMLParser(utf8)
    return LexborHTMLParser(_bounded(html[:_LONGEST], harmless_tags))


def html_to_text(html: str) -> str:
    """What a reader sees of a piece of HTML: a line for each block, no scripts or styles, entities resolved."""
    if "<" not in html and "&" not in html:
        return tidy_lines(html)
    tree = parse_html(html, _HARMLESS_TAGS_IN_A_PIECE)
    return text_of(tree.body or tree.root)


def text_of(node: LexborNode | None) -> str:
    """What a reader sees below `node`: a line for each block; the tree is changed by it."""
    if node is None:
        return ""
    below = [(one.tag_id, one) for one in node.traverse()]  # in a third of the time of two selectors of so many names
    for tag, one in below:
        if tag in _BLOCK_IDS:
            one.insert_before(_BREAK)
            one.insert_after(_BREAK)
    for tag, one in below:
        if tag in _HIDDEN_IDS:
            one.decompose(recursive=False)
    return visible_text(node)


def strip_hidden(node: LexborNode) -> None:
    """Remove what is never read as text: scripts, styles, frames, forms' contents."""
    for hidden in node.css(_NOT_TEXT):
        # Detached only: one that lies inside another would else be freed twice.
        hidden.decompose(recursive=False)


def mark_blocks(node: LexborNode) -> None:
    """Put a mark at each edge of a block, so that `visible_text` tells lines apart."""
    for block in node.css(_BLOCKS):
        block.insert_before(_BREAK)
        block.insert_after(_BREAK)


def visible_text(node: LexborNode) -> str:
    """The text of a tree whose blocks are marked, a line for each."""
    return tidy_lines(node.text(), _BREAK)  # `text_lexbor` is faster, and keeps each text until the tree is gone


def line_of(node: LexborNode | None) -> str:
    """The text below `node` in one line, or its beginning."""
    return _single_spaced(node.text()[:_LONGEST_LINE]) if node is not None else ""


def tidy_lines(text: str, line_break: str = "\n") -> str:
    """The lines of `text` that hold something, with single spaces."""
    lines = [_single_spaced(line) for line in text.split(line_break) if line and not line.isspace()]
    return "\n".join(line for line in lines if line)


def _single_spaced(text: str) -> str:
    """`text` with one space for each run of spaces, of no width as well, and none at its ends."""
    if "\u200b" in text or "\ufeff" in text:
        text = text.replace("\u200b", " ").replace("\ufeff", " ")
    return " ".join(text.split())


def _is_harmless(utf8: bytes, harmless_tags: int) -> bool:
    """Whether `_bounded` would let a page pass as it is, save for the number of `>`, which cost nothing in text."""
    return len(utf8) <= _LONGEST and utf8.count(b"<") <= harmless_tags and not _cuts_a_tag(utf8)


def _bounded(html: str, harmless_tags: int) -> str:
    """`html` up to where it holds too many tags or nests too deeply to be a page that people read."""
    if len(html) > _LONGEST_TAG:
        html = _without_endless_tags(html)
    if html.count("<") <= harmless_tags:
        return html
    depth = 0
    open_tags: dict[str, int] = {}
    for number, found in enumerate(_TAG.finditer(html)):
        name = found[2].lower()
        if number > _MOST_TAGS or depth > _DEEPEST:
            return html[: found.start()]
        if name in _UNNESTED:
            continue
        if not found[1]:
            open_tags[name] = open_tags.get(name, 0) + 1
            depth += 1
        elif open_tags.get(name):
            open_tags[name] -= 1
            depth -= 1
    return html


def _without_endless_tags(html: str) -> str:
    """`html` without the attributes of a tag that holds too many of them, and cut where too many tags end."""
    if html.count(">") < _MOST_TAGS and not _has_endless_tag(html):
        return html
    pieces = html.split(">", _MOST_TAGS)[:_MOST_TAGS]
    return ">".join(_short_tag(piece) if len(piece) > _LONGEST_TAG else piece for piece in pieces)


def _cuts_a_tag(utf8: bytes) -> bool:
    """Whether `_without_endless_tags` would cut a tag: a long script without a `>` is none."""
    place = 0
    while place + _LONGEST_TAG < len(utf8):
        end = utf8.rfind(b">", place, place + _LONGEST_TAG)
        if end < 0:
            end = utf8.find(b">", place)
            end = len(utf8) if end < 0 else end
            piece = utf8[place:end].decode("utf-8", "replace")
            if _short_tag(piece) != piece:
                return True
        place = end + 1
    return False


def _has_endless_tag(html: str) -> bool:
    """Whether somewhere nothing ends a tag for longer than a tag is."""
    place = 0
    while place + _LONGEST_TAG < len(html):
        place = html.rfind(">", place, place + _LONGEST_TAG) + 1
        if not place:
            return True
    return False


def _short_tag(piece: str) -> str:
    found = _TAG.search(piece)
    is_endless = found and len(piece[found.start() :].split(None, _MOST_ATTRIBUTES)) > _MOST_ATTRIBUTES
    return piece[: found.end()] if found and is_endless else piece
