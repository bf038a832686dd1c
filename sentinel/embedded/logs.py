"""The one log of `./run` on standard error: each line tells which part it comes from."""

import contextlib
import os
import sys
import threading

from .processes import Program

WIDTH = len("postgres")
COLOURED = sys.stderr.isatty() and "NO_COLOR" not in os.environ
_one_at_a_time = threading.Lock()


def write_line(program: Program, line: str) -> None:
    """A line that a part wrote."""
    _write(program.name, program.paint, line)


def say(text: str) -> None:
    """A line of `./run` itself."""
    _write("run", 1, text)


def _write(name: str, paint: int, line: str) -> None:
    label = f"{name:<{WIDTH}} |"
    if COLOURED:
        label = f"\x1b[{paint}m{label}\x1b[0m"
    with _one_at_a_time, contextlib.suppress(OSError):  # a closed terminal must not stop the parts
        print(label, line, file=sys.stderr, flush=True)
