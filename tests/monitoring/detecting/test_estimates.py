"""What reading a source would come to is estimated from what one visit saw, or not at all."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitoring.detecting.estimates import estimate

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def every(minutes: int, posts: int) -> list[datetime]:
    return [NOW - timedelta(minutes=minutes * n) for n in range(1, posts + 1)]


def test_a_post_every_ten_minutes_is_some_144_a_day() -> None:
    found = estimate(every(10, 30), False, None, NOW)
    assert found is not None
    assert found.gap == 600
    assert found.posts[0] < 144 < found.posts[1]
    assert 120 <= found.interval <= 600


def test_a_wish_is_kept_and_pages_of_their_own_are_counted() -> None:
    lists = estimate(every(60, 24), False, 600, NOW)
    pages = estimate(every(60, 24), True, 600, NOW)
    assert lists is not None
    assert pages is not None
    assert lists.requests == 144
    assert pages.requests == 168


def test_too_little_is_no_estimate() -> None:
    assert estimate(every(10, 4), False, None, NOW) is None
    assert estimate([], False, None, NOW) is None
    assert estimate([NOW] * 9, False, None, NOW) is None


@given(st.lists(st.integers(0, 10**7), max_size=40))
def test_any_times_are_taken(ages: list[int]) -> None:
    found = estimate([NOW - timedelta(seconds=age) for age in ages], True, None, NOW)
    assert found is None or (0 <= found.posts[0] <= found.posts[1] and found.requests > 0)
