"""Read a query of the keyword language: its normal form, or what is wrong with it and where."""

from argparse import ArgumentParser
from typing import Any

from monitoring.lab import Answer, Line, require_text
from monitoring.matching import QueryError, parse, print_query

FIELDS = ("query",)


def add_arguments(parser: ArgumentParser) -> None:
    """No options."""


def build(_options: dict[str, Any]) -> Answer:
    """Answers `{ok, normal}` or `{ok: false, error, position}`, the position in code points."""
    return _answer


def _answer(line: Line) -> Line:
    try:
        return {"ok": True, "normal": print_query(parse(require_text(line, "query")))}
    except QueryError as error:
        return {"ok": False, "error": str(error), "position": error.position}
