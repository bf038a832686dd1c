"""One spelling for comparison: compatibility forms folded, Traditional written as Simplified, on a copy (pure)."""

import unicodedata
from functools import cache

from opencc import OpenCC


@cache
def _traditional_to_simplified() -> OpenCC:
    return OpenCC("t2s")


def simplify(text: str) -> str:
    """`text` in NFKC and Simplified characters; a copy to compare and score, never to show."""
    converted: str = _traditional_to_simplified().convert(unicodedata.normalize("NFKC", text))
    return converted
