"""Which script a text is written in, so that it is shown in its own letters (pure)."""

import re

from monitoring.text.normalise import to_simplified

READ = 400  # characters
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U000323af]")


def language_of(text: str) -> str:
    """`zh-Hant-TW` where a character is Traditional, `zh-Hans-CN` where all could be Simplified, "" without any."""
    beginning = text[:READ]
    if not _HAN.search(beginning):
        return ""
    return "zh-Hans-CN" if to_simplified(beginning) == beginning else "zh-Hant-TW"
