"""What changed between two versions of a text, in pieces that a page marks (pure).

A piece is `(text, kind)`; `kind` is "" (in both), "del" (before only) or "ins" (after only).
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Part = tuple[str, str]

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?\n]*")
_TOKEN = re.compile(r"[0-9A-Za-z_]+|\s+|.", re.DOTALL)
# Comparing tokens costs the product of both lengths; beyond this the passage is shown as replaced.
MOST_COMPARED = 1_000_000


def differences(before: str, after: str) -> list[Part]:
    """Both texts as one: sentence by sentence, and word by word where a sentence was rewritten."""
    parts: list[Part] = []
    for text, kind in _compare(_SENTENCE.findall(before), _SENTENCE.findall(after), finer=True):
        if parts and parts[-1][1] == kind:
            parts[-1] = (parts[-1][0] + text, kind)
        elif text:
            parts.append((text, kind))
    return parts


def changed_characters(parts: Sequence[Part]) -> tuple[int, int]:
    """How many characters were added and removed."""
    added = sum(len(text) for text, kind in parts if kind == "ins")
    removed = sum(len(text) for text, kind in parts if kind == "del")
    return added, removed


def _compare(before: Sequence[str], after: Sequence[str], *, finer: bool) -> Iterator[Part]:
    for what, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = "".join(before[start:end]), "".join(after[new_start:new_end])
        if what == "equal":
            yield old, ""
        elif what == "replace" and finer and len(old) * len(new) <= MOST_COMPARED:
            yield from _compare(_TOKEN.findall(old), _TOKEN.findall(new), finer=False)
        else:
            yield old, "del"
            yield new, "ins"
