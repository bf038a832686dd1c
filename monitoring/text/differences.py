"""What changed between two versions of a text, in pieces that a page marks (pure).

A piece is `(text, kind)`; `kind` is "" (in both), "del" (before only) or "ins" (after only).
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise

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


def added_by(versions: Sequence[str]) -> list[tuple[str, int]]:
    """The last version in pieces, each with the number (from 1) of the version that brought it, in order."""
    pieces = [(versions[0], 1)] if versions and versions[0] else []
    for number, (before, after) in enumerate(pairwise(versions), start=2):
        owners = [owner for text, owner in pieces for _ in text]
        position = 0
        owned: list[int] = []
        for text, kind in differences(before, after):
            if kind == "ins":
                owned += [number] * len(text)
            else:
                owned += owners[position : position + len(text)] if not kind else []
                position += len(text)
        pieces = _runs(after, owned)
    return pieces


def _runs(text: str, owners: Sequence[int]) -> list[tuple[str, int]]:
    runs: list[tuple[str, int]] = []
    position = 0
    for owner, group in groupby(owners):
        length = sum(1 for _ in group)
        runs.append((text[position : position + length], owner))
        position += length
    return runs


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
