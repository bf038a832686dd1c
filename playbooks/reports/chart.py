"""The volume chart of a report as SVG, drawn as the product draws its pulse (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from playbooks.reports.handling import Bucket, Mark
from sentinel.core.charts import FLOOR, PulseChart, pulse_chart

WIDTH = 760.0
TALL = 1.45  # paper has room: the pulse's heights are stretched by this
BASE = FLOOR * TALL
TICKS_MOST = 8
_TICK_STEPS = (1, 2, 3, 4, 6, 12, 24, 48, 96, 168, 336, 720)  # hours
_COLOURS = {"neg": "#b4472e", "neu": "#88929d", "pos": "#4e8f7b"}
_INK, _INK_3, _LINE, _ACCENT = "#11161c", "#5f6975", "#dce1e5", "#0a6b66"
_ROW = 15.0


@dataclass(frozen=True, slots=True)
class _Action:
    """Where the diamond and the label of an action of ours stand."""

    x: float
    y: float
    anchor: str
    text: str


def volume_svg(buckets: Sequence[Bucket], marks: Sequence[Mark], *, usual: float | None, font: str) -> str:
    """Stacked bars per bucket, the usual limit, pins for what happened, diamonds below for what we did.

    `font` is the list of families of the labels. Empty without buckets.
    """
    if not buckets:
        return ""
    chart = pulse_chart(buckets, [mark for mark in marks if mark.kind != "action"], usual=usual)
    actions = _place_actions(buckets, [mark for mark in marks if mark.kind == "action"])
    below = BASE + max((action.y for action in actions), default=0) + 16
    height = below + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" font-family={quoteattr(font)}'
        f' font-size="11" fill="{_INK}">',
        *_axis(chart),
        *_bars(chart),
        *_usual(chart),
        *_pins(chart),
        *(line for action in actions for line in _action(action)),
        *_ticks(buckets, below),
        "</svg>",
    ]
    return "".join(parts)


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = _INK, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{weight}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, extra: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"{extra}/>'


def _across(percent: str) -> float:
    return float(percent) * WIDTH / 100


def _axis(chart: PulseChart) -> list[str]:
    heights = ((BASE, ""), (float(chart.half_y) * TALL, f"{chart.half:,}"), (float(chart.top_y) * TALL, f"{chart.top:,}"))
    lines = [_line(0, y, WIDTH, y, _LINE) for y, _words in heights]
    return lines + [_text(0, y - 4, words, fill=_INK_3) for y, words in heights if words]


def _bars(chart: PulseChart) -> list[str]:
    return [
        f'<rect x="{_across(bar.x):.2f}" y="{float(bar.y) * TALL:.2f}" width="{_across(bar.width):.2f}"'
        f' height="{float(bar.height) * TALL:.2f}" fill="{_COLOURS[bar.kind]}"/>'
        for bar in chart.bars
    ]


def _usual(chart: PulseChart) -> list[str]:
    if not chart.usual_y:
        return []
    y = float(chart.usual_y) * TALL
    return [_line(0, y, WIDTH, y, _INK, ' stroke-width="1.25" stroke-dasharray="2 3"')]


def _pins(chart: PulseChart) -> list[str]:
    """The line and, on a white edge that keeps it readable over bars, the label."""
    lines: list[str] = []
    for pin in chart.pins:
        x, top = _across(pin.x), float(pin.top) * TALL
        label = _text(x + pin.dx, top + 9, pin.text, anchor=pin.anchor, bold=True)
        halo = label.replace("<text", '<text stroke="#fff" stroke-width="4" stroke-linejoin="round" aria-hidden="true"')
        lines += [_line(x, top, x, BASE, _INK), halo, label]
    return lines


def _action(action: _Action) -> list[str]:
    y = BASE + action.y - 4
    beside = 9 if action.anchor == "start" else -9
    return [
        _line(action.x, BASE, action.x, y, _ACCENT),
        f'<path d="M{action.x:.1f} {y - 5:.1f}l5 5-5 5-5-5z" fill="{_ACCENT}"/>',
        _text(action.x + beside, y + 4, action.text, anchor=action.anchor, fill=_ACCENT, bold=True),
    ]


def _span_of(buckets: Sequence[Bucket]) -> tuple[datetime, timedelta]:
    step = buckets[1].at - buckets[0].at if len(buckets) > 1 else timedelta(minutes=15)
    return buckets[0].at, step * len(buckets)


def _place_actions(buckets: Sequence[Bucket], marks: Sequence[Mark]) -> list[_Action]:
    """Each in the first row below the base line in which nothing else stands."""
    start, length = _span_of(buckets)
    rows: list[list[tuple[float, float]]] = []
    placed: list[_Action] = []
    for mark in sorted(marks, key=lambda mark: mark.at):
        share = (mark.at - start) / length
        if not 0 <= share <= 1:
            continue
        x, width = share * WIDTH, _width(mark.text) + 18
        anchor = "end" if share > 0.6 else "start"
        left, right = (x - width, x + 6) if anchor == "end" else (x - 6, x + width)
        free = [row for row, taken in enumerate(rows) if all(right < begun or left > ended for begun, ended in taken)]
        if not free:
            rows.append([])
        row = free[0] if free else len(rows) - 1
        rows[row].append((left, right))
        placed.append(_Action(x, (row + 1) * _ROW, anchor, mark.text))
    return placed


def _width(text: str) -> float:
    return sum(11.5 if ord(letter) > 0x2E7F else 6.5 for letter in text)


def _ticks(buckets: Sequence[Bucket], y: float) -> list[str]:
    """Full hours or days, as many as stand beside each other; a day is named where it begins."""
    start, length = _span_of(buckets)
    hours = length / timedelta(hours=1)
    step = next((step for step in _TICK_STEPS if hours / step <= TICKS_MOST), _TICK_STEPS[-1])
    ticks = [_text(0, y, f"{start:%m/%d %H:%M}", fill=_INK_3)]
    at = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while at <= start + length:
        share = (at - start) / length
        if 0.12 < share < 0.93:
            words = f"{at:%m/%d}" if at.hour == 0 else f"{at:%H:%M}"
            ticks.append(_text(share * WIDTH, y, words, anchor="middle", fill=_INK_3))
        at += timedelta(hours=step)
    return [*ticks, _text(WIDTH, y, f"{start + length:%m/%d %H:%M}", anchor="end", fill=_INK_3)]
