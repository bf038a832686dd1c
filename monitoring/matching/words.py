"""What a word of a query looks for in a text, and when a find counts (pure).

Chinese is written without spaces, so a Chinese word counts wherever it stands. A word of an alphabet must stand by
itself (AI is not in MAIL), and spaces inside it are forgiven only where the query has them too (a "product recall"),
between letters and digits (iPhone 15), or if they part every letter (r e c a l l).
"""

from monitoring.matching.folding import Folded, fold_word
from monitoring.matching.pinyin import sounds, spellings
from monitoring.matching.query import Level, Term
from monitoring.matching.scripts import is_alphabetic, without_surrogates


def written(text: Folded, level: Level) -> str:
    """The form of a text in which words of `level` are looked for."""
    match level:
        case "exact":
            return without_surrogates(text.text)
        case "skeleton":
            return text.skeleton
        case "pinyin":
            return sounds(text.skeleton)


class Word:
    """What to look for (`patterns`, in the form of the word's level) and whether finds need a second look."""

    __slots__ = ("_gaps", "level", "needs_check", "patterns")

    def __init__(self, term: Term) -> None:
        self.level = term.level
        folded = fold_word(term.text)
        form = written(folded, "exact").strip() if term.level == "exact" else folded.skeleton
        self.patterns = spellings(form) if term.level == "pinyin" else [form]
        self.needs_check = any(map(is_alphabetic, form))
        self._gaps = frozenset() if term.level == "exact" else _gaps(folded, 0, len(form))

    def accepts(self, text: Folded, start: int, end: int) -> bool:
        """Whether what was found at [start, end) of the text's `written` form is this word and no part of another."""
        if not self.needs_check:
            return True
        if self.level == "exact":
            return not (_continues(text.text, start) or _continues(text.text, end))
        if _runs_on(text, start) or _runs_on(text, end):
            return False
        gaps = _gaps(text, start, end)
        return gaps <= self._gaps or _is_spaced_out(text.skeleton[start:end], gaps)


def _continues(text: str, position: int) -> bool:
    """Whether a word of an alphabet runs across `position`."""
    return 0 < position < len(text) and is_alphabetic(text[position - 1]) and is_alphabetic(text[position])


def _runs_on(text: Folded, position: int) -> bool:
    """The same in a skeleton, where neighbours may be strangers in the text."""
    if not _continues(text.skeleton, position):
        return False
    return text.span(position - 1, position)[1] >= text.span(position, position + 1)[0]


def _joints(form: str) -> list[int]:
    """The places where two letters, or two digits, of an alphabet adjoin."""
    return [
        place
        for place in range(1, len(form))
        if _continues(form, place) and form[place - 1].isdigit() == form[place].isdigit()
    ]


def _gaps(text: Folded, start: int, end: int) -> frozenset[int]:
    """The joints of skeleton[start:end] at which the text as written has a space."""
    return frozenset(joint for joint in _joints(text.skeleton[start:end]) if _has_space_before(text, start + joint))


def _has_space_before(text: Folded, position: int) -> bool:
    return any(map(str.isspace, text.text[text.span(position - 1, position)[1] : text.span(position, position + 1)[0]]))


def _is_spaced_out(form: str, gaps: frozenset[int]) -> bool:
    """Whether each letter stands alone, in three letters or more: two may be words, as in `plan A I like`."""
    return len(gaps) > 1 and len(gaps) == len(_joints(form))
