"""The shape of a page's elements: what tells an element from its neighbours, written as a CSS selector (pure)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
# Classes that say how an element looks just now, or that a build made up, say nothing of tomorrow's page.
_PASSING = re.compile(
    r"(?i)^(?:active|current|first|last|odd|even|hot|new|on|off|cur|clearfix|left|right|visible|hidden|selected|js-.*"
    r"|(?:un)?read|visited|updated|sticky|(?:category|tag|format|status|has)-.*"  # WordPress says so of each post
    r"|(?:post|topic|thread|entry|node|article|item|row)-?\d+|col-.*|[a-z]*[-_]?\d{3,}|css-\w+|sc-\w+|jsx-\d+|_\w{5,}"
    r"|(?-i:\w*__(?=[A-Za-z]*[A-Z0-9])\w{5}|[A-Za-z]+_(?=[A-Za-z]*[A-Z0-9])[A-Za-z0-9]{5,6}))$"
)
_NUMBERED = re.compile(r"^([A-Za-z][A-Za-z_-]*?[_-]?)\d+$")


def classes_of(node: LexborNode) -> tuple[str, ...]:
    """The classes of an element that are likely to be there tomorrow."""
    names = (node.attributes.get("class") or "").split()[:8]
    return tuple(sorted({name for name in names if _NAME.fullmatch(name) and not _PASSING.match(name)}))


UsualClasses = dict[tuple[int, str], frozenset[str]]  # by parent and tag, what is found so far


def shape_among(node: LexborNode, known: UsualClasses) -> str:
    """As `shape_of`, without the classes that less than half of the element's brothers have."""
    if node.parent is None or numbered_id(node):
        return shape_of(node)
    place = (node.parent.mem_id, node.tag or "*")
    if place not in known:
        known[place] = _usual_classes(node)
    own = shape_of(node)
    tag, _, names = own.partition(".")
    kept = [name for name in names.split(".") if name and name in known[place]]
    return own if "#" in own else tag + "".join(f".{name}" for name in kept)


def _usual_classes(node: LexborNode) -> frozenset[str]:
    """The classes that at least half of the elements of a tag have that stand side by side."""
    brothers = [one for one in node.parent.iter() if one.tag == node.tag] if node.parent is not None else [node]
    counts = Counter(name for one in brothers for name in classes_of(one))
    return frozenset(name for name, count in counts.items() if 2 * count >= len(brothers))


def numbered_id(node: LexborNode) -> str:
    """The beginning of an id that ends in a number (`normalthread_` of `normalthread_8123`); else empty."""
    found = _NUMBERED.match(node.attributes.get("id") or "")
    return found[1] if found else ""


def shape_of(node: LexborNode) -> str:
    """The selector of an element by itself: its tag, and what tells it from others of the tag."""
    tag = node.tag or "*"
    prefix = numbered_id(node)
    if prefix:
        return f'{tag}[id^="{prefix}"]'
    own = node.attributes.get("id") or ""
    if own and _NAME.fullmatch(own) and not re.search(r"\d{2,}", own):
        return f"{tag}#{own}"
    return tag + "".join(f".{name}" for name in classes_of(node))


def ancestors(node: LexborNode, most: int = 40) -> Iterator[LexborNode]:
    """The elements above `node`, the nearest first, up to the body."""
    above = node.parent
    while above is not None and most and above.tag not in ("html", "body", "-undef"):
        yield above
        above, most = above.parent, most - 1


def selector_between(top: LexborNode, node: LexborNode) -> str:
    """The shortest selector that leads from `top` to `node` and to nothing else below `top`; empty where none does."""
    own = shape_of(node)
    chain = [own]
    if _leads_to(top, own, node):
        return own
    for above in _below(top, node):
        chain.insert(0, shape_of(above))
        if _leads_to(top, " ".join(chain[:1] + chain[-1:]), node):
            return " ".join(chain[:1] + chain[-1:])
    whole = " > ".join(chain)
    if _leads_to(top, whole, node):
        return whole
    placed = " > ".join(_placed(one) for one in [*reversed(list(_below(top, node))), node])
    return placed if _leads_to(top, placed, node) else ""


def _below(top: LexborNode, node: LexborNode) -> Iterator[LexborNode]:
    """The elements between, the nearest to `node` first."""
    for above in ancestors(node):
        if above.mem_id == top.mem_id:
            return
        yield above


def _placed(node: LexborNode) -> str:
    """The shape of an element that has nothing but its place among its brothers to tell it from them."""
    if node.parent is None:
        return shape_of(node)
    place = [one.mem_id for one in node.parent.iter()].index(node.mem_id) + 1
    return f"{shape_of(node)}:nth-child({place})"


def _leads_to(top: LexborNode, selector: str, node: LexborNode) -> bool:
    first = top.css_first(selector)
    return first is not None and first.mem_id == node.mem_id


def shared_shape(nodes: Iterable[LexborNode]) -> str:
    """The selector that holds for all of `nodes`, which have one tag: the classes that they share."""
    rows = list(nodes)
    prefixes = {numbered_id(row) for row in rows}
    tag = rows[0].tag or "*"
    if len(prefixes) == 1 and (prefix := prefixes.pop()):
        return f'{tag}[id^="{prefix}"]'
    shared = set(classes_of(rows[0]))
    for row in rows[1:]:
        shared &= set(classes_of(row))
    return tag + "".join(f".{name}" for name in sorted(shared))
