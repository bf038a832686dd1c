"""What a share is worth when few were counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.measuring.share import net_sentiment, share_of, wilson_lower

wholes = st.integers(1, 100_000)


def test_one_angry_post_of_one_proves_little():
    assert wilson_lower(1, 1) == pytest.approx(0.27, abs=0.01)


def test_twenty_of_twenty_prove_much():
    assert wilson_lower(20, 20) == pytest.approx(0.88, abs=0.01)


def test_nothing_counted_is_no_share():
    assert wilson_lower(0, 0) == share_of(0, 0) == net_sentiment(0, 0, 0) == 0


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 3)])
def test_a_part_larger_than_the_whole_is_refused(part, whole):
    with pytest.raises(ValueError, match="is no share"):
        wilson_lower(part, whole)


@given(wholes, st.data())
def test_the_bound_lies_between_nothing_and_the_plain_share(whole, data):
    part = data.draw(st.integers(0, whole))
    assert 0 <= wilson_lower(part, whole) <= share_of(part, whole)


@given(wholes, st.data())
def test_the_same_share_of_more_posts_proves_more(whole, data):
    part = data.draw(st.integers(0, whole))
    assert wilson_lower(part, whole) <= wilson_lower(10 * part, 10 * whole) + 1e-12


@given(st.integers(1, 1000), st.data())
def test_one_more_negative_post_never_lowers_the_bound(whole, data):
    part = data.draw(st.integers(0, whole - 1))
    assert wilson_lower(part, whole) <= wilson_lower(part + 1, whole)
