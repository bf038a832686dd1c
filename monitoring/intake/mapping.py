"""Which column of a file says what: vendors' exports, a guess by name, and what a workspace chose before (pure)."""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from monitoring.intake.cells import fraction_time, serial_time, whole_url
from monitoring.intake.headers import folded
from monitoring.intake.records import FIGURES
from monitoring.intake.tables import Row
from monitoring.sources.figures import read_count

# What a column can be mapped to; `snippet` fills an empty text, `time` completes a date in another column.
TARGETS = ("text", "title", "url", "published_at", "time", "author", "snippet", "id", "reply_to", *FIGURES)
Mapped = dict[str, str]  # target → column
_NOT_A_VALUE = frozenset({"", "-", "--", "—", "n/a", "#n/a", "null", "none", "nan", "無", "无", "undefined"})


@dataclass(frozen=True, slots=True)
class Preset:
    """The export of a vendor: `names` are the columns that may hold each target, `marks` those that tell it."""

    key: str
    label: str
    names: dict[str, list[str]]
    marks: list[str]
    least: int  # how many of the marks tell it from a file of somebody else's
    by_network: tuple[str, ...] = ()  # the figures that have a column for each network


@cache
def presets() -> tuple[Preset, ...]:
    """The vendors' exports that are known, and last the names that columns commonly have."""
    found = []
    for file in sorted(resources.files("monitoring.intake").joinpath("presets").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            said = tomllib.loads(file.read_text("utf-8"))
            found.append(
                Preset(
                    file.name[:-5],
                    said["label"],
                    said["columns"],
                    said.get("marks", []),
                    said.get("least", 0),
                    tuple(said.get("by_network", ())),
                )
            )
    return tuple(sorted(found, key=lambda one: not one.marks))


def signature(columns: Sequence[str]) -> str:
    """What makes two files' headers the same: their columns' names in any order."""
    return hashlib.sha256("\0".join(sorted(folded(one) for one in columns)).encode()).hexdigest()


def detect(columns: Sequence[str]) -> tuple[Preset, Mapped]:
    """The vendor whose export has these columns (else the common names), and what it makes of them."""
    present = {folded(column) for column in columns}
    vendors = [one for one in presets() if one.marks]
    best = max(vendors, key=lambda one: _share(one, present), default=presets()[-1])
    chosen = best if _hits(best, present) >= best.least else presets()[-1]
    return chosen, apply(chosen, columns)


def apply(preset: Preset, columns: Sequence[str]) -> Mapped:
    """The columns of a file that hold what a preset says; a column holds one thing."""
    by_name = {folded(column): column for column in reversed(columns)}
    mapped: Mapped = {}
    for target in TARGETS:
        for name in preset.names.get(target, ()):
            column = by_name.get(folded(name))
            if column is not None and column not in mapped.values():
                mapped[target] = column
                break
    return mapped


def cleaned(mapping: Mapping[str, Any], columns: Sequence[str]) -> Mapped:
    """What of a mapping fits a file's columns."""
    return {target: mapping[target] for target in TARGETS if mapping.get(target) in columns}


def problems_of(mapping: Mapping[str, str]) -> list[str]:
    """What a mapping lacks to make posts: `text` (neither title nor text), `twice` (a column for two things)."""
    lacks = [] if {"text", "title", "snippet"} & mapping.keys() else ["text"]
    return lacks + (["twice"] if len(set(mapping.values())) < len(mapping) else [])


def record_of(row: Row, mapping: Mapping[str, str]) -> dict[str, Any]:
    """The record that a row says, in the fields of the API."""

    def value(target: str) -> str:
        given = row.cells.get(mapping.get(target, ""))
        text = "" if given is None or isinstance(given, bool) else str(given).strip()
        return "" if target not in ("text", "title", "snippet") and text.casefold() in _NOT_A_VALUE else text

    record: dict[str, Any] = {name: value(name) for name in ("url", "id", "title", "author", "reply_to")}
    record["text"] = value("text") or value("snippet")
    record["url"] = whole_url(record["url"])
    record["published_at"] = _moment(value("published_at"), value("time"))
    record["figures"] = {name: said for name in FIGURES if (said := _figure(row, name, mapping, value(name)))}
    return {name: one for name, one in record.items() if one}


def _figure(row: Row, target: str, mapping: Mapping[str, str], said: str) -> str:
    """A count; where a vendor has a column for each network, that of the one which the row fills."""
    others = _of_other_networks(target, mapping.get(target, ""), tuple(row.cells)) if target in mapping else ()
    if not others:
        return said
    return max(
        (said, *(str(row.cells.get(one) or "").strip() for one in others)), key=lambda text: read_count(text) or 0
    )


@lru_cache(maxsize=256)
def _of_other_networks(target: str, column: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a file that count for other networks what `column` does for one, as its vendor names them."""
    for vendor in presets():
        names = {folded(name) for name in vendor.names.get(target, ())} if target in vendor.by_network else set()
        if folded(column) in names:
            return tuple(one for one in columns if one != column and folded(one) in names)
    return ()


def _moment(day: str, time: str) -> str:
    """The time that one or two cells state; spreadsheets keep days as numbers and times as parts of a day."""
    day = serial_time(day) or day
    return f"{day.partition('T')[0]} {fraction_time(time)}" if time and day else day or time


def _hits(preset: Preset, present: set[str]) -> int:
    return sum(folded(mark) in present for mark in preset.marks)


def _share(preset: Preset, present: set[str]) -> float:
    return _hits(preset, present) / len(preset.marks)
