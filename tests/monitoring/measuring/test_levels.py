"""What a count usually is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.measuring.levels import Levels

counts = st.lists(st.integers(0, 100_000), min_size=1, max_size=300)


def levels_of(values, half_life=1e9):
    levels = Levels(half_life)
    for value in values:
        levels.add(value)
    return levels


def test_without_a_past_every_quantile_is_zero():
    assert Levels(100).quantiles((0.5, 0.99)) == [0.0, 0.0]


@given(counts, st.floats(0.01, 1))
def test_a_quantile_is_within_a_bin_of_the_sorted_past(values, share):
    (found,) = levels_of(values).quantiles((share,))
    ordered = sorted(values)
    near = [ordered[max(0, min(len(values) - 1, round(share * len(values)) - 1 + step))] for step in (-1, 0, 1)]
    assert min(near) * 0.96 - 0.2 <= found <= max(near) * 1.04 + 0.2


@given(counts)
def test_quantiles_rise_with_their_share(values):
    found = levels_of(values).quantiles((0.1, 0.5, 0.9, 0.99))
    assert found == sorted(found)


@given(st.integers(0, 15))
def test_small_counts_are_told_apart(count):
    (found,) = levels_of([count]).quantiles((0.5,))
    assert round(found) == count


def test_the_older_a_value_the_fainter_it_is():
    levels = levels_of([100] * 50 + [1] * 30, half_life=20)
    assert levels.quantiles((0.5,))[0] == pytest.approx(1, abs=0.1)


def test_a_faint_lesson_counts_little():
    levels = levels_of([1] * 50)
    for _ in range(60):
        levels.add(100, weight=0.1)
    assert levels.quantiles((0.5,))[0] == pytest.approx(1, abs=0.1)


def test_memory_stays_small_however_wild_and_long_the_past():
    levels = levels_of((value * 7919 % 1_000_003 for value in range(50_000)), half_life=1000)
    assert len(levels.to_json()) < 230


@given(counts)
def test_what_was_written_down_goes_on_as_before(values):
    levels = levels_of(values, half_life=50)
    again = Levels.from_json(levels.to_json(), 50)
    assert again.quantiles((0.3, 0.77)) == pytest.approx(levels.quantiles((0.3, 0.77)), rel=0.07, abs=0.2)
