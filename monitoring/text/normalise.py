"""One spelling for comparison: compatibility forms folded, Traditional written as Simplified, on a copy (pure)."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

# Half of a pair of UTF-16 units, as broken JSON escapes leave it; nothing that writes UTF-8 accepts it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@cache
def _traditional_to_simplified() -> OpenCC:
    return OpenCC("t2s")


def to_simplified(text: str) -> str:
    """`text` with Traditional characters written as Simplified; lone surrogates become U+FFFD."""
    converted: str = _traditional_to_simplified().convert(_LONE_SURROGATE.sub("\ufffd", text))
    return converted


def simplify(text: str) -> str:
    """`text` in NFKC and Simplified characters; a copy to compare and score, never to show."""
    return to_simplified(unicodedata.normalize("NFKC", text))
