"""When a post is looked at again: soon at first, ever more rarely, sooner for what matters, and not for ever."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.visiting.revisit import DAILY, LONGEST, SHORTEST, STEPS, Standing, growth_of, next_gap

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ages = st.timedeltas(timedelta(), timedelta(days=40))
standings = st.builds(
    Standing,
    age=ages,
    quiet=ages,
    growth=st.floats(0, 5),
    is_urgent=st.booleans(),
    is_held=st.booleans(),
    failed=st.booleans(),
)


def course(*, growth: float = 0.0, changes: bool = False, **fields: bool) -> list[timedelta]:
    """The ages at which a post is looked at that grows by `growth` from visit to visit."""
    age, ages_seen = timedelta(), list[timedelta]()
    while gap := next_gap(Standing(age=age, quiet=timedelta() if changes else age, growth=growth, **fields)):
        age += gap
        ages_seen.append(age)
    return ages_seen


def test_a_quiet_post_is_seen_at_doubling_gaps_and_left_after_three_days() -> None:
    seen = course()
    assert seen[:7] == [10 * MINUTE, 40 * MINUTE, 100 * MINUTE, 220 * MINUTE, 460 * MINUTE, 940 * MINUTE, 1900 * MINUTE]
    assert [after - before for before, after in zip([timedelta(), *seen], seen, strict=False)][:7] == list(STEPS)
    assert 3 * DAY <= seen[-1] <= 4 * DAY


def test_a_post_that_changes_but_no_longer_grows_is_left_after_a_week() -> None:
    assert 7 * DAY <= course(changes=True)[-1] <= 8 * DAY


def test_a_post_that_grows_is_followed_beyond_a_week_and_not_beyond_a_month() -> None:
    seen = course(growth=0.01, changes=True)
    assert LONGEST <= seen[-1] <= LONGEST + DAILY
    assert len(seen) < 40


def test_a_post_that_an_open_crisis_rests_on_is_seen_every_four_hours_at_least() -> None:
    gaps = course(is_held=True)
    assert max(after - before for before, after in itertools.pairwise(gaps)) <= 4 * HOUR
    assert gaps[-1] >= LONGEST


def test_a_drill_tells_in_half_an_hour_what_takes_a_day() -> None:
    assert course(is_drill=True)[0] == 30 * timedelta(seconds=1)


@given(standings)
def test_every_gap_is_between_five_minutes_and_a_day(post: Standing) -> None:
    gap = next_gap(post)
    assert gap is None or SHORTEST <= gap <= DAILY


@given(standings)
def test_what_matters_more_is_never_seen_later(post: Standing) -> None:
    plain = next_gap(replace(post, is_urgent=False, is_held=False))
    for more in (replace(post, is_urgent=True), replace(post, is_held=True), replace(post, growth=post.growth + 1)):
        sooner = next_gap(more)
        if plain is not None:
            assert sooner is not None
            assert sooner <= plain


@given(standings)
def test_nothing_is_followed_for_ever(post: Standing) -> None:
    assert next_gap(replace(post, age=LONGEST)) is None


@pytest.mark.parametrize(
    ("before", "after", "replies", "growth"),
    [
        ({"likes": 100}, {"likes": 150}, 0, 0.5),
        ({"likes": 0}, {"likes": 2}, 0, 0.2),
        ({"likes": 100, "views": 10_000}, {"likes": 100, "views": 30_000}, 0, 1.0),
        ({"likes": 100}, {"likes": 80}, 0, 0.0),
        ({"likes": 100}, {"reposts": 10}, 0, 0.1),
        ({}, {}, 5, 0.5),
        ({"rank": 3, "heat": 10}, {"rank": 1, "heat": 99_999}, 0, 0.0),
    ],
)
def test_growth_is_what_people_did_against_what_they_had_done(
    before: dict[str, int], after: dict[str, int], replies: int, growth: float
) -> None:
    assert growth_of(before, after, replies) == pytest.approx(growth)
