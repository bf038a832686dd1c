"""Geometry of the charts that the server draws as SVG (pure: numbers in, coordinates out).

Across, the pulse is in percent, so that it fits any width without stretching its letters; upwards it is in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

FLOOR = 94.0  # the pulse's base line, in pixels from its top
CEILING = 18.0
TICKS_EVERY = 4  # hours
COURSE_TICKS = ((timedelta(hours=8), 1), (timedelta(hours=16), 2), (timedelta(hours=48), 4), (timedelta.max, 24))
ACTION_Y = 106.0  # our actions stand below the base line
_STEPS = (1, 2, 4, 5, 8, 10)
_NOTE_HEIGHT = 16
_USUAL_WIDTH = 788  # pixels: the width at which labels are kept apart


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
    """One rectangle of a stacked bar; `kind` is neg, neu or pos; x and width in percent."""

    kind: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A note's line and label: x in percent, `anchor` SVG's text-anchor, `dx` and the heights in pixels.

    `label_y` is "" where too many notes stand beside each other; the words are then told to screen readers alone.
    """

    x: str
    top: str
    label_y: str
    dx: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the time axis; its words are left to the edge. `minor` ones yield where it is narrow."""

    x: str
    at: datetime
    anchor: str
    minor: bool


@dataclass(frozen=True, slots=True)
class PulseChart:
    """Everything that the pulse's SVG draws."""

    bars: tuple[Bar, ...]
    pins: tuple[Pin, ...]
    ticks: tuple[Tick, ...]
    half: int
    top: int
    half_y: str
    top_y: str
    usual_y: str
    total: int
    negative: int
    peak: int
    peak_at: datetime | None


@dataclass(frozen=True, slots=True)
class Action:
    """One of our own actions: a diamond at `x` percent with its label beside it ("" where there is no room)."""

    x: str
    dx: int
    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CourseChart:
    """A pulse with our actions below it; `open_bar` frames the last bucket, which is not over yet."""

    pulse: PulseChart
    actions: tuple[Action, ...]
    open_bar: Bar | None


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


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
            if top >= max(peak, 4) and top % 2 == 0:
                return top
        size *= 10


def pulse_chart(buckets: Sequence[Bucket], notes: Sequence[Note], *, usual: float | None) -> PulseChart:
    """The stacked bars of `buckets` (equally long, oldest first), `usual` posts a bucket as a line, notes as pins.

    Bucket times are in the zone to be read in: ticks stand on its full hours.
    """
    totals = [bucket.neg + bucket.neu + bucket.pos for bucket in buckets]
    peak = max(totals, default=0)
    top = axis_top(max(peak, usual or 0))
    per_post = (FLOOR - CEILING) / top
    return PulseChart(
        bars=_stack(buckets, per_post),
        pins=_place_pins(buckets, notes, [FLOOR - total * per_post for total in totals]),
        ticks=_place_ticks(buckets),
        half=top // 2,
        top=top,
        half_y=_n(FLOOR - top / 2 * per_post),
        top_y=_n(CEILING),
        usual_y="" if usual is None else _n(FLOOR - usual * per_post),
        total=sum(totals),
        negative=sum(bucket.neg for bucket in buckets),
        peak=peak,
        peak_at=buckets[totals.index(peak)].at if peak else None,
    )


def course_chart(
    buckets: Sequence[Bucket],
    notes: Sequence[Note],
    actions: Sequence[Note],
    *,
    usual: float | None,
    is_last_open: bool,
) -> CourseChart:
    """The pulse of one crisis: hours as ticks, our `actions` as diamonds, and the last bucket as not over yet."""
    pulse = pulse_chart(buckets, notes, usual=usual)
    if not buckets:
        return CourseChart(pulse, (), None)
    length = _span_of(buckets)[1]
    every = next(hours for span, hours in COURSE_TICKS if length <= span)
    pulse = replace(pulse, ticks=_place_ticks(buckets, every))
    return CourseChart(pulse, _place_actions(buckets, actions), _open_bar(buckets, pulse.top) if is_last_open else None)


def _open_bar(buckets: Sequence[Bucket], top: int) -> Bar:
    """Around what the last bucket holds so far, at least as high as can be seen."""
    last, pitch = buckets[-1], 100 / len(buckets)
    height = max((last.neg + last.neu + last.pos) * (FLOOR - CEILING) / top, 8.0)
    return Bar("open", _n((len(buckets) - 0.9) * pitch), _n(FLOOR - height), _n(0.8 * pitch), _n(height))


def _place_actions(buckets: Sequence[Bucket], actions: Sequence[Note]) -> tuple[Action, ...]:
    """Newest first, each label to the right of its diamond, else to the left, else left out."""
    start, length = _span_of(buckets)
    placed: list[Action] = []
    mark = 6 / _USUAL_WIDTH
    places = [(action.at - start) / length for action in actions]
    taken: list[tuple[float, float]] = []
    for action in sorted(actions, key=lambda note: note.at, reverse=True):
        place = (action.at - start) / length
        if not 0 <= place <= 1:
            continue
        width = (_label_width(action.text) + 16) / _USUAL_WIDTH
        others = [*taken, *((other - mark, other + mark) for other in places if other != place)]
        sides = (((place, place + width), 8, "start"), ((place - width, place), -8, "end"))
        side = next((one for one in sides if _is_free(one[0], others)), None)
        if side:
            taken.append(side[0])
        dx, anchor = (side[1], side[2]) if side else (8, "start")
        placed.append(Action(_n(place * 100), dx, anchor, action.text if side else "", action.text))
    return tuple(placed)


def _is_free(span: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    left, right = span
    return left >= 0 and right <= 1 and all(right <= other_left or left >= other for other_left, other in taken)


def _stack(buckets: Sequence[Bucket], per_post: float) -> tuple[Bar, ...]:
    bars: list[Bar] = []
    pitch = 100 / max(len(buckets), 1)
    for index, bucket in enumerate(buckets):
        floor = FLOOR
        for kind, posts in (("pos", bucket.pos), ("neu", bucket.neu), ("neg", bucket.neg)):
            if posts:
                floor -= posts * per_post
                bars.append(Bar(kind, _n((index + 0.1) * pitch), _n(floor), _n(0.8 * pitch), _n(posts * per_post)))
    return tuple(bars)


def _span_of(buckets: Sequence[Bucket]) -> tuple[datetime, timedelta]:
    start = buckets[0].at
    length = buckets[1].at - start if len(buckets) > 1 else timedelta(minutes=15)
    return start, length * len(buckets)


def _place_pins(buckets: Sequence[Bucket], notes: Sequence[Note], tops: Sequence[float]) -> tuple[Pin, ...]:
    """Each label stands above the bars that it covers and beside the labels that are already there, newest first."""
    if not buckets:
        return ()
    start, length = _span_of(buckets)
    pins: list[Pin] = []
    taken: list[tuple[float, float, float]] = []
    for note in sorted(notes, key=lambda note: note.at, reverse=True):
        place = (note.at - start) / length
        if not 0 <= place <= 1:
            continue
        width = (_label_width(note.text) + 8) / _USUAL_WIDTH
        to_the_left = place >= width  # what follows a note is mostly higher than what came before it
        left, right = (place - width, place) if to_the_left else (place, place + width)
        covered = tops[max(0, int(left * len(tops))) : int(right * len(tops)) + 1]
        top = _free_height(taken, left, right, min(covered, default=FLOOR) - 16)
        taken.append((left, right, top))
        dx, anchor = (-6, "end") if to_the_left else (6, "start")
        label_y = _n(top + 8) if top + 8 < FLOOR else ""
        pins.append(Pin(_n(place * 100), _n(min(top, FLOOR - 8)), label_y, dx, anchor, note.text))
    return tuple(pins)


def _label_width(text: str) -> int:
    return sum(12 if ord(letter) > 0x2E7F else 7 for letter in text)


def _free_height(taken: Sequence[tuple[float, float, float]], left: float, right: float, top: float) -> float:
    top = max(min(top, FLOOR - 40), 6.0)
    for other_left, other_right, other in sorted(taken, key=lambda place: place[2]):
        if left < other_right and right > other_left and abs(other - top) < _NOTE_HEIGHT:
            top = other + _NOTE_HEIGHT
    return top


def _place_ticks(buckets: Sequence[Bucket], every: int = TICKS_EVERY) -> tuple[Tick, ...]:
    """The two ends and every few full hours between them, leaving out what would touch an end."""
    if not buckets:
        return ()
    start, length = _span_of(buckets)
    ticks = [Tick("0", start, "start", minor=False)]
    hour = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour < start + length:
        place = (hour - start) / length
        if hour.hour % every == 0 and 0.14 < place < 0.92:
            ticks.append(Tick(_n(place * 100), hour, "middle", minor=hour.hour % (2 * every) != 0))
        hour += timedelta(hours=1)
    ticks.append(Tick("100", start + length, "end", minor=False))
    return tuple(ticks)
