"""The geometry of the charts that the server draws."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sentinel.core.charts import CEILING, FLOOR, axis_top, course_chart, pulse_chart, sparkline

START = datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Quarter:
    at: datetime
    neg: int
    neu: int
    pos: int


@dataclass(frozen=True)
class Remark:
    at: datetime
    text: str


def day(*counts: tuple[int, int, int]) -> list[Quarter]:
    filled = [*counts, *[(0, 0, 0)] * (96 - len(counts))]
    return [Quarter(START + timedelta(minutes=15 * i), *count) for i, count in enumerate(filled)]


counts = st.lists(st.tuples(*[st.integers(0, 5_000)] * 3), max_size=96)


@given(counts, st.none() | st.floats(0, 20_000))
def test_every_bar_stands_between_floor_and_ceiling(count: list[tuple[int, int, int]], usual: float | None) -> None:
    chart = pulse_chart(day(*count), [], usual=usual)
    for bar in chart.bars:
        assert CEILING - 0.01 <= float(bar.y) <= FLOOR
        assert float(bar.y) + float(bar.height) <= FLOOR + 0.02
        assert 0 <= float(bar.x) <= 100 - float(bar.width) + 0.01
    assert chart.total == sum(map(sum, count))
    assert chart.negative == sum(negative for negative, _neutral, _positive in count)


@given(st.integers(0, 10**8))
def test_the_axis_ends_at_a_round_number_whose_half_is_whole(peak: int) -> None:
    top = axis_top(peak)
    assert top >= max(peak, 4)
    assert top % 2 == 0
    assert top <= max(2.5 * peak, 4)


def test_a_quiet_day_has_no_bars_and_no_peak() -> None:
    chart = pulse_chart(day(), [], usual=None)
    assert (chart.bars, chart.peak, chart.peak_at, chart.usual_y) == ((), 0, None, "")


def test_nothing_known_at_all_still_draws_an_axis() -> None:
    chart = pulse_chart([], [Remark(START, "x")], usual=None)
    assert (chart.bars, chart.pins, chart.ticks) == ((), (), ())


def test_the_peak_is_named_with_its_time() -> None:
    chart = pulse_chart(day((0, 1, 0), (5, 1, 0), (2, 1, 0)), [], usual=None)
    assert (chart.peak, chart.peak_at) == (6, START + timedelta(minutes=15))


@given(st.lists(st.integers(0, 24 * 60), max_size=6))
def test_labels_that_would_meet_stand_at_different_heights_above_the_axis_or_not_at_all(minutes: list[int]) -> None:
    notes = [Remark(START + timedelta(minutes=minute), "客服中斷") for minute in minutes]
    pins = pulse_chart(day(), notes, usual=None).pins
    assert len(pins) == len(notes)
    assert all(float(pin.label_y) < FLOOR for pin in pins if pin.label_y)
    same_side = [(pin.anchor, float(pin.x), float(pin.top)) for pin in pins if pin.label_y]
    for index, (anchor, x, top) in enumerate(same_side):
        for other_anchor, other_x, other_top in same_side[index + 1 :]:
            if anchor == other_anchor and abs(x - other_x) < 6:
                assert abs(top - other_top) >= 15.9


def test_a_note_from_before_the_window_is_left_out() -> None:
    assert pulse_chart(day(), [Remark(START - timedelta(hours=1), "x")], usual=None).pins == ()


def test_ticks_stand_on_full_hours_and_at_both_ends() -> None:
    ticks = pulse_chart(day(), [], usual=None).ticks
    assert [tick.at.hour for tick in ticks[1:-1]] == [4, 8, 12, 16, 20]
    assert (ticks[0].x, ticks[-1].x) == ("0", "100")
    assert [tick.at.hour for tick in ticks[1:-1] if not tick.minor] == [8, 16]


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_a_sparkline_stays_in_its_box(points: list[int]) -> None:
    spark = sparkline(points)
    assert (spark is None) == (len(points) < 2)
    if spark:
        numbers = [tuple(map(float, pair.split())) for pair in spark.line.removeprefix("M").split(" L")]
        assert all(-0.01 <= x <= 92.01 and 0 <= y <= 30 for x, y in numbers)


def hours(count: int) -> list[Quarter]:
    return [Quarter(START + timedelta(minutes=5 * i), 1, 1, 0) for i in range(12 * count)]


def test_a_short_course_has_a_tick_at_every_hour() -> None:
    ticks = course_chart(hours(4), [], [], usual=None, is_last_open=True).pulse.ticks
    assert [tick.at.hour for tick in ticks[1:-1]] == [1, 2, 3]


def test_the_last_bucket_is_framed_while_it_is_open() -> None:
    chart = course_chart(hours(2), [], [], usual=None, is_last_open=True)
    assert chart.open_bar is not None
    assert float(chart.open_bar.x) + float(chart.open_bar.width) <= 100
    assert course_chart(hours(2), [], [], usual=None, is_last_open=False).open_bar is None


@given(st.lists(st.integers(0, 119), max_size=8))
def test_every_action_has_its_diamond_and_no_label_covers_another_one(minutes: list[int]) -> None:
    actions = [Remark(START + timedelta(minutes=minute), "11:40 聲明") for minute in minutes]
    placed = course_chart(hours(2), [], actions, usual=None, is_last_open=False).actions
    assert len(placed) == len(minutes)
    width = (12 * 2 + 7 * 6 + 16) / 788 * 100
    for action in placed:
        if not action.label:
            continue
        left = float(action.x) if action.dx > 0 else float(action.x) - width
        assert -0.01 <= left <= 100.01 - width
        others = [float(other.x) for other in placed if other.x != action.x]
        assert not any(left + 0.01 < other < left + width - 0.01 for other in others)


def test_an_action_from_before_the_course_is_left_out() -> None:
    early = [Remark(START - timedelta(hours=1), "x")]
    assert course_chart(hours(2), [], early, usual=None, is_last_open=False).actions == ()
