"""Words of a text: jieba's dictionary and model in their Rust build (pure).

On Chinese the result is jieba's own; a run of Latin letters or digits joined by dots or hyphens
(`check-in`, `10.20`) stays one word more often than in jieba.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module


@cache
def _cutter() -> Callable[[str], list[str]]:
    """Loaded at first use: the dictionary takes 33 MB, and most processes that import this never cut a word."""
    cut: Callable[[str], list[str]] = import_module("rjieba").cut
    return cut


def segment(text: str) -> list[str]:
    """The words, signs and spaces of `text` in order; joined they are `text`. Expects Simplified for best results."""
    return _cutter()(text)
