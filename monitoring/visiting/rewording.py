"""Whether two texts are the same piece, reworded, or two different ones (pure)."""

_GRAM = 4  # characters
_SHARED = 0.3


def is_same_piece(before: str, after: str) -> bool:
    """Whether the shorter of two texts shares at least three tenths of its 4-grams with the other."""
    grams = [{text[at : at + _GRAM] for at in range(max(len(text) - _GRAM + 1, 1))} for text in (before, after)]
    fewer, more = sorted(grams, key=len)
    return len(fewer & more) >= _SHARED * len(fewer)
