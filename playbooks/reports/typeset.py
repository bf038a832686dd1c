"""A document as the JSON that `handling.typ` sets: data, never Typst source, so that words stay words (pure)."""

import json
import re
import unicodedata
from dataclasses import asdict
from typing import Any

from playbooks.reports.document import Document

BREAK = "\u200b"  # zero-width space: a line may end here
LONGEST_WORD = 24
_LONG_WORD = re.compile(rf"[!-~\u00a1-\u024f]{{{LONGEST_WORD + 1},}}")
_AFTER = re.compile(rf"([/?&=._\-]+|[!-~\u00a1-\u024f]{{{LONGEST_WORD}}})")
_WEB = re.compile(r"https?://", re.IGNORECASE)
# What turns the direction of a line, and joins nothing that we set.
_UNWANTED = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff\u200e\u200f]")
AS_IT_IS = frozenset({"svg", "url", "code", "kind", "language", "align", "tone"})


def typst_data(document: Document) -> str:
    """The document as JSON; in shown texts control characters are dropped and long words may break."""
    return json.dumps(_settable(asdict(document)), ensure_ascii=False, default=str)


def printable(text: str) -> str:
    """`text` without control characters, marks that turn its direction, and unpaired surrogates; line ends are kept."""
    lines = _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(letter for letter in lines if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs"))


def breakable(text: str) -> str:
    """`text` with a place to break after every part of a long word, as of an address."""
    return _LONG_WORD.sub(lambda found: _AFTER.sub(rf"\1{BREAK}", found[0]).removesuffix(BREAK), text)


def _settable(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _settable(one, key) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_settable(one) for one in value]
    if not isinstance(value, str):
        return value
    if name == "url":
        return value if _WEB.match(value) else ""
    return value if name in AS_IT_IS else breakable(printable(value))
