"""What a source usually brings, and what we therefore did not see."""

import random
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.measuring.habit import (
    KEPT_HOURS,
    LEAST_DAYS,
    UNWATCHED,
    Habit,
    chance_of,
    counts_of,
    missed,
    quiet,
    usual,
)

END = 494_000 - 494_000 % 24  # a midnight in UTC
MONDAY = END - END % 168 + 4 * 24  # the epoch was a Thursday
COUNTS = st.lists(st.integers(-1, 40), min_size=1, max_size=40)


def every_day(*, days: int = 42, a_day: dict[int, int], end: int = MONDAY) -> Habit:
    """The same hours bring the same every day."""
    return Habit(end, [a_day.get(hour % 24, 0) for hour in range(end - 24 * days, end)], 0)


@given(COUNTS, st.integers(0, 100), st.integers(1, 100))
def test_a_total_is_the_sum_of_its_hours_and_of_parts_of_those_that_it_touches(
    posts: list[int], begin: int, quarters: int
) -> None:
    since, until = begin / 4, (begin + quarters) / 4
    total = Habit(END + len(posts), posts, 0).total(END + since, END + until)
    touched = [hour for hour in range(floor(since), len(posts)) if hour < until]
    if until > len(posts) or any(posts[hour] == UNWATCHED for hour in touched):
        assert total is None
    else:
        assert total == sum(posts[hour] * (min(until, hour + 1) - max(since, hour)) for hour in touched)


@given(COUNTS)
def test_what_lies_outside_of_what_is_known_has_no_total(posts: list[int]) -> None:
    habit = Habit(END, posts, 0)
    assert habit.total(END - 1, END + 1) is None
    assert habit.total(END - len(posts) - 1, END) is None


def test_the_same_hours_of_earlier_days_speak() -> None:
    habit = every_day(a_day={9: 10, 10: 30})
    known = usual(habit, MONDAY + 9, MONDAY + 10.5)
    assert known is not None
    assert (known.low, known.expected, known.high, known.alike) == (25, 25, 25, "workdays")
    assert known.days == 20


def test_weekends_are_compared_with_weekends() -> None:
    posts = [5 if ((hour // 24 + 3) % 7) >= 5 else 50 for hour in range(MONDAY - KEPT_HOURS, MONDAY)]
    habit = Habit(MONDAY, posts, 0)
    saturday = MONDAY + 5 * 24
    on_monday, on_saturday = usual(habit, MONDAY, MONDAY + 1), usual(habit, saturday - 168, saturday - 167)
    assert on_monday is not None
    assert on_saturday is not None
    assert (on_monday.expected, on_saturday.expected, on_saturday.alike) == (50, 5, "weekends")


def test_what_is_a_weekend_is_decided_by_the_sources_own_clock() -> None:
    """Friday 20:00 in UTC is Saturday in Taipei."""
    posts = [5 if (((hour + 8) // 24 + 3) % 7) >= 5 else 50 for hour in range(MONDAY - KEPT_HOURS, MONDAY)]
    friday_evening = MONDAY - 3 * 24 + 20
    known = usual(Habit(MONDAY, posts, 8), friday_evening, friday_evening + 1)
    assert known is not None
    assert (known.alike, known.expected) == ("weekends", 5)


@pytest.mark.parametrize("days", range(10))
def test_less_than_a_week_is_no_habit(days: int) -> None:
    habit = every_day(days=days, a_day=dict.fromkeys(range(24), 4))
    assert (usual(habit, MONDAY + 1, MONDAY + 2) is None) == (days < LEAST_DAYS)


def test_a_long_stretch_is_compared_with_stretches_that_end_before_it_began() -> None:
    habit = every_day(a_day=dict.fromkeys(range(24), 1))
    known = usual(habit, MONDAY - 24, MONDAY + 36)
    assert known is not None
    assert known.expected == pytest.approx(60)
    assert known.alike == "days"


def test_days_on_which_nobody_looked_say_nothing() -> None:
    rows = dict.fromkeys(range(MONDAY - KEPT_HOURS, MONDAY), 10)
    blind = (MONDAY - 100, MONDAY - 50)
    posts = counts_of(rows, first=MONDAY - KEPT_HOURS, end=MONDAY, unwatched=[blind], offset=0)
    assert posts.count(UNWATCHED) == 50
    known = usual(Habit(MONDAY, posts, 0), MONDAY, MONDAY + 1)
    assert known is not None
    assert (known.low, known.days) == (10, 18)


def test_a_day_without_anything_in_the_life_of_a_busy_source_was_not_watched() -> None:
    rows = {hour: 3 for hour in range(MONDAY - KEPT_HOURS, MONDAY) if hour // 24 != (MONDAY - 72) // 24}
    posts = counts_of(rows, first=MONDAY - KEPT_HOURS, end=MONDAY, unwatched=[], offset=0)
    assert posts.count(UNWATCHED) == 24
    weekly = {MONDAY - 168 * week + 9: 3 for week in range(1, 7)}
    posts = counts_of(weekly, first=MONDAY - KEPT_HOURS, end=MONDAY, unwatched=[], offset=0)
    assert UNWATCHED not in posts  # it usually brings nothing


@given(st.integers(0, 200), st.lists(st.integers(0, 100), min_size=20, max_size=20))
def test_what_was_missed_is_what_is_usual_without_what_was_seen(seen: int, days: list[int]) -> None:
    posts = [posts for posts in days for _hour in range(24)]
    known = usual(Habit(MONDAY, posts, 0), MONDAY, MONDAY + 1)
    assert known is not None
    low, high = missed(known, seen)
    assert 0 <= low <= high
    assert known.low <= known.expected <= known.high
    assert high == 0 or high < known.high - seen + 1
    assert low == 0 or low <= known.low - seen


def noisy(rate: float, *, chance: random.Random, hours: int) -> list[int]:
    return [sum(chance.random() < rate / 60 for _ in range(60)) for _ in range(hours)]


@pytest.mark.parametrize("rate", [0.5, 3.0, 20.0])
def test_a_source_that_falls_silent_is_told(rate: float) -> None:
    habit = Habit(MONDAY, noisy(rate, chance=random.Random(int(rate * 10)), hours=KEPT_HOURS), 0)
    silent = quiet(habit, MONDAY + 0.5, lambda since: 0)
    assert silent is not None
    assert silent.seen == 0
    assert silent.usual.least > 0


def test_a_source_that_brings_a_fraction_of_its_habit_is_told_too() -> None:
    habit = Habit(MONDAY, noisy(30, chance=random.Random(5), hours=KEPT_HOURS), 0)
    told = quiet(habit, MONDAY + 0.5, lambda since: (MONDAY - since) * 5)
    assert told is not None
    assert told.seen == 15


def test_nights_are_not_told() -> None:
    habit = every_day(a_day=dict.fromkeys(range(8, 24), 20))
    assert quiet(habit, MONDAY + 5.5, lambda since: 20 * max(0, MONDAY - since)) is None


def test_without_a_habit_nothing_is_told() -> None:
    assert quiet(Habit(MONDAY, [9] * 24 * 5, 0), MONDAY + 0.5, lambda _since: 0) is None


def test_chance_alone_calls_wolf_less_than_once_in_ten_weeks() -> None:
    chance = random.Random(11)
    alarms = 0
    for _ in range(6):
        posts = noisy(6, chance=chance, hours=KEPT_HOURS + 168)
        for end in range(KEPT_HOURS, len(posts), 3):
            habit = Habit(END + end, posts[end - KEPT_HOURS : end], 0)
            now, seen = END + end, posts[:end]
            alarms += quiet(habit, now, lambda since, seen=seen: sum(seen[since - END :])) is not None  # type: ignore[misc]
    assert alarms == 0


@pytest.mark.parametrize(
    ("count", "mean", "variance", "chance"),
    [
        (0, 5.0, 5.0, 0.0067),  # a Poisson variable: e^-5
        (2, 5.0, 4.0, 0.1247),
        (0, 5.0, 30.0, 0.1667),  # a geometric one: 1 / (1 + mean)
        (3, 0.0, 0.0, 1.0),
    ],
)
def test_the_chance_of_so_little(count: int, mean: float, variance: float, chance: float) -> None:
    assert chance_of(count, mean, variance) == pytest.approx(chance, rel=0.01)
