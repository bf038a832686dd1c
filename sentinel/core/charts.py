"""Geometry of the charts that the server draws as SVG (pure: numbers in, coordinates out)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

PULSE_WIDTH = 788
PULSE_HEIGHT = 112
_FLOOR = 94.0  # the pulse's base line
_CEILING = 18.0
_STEPS = (1, 2, 4, 5, 8, 10)
_NOTE_HEIGHT = 16


class Bucket(Protocol):
    """What happened in one interval of the pulse, in posts."""

    @property
    def at(self) -> datetime: ...
    @property
    def neg(self) -> int: ...
    @property
    def neu(self) -> int: ...
    @property
    def pos(self) -> int: ...


class Note(Protocol):
    """Something to point at on the pulse."""

    @property
    def at(self) -> datetime: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths of a sparkline and its last point."""

    line: str
    area: str
    x: str
    y: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of a stacked bar; `kind` is neg, neu or pos."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label with its place; `anchor` is SVG's text-anchor."""

    x: str
    y: str
    text: str
    anchor: str
    pin_y: str = ""
    pin_x: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the time axis, its words left to the edge that knows the language."""

    x: str
    at: datetime
    anchor: str
    first: bool


@dataclass(frozen=True, slots=True)
class PulseChart:
    """Everything that the pulse's SVG draws, within 788 × 112 units."""

    bars: tuple[Bar, ...]
    half: int
    top: int
    half_y: str
    top_y: str
    usual_y: str
    notes: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    total: int
    negative: int
    peak: int
    peak_at: datetime | None


def _n(value: float) -> str:
    return f"{value:.1f}"


def sparkline(points: Sequence[float], width: int = 92, height: int = 30) -> Spark | None:
    """A line through `points` from the left to the right edge; none with fewer than two."""
    if len(points) < 2:
        return None
    high, step = max(max(points), 1), width / (len(points) - 1)
    places = [(i * step, height - 4 - (height - 8) * value / high) for i, value in enumerate(points)]
    line = "M" + " L".join(f"{_n(x)} {_n(y)}" for x, y in places)
    x, y = places[-1]
    return Spark(line, f"{line} L{width} {height} L0 {height}Z", _n(x), _n(y), width, height)


def axis_top(peak: float) -> int:
    """The smallest round, even number that is not below `peak`: the axis shows it and its half."""
    size = 1
    while True:
        for step in _STEPS:
            top = step * size
            if top >= peak and top >= 4 and top % 2 == 0:
                return top
        size *= 10


def pulse_chart(
    buckets: Sequence[Bucket], notes: Sequence[Note], *, usual: float | None, hours_between_ticks: int = 4
) -> PulseChart:
    """The stacked bars of `buckets` (equally long, oldest first), `usual` posts a bucket as a line, notes as pins.

    Bucket times are in the zone to be read in: ticks stand on its full hours.
    """
    totals = [bucket.neg + bucket.neu + bucket.pos for bucket in buckets]
    peak = max(totals, default=0)
    top = axis_top(max(peak, usual or 0))

    def height_of(value: float) -> float:
        return value / top * (_FLOOR - _CEILING)

    pitch = PULSE_WIDTH / max(len(buckets), 1)
    bars: list[Bar] = []
    for index, bucket in enumerate(buckets):
        floor = _FLOOR
        for kind, value in (("pos", bucket.pos), ("neu", bucket.neu), ("neg", bucket.neg)):
            if value:
                height = height_of(value)
                floor -= height
                bars.append(Bar(kind, _n(index * pitch + pitch * 0.1), _n(floor), _n(pitch * 0.8), _n(height)))
    return PulseChart(
        bars=tuple(bars),
        half=top // 2,
        top=top,
        half_y=_n(_FLOOR - height_of(top / 2)),
        top_y=_n(_CEILING),
        usual_y="" if usual is None else _n(_FLOOR - height_of(usual)),
        notes=_place_notes(buckets, notes, totals, top),
        ticks=_place_ticks(buckets, hours_between_ticks),
        total=sum(totals),
        negative=sum(bucket.neg for bucket in buckets),
        peak=peak,
        peak_at=buckets[totals.index(peak)].at if peak else None,
    )


def _span_of(buckets: Sequence[Bucket]) -> tuple[datetime, timedelta]:
    start = buckets[0].at
    length = buckets[1].at - start if len(buckets) > 1 else timedelta(minutes=15)
    return start, length * len(buckets)


def _place_notes(buckets: Sequence[Bucket], notes: Sequence[Note], totals: Sequence[int], top: int) -> tuple[Mark, ...]:
    """Pins from the base line to a label above the bars; labels near each other take different heights."""
    if not buckets:
        return ()
    start, length = _span_of(buckets)
    marks: list[Mark] = []
    taken: list[tuple[float, float, float]] = []
    for note in sorted(notes, key=lambda note: note.at, reverse=True):
        place = (note.at - start) / length
        if not 0 <= place <= 1:
            continue
        x = place * PULSE_WIDTH
        width = sum(12 if ord(letter) > 0x2E7F else 7 for letter in note.text) + 8
        left, right = (x - 6 - width, x) if place > 0.5 else (x, x + 6 + width)
        level = _free_level(taken, left, right)
        taken.append((left, right, level))
        anchor, text_x = ("end", x - 6) if place > 0.5 else ("start", x + 6)
        marks.append(Mark(_n(text_x), _n(level + 8), note.text, anchor, pin_y=_n(level), pin_x=_n(x)))
    return tuple(marks)


def _free_level(taken: Sequence[tuple[float, float, float]], left: float, right: float) -> float:
    level = 14.0
    while any(left < other_right and right > other_left and level == other for other_left, other_right, other in taken):
        level += _NOTE_HEIGHT
        if level > _FLOOR - 30:
            return 14.0
    return level


def _place_ticks(buckets: Sequence[Bucket], hours: int) -> tuple[Tick, ...]:
    """The two ends and every full `hours` between them, leaving out what would touch an end."""
    if not buckets:
        return ()
    start, length = _span_of(buckets)
    ticks = [Tick("0", start, "start", first=True)]
    hour = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < start + length:
        place = (hour - start) / length
        if hour.hour % hours == 0 and 0.09 < place < 0.94:
            ticks.append(Tick(_n(place * PULSE_WIDTH), hour, "middle", first=False))
        hour += timedelta(hours=1)
    ticks.append(Tick(str(PULSE_WIDTH), start + length, "end", first=False))
    return tuple(ticks)
