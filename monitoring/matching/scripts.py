"""Which characters write Chinese, and which write words with spaces between them (pure)."""

import re

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def is_han(character: str) -> bool:
    """A Chinese character, extensions included (Unicode blocks CJK Unified Ideographs and its extensions A to H)."""
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U000323af" or character == "〇"


def is_alphabetic(character: str) -> bool:
    """A letter or digit of a script that parts words by spaces: Latin, Greek, Cyrillic and the like, up to Thai."""
    return character < "\u0e00" and character.isalnum()


def without_surrogates(text: str) -> str:
    """`text`, of the same length, without halves of UTF-16 pairs: broken JSON escapes leave them, UTF-8 has none."""
    return _LONE_SURROGATE.sub("\ufffd", text)
