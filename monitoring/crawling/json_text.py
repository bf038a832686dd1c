"""JSON that a stranger wrote, read at a bounded price (pure)."""

import json
import re
from collections.abc import Callable
from typing import Any

# Each list or object costs a hundred bytes and more, however few characters it is written in.
MOST_CONTAINERS = 300_000
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def unescaped(text: str) -> str:
    """`text` with the characters that JSON writes by number (`\\u767b`) as themselves, to look for words in it."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "\\u" in text else text


class TooManyContainersError(ValueError):
    """A text that holds more lists and objects than any real one."""


def require_few_containers(text: str | bytes) -> None:
    """Raise TooManyContainersError where reading `text` would cost far more than its size."""
    opened = (text.count(b"{") + text.count(b"[")) if isinstance(text, bytes) else text.count("{") + text.count("[")
    if opened > MOST_CONTAINERS:
        raise TooManyContainersError("too many lists and objects")


def read_json(text: str, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """The value of a JSON text, control characters in its strings forgiven; ValueError where it is none.

    Also where it nests deeper, states longer numbers or holds more lists and objects than any real answer.
    """
    require_few_containers(text)
    try:
        return json.loads(text, strict=False, parse_constant=parse_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
