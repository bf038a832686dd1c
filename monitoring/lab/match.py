"""Match text against one query or a file of queries: which hold, and where their words stand."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from monitoring.lab import Answer, BadLine, Line, optional_text, require_text
from monitoring.matching import Document, Engine, Query, QueryError, parse

FIELDS = Document._fields


def add_arguments(parser: ArgumentParser) -> None:
    """The queries to match."""
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--query", help='one query, whose id is "query"')
    given.add_argument("--queries", type=Path, metavar="FILE", help="JSON lines {id, query}")


def build(options: dict[str, Any]) -> Answer:
    """Answers `{matched, spans}`; bad queries of a file are named on standard error, the others are used."""
    bad: list[str] = []
    if options["query"] is not None:
        queries = _read([json.dumps({"id": "query", "query": options["query"]})], bad)
    else:
        try:
            queries = _read(options["queries"].read_text(encoding="utf-8-sig").split("\n"), bad)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot read the queries: {error}", returncode=2) from error
    for problem in bad:
        sys.stderr.write(f"{problem}\n")
    if not queries:
        raise CommandError("there is no query to match", returncode=2)
    return _Matcher(Engine(queries), failed=bool(bad))


class _Matcher:
    """Answers lines; `failed` tells the command that some queries could not be used."""

    def __init__(self, engine: Engine[Any], *, failed: bool) -> None:
        self._engine = engine
        self.failed = failed

    def __call__(self, line: Line) -> Line:
        require_text(line, "text")
        found = self._engine.match(Document(**{name: optional_text(line, name) for name in FIELDS}))
        return {
            "matched": list(found),
            "spans": {str(key): [list(span) for span in match.spans] for key, match in found.items()},
        }


def _read(lines: list[str], bad: list[str]) -> dict[Any, Query]:
    queries: dict[Any, Query] = {}
    for number, raw in enumerate(lines, start=1):
        if raw.strip():
            try:
                key, query = _read_line(raw)
                if key in queries:
                    raise BadLine(f"the id {key!r} is already taken")
                queries[key] = query
            except (BadLine, ValueError) as error:
                bad.append(f"queries, line {number}: {error}")
    return queries


def _read_line(raw: str) -> tuple[str | int, Query]:
    line = json.loads(raw)
    if not isinstance(line, dict) or not isinstance(line.get("id"), str | int):
        raise BadLine("a line must be a JSON object with an id and a query")
    try:
        return line["id"], parse(require_text(line, "query"))
    except QueryError as error:
        raise BadLine(f"query {line['id']!r}, position {error.position}: {error}") from error
