"""Sensitive terms: words that warn whatever the mood of the text, found in either script (pure).

The terms stand in `terms/<category>.txt`, phrases in which they mean no harm in `innocent.txt`.
"""

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ahocorasick_rs import AhoCorasick

from monitoring.text.fold import Folded, fold
from monitoring.text.negation import Clauses, RefutedBy
from monitoring.text.segment import segment

TERMS_FOLDER = Path(__file__).parent / "terms"
INNOCENT_FILE = Path(__file__).parent / "innocent.txt"
# What confirms these categories where it refutes the others.
REFUTED_BY = {"coordination": RefutedBy.NOTHING, "fraud": RefutedBy.RUMOUR}

_SEPARATORS = re.compile(r"[、\n]")
_CHOICE = re.compile(r"\{([^{}]*)\}")
Match = tuple[int, int, int]  # number of the pattern, start, end in the folded text

_ASCII_WORD = re.compile(r"[0-9a-z]")


@dataclass(frozen=True, slots=True)
class Term:
    """A term as its file spells it; `weight` 0..1 is how grave it is (1 = people died)."""

    term: str
    category: str
    weight: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found in a text: `start` and `end` are code points of the original, `end` exclusive.

    `negated`: the text denies, refutes or guards against it; show it, do not warn about it.
    """

    term: str
    category: str
    start: int
    end: int
    negated: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All terms and innocent phrases in one automaton; pattern `i` is `terms[i]`, beyond them innocent."""

    automaton: AhoCorasick
    terms: Sequence[Term]


def _lines(content: str) -> Iterator[str]:
    return (line for raw in content.splitlines() if (line := raw.strip()) and not line.startswith("#"))


def parse_terms(category: str, content: str) -> list[Term]:
    """The terms of a category's file; raises ValueError where a term comes before its weight."""
    terms: list[Term] = []
    weight: float | None = None
    for line in _lines(content):
        if line.startswith("="):
            weight = float(line[1:])
            continue
        if weight is None:
            raise ValueError(f"{category}: the weight must be set before the first term")
        terms += [Term(term.strip(), category, weight) for term in _SEPARATORS.split(line) if term.strip()]
    return terms


def _expand(phrase: str) -> list[str]:
    """`{a,b}c` as `ac` and `bc`."""
    parts = [part.split(",") if index % 2 else [part] for index, part in enumerate(_CHOICE.split(phrase))]
    return ["".join(choice) for choice in itertools.product(*parts)]


def parse_innocent(content: str) -> list[str]:
    """The phrases of the innocent file, spelt out."""
    return [
        phrase
        for line in _lines(content)
        for written in _SEPARATORS.split(line)
        if written.strip()
        for phrase in _expand(written.strip())
    ]


@cache
def lexicon() -> Lexicon:
    """The shipped terms; read once."""
    terms: dict[str, Term] = {}
    for path in sorted(TERMS_FOLDER.glob("*.txt")):
        for term in parse_terms(path.stem, path.read_text(encoding="utf-8")):
            terms.setdefault(fold(term.term).text, term)
    innocent = {fold(phrase).text for phrase in parse_innocent(INNOCENT_FILE.read_text(encoding="utf-8"))}
    return Lexicon(AhoCorasick([*terms, *sorted(innocent - terms.keys())]), tuple(terms.values()))


def categories() -> tuple[str, ...]:
    """The names of the categories, as terms carry them."""
    return tuple(sorted({term.category for term in lexicon().terms}))


def _splits_latin_word(text: str, start: int, end: int) -> bool:
    """Whether a match begins or ends inside a run of Latin letters or digits (`scam` in `scampi`)."""

    def joined(position: int) -> bool:
        pair = text[max(position - 1, 0) : position + 1]
        return 0 < position < len(text) and all(_ASCII_WORD.match(character) for character in pair)

    return joined(start) or joined(end)


def _word_borders(text: str) -> frozenset[int]:
    return frozenset(itertools.accumulate((len(word) for word in segment(text)), initial=0))


def _straddles(start: int, end: int, borders: frozenset[int]) -> bool:
    """Whether a word begins inside the match and ends outside, or the other way round (总裁员工)."""
    if start in borders and end in borders:
        return False
    return any(position in borders for position in range(start + 1, end))


def _occurrences(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    for name in names:
        folded = fold(name).text
        position = text.find(folded) if folded else -1
        while position >= 0:
            yield position, position + len(folded)
            position = text.find(folded, position + 1)


class _Spans:
    """Stretches of the text in which no term counts, asked in logarithmic time."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._furthest_ends = list(itertools.accumulate((end for _, end in ordered), max))

    def enclose(self, start: int, end: int) -> bool:
        index = bisect_right(self._starts, start) - 1
        return index >= 0 and self._furthest_ends[index] >= end


def _longest(matches: Iterable[Match], length: int) -> list[Match]:
    """Of matches that overlap, the longest, then the first; in order of the text of `length` characters."""
    taken = bytearray(length)
    kept: list[Match] = []
    for match in sorted(matches, key=lambda match: (match[1] - match[2], match[1])):
        _, start, end = match
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append(match)
    return sorted(kept, key=lambda match: match[1])


def name_spans(text: str, names: Iterable[str]) -> list[tuple[int, int]]:
    """Where `names` stand in `text`, either script, in code points of the original.

    For hits that were found without own names: those inside a span belong to the name.
    """
    folded = fold(text)
    return sorted({folded.original_span(start, end) for start, end in _occurrences(folded.text, names)})


def warning_hits(hits: Iterable[Mapping[str, Any]], text: str, own_names: Sequence[str]) -> list[Mapping[str, Any]]:
    """Of the hits that are kept of `text`, those that warn: not negated and not inside one of `own_names`."""
    meant = [hit for hit in hits if not hit["negated"]]
    names = name_spans(text, own_names) if meant else []
    return [hit for hit in meant if not any(start <= hit["start"] and hit["end"] <= end for start, end in names)]


def find_sensitive(text: str, own_names: Sequence[str] = ()) -> list[Hit]:
    """The sensitive terms of `text` in order, the longest where several overlap.

    A term inside one of `own_names` (the target's own names, either script) is passed over.
    """
    folded = fold(text)
    words = lexicon()
    matches = words.automaton.find_matches_as_indexes(folded.text, overlapping=True)
    found = [match for match in matches if match[0] < len(words.terms)]
    if not found:
        return []
    phrases = ((start, end) for pattern, start, end in matches if pattern >= len(words.terms))
    innocent = _Spans(itertools.chain(phrases, _occurrences(folded.text, own_names)))
    borders = _word_borders(folded.text)
    meant = [
        (pattern, start, end)
        for pattern, start, end in found
        if not innocent.enclose(start, end)
        and not _splits_latin_word(folded.text, start, end)
        and not _straddles(start, end, borders)
    ]
    return list(_hits(folded, _longest(meant, len(folded.text))))


def _hits(folded: Folded, matches: Iterable[Match]) -> Iterator[Hit]:
    """Hits in the original's code points, each asked whether the text denies it."""
    clauses = Clauses(folded.text)
    negated, last_end = False, 0
    for pattern, start, end in matches:
        term = lexicon().terms[pattern]
        listed = negated and clauses.joined(last_end, start)
        negated = listed or clauses.denied(start, end, REFUTED_BY.get(term.category, RefutedBy.FAKE))
        left, right = folded.original_span(start, end)
        yield Hit(term.term, term.category, left, right, negated, term.weight)
        last_end = end
