"""Why a query holds for a document, or what stopped it, as data that a page puts into words (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

from monitoring.matching.engine import Engine
from monitoring.matching.evaluation import PLACES, Evidence, Neighbours, Place, holds
from monitoring.matching.folding import Span
from monitoring.matching.printer import print_term
from monitoring.matching.query import And, Document, Near, Node, Not, Or, Query, Term, terms_of


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason. `code` and its `params`, words as the query writes them:

    - hit: `term`, `count` of finds in text and title; of a field such as site: 0
    - near: `left`, `right`, `distance` in characters, the smallest
    - missing: `term` that had to be there
    - missing_any: `terms`, one of which had to be there
    - too_far: `left`, `right`, `distance` found, `limit`
    - apart: `left`, `right`: both found, but neither both in the title nor both in the text at separate places
    - excluded: as hit, and excluded_near: as near, of what may not be there

    `spans` and `title_spans` say where, [start, end) in code points of the original.
    """

    code: str
    params: dict[str, Any]
    spans: tuple[Span, ...] = ()
    title_spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the query holds, and for which reasons: of the parts that hold, or of those that fail it."""

    matched: bool
    findings: tuple[Finding, ...]


def explain(query: Query, document: Document) -> Explanation:
    """Why `query` holds for `document` or not."""
    evidence = Engine({"": query}).evidence(document)
    matched = holds(query.root, evidence)
    reasons = _why(query.root, evidence) if matched else _why_not(query.root, evidence)
    return Explanation(matched, tuple(reasons))


def _why(node: Node, evidence: Evidence) -> list[Finding]:
    match node:
        case Term():
            return [_hit(node, evidence)]
        case Near():
            return [_closest(node, evidence)]
        case Not():
            return []
        case And(parts) | Or(parts):
            return [reason for part in parts if holds(part, evidence) for reason in _why(part, evidence)]


def _why_not(node: Node, evidence: Evidence) -> list[Finding]:
    match node:
        case Term():
            return [Finding("missing", {"term": print_term(node)})]
        case Near():
            return [_near_failure(node, evidence)]
        case Not(part):
            return _why_excluded(part, evidence)
        case Or(parts) if all(isinstance(part, Term) for part in parts):
            return [_missing_any(node)]
        case And(parts) | Or(parts):
            return [reason for part in parts if not holds(part, evidence) for reason in _why_not(part, evidence)]


def _why_excluded(node: Node, evidence: Evidence) -> list[Finding]:
    """Why an excluded part holds; of an exclusion inside an exclusion, what it misses."""
    match node:
        case Not(part):
            return _why_not(part, evidence)
        case And(parts) | Or(parts):
            return [reason for part in parts if holds(part, evidence) for reason in _why_excluded(part, evidence)]
        case Near():
            return [replace(_closest(node, evidence), code="excluded_near")]
        case Term():
            return [replace(_hit(node, evidence), code="excluded")]


def _missing_any(node: Node) -> Finding:
    terms = [print_term(term) for term in terms_of(node)]
    return Finding("missing_any", {"terms": terms}) if len(terms) > 1 else Finding("missing", {"term": terms[0]})


def _hit(term: Term, evidence: Evidence) -> Finding:
    spans, title_spans = tuple(evidence.spans(term, "text")), tuple(evidence.spans(term, "title"))
    return Finding("hit", {"term": print_term(term), "count": len(spans) + len(title_spans)}, spans, title_spans)


def _near_failure(node: Near, evidence: Evidence) -> Finding:
    for side in (node.left, node.right):
        if not holds(side, evidence):
            return _missing_any(side)
    return _closest(node, evidence)


def _closest(node: Near, evidence: Evidence) -> Finding:
    """The closest two finds of a NEAR, in the same place and apart from each other."""
    closest = min(_pairs(node, evidence), key=lambda pair: pair.gap, default=None)
    if closest is None:
        sides = [next(term for term in terms_of(side) if evidence.has(term)) for side in (node.left, node.right)]
        return Finding("apart", {"left": print_term(sides[0]), "right": print_term(sides[1])})
    params = {"left": print_term(closest.left), "right": print_term(closest.right), "distance": closest.gap}
    both = tuple(sorted((closest.span, _partner(closest, evidence))))
    spans, title_spans = (both, ()) if closest.place == "text" else ((), both)
    if closest.gap <= node.distance:
        return Finding("near", params, spans, title_spans)
    return Finding("too_far", params | {"limit": node.distance}, spans, title_spans)


class _Pair(NamedTuple):
    """A find of the left word and how far the nearest one of the right word is."""

    gap: int
    place: Place
    left: Term
    right: Term
    span: Span


def _pairs(node: Near, evidence: Evidence) -> Iterator[_Pair]:
    for place, right in product(PLACES, terms_of(node.right)):
        neighbours = Neighbours(evidence.spans(right, place))
        for left in terms_of(node.left):
            for span in evidence.spans(left, place):
                gap = neighbours.gap(span)
                if gap is not None:
                    yield _Pair(gap, place, left, right, span)


def _partner(pair: _Pair, evidence: Evidence) -> Span:
    start, end = pair.span
    return next(
        other for other in evidence.spans(pair.right, pair.place) if pair.gap in (other[0] - end, start - other[1])
    )
