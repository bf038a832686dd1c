"""Text without its disguises, and the way back from there to the text as it was written (pure).

The skeleton of a text is what is left when compatibility forms, case, Latin accents and the choice between Traditional
and Simplified are folded (NFKC, OpenCC t2s) and everything that is not a letter, a digit or a Chinese character is
dropped: spaces, punctuation, emoji, zero-width and combining characters. Each character is folded by itself, so a word
has one skeleton wherever it stands; conversion by phrases would write 乾 in 乾隆 and in 乾淨 differently. A paragraph's
end stays, as a line feed, so that no word is found half in one paragraph and half in the next.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import compress

from monitoring.text.normalise import simplify

Span = tuple[int, int]  # [start, end) in code points

PARAGRAPH_END = "\u2029"
# A blank line, or a sentence's end before a line break. A line break alone does not count: words are hidden that way.
_PARAGRAPH_END = re.compile(r"(?:[。！？!?.…][”’」』）)\"']*[^\S\n]*|\n[^\S\n]*)\n")
# What combines with the character before it into another letter: kana voice marks and Hangul vowels and finals.
_JOINING = "[\u3099\u309a\uff9e\uff9f\u1161-\u1175\u11a8-\u11c2]"
_HAS_JOINING = re.compile(_JOINING)
_UNIT = re.compile(f".{_JOINING}*", re.DOTALL)

# One character for what OpenCC's phrase table and regional variants spell in two ways: 計畫 计划, 瞭解 了解, 看著 看着.
_VARIANTS = str.maketrans(
    "沈藉覆炼锺迳瞭钜衹甦哩划幺𫫇俱彷著痺揹伕甯薰鎗馀讬濬拏像燄瑯澂荳籐筿觔菓谘隄暱衞敍粧枱糭簷麺麹缐",
    "沉借复链钟径了巨只苏里画么恶具仿着痹背夫宁熏枪余托浚拿象焰琅澄豆藤筱斤果咨堤昵卫叙妆台粽檐面曲线",
)
_SIGNS = frozenset("™℠")  # would become letters, right behind a name


class _Folds(dict[int, str]):
    """What each code point leaves in a skeleton, worked out when first met: none, one or several characters."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_unit(chr(code))
        return folded


def _fold_unit(unit: str) -> str:
    if unit in _SIGNS:
        return ""
    if unit == PARAGRAPH_END:
        return "\n"
    folded = simplify(unit).casefold().translate(_VARIANTS)
    return "".join(map(_without_accent, filter(str.isalnum, folded)))


def _without_accent(character: str) -> str:
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else character


_FOLDS = _Folds()


class Folded:
    """A text, its skeleton, and where in the text each character of the skeleton stands."""

    __slots__ = ("_ends", "_starts", "_units", "skeleton", "text")

    def __init__(self, text: str, *, paragraphs: bool = True) -> None:
        self.text = text
        self._starts: list[int] | None = None
        self._ends: list[int] | None = None
        if paragraphs and "\n" in text:
            text = _PARAGRAPH_END.sub(_mark_paragraph_end, text)
        self._units: Sequence[str] = text
        if not text.isascii() and _HAS_JOINING.search(text):
            self._units = _UNIT.findall(text)
            self.skeleton = "".join(map(_fold, self._units))
        else:
            self.skeleton = text.translate(_FOLDS)

    def span(self, start: int, end: int) -> Span:
        """The part of the text, in code points, that skeleton[start:end] was read from; at least one character."""
        if self._starts is None:
            self._locate()
        assert self._starts is not None
        if self._ends is None:
            return self._starts[start], self._starts[end - 1] + 1
        return self._starts[start], self._ends[end - 1]

    def _locate(self) -> None:
        """Find each character's place; `_ends` is needed only where a place is not one character wide."""
        if isinstance(self._units, str):
            starts = list(compress(range(len(self._units)), map(_FOLDS.__getitem__, map(ord, self._units))))
            if len(starts) == len(self.skeleton):
                self._starts = starts
                return
        self._starts, self._ends = [], []
        position = 0
        for unit in self._units:
            width = len(_fold(unit))
            self._starts += [position] * width
            position += len(unit)
            self._ends += [position] * width


def fold_word(text: str) -> Folded:
    """A word or phrase of a query, which is one paragraph."""
    return Folded(text.replace(PARAGRAPH_END, " "), paragraphs=False)


def skeleton(text: str) -> str:
    """The skeleton of a word or phrase."""
    return fold_word(text).skeleton


def _fold(unit: str) -> str:
    return _FOLDS[ord(unit)] if len(unit) == 1 else _fold_unit(unit)


def _mark_paragraph_end(match: re.Match[str]) -> str:
    # Of the same length, so that places stay right.
    return PARAGRAPH_END * len(match[0])
