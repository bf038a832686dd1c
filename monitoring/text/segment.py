"""Words of a text: jieba's dictionary and model in their Rust build (pure).

On Chinese the result is jieba's own; a run of Latin letters or digits joined by dots or hyphens
(`check-in`, `10.20`) stays one word more often than in jieba.
"""

import rjieba


def segment(text: str) -> list[str]:
    """The words, signs and spaces of `text` in order; joined they are `text`. Expects Simplified for best results."""
    words: list[str] = rjieba.cut(text)
    return words
