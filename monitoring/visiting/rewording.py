"""Whether two texts are the same piece, reworded, or two different ones (pure)."""

import re

_GRAM = 4  # characters
_SHARED = 0.3
_LEAST_SHOWN = 8  # characters of a text's beginning
_LONGEST_WALL = 120
_WALL = re.compile(
    r"訂閱|订阅|登[入录錄]|會員|会员|付[費费]|解[鎖锁]|[全餘余剩]文|展[開开]|subscri|sign in|log in|member|read more",
    re.IGNORECASE,
)


def is_same_piece(before: str, after: str) -> bool:
    """Whether the shorter of two texts shares at least three tenths of its 4-grams with the other."""
    grams = [{text[at : at + _GRAM] for at in range(max(len(text) - _GRAM + 1, 1))} for text in (before, after)]
    fewer, more = sorted(grams, key=len)
    return len(fewer & more) >= _SHARED * len(fewer)


def is_cut(before: str, after: str) -> bool:
    """Whether `after` is no more than the beginning of `before` and a wall: sign in, subscribe, unfold."""
    whole, shown = ("".join(text.split()) for text in (before, after))
    same = next((at for at, (one, other) in enumerate(zip(whole, shown, strict=False)) if one != other), len(shown))
    rest = shown[same:]
    is_beginning = _LEAST_SHOWN <= same < len(whole) and len(shown) < len(whole)
    return is_beginning and len(rest) <= _LONGEST_WALL and _WALL.search(rest) is not None
