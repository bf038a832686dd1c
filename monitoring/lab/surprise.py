"""How surprising each point of a series is, from its past alone: five-minute buckets in order of time, several series
mixed. A naive time is in --zone."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitoring.lab import Answer, BadLine, Line
from monitoring.measuring.surprise import Point, State

FIELDS = ("series", "at", "value", "negative", "authors", "duplicates")


def add_arguments(parser: ArgumentParser) -> None:
    """The tool's own options."""
    parser.add_argument("--zone", default="UTC", help="time zone of times without an offset (default UTC)")


def build(options: dict[str, Any]) -> Answer:
    """The function that answers one line; it keeps one state per series."""
    try:
        zone = ZoneInfo(options.get("zone") or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SystemExit(f"--zone: {error}") from error
    states: dict[str, State] = {}

    def answer(line: Line) -> Line:
        series, point = str(line.get("series", "")), _point(line, zone)
        if series not in states:
            states[series] = State()
        reading = states[series].update(point)
        return {"series": line.get("series"), "at": line["at"], "score": reading.score, "alert": reading.alert}

    return answer


def _point(line: Line, zone: ZoneInfo) -> Point:
    value = _count(line, "value")
    if value is None:
        raise BadLine("the field 'value' must be a number from 0")
    return Point(
        at=_epoch(line.get("at"), zone),
        value=value,
        negative=_count(line, "negative"),
        authors=_count(line, "authors"),
        duplicates=_count(line, "duplicates"),
    )


def _count(line: Line, field: str) -> float | None:
    """The number in `field`, None where there is none."""
    value = line.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        raise BadLine(f"the field {field!r} must be a number from 0")
    return float(value)


def _epoch(value: object, zone: ZoneInfo) -> float:
    """Epoch seconds of a number or of an ISO 8601 text."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e11:
        return float(value)
    if not isinstance(value, str):
        raise BadLine("the field 'at' must be ISO 8601 text or epoch seconds")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadLine("the field 'at' must be ISO 8601 text or epoch seconds") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
