"""Where the header of a table stands, if it has one: vendors write a title and what was asked for above it (pure)."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from monitoring.intake.cells import LONG, is_count, is_time, is_url

WITHIN = 30  # rows
_NEARLY = 0.6  # of the widest row


def folded(name: str) -> str:
    """A column's name without case, spaces and punctuation: `Full_Text` and `full text` are one."""
    return re.sub(r"[\W_]+", "", name).casefold() or name.casefold()


@cache
def known_names() -> frozenset[str]:
    """Every name that a preset gives a column, folded."""
    names: set[str] = set()
    for file in resources.files("monitoring.intake").joinpath("presets").iterdir():
        if file.name.endswith(".toml"):
            said = tomllib.loads(file.read_text("utf-8"))
            names |= {folded(name) for found in said["columns"].values() for name in found}
            names |= {folded(mark) for mark in said.get("marks", ())}
    return frozenset(names)


def known_in(row: Sequence[str]) -> int:
    """How many cells of a row are names that columns have."""
    return sum(folded(cell) in known_names() for cell in row if cell)


def header_place(rows: Sequence[Sequence[str]]) -> int:
    """Where the header stands among the first rows; -1 where the table has none, and begins with its first row.

    It is the row with the most names that are known, where two are; else the first that is nearly as wide as the
    widest and says nothing that only a row of data says.
    """
    known = [known_in(row) for row in rows]
    if max(known, default=0) >= 2:
        return known.index(max(known))
    widths = [sum(bool(cell) for cell in row) for row in rows]
    wide = [place for place, width in enumerate(widths) if width and width >= _NEARLY * max(widths)]
    if not wide or (_is_data(rows[wide[0]]) and not known[wide[0]]):
        return -1
    return wide[0]


def _is_data(row: Sequence[str]) -> bool:
    """Whether a row holds what no column is called."""
    return any(is_url(cell) or is_time(cell) or is_count(cell) or len(cell) > LONG for cell in row if cell)
