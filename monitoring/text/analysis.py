"""What one post says, judged by itself: mood, sensitive terms, words (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitoring.text.normalise import simplify
from monitoring.text.segment import segment
from monitoring.text.sensitive import Hit, find_sensitive
from monitoring.text.sentiment import sentiment_of_words

Label = Literal["neg", "pos", "unsure"]

# Between the two the table errs about as often as it is right (it learned shopping reviews), so no label is given.
NEGATIVE_FROM = 0.6
POSITIVE_TO = 0.4

# A news lead carries the mood; one giant post must not hold up the others.
SCORED_CHARACTERS = 2_000
SEARCHED_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Analysis:
    """`negative` is P(negative) and `snownlp` P(positive) by SnowNLP's table, both 0..1.

    `sensitive` counts code points in `whole_text(title, text)`; `words` are the scored words and signs, in Simplified.
    """

    negative: float
    label: Label
    snownlp: float
    sensitive: list[Hit]
    words: list[str]


def whole_text(title: str, text: str) -> str:
    """Title and text as one, the title on its own line; the text alone where there is no title."""
    return f"{title}\n{text}" if title else text


def scored_text(title: str, text: str) -> str:
    """What the mood is read from: the title, and the beginning of the text."""
    return whole_text(title[:SCORED_CHARACTERS], text[:SCORED_CHARACTERS])


def label_for(negative: float) -> Label:
    """The label for P(negative): `neg` from 0.6, `pos` up to 0.4, else `unsure`."""
    if negative >= NEGATIVE_FROM:
        return "neg"
    return "pos" if negative <= POSITIVE_TO else "unsure"


def analyse(title: str, text: str, own_names: Sequence[str] = ()) -> Analysis:
    """Judge a post; `own_names` are the target's names, inside which no term is sensitive.

    The mood is read from the title and the first 2,000 characters of the text, terms are looked for in the
    first 20,000 of both together.
    """
    words = segment(simplify(scored_text(title, text)))
    positive = sentiment_of_words(words)
    negative = 1.0 - positive
    sensitive = find_sensitive(whole_text(title, text)[:SEARCHED_CHARACTERS], own_names)
    return Analysis(negative, label_for(negative), positive, sensitive, words)
