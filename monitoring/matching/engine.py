"""Many queries against many documents (pure).

All words of all queries are looked for in one pass per level (Aho–Corasick). Each query is filed under its anchors,
words of which one must be there if it is to hold; only queries whose anchor was found are evaluated.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

from monitoring.matching.evaluation import Evidence, Finds, holds, positive_spans
from monitoring.matching.folding import Folded, Span
from monitoring.matching.query import ATTRIBUTES, Document, Level, Query, Term, anchors, terms_of
from monitoring.matching.words import Word, written

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Match:
    """Where the words stand that make a query hold: [start, end) in code points of the original text and title.

    Sorted, each once; they may overlap where one word lies in another. Empty where only attributes were asked for.
    """

    spans: tuple[Span, ...]
    title_spans: tuple[Span, ...]


class Engine(Generic[Key]):
    """A set of queries by key, ready to match; building costs some milliseconds per thousand words."""

    def __init__(self, queries: Mapping[Key, Query]) -> None:
        self._queries = list(queries.items())
        self._anchored: defaultdict[Term, list[int]] = defaultdict(list)
        self._unanchored: list[int] = []
        words: dict[Level, list[tuple[Term, Word]]] = {}
        for term in dict.fromkeys(term for query in queries.values() for term in terms_of(query.root)):
            if term.field not in ATTRIBUTES:
                words.setdefault(term.level, []).append((term, Word(term)))
        self._searches = [_Search(level, words[level]) for level in words]
        for number, (_, query) in enumerate(self._queries):
            self._file(number, anchors(query.root))

    def _file(self, number: int, terms: frozenset[Term] | None) -> None:
        if terms is None or any(term.field in ATTRIBUTES for term in terms):
            self._unanchored.append(number)
            return
        for term in terms:
            self._anchored[term].append(number)

    def match(self, document: Document) -> dict[Key, Match]:
        """The queries that hold for `document`, in the order in which they were given, and where."""
        evidence = self.evidence(document)
        candidates = set(self._unanchored)
        for finds in (evidence.in_text, evidence.in_title):
            for term in finds.keys() & self._anchored.keys():
                candidates.update(self._anchored[term])
        return {
            key: _located(query, evidence)
            for key, query in map(self._queries.__getitem__, sorted(candidates))
            if holds(query.root, evidence)
        }

    def evidence(self, document: Document) -> Evidence:
        """Every find of every word in `document`."""
        title, text = Folded(document.title), Folded(document.text)
        in_title: Finds = {}
        in_text: Finds = {}
        for search in self._searches:
            search.collect(title, in_title, is_title=True)
            search.collect(text, in_text, is_title=False)
        return Evidence(document, title, text, in_title, in_text)


class _Search:
    """The words of one level, looked for in one pass."""

    def __init__(self, level: Level, words: list[tuple[Term, Word]]) -> None:
        self._level = level
        patterns = [(pattern, term, word) for term, word in words for pattern in word.patterns]
        self._automaton = AhoCorasick([pattern for pattern, _, _ in patterns])
        self._owners = [(term, word if word.needs_check else None) for _, term, word in patterns]

    def collect(self, text: Folded, finds: Finds, *, is_title: bool) -> None:
        """Add what stands in `text` to `finds`; words for the title alone count there alone."""
        if not text.text:
            return
        for number, start, end in self._automaton.find_matches_as_indexes(written(text, self._level), overlapping=True):
            term, word = self._owners[number]
            if (is_title or not term.field) and (word is None or word.accepts(text, start, end)):
                finds.setdefault(term, []).append((start, end))


def _located(query: Query, evidence: Evidence) -> Match:
    return Match(
        spans=tuple(sorted(set(positive_spans(query.root, evidence, "text")))),
        title_spans=tuple(sorted(set(positive_spans(query.root, evidence, "title")))),
    )
