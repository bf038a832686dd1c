"""The mood of a text and its sensitive terms: {id, text} in, {id, negative, label, snownlp, sensitive} out.

`sensitive` lists the terms as the text writes them, each once; terms that the text denies are left out.
"""

from argparse import ArgumentParser
from typing import Any

from monitoring.lab import Answer, Line, require_text
from monitoring.text.analysis import analyse

FIELDS = ["id", "text"]


def add_arguments(parser: ArgumentParser) -> None:
    """The tool has no options of its own."""


def build(_options: dict[str, Any]) -> Answer:
    """The function that scores one line."""

    def answer(line: Line) -> Line:
        text = require_text(line, "text")
        analysis = analyse("", text)
        written = dict.fromkeys(text[hit.start : hit.end] for hit in analysis.sensitive if not hit.negated)
        return {
            "id": line.get("id"),
            "negative": round(analysis.negative, 6),
            "label": analysis.label,
            "snownlp": round(analysis.snownlp, 6),
            "sensitive": list(written),
        }

    return answer
