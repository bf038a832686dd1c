"""Tell the charset of a page by its bytes: {id, path, content_type?} gives {id, charset, text}."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from monitoring.crawling.charset import decode
from monitoring.lab import Answer, Line, optional_text, require_text

FIELDS = ("path", "content_type")


def add_arguments(parser: ArgumentParser) -> None:
    """It has no options of its own."""


def build(_options: dict[str, Any]) -> Answer:
    def answer(line: Line) -> Line:
        body = Path(require_text(line, "path")).read_bytes()
        decoded = decode(body, optional_text(line, "content_type"))
        return {"charset": decoded.charset, "text": decoded.text}

    return answer
