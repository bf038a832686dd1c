"""What changed between two versions of a statement's text or of a plan's fields (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.text.differences import Part, differences
from playbooks.paragraphs import paragraph_at

Span = tuple[int, int]  # [start, end) in code points
# So few characters that stayed between two changes are read as part of one; two may already be a word (公布).
SHORT = 1


@dataclass(frozen=True, slots=True)
class Passage:
    """A place where two texts differ; an empty `old` was added, an empty `new` removed.

    `before` and `after` are its spans in the two texts; `paragraph` counts from 1 in the newer one.
    """

    old: str
    new: str
    before: Span
    after: Span
    paragraph: int


@dataclass(frozen=True, slots=True)
class Change:
    """A field whose value differs; None where the version has no such field."""

    field: str
    before: Any
    after: Any


def marked(before: str, after: str) -> list[Part]:
    """Both texts as one, in pieces `(text, kind)` that a page marks: kind "" stayed, "del" went, "ins" came.

    A few characters that stayed between two changes go and come with them, so that a phrase is read as a phrase.
    """
    return _merge(_calm(differences(before, after)))


def passages(before: str, after: str) -> list[Passage]:
    """The places where the texts differ, in order."""
    found: list[Passage] = []
    left = right = 0
    parts = marked(before, after)
    for index, (text, kind) in enumerate(parts):
        if not kind:
            left, right = left + len(text), right + len(text)
            continue
        if kind == "ins" and index and parts[index - 1][1] == "del":
            continue  # told with the deletion before it
        follows = parts[index + 1] if kind == "del" and index + 1 < len(parts) else ("", "")
        old, new = (text, follows[0] if follows[1] == "ins" else "") if kind == "del" else ("", text)
        spans = (left, left + len(old)), (right, right + len(new))
        found.append(Passage(old, new, *spans, paragraph_at(after, right)))
        left, right = spans[0][1], spans[1][1]
    return found


def field_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields that differ: in the newer version's order, then those that it no longer has."""
    names = [*after, *(name for name in before if name not in after)]
    return [Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]


def _calm(parts: Sequence[Part]) -> list[Part]:
    """Each short piece between two changes as removed and added again; a sentence's end stays where it is."""
    calm: list[Part] = []
    for index, (text, kind) in enumerate(parts):
        between = 0 < index < len(parts) - 1
        if kind or not between or len(text) > SHORT or any(mark in text for mark in "。！？!?\n"):
            calm.append((text, kind))
        else:
            calm += [(text, "del"), (text, "ins")]
    return calm


def _merge(parts: Sequence[Part]) -> list[Part]:
    """Per run of changes one deletion, then one insertion."""
    merged: list[Part] = []
    old = new = ""
    for text, kind in [*parts, ("", "")]:
        if kind == "del":
            old += text
        elif kind == "ins":
            new += text
        else:
            merged += [(piece, name) for piece, name in ((old, "del"), (new, "ins"), (text, "")) if piece]
            old = new = ""
    return merged
