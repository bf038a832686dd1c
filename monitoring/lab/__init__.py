"""The lab: any pure decision of Sentinel on standard input, JSON lines in and JSON lines out, without a database.

A tool is one module of this package and one line of `TOOLS`. It has

- `FIELDS`: the input fields that it reads (others are passed by to the answer),
- `add_arguments(parser)`: its own options,
- `build(options)`: returns the function that answers one line; it may keep state between lines.

A tool refuses a bad line by raising `BadLine` with a sentence that says what to do.
"""

from collections.abc import Callable
from typing import Any

Line = dict[str, Any]
Answer = Callable[[Line], Line]

TOOLS = {
    "score": "monitoring.lab.score",
    "match": "monitoring.lab.match",
    "parse-query": "monitoring.lab.parse_query",
    "extract": "monitoring.lab.extract",
    "feed": "monitoring.lab.feed",
    "dates": "monitoring.lab.dates",
    "decode": "monitoring.lab.decode",
    "check-url": "monitoring.lab.check_url",
    "surprise": "monitoring.lab.surprise",
}


class BadLine(ValueError):
    """A line that the tool cannot answer; its text is shown to the person."""


def require_text(line: Line, field: str) -> str:
    """The text in `field` of a line; raises BadLine where it is missing or no text."""
    value = line.get(field)
    if not isinstance(value, str):
        raise BadLine(f"the field {field!r} must be text")
    return value


def optional_text(line: Line, field: str) -> str:
    """The text in `field` of a line, "" where it is missing; raises BadLine where it is no text."""
    return require_text(line, field) if line.get(field) is not None else ""
