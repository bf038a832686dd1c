"""Runs a tool of the lab over JSON lines; free of Django, so that each tool starts in under a second."""

import importlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from monitoring.lab import TOOLS, Answer, BadLine, Line

FAILED = 2


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


def parser_for(program: str, asked: str | None) -> ArgumentParser:
    """The command line; only the tool that was asked for is imported."""
    parser = ArgumentParser(prog=program, description="Any pure decision: JSON lines in, JSON lines out, no database.")
    tools = parser.add_subparsers(dest="tool", required=True, metavar="tool")
    for name, path in TOOLS.items():
        if asked in (None, name):
            tool = importlib.import_module(path)
            tool.add_arguments(tools.add_parser(name, help=tool.__doc__, description=tool.__doc__))
    return parser


def run(words: Sequence[str], program: str = "manage.py lab") -> int:
    """Answer standard input on standard output; the exit code."""
    asked = next((word for word in words if word in TOOLS), None)
    options = parser_for(program, asked).parse_args(words)
    tool = importlib.import_module(TOOLS[options.tool])
    answer = tool.build(vars(options))
    failed = getattr(answer, "failed", False)  # what the tool was given besides lines was bad in part
    for line in answer_lines(sys.stdin.buffer, answer, frozenset(tool.FIELDS)):
        failed = failed or isinstance(line, Refusal)
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return FAILED if failed else 0
