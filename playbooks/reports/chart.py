"""The volume chart of a report as SVG, drawn as the product draws its pulse (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from playbooks.reports.document import Words
from playbooks.reports.handling import Bucket, Mark
from sentinel.core.charts import CEILING, FLOOR, PulseChart, pulse_chart

WIDTH = 760.0
TALL = 1.5  # paper has room: the pulse's heights are stretched by this
TICKS_MOST = 8
ROWS_MOST = 8
_TICK_STEPS = (1, 2, 3, 4, 6, 12, 24, 48, 96, 168, 336, 720)  # hours
_COLOURS = {"neg": "#b4472e", "neu": "#88929d", "pos": "#4e8f7b"}
_INK, _INK_3, _LINE, _ACCENT = "#11161c", "#5f6975", "#dce1e5", "#0a6b66"
_ROW = 15.0
_GAP = 6.0
_TO_THE_LEFT = 0.62  # from this share of the width on, a label stands to the left of its line


@dataclass(frozen=True, slots=True)
class Label:
    """A mark's line at `x`, and its words between `left` and `right` in the row `row`, 0 nearest to the bars."""

    x: float
    left: float
    right: float
    row: int
    text: str

    @property
    def anchor(self) -> str:
        return "end" if self.left < self.x else "start"


def volume_svg(buckets: Sequence[Bucket], marks: Sequence[Mark], *, usual: float | None, words: Words) -> str:
    """Stacked bars per bucket, the usual limit, what happened above the bars, and below them what we did.

    Empty without buckets.
    """
    if not buckets:
        return ""
    chart = pulse_chart(buckets, [], usual=usual)
    happened = stacked(_placed(buckets, [mark for mark in marks if mark.kind != "action"]))
    done = stacked(_placed(buckets, [mark for mark in marks if mark.kind == "action"]))
    above = _rows(happened) * _ROW + _ROW
    shift = above - CEILING * TALL
    base = shift + FLOOR * TALL
    below = base + _rows(done) * _ROW + _ROW
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {below + 5:.0f}"'
            f' font-family={quoteattr(words("font"))} font-size="11" fill="{_INK}">',
            *_axis(chart, shift),
            *_bars(chart, shift),
            *_usual(chart, shift),
            *(part for label in happened for part in _pin(label, above, base)),
            *(part for label in done for part in _action(label, base)),
            *_ticks(buckets, below, words),
            "</svg>",
        ]
    )


def stacked(labels: Sequence[Label]) -> list[Label]:
    """Each in the nearest row in which it covers no label, crosses none with its line, and is crossed by none."""
    to_the_right = [label for label in labels if label.anchor == "start"]
    to_the_left = [label for label in labels if label.anchor == "end"]
    placed: list[Label] = []
    for label in [*reversed(to_the_right), *to_the_left]:
        choices = [replace(label, row=row) for row in range(ROWS_MOST)]
        placed.append(next((one for one in choices if not any(_touch(one, other) for other in placed)), choices[-1]))
    return sorted(placed, key=lambda label: label.x)


def _touch(one: Label, other: Label) -> bool:
    if one.row == other.row:
        return one.left < other.right + _GAP and other.left < one.right + _GAP
    far, near = (one, other) if one.row > other.row else (other, one)
    return near.left < far.x < near.right


def _placed(buckets: Sequence[Bucket], marks: Sequence[Mark]) -> list[Label]:
    """The marks that fall into the chart, in order of time, all in the nearest row."""
    start, length = _span_of(buckets)
    labels = []
    for mark in sorted(marks, key=lambda mark: mark.at):
        share = (mark.at - start) / length
        x, width = share * WIDTH, sum(11.5 if ord(letter) > 0x2E7F else 6.5 for letter in mark.text) + 18
        left, right = (x - width, x) if share > _TO_THE_LEFT else (x, x + width)
        if 0 <= share <= 1:
            labels.append(Label(x, left, right, 0, mark.text))
    return labels


def _rows(labels: Sequence[Label]) -> int:
    return max((label.row + 1 for label in labels), default=0)


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = _INK, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}"{weight}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, extra: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{stroke}"{extra}/>'


def _across(percent: str) -> float:
    return float(percent) * WIDTH / 100


def _axis(chart: PulseChart, shift: float) -> list[str]:
    heights = ((FLOOR, ""), (float(chart.half_y), f"{chart.half:,}"), (float(chart.top_y), f"{chart.top:,}"))
    places = [(y * TALL + shift, words) for y, words in heights]
    lines = [_line(0, y, WIDTH, y, _LINE) for y, _words in places]
    return lines + [_text(0, y - 4, words, fill=_INK_3) for y, words in places if words]


def _bars(chart: PulseChart, shift: float) -> list[str]:
    return [
        f'<rect x="{_across(bar.x):.2f}" y="{float(bar.y) * TALL + shift:.2f}" width="{_across(bar.width):.2f}"'
        f' height="{float(bar.height) * TALL:.2f}" fill="{_COLOURS[bar.kind]}"/>'
        for bar in chart.bars
    ]


def _usual(chart: PulseChart, shift: float) -> list[str]:
    if not chart.usual_y:
        return []
    y = float(chart.usual_y) * TALL + shift
    return [_line(0, y, WIDTH, y, _INK, ' stroke-width="1.25" stroke-dasharray="2 3"')]


def _pin(label: Label, above: float, base: float) -> list[str]:
    y = above - _ROW - label.row * _ROW
    beside = -6 if label.anchor == "end" else 6
    return [
        _line(label.x, y - 8, label.x, base, _INK),
        _text(label.x + beside, y, label.text, anchor=label.anchor, bold=True),
    ]


def _action(label: Label, base: float) -> list[str]:
    y = base + (label.row + 1) * _ROW - 4
    beside = -9 if label.anchor == "end" else 9
    return [
        _line(label.x, base, label.x, y, _ACCENT),
        f'<path d="M{label.x:.1f} {y - 5:.1f}l5 5-5 5-5-5z" fill="{_ACCENT}"/>',
        _text(label.x + beside, y + 4, label.text, anchor=label.anchor, fill=_ACCENT, bold=True),
    ]


def _span_of(buckets: Sequence[Bucket]) -> tuple[datetime, timedelta]:
    step = buckets[1].at - buckets[0].at if len(buckets) > 1 else timedelta(minutes=15)
    return buckets[0].at, step * len(buckets)


def _ticks(buckets: Sequence[Bucket], y: float, words: Words) -> list[str]:
    """Full hours or days, as many as stand beside each other; a day is named where it begins."""
    start, length = _span_of(buckets)
    hours = length / timedelta(hours=1)
    step = next((step for step in _TICK_STEPS if hours / step <= TICKS_MOST), _TICK_STEPS[-1])
    ticks = [_text(0, y, words.moment(start), fill=_INK_3)]
    at = start.replace(hour=0, minute=0, second=0, microsecond=0)
    while at <= start + length:
        share = (at - start) / length
        if 0.12 < share < 0.93:
            time = words.day(at) if at.hour == 0 else f"{at:%H:%M}"
            ticks.append(_text(share * WIDTH, y, time, anchor="middle", fill=_INK_3))
        at += timedelta(hours=step)
    return [*ticks, _text(WIDTH, y, words.moment(start + length), anchor="end", fill=_INK_3)]
