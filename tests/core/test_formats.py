"""Figures and spans as people read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel.core import formats


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (999, "999"), (1234, "1,234"), (1234567, "1,234,567")])
def test_thousands_are_grouped(value: int, text: str) -> None:
    assert formats.grouped(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.713, "71%"), (0.996, ">99%"), (0.999, ">99%"), (1, "100%")]
)
def test_nearly_nothing_and_nearly_everything_are_not_rounded_away(share: float, text: str) -> None:
    assert formats.percent(share) == text


@pytest.mark.parametrize(("value", "text"), [(8.42, "8.4×"), (9.94, "9.9×"), (9.96, "10×"), (1234.5, "1,234×")])
def test_a_multiple_has_a_decimal_only_below_ten(value: float, text: str) -> None:
    assert formats.multiple(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (-5, "0:00"), (0.2, "0:01"), (192, "3:12"), (4925, "1:22:05"), (360_000, "100:00:00")],
)
def test_a_countdown_reads_zero_only_when_it_is_over(seconds: float, text: str) -> None:
    assert formats.countdown(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "count", "unit", "rest"),
    [(5, 5, "second", 0), (60, 1, "minute", 0), (-245, 4, "minute", 5), (3_960, 1, "hour", 6), (100_000, 1, "day", 3)],
)
def test_a_span_has_its_two_largest_units(seconds: int, count: int, unit: str, rest: int) -> None:
    span = formats.span(timedelta(seconds=seconds))
    assert (span.count, span.unit, span.rest) == (count, unit, rest)


@given(st.integers(0, 10**9))
def test_a_span_never_claims_more_than_passed(seconds: int) -> None:
    sizes = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
    span = formats.span(timedelta(seconds=seconds))
    said = span.count * sizes[span.unit] + span.rest * sizes[span.rest_unit]
    assert said <= seconds < said + sizes[span.rest_unit]


def test_days_are_counted_by_the_calendar() -> None:
    midnight = datetime(2026, 11, 22, 0, 5, tzinfo=UTC)
    assert formats.day_distance(midnight - timedelta(minutes=10), midnight) == 1
    assert formats.day_distance(midnight, midnight + timedelta(hours=23)) == 0


def test_the_page_language_chooses_the_font() -> None:
    assert [formats.html_language(code) for code in ("zh-hant", "zh-hans", "en")] == ["zh-Hant-TW", "zh-Hans-CN", "en"]
