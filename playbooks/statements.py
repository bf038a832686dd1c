"""What a statement has to carry, and what of it is found in a text (pure).

A help for the writer, not a judge. It knows words, not meaning: it takes a sentence for an apology because it says
sorry, and misses an element that is put in words it does not know. Submitting with an element missing is possible; the
approver sees the same list. What it marks in a text is for a person to look at.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitoring.text.fold import Folded, fold
from playbooks.channels import TRAITS, Channel
from playbooks.paragraphs import paragraph_at
from playbooks.phrases import Span, element_patterns, faults, open_blank_pattern, spans
from playbooks.strategy import Verdict


class Element(StrEnum):
    """A part that a reply has to carry."""

    CARE = "care"
    DOING = "doing"
    APOLOGY = "apology"
    FINDINGS = "findings"
    STANCE = "stance"
    REMEDY = "remedy"
    CORRECTION = "correction"
    REBUTTAL = "rebuttal"
    EVIDENCE = "evidence"
    LAWFUL_ROUTE = "lawful_route"
    CONTACT = "contact"
    NEXT_UPDATE = "next_update"
    NO_ADMISSION = "no_admission"  # of fault, and no denial either, while nothing is known


class RemarkKind(StrEnum):
    """What a remark on a place in the text, or on all of it, is about."""

    OFFICIALESE = "officialese"
    ABSOLUTE = "absolute"
    ADMISSION = "admission"
    DENIAL = "denial"
    ATTACK = "attack"
    OPEN_BLANK = "open-blank"
    PLACEHOLDER = "placeholder"  # perhaps a blank: XX, 待補
    TOO_LONG = "too-long"  # for the platform
    LONG = "long"  # for those who read there
    UNDATED_UPDATE = "undated-update"


ERRORS = frozenset({RemarkKind.OPEN_BLANK, RemarkKind.TOO_LONG})

_REQUIRED = {
    Verdict.PENDING: (Element.CARE, Element.DOING, Element.CONTACT, Element.NEXT_UPDATE, Element.NO_ADMISSION),
    Verdict.TRUE: (
        Element.APOLOGY,
        Element.CONTACT,
        Element.FINDINGS,
        Element.STANCE,
        Element.REMEDY,
        Element.NEXT_UPDATE,
    ),
    Verdict.INACCURATE: (Element.CORRECTION, Element.EVIDENCE, Element.CONTACT, Element.NEXT_UPDATE),
    Verdict.RUMOUR: (
        Element.REBUTTAL,
        Element.EVIDENCE,
        Element.LAWFUL_ROUTE,
        Element.CONTACT,
        Element.NEXT_UPDATE,
    ),
}
# Faults only while nothing is known: later an admission or a denial is what the verdict asks for.
_WHILE_PENDING = frozenset({RemarkKind.ADMISSION, RemarkKind.DENIAL})
# Stands for each character of an unfilled blank, whose label must not be taken for what it asks for.
_BLANK = "□"
_WORD = re.compile(r"[0-9A-Za-z]+(?:[.,:'’-][0-9A-Za-z]+)*|[\u3400-\u9fff\U00020000-\U000323af]")


@dataclass(frozen=True, slots=True)
class ElementCheck:
    """An element with the places that show it; `paragraph` (from 1) is that of the first one.

    NO_ADMISSION is found in no place: `found` says that nothing speaks against it.
    """

    element: Element
    found: bool
    spans: tuple[Span, ...] = ()
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at. `start` and `end` are code points of the text, all of it where the whole is meant; `hint`
    is the code of advice for better words, "" where the kind says all."""

    kind: RemarkKind
    start: int
    end: int
    paragraph: int
    text: str
    hint: str = ""

    @property
    def is_error(self) -> bool:
        """Whether the text cannot go out like this, rather than could be better."""
        return self.kind in ERRORS


@dataclass(frozen=True, slots=True)
class Checks:
    """All that was found. `length` in code points against the platform's `limit`; `words` against `advised`, a Chinese
    character or a Latin word or number counting one."""

    elements: tuple[ElementCheck, ...]
    remarks: tuple[Remark, ...]
    length: int
    limit: int | None
    words: int
    advised: int

    @property
    def missing(self) -> tuple[Element, ...]:
        """The elements that were not found."""
        return tuple(check.element for check in self.elements if not check.found)

    @property
    def errors(self) -> tuple[Remark, ...]:
        """The remarks with which the text cannot go out."""
        return tuple(remark for remark in self.remarks if remark.is_error)

    @property
    def is_complete(self) -> bool:
        """Nothing is missing and nothing is an error; remarks on style may remain."""
        return not self.missing and not self.errors


def required_elements(verdict: Verdict) -> tuple[Element, ...]:
    """What a reply has to carry under this verdict, in the order of a good text."""
    return _REQUIRED[verdict]


def check(text: str, verdict: Verdict, channel: Channel, *, next_update_given: bool) -> Checks:
    """What is found in a statement. `next_update_given`: the time of its next update is kept with it, as a clock."""
    folded = fold(text)
    blanks = list(_open_blanks(text, folded))
    filled = fold(_without(text, blanks)) if blanks else folded
    remarks = _widest([*blanks, *_faults(text, filled, verdict)])
    guilty = any(remark.kind in _WHILE_PENDING for remark in remarks)
    elements = tuple(_find(element, text, filled, guilty=guilty) for element in required_elements(verdict))
    promised = next((each for each in elements if each.element is Element.NEXT_UPDATE and each.found), None)
    if promised is not None and not next_update_given:
        remarks.append(_remark(RemarkKind.UNDATED_UPDATE, text, promised.spans[0]))
    words, traits = count_words(text), TRAITS[channel]
    if traits.limit is not None and len(text) > traits.limit:
        remarks.append(_remark(RemarkKind.TOO_LONG, text, (traits.limit, len(text))))
    elif words > traits.advised:
        remarks.append(_remark(RemarkKind.LONG, text, (0, len(text))))
    ordered = tuple(sorted(remarks, key=lambda remark: (not remark.is_error, remark.start)))
    return Checks(elements, ordered, len(text), traits.limit, words, traits.advised)


def has_open_blank(text: str) -> bool:
    """Whether a blank of a draft is still to be filled in."""
    return next(_open_blanks(text, fold(text)), None) is not None


def count_words(text: str) -> int:
    """The length as a reader feels it: a Chinese character, a Latin word and a number count one each."""
    return len(_WORD.findall(text))


def _find(element: Element, text: str, filled: Folded, *, guilty: bool) -> ElementCheck:
    if element is Element.NO_ADMISSION:
        return ElementCheck(element, found=not guilty)
    found = tuple(spans(element_patterns()[element], filled))
    return ElementCheck(element, bool(found), found, paragraph_at(text, found[0][0]) if found else None)


def _open_blanks(text: str, folded: Folded) -> Iterator[Remark]:
    for span in spans(open_blank_pattern(), folded):
        yield _remark(RemarkKind.OPEN_BLANK, text, span, "fill-the-blank")


def _without(text: str, blanks: list[Remark]) -> str:
    for blank in blanks:
        text = text[: blank.start] + _BLANK * (blank.end - blank.start) + text[blank.end :]
    return text


def _faults(text: str, filled: Folded, verdict: Verdict) -> Iterator[Remark]:
    for phrase in faults():
        kind = RemarkKind(phrase.kind)
        if kind in _WHILE_PENDING and verdict is not Verdict.PENDING:
            continue
        for span in spans(phrase.pattern, filled):
            yield _remark(kind, text, span, phrase.hint)


def _widest(remarks: Iterable[Remark]) -> list[Remark]:
    """Without those that lie inside another of their kind."""
    kept: list[Remark] = []
    furthest: dict[RemarkKind, int] = {}
    for remark in sorted(remarks, key=lambda remark: (remark.start, -remark.end)):
        if remark.end > furthest.get(remark.kind, 0):
            furthest[remark.kind] = remark.end
            kept.append(remark)
    return kept


def _remark(kind: RemarkKind, text: str, span: Span, hint: str = "") -> Remark:
    return Remark(kind, *span, paragraph_at(text, span[0]), text[slice(*span)], hint)
