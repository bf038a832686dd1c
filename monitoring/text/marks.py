"""Text cut into pieces to be marked: where keywords matched, where sensitive terms stand (pure).

A piece is `(text, kind)`; `kind` is "", "hit", "sensitive" or, where both meet, "hit sensitive". Joined, the pieces are
the text again.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

Span = tuple[int, int]  # [start, end) in code points
Part = tuple[str, str]

ELLIPSIS = "…"
KINDS = ("", "hit", "sensitive", "hit sensitive")  # by the flags below
_HIT, _SENSITIVE = 1, 2
_SPACES = re.compile(r"\s+")


def marked(text: str, hits: Iterable[Sequence[int]] = (), sensitive: Iterable[Sequence[int]] = ()) -> list[Part]:
    """`text` in pieces; spans may overlap, and one that does not fit the text is left out."""
    flags = bytearray(len(text))
    for spans, flag in ((hits, _HIT), (sensitive, _SENSITIVE)):
        for start, end in spans:
            if 0 <= start < end <= len(text):
                flags[start:end] = bytes(each | flag for each in flags[start:end])
    parts, position = [], 0
    for flag, run in groupby(flags):
        start, position = position, position + sum(1 for _ in run)
        parts.append((text[start:position], KINDS[flag]))
    return parts


def excerpt(
    text: str, hits: Iterable[Sequence[int]] = (), sensitive: Iterable[Sequence[int]] = (), length: int = 120
) -> list[Part]:
    """About `length` characters of `text` in one line, with its first mark in sight, in pieces."""
    hits, sensitive = list(hits), list(sensitive)
    first = min((span[0] for span in (*sensitive, *hits)), default=0)
    start = 0 if first < length * 2 // 3 else first - length // 4
    end = start + length
    parts = marked(text[start:end], shifted(hits, start), shifted(sensitive, start))
    one_line = [(_SPACES.sub(" ", piece), kind) for piece, kind in parts]
    return [*([(ELLIPSIS, "")] if start else []), *one_line, *([(ELLIPSIS, "")] if end < len(text) else [])]


def shifted(spans: Iterable[Sequence[int]], by: int) -> list[Span]:
    """Spans of a title and text as one, as spans of the text that begins at `by`; those before it are left out."""
    return [(start - by, end - by) for start, end in spans if start >= by]
