"""Which characters write Chinese, and which write words with spaces between them (pure)."""


def is_han(character: str) -> bool:
    """A Chinese character, extensions included (Unicode blocks CJK Unified Ideographs and its extensions A to H)."""
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U000323af" or character == "〇"


def is_alphabetic(character: str) -> bool:
    """A letter or digit of a script that parts words by spaces: Latin, Greek, Cyrillic and the like, up to Thai."""
    return character < "\u0e00" and character.isalnum()
