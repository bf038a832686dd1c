"""Before and after an action: equal spans, and when they may be compared."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.effect import BUCKET, Bucket, before_after

AT = datetime(2026, 3, 1, 11, 42, tzinfo=UTC)
START = AT.replace(minute=40)
LATER = AT + timedelta(days=1)
SPAN = 2 * BUCKET


def bucket(number, volume=10, negative=4):
    return Bucket(START + number * BUCKET, volume, negative)


def test_equal_spans_are_counted_and_the_bucket_of_the_action_belongs_to_neither():
    buckets = [
        bucket(-3, 100),
        bucket(-2, 1, 1),
        bucket(-1, 2, 1),
        bucket(0, 1000),
        bucket(1, 5, 3),
        bucket(2),
        bucket(3, 9),
    ]
    effect = before_after(buckets, AT, SPAN, LATER)
    assert (effect.volume_before, effect.negative_before) == (3, 2)
    assert (effect.volume_after, effect.negative_after) == (15, 7)
    assert (effect.before_from, effect.after_until) == (START - SPAN, START + 3 * BUCKET)


def test_the_effect_is_comparable_only_when_the_span_after_is_over():
    over = START + 3 * BUCKET
    buckets = [bucket(-1), bucket(1)]
    assert not before_after(buckets, AT, SPAN, over - timedelta(seconds=1)).comparable
    assert before_after(buckets, AT, SPAN, over).comparable


def test_nothing_before_is_nothing_to_compare_with():
    effect = before_after([bucket(1)], AT, SPAN, LATER)
    assert not effect.comparable
    assert effect.negative_share_before is None
    assert effect.negative_share_after == 0.4


@pytest.mark.parametrize("span", [timedelta(0), -BUCKET, timedelta(minutes=7)])
def test_a_span_that_is_no_whole_number_of_buckets_is_refused(span):
    with pytest.raises(ValueError, match="five-minute"):
        before_after([], AT, span, LATER)


@given(st.integers(0, 600), st.integers(1, 12))
def test_an_even_volume_shows_no_effect_wherever_the_action_falls(seconds, buckets):
    even = [bucket(number, 10, 4) for number in range(-30, 31)]
    effect = before_after(even, START + timedelta(seconds=seconds), buckets * BUCKET, LATER)
    assert effect.volume_before == effect.volume_after == 10 * buckets
    assert effect.negative_before == effect.negative_after
