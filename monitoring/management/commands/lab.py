"""`manage.py lab <tool>`: run one pure decision over JSON lines."""

import importlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.lab import TOOLS, Answer, BadLine, Line


class Refusal(dict[str, Any]):
    """The answer to a bad line, `{id, error}`; an answer about an error, as `feed` gives, is no refusal."""


def answer_lines(raw_lines: Iterable[bytes], answer: Answer, fields: frozenset[str]) -> Iterator[Line]:
    """Answer each line in order; a bad one becomes a `Refusal` in its place."""
    for number, raw in enumerate(raw_lines, start=1):
        if not raw.strip():
            continue
        line: Any = None
        try:
            line = json.loads(raw)
            if not isinstance(line, dict):
                raise BadLine("a line must be a JSON object")
            passed_by = {name: value for name, value in line.items() if name not in fields}
            yield {**passed_by, **answer(line)}
        except (BadLine, ValueError, TypeError, OSError) as error:
            line_id = line.get("id") if isinstance(line, dict) else None
            yield Refusal(id=line_id, error=f"line {number}: {error}")


class Command(BaseCommand):
    help = "Run a pure decision on standard input: JSON lines in, JSON lines out, no database."
    requires_system_checks: list[str] = []  # type: ignore[assignment]

    def add_arguments(self, parser: ArgumentParser) -> None:
        tools = parser.add_subparsers(dest="tool", required=True, metavar="tool")
        # Only the tool that was asked for is imported, so that each starts in under a second.
        asked = next((word for word in sys.argv if word in TOOLS), None)
        for name, path in TOOLS.items():
            if asked is None or name == asked:
                tool = importlib.import_module(path)
                tool.add_arguments(tools.add_parser(name, help=tool.__doc__, description=tool.__doc__))

    def handle(self, *args: Any, **options: Any) -> None:
        tool = importlib.import_module(TOOLS[options["tool"]])
        answer = tool.build(options)
        failed = getattr(answer, "failed", False)  # what the tool was given besides lines was bad in part
        for line in answer_lines(sys.stdin.buffer, answer, frozenset(tool.FIELDS)):
            failed = failed or isinstance(line, Refusal)
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        if failed:
            sys.exit(2)
