"""The shape of a page's elements: what tells an element from its neighbours, written as a CSS selector (pure)."""

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
# Classes that say how an element looks just now, or that a build made up, say nothing of tomorrow's page.
_PASSING = re.compile(
    r"(?i)^(?:active|current|first|last|odd|even|hot|new|on|off|cur|clearfix|left|right|visible|hidden|selected|js-.*"
    r"|item-?\d+|row-?\d+|col-.*|[a-z]*[-_]?\d{3,}|css-\w+|sc-\w+|jsx-\d+|_\w{5,}|\w*__\w{5}|[a-z]+_[A-Za-z0-9]{5,6})$"
)
_NUMBERED = re.compile(r"^([A-Za-z][A-Za-z_-]*?[_-]?)\d+$")


def classes_of(node: LexborNode) -> tuple[str, ...]:
    """The classes of an element that are likely to be there tomorrow."""
    names = (node.attributes.get("class") or "").split()[:8]
    return tuple(sorted({name for name in names if _NAME.fullmatch(name) and not _PASSING.match(name)}))


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
    for above in ancestors(node):
        if above.mem_id == top.mem_id:
            break
        chain.insert(0, shape_of(above))
        if _leads_to(top, " ".join(chain[:1] + chain[-1:]), node):
            return " ".join(chain[:1] + chain[-1:])
    whole = " > ".join(chain)
    return whole if _leads_to(top, whole, node) else ""


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
