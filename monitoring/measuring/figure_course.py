"""Geometry of a post's figures over time (pure): across in percent of the plot, upwards in pixels.

At most three figures share the chart, each with its last value beside it; where a list ranks the post, its rank alone
is drawn, with the first place on top.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sentinel.core.charts import axis_top

HEIGHT = 176
FLOOR = 148.0
CEILING = 44.0
DRAWN = ("likes", "comments", "reposts", "shares", "views", "heat")
MOST_LINES = 3
_LABEL_HEIGHT = 17.0
_TICK_STEPS = (5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080, 43200)  # minutes


@dataclass(frozen=True, slots=True)
class Reading:
    """What a site counted at a moment."""

    at: datetime
    figures: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Dot:
    """A reading of one figure; `x` in percent, `y` in pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: its dots, the pieces between them, its last value and where that is written."""

    name: str
    first: int
    last: int
    dots: tuple[Dot, ...]
    pieces: tuple[tuple[Dot, Dot], ...]
    label_y: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to point at: a new version of the post; `dx` and `anchor` keep its words inside."""

    x: float
    number: int
    dx: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    at: datetime
    anchor: str


@dataclass(frozen=True, slots=True)
class FigureCourse:
    """Everything that the chart of a post's figures draws."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    top: int
    half: int
    half_y: float
    is_rank: bool


def figure_course(readings: Sequence[Reading], revised: Sequence[tuple[int, datetime]]) -> FigureCourse | None:
    """The chart of readings, oldest first and in the zone to be read in; None with fewer than two."""
    if len(readings) < 2:
        return None
    start, length = readings[0].at, readings[-1].at - readings[0].at
    if length <= timedelta():
        return None
    is_rank = any("rank" in reading.figures for reading in readings)
    names = ["rank"] if is_rank else _drawn(readings)
    peak = max((reading.figures.get(name, 0) for reading in readings for name in names), default=0)
    top = axis_top(peak)
    lines = [_line(name, readings, top, is_rank) for name in names]
    return FigureCourse(
        lines=_apart([line for line in lines if line.dots]),
        marks=tuple(
            _mark((at - start) / length * 100, number) for number, at in revised if timedelta() <= at - start <= length
        ),
        ticks=_ticks(start, length),
        top=top,
        half=top // 2,
        half_y=_height(top // 2, top, is_rank=is_rank),
        is_rank=is_rank,
    )


def _drawn(readings: Sequence[Reading]) -> list[str]:
    """The figures to draw; views only where nothing else is counted, since they would press the others flat."""
    present = [name for name in DRAWN if any(name in reading.figures for reading in readings)]
    reactions = [name for name in present if name not in ("views", "heat")]
    return (reactions or present)[:MOST_LINES]


def _height(value: float, top: int, *, is_rank: bool) -> float:
    share = value / top
    return round(CEILING + (FLOOR - CEILING) * (share if is_rank else 1 - share), 1)


def _line(name: str, readings: Sequence[Reading], top: int, is_rank: bool) -> Line:
    start, length = readings[0].at, readings[-1].at - readings[0].at
    told = [(reading.at, reading.figures[name]) for reading in readings if name in reading.figures]
    dots = tuple(Dot(round((at - start) / length * 100, 2), _height(value, top, is_rank=is_rank)) for at, value in told)
    return Line(
        name=name,
        first=told[0][1] if told else 0,
        last=told[-1][1] if told else 0,
        dots=dots,
        pieces=tuple(itertools.pairwise(dots)),
        label_y=dots[-1].y if dots else FLOOR,
    )


def _apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with their words one below the other, from the top down, none on another."""
    placed: dict[str, float] = {}
    for line in sorted(lines, key=lambda line: line.label_y):
        wanted = line.label_y + 4
        placed[line.name] = max([wanted, *(other + _LABEL_HEIGHT for other in placed.values())])
    overflow = max([*placed.values(), FLOOR]) - FLOOR
    return tuple(
        Line(line.name, line.first, line.last, line.dots, line.pieces, placed[line.name] - overflow) for line in lines
    )


def _mark(x: float, number: int) -> Mark:
    return Mark(round(x, 2), number, -6 if x > 80 else 6, "end" if x > 80 else "start")


def _ticks(start: datetime, length: timedelta) -> tuple[Tick, ...]:
    """Full steps of the clock, at most six, none so near the edge that its words would stand outside."""
    step = next((timedelta(minutes=each) for each in _TICK_STEPS if length / timedelta(minutes=each) <= 6), length / 5)
    at = start.replace(hour=0, minute=0, second=0, microsecond=0)
    at += step * (-(-(start - at) // step))
    ticks = []
    while at <= start + length:
        x = round((at - start) / length * 100, 2)
        ticks.append(Tick(x, at, "start" if x < 4 else "end" if x > 96 else "middle"))
        at += step
    return tuple(ticks)
