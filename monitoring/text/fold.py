"""The copy in which words are looked for, and the way back to where they stand in the original (pure)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from monitoring.text.normalise import to_simplified


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded copy; `origins[i]` is the code point of the original that made `text[i]`."""

    text: str
    origins: Sequence[int]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the original behind `text[start:end]` (not empty)."""
        return self.origins[start], self.origins[end - 1] + 1


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    """Lower-case NFKC of one character; what no one sees (zero-width marks, soft hyphens) is dropped."""
    if unicodedata.category(character) == "Cf":
        return ""
    return unicodedata.normalize("NFKC", character).lower()


def fold(text: str) -> Folded:
    """`text` as lower-case NFKC in Simplified characters, without invisible characters, with the way back."""
    pieces = [_fold_character(character) for character in text]
    folded = "".join(pieces)
    if all(len(piece) == 1 for piece in pieces):
        origins: Sequence[int] = range(len(text))
    else:
        origins = [position for position, piece in enumerate(pieces) for _ in piece]
    simplified = to_simplified(folded)
    if len(simplified) != len(folded):  # a phrase of the converter changed length: its characters alone do not
        simplified = "".join(to_simplified(character)[:1] or character for character in folded)
    return Folded(simplified, origins)
