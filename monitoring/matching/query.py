"""A parsed query as data: words, what joins them, and the limits of both (pure).

Nodes are built with `all_of`, `any_of` and `none_of`, which keep one shape for one meaning: no group directly inside a
group of its own kind, no part twice, no double exclusion. So equal queries compare equal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

MAX_LENGTH = 20_000  # code points of a query
MAX_WORDS = 1_000
MAX_WORD_LENGTH = 200  # code points
MAX_DEPTH = 40  # brackets and exclusions inside each other
MAX_DISTANCE = 1_000  # characters, of NEAR
MIN_SOUND_LENGTH = 3  # shorter words find 25 false homophones per 1,000 posts

Level: TypeAlias = Literal["exact", "skeleton", "pinyin"]
Field: TypeAlias = Literal["", "title", "author", "site", "url", "lang"]
FIELDS: tuple[Field, ...] = ("title", "author", "site", "url", "lang")
ATTRIBUTES = frozenset({"author", "site", "url", "lang"})  # fields that are not read as running text


class Term(NamedTuple):
    """One word or phrase. `field` is "" for title or text; `level` says how much evasion is forgiven."""

    text: str
    level: Level = "skeleton"
    field: Field = ""


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of two or more parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but `part`."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class Near:
    """Two words, or alternatives, with at most `distance` characters between them, in either order."""

    left: Term | Or
    right: Term | Or
    distance: int


Node: TypeAlias = Term | Or | And | Not | Near


@dataclass(frozen=True, slots=True)
class Query:
    """A valid query: it cannot match a post in which none of its words stands."""

    root: Node


class Document(NamedTuple):
    """A post as queries see it. `site` is a host name or the site's name; `lang` a language tag."""

    text: str
    title: str = ""
    author: str = ""
    url: str = ""
    site: str = ""
    lang: str = ""


def all_of(parts: Iterable[Node]) -> Node:
    """Each of `parts` (one or more)."""
    flat = tuple(dict.fromkeys(leaf for part in parts for leaf in (part.parts if isinstance(part, And) else (part,))))
    return flat[0] if len(flat) == 1 else And(flat)


def any_of(parts: Iterable[Node]) -> Node:
    """At least one of `parts` (one or more)."""
    flat = tuple(dict.fromkeys(leaf for part in parts for leaf in (part.parts if isinstance(part, Or) else (part,))))
    return flat[0] if len(flat) == 1 else Or(flat)


def none_of(part: Node) -> Node:
    """Everything but `part`; excluding an exclusion gives the thing itself."""
    return part.part if isinstance(part, Not) else Not(part)


def terms_of(node: Node) -> tuple[Term, ...]:
    """The words of a query, in order, excluded ones too."""
    match node:
        case Term():
            return (node,)
        case Not(part):
            return terms_of(part)
        case Near(left, right):
            return terms_of(left) + terms_of(right)
        case And(parts) | Or(parts):
            return tuple(term for part in parts for term in terms_of(part))


def anchors(node: Node, wanted: bool = True) -> frozenset[Term] | None:
    """Words of which at least one must be found for `node` to hold (or, not `wanted`, to fail); None: it needs none.

    A node without anchors holds for a post in which none of its words stands. Among alternatives the rarest set is
    taken, for which length is the stand-in.
    """
    match node:
        case Term():
            return frozenset({node}) if wanted else None
        case Not(part):
            return anchors(part, not wanted)
        case Near(left, right):
            return _rarest([anchors(left), anchors(right)]) if wanted else None
        case And(parts) | Or(parts):
            sets = [anchors(part, wanted) for part in parts]
            if isinstance(node, And) == wanted:
                return _rarest(sets)
            found = [each for each in sets if each is not None]
            return frozenset().union(*found) if len(found) == len(sets) else None


def _rarest(sets: Iterable[frozenset[Term] | None]) -> frozenset[Term] | None:
    return max((each for each in sets if each is not None), key=_rarity, default=None)


def _rarity(terms: frozenset[Term]) -> tuple[bool, int, int]:
    in_text = all(term.field not in ATTRIBUTES for term in terms)
    return in_text, min(len(term.text) for term in terms), -len(terms)
