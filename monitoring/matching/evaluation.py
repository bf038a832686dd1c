"""What a document holds of a query's words, and whether that makes the query true (pure)."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from monitoring.matching.attributes import has_attribute
from monitoring.matching.folding import Folded, Span
from monitoring.matching.query import ATTRIBUTES, And, Document, Near, Node, Not, Or, Term, terms_of

Place: TypeAlias = Literal["title", "text"]
PLACES: tuple[Place, ...] = ("title", "text")
Finds: TypeAlias = dict[Term, list[Span]]  # in the form of the text in which the word was looked for


class Evidence:
    """The finds in one document, by place; `in_title` and `in_text` hold accepted finds only."""

    __slots__ = ("_document", "_texts", "in_text", "in_title")

    def __init__(self, document: Document, title: Folded, text: Folded, in_title: Finds, in_text: Finds) -> None:
        self._document = document
        self._texts = {"title": title, "text": text}
        self.in_title = in_title
        self.in_text = in_text

    def has(self, term: Term) -> bool:
        """Whether the document holds `term`."""
        if term.field in ATTRIBUTES:
            return has_attribute(self._document, term)
        return term in self.in_text or term in self.in_title

    def spans(self, term: Term, place: Place) -> list[Span]:
        """Where `term` stands in the original text or title, in code points, in order."""
        finds = (self.in_title if place == "title" else self.in_text).get(term, [])
        if term.level == "exact":
            return sorted(set(finds))
        return sorted({self._texts[place].span(start, end) for start, end in finds})


def holds(node: Node, evidence: Evidence) -> bool:
    """Whether the evidence makes `node` true."""
    if isinstance(node, Term):
        return evidence.has(node)
    if isinstance(node, And | Or):
        decisive = isinstance(node, Or)
        for part in node.parts:  # a loop: this is the hot path, and a generator would cost more than the question
            if holds(part, evidence) is decisive:
                return decisive
        return not decisive
    if isinstance(node, Not):
        return not holds(node.part, evidence)
    return any(True for place in PLACES for _ in _near_spans(node, evidence, place))


def positive_spans(node: Node, evidence: Evidence, place: Place) -> Iterator[Span]:
    """Where the words stand that make `node` true; nothing of parts that do not hold, or that exclude."""
    if isinstance(node, Term):
        yield from evidence.spans(node, place)
    elif isinstance(node, Near):
        yield from _near_spans(node, evidence, place)
    elif isinstance(node, And | Or):
        for part in node.parts:
            if holds(part, evidence):
                yield from positive_spans(part, evidence, place)


class Neighbours:
    """Spans of one side of a NEAR, ready to be asked for the nearest."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            self._starts.append(start)
            self._ends.append(end)
        self._starts.sort()
        self._ends.sort()

    def gap(self, span: Span) -> int | None:
        """Characters between `span` and the nearest that does not overlap it; None where there is none."""
        start, end = span
        after, before = bisect_left(self._starts, end), bisect_right(self._ends, start)
        gaps = [self._starts[after] - end] if after < len(self._starts) else []
        return min([*gaps, start - self._ends[before - 1]] if before else gaps, default=None)


def _near_spans(node: Near, evidence: Evidence, place: Place) -> Iterator[Span]:
    """The finds of either side that have one of the other side within the distance, in the same place."""
    left, right = (
        {span for term in terms_of(side) for span in evidence.spans(term, place)} for side in (node.left, node.right)
    )
    for spans, others in ((left, Neighbours(right)), (right, Neighbours(left))):
        for span in spans:
            gap = others.gap(span)
            if gap is not None and gap <= node.distance:
                yield span
