"""Early warning: quiet while nothing happens, early when something does."""

import json
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.measuring.surprise import (
    ALERT_EXCESS,
    BUCKET_SECONDS,
    Point,
    State,
    score_of,
    surprise_of,
    voices,
)

HOUR, DAY, WEEK = 12, 288, 2016


def point(bucket, value, negative=None, **more):
    return Point(bucket * BUCKET_SECONDS, value, negative, **more)


def poisson(chance, mean):
    """A Poisson count of a small mean, by Knuth."""
    limit, count, product = 2.718281828459045**-mean, 0, chance.random()
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def lived(mean, buckets=WEEK, seed=1, negative_share=None):
    """A state after `buckets` of ordinary life with `mean` posts in five minutes."""
    chance, state = random.Random(seed), State()
    for bucket in range(buckets):
        count = poisson(chance, mean)
        negative = None if negative_share is None else sum(chance.random() < negative_share for _ in range(count))
        state.update(point(bucket, count, negative))
    return state


def alerts(state, values, start=WEEK, negatives=None):
    negatives = negatives or [None] * len(values)
    readings = [
        state.update(point(start + step, value, negative))
        for step, (value, negative) in enumerate(zip(values, negatives, strict=True))
    ]
    return [step for step, reading in enumerate(readings) if reading.alert]


@pytest.mark.parametrize("mean", [0, 0.05, 0.5, 3, 20])
def test_an_ordinary_fortnight_is_quiet(mean):
    chance, state = random.Random(3), State()
    loud = [state.update(point(bucket, poisson(chance, mean))).alert for bucket in range(2 * WEEK)]
    assert sum(loud) <= 1


def test_a_young_series_raises_no_storm_even_when_it_begins_at_night():
    chance, state = random.Random(4), State()
    by_hour = [1] * 6 + [3, 6, 10, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 10, 8, 5, 2]
    values = [poisson(chance, by_hour[bucket // HOUR % 24]) for bucket in range(3 * DAY)]
    assert len(alerts(state, values, start=0)) <= 1


def test_from_nothing_to_eight_posts_in_ten_minutes_is_a_surprise_for_a_tiny_brand():
    assert alerts(lived(mean=0.1), [4, 4]) == [1]


def test_a_silent_brand_that_was_watched_for_a_week_is_surprised_by_its_first_posts():
    silent = State(since=0, with_negative=True)
    silent.settle(WEEK * BUCKET_SECONDS)
    assert alerts(silent, [4, 4], negatives=[3, 4])


def test_two_posts_in_a_row_are_no_surprise_for_a_tiny_brand():
    assert alerts(lived(mean=0.1), [1, 1, 0, 2]) == []


def test_a_jump_to_five_times_the_usual_warns_at_once():
    assert alerts(lived(mean=20), [100]) == [0]


def test_a_slow_ramp_is_noticed_before_it_has_tripled():
    ramp = [20 * (1 + step / 36) for step in range(72)]
    first = alerts(lived(mean=20), ramp)[0]
    assert ramp[first] < 60


def test_a_surge_warns_again_only_when_it_grows_clearly():
    state = lived(mean=5)
    assert alerts(state, [60, 8, 6, 40, 12, 5]) == [0]
    assert alerts(state, [300], start=WEEK + 6) == [0]


def test_the_same_height_a_week_later_warns_again():
    state = lived(mean=5)
    assert alerts(state, [60, 60])
    chance = random.Random(9)
    assert alerts(state, [poisson(chance, 5) for _ in range(WEEK)], start=WEEK + 2) == []
    assert alerts(state, [90], start=2 * WEEK + 2)


def test_negative_posts_warn_where_as_many_others_do_not():
    usual = {"mean": 10, "negative_share": 0.1}
    assert alerts(lived(**usual), [20] * 3, negatives=[1] * 3) == []
    assert alerts(lived(**usual), [20] * 3, negatives=[15] * 3)[0] == 0


def test_a_long_negative_crisis_does_not_hide_the_next_one():
    state = lived(mean=10, negative_share=0.1)
    assert alerts(state, [40] * DAY, negatives=[30] * DAY)
    chance = random.Random(2)
    quiet = [poisson(chance, 10) for _ in range(2 * DAY)]
    alerts(state, quiet, start=WEEK + DAY, negatives=[min(count, 1) for count in quiet])
    assert alerts(state, [40] * 6, start=WEEK + 3 * DAY, negatives=[30] * 6)


def test_copies_and_a_single_author_amount_to_few_voices():
    assert voices(point(0, 30)) == 30
    assert voices(point(0, 30, duplicates=29)) == pytest.approx(6.8)
    assert voices(point(0, 30, authors=1)) == 2
    assert voices(point(0, 30, authors=25)) == 30


def test_a_flood_of_copies_does_not_warn_where_as_many_people_do():
    assert lived(mean=5).update(point(WEEK, 40)).alert
    assert not lived(mean=5).update(point(WEEK, 40, duplicates=39, authors=3)).alert


def test_a_score_of_one_half_is_the_alert():
    assert score_of(0) == 0
    assert score_of(ALERT_EXCESS) == 0.5
    assert score_of(20 * ALERT_EXCESS) <= 1


sparse = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=120).map(
    lambda steps: [(gap, value, min(value, negative)) for gap, value, negative in steps]
)


def points_of(steps):
    bucket, points = 1000, []
    for gap, value, negative in steps:
        bucket += gap
        points.append(point(bucket, value, negative))
    return points


@given(sparse)
@settings(max_examples=40)
def test_buckets_that_are_left_out_were_empty(steps):
    points = points_of(steps)
    by_bucket = {each.bucket: each for each in points}
    sparse_state, full_state = State(), State()
    readings = {each.bucket: sparse_state.update(each) for each in points}
    for bucket in range(points[0].bucket, points[-1].bucket + 1):
        reading = full_state.update(by_bucket.get(bucket, point(bucket, 0, 0)))
        assert reading == readings.get(bucket, reading)


@given(sparse)
@settings(max_examples=40)
def test_scores_lie_between_nothing_and_one_and_never_above_the_heat(steps):
    state = State()
    for each in points_of(steps):
        reading = state.update(each)
        assert 0 <= reading.score <= reading.heat <= 1
        assert reading.score <= reading.recent <= 1


@given(sparse)
@settings(max_examples=40)
def test_peeking_says_what_learning_would_say_and_changes_nothing(steps):
    *past, last = points_of(steps)
    state = State()
    for each in past:
        state.update(each)
    state.settle(last.at)
    before = json.dumps(state.to_json())
    peeked = state.peek([last])
    assert json.dumps(state.to_json()) == before
    learned = state.update(last)
    assert (peeked.score, peeked.heat, peeked.total_1h) == (learned.score, learned.heat, learned.total_1h)


@given(sparse)
@settings(max_examples=40)
def test_what_was_written_down_goes_on_as_before(steps):
    points = points_of(steps)
    half = len(points) // 2
    state = State()
    for each in points[:half]:
        state.update(each)
    again = State.from_json(json.loads(json.dumps(state.to_json())))
    for each in points[half:]:
        assert again.update(each).heat == pytest.approx(state.update(each).heat, abs=0.05)


@given(st.integers(0, 200), st.integers(0, 200))
@settings(max_examples=40)
def test_more_posts_are_never_less_surprising(fewer, more):
    state = lived(mean=3, buckets=2 * DAY)
    low, high = sorted((fewer, more))
    assert state.peek([point(2 * DAY, low)]).heat <= state.peek([point(2 * DAY, high)]).heat


def test_the_bucket_before_the_open_one_may_have_surged_after_it_was_looked_at():
    state = lived(mean=5)
    quiet_now = state.peek([point(WEEK, 60), point(WEEK + 1, 4), point(WEEK + 2, 0)])
    assert quiet_now.score == 0
    assert quiet_now.recent >= 0.5


def test_an_hour_after_the_surge_it_is_recent_no_more():
    reading = lived(mean=5).peek([point(WEEK, 60), *(point(WEEK + step, 5) for step in range(1, 13))])
    assert reading.recent == 0


def test_the_last_hour_is_a_multiple_of_a_usual_one():
    reading = lived(mean=5).peek([point(WEEK + step, 42) for step in range(HOUR)])
    assert reading.total_1h == 42 * HOUR
    assert reading.multiple == pytest.approx(8.4, rel=0.1)


def test_a_usual_hour_has_at_least_one_post_so_that_silence_can_be_multiplied():
    assert lived(mean=0).peek([point(WEEK, 8)]).multiple == 8


def test_a_silence_of_years_is_taken_in_quickly_as_silence():
    state = lived(mean=20)
    reading = state.update(point(10 * 365 * DAY, 80))
    assert reading.usual_1h == 0
    assert reading.alert


@pytest.mark.parametrize("late", [WEEK - 1, 5])
def test_points_out_of_order_are_refused_and_leave_no_trace(late):
    state = lived(mean=1)
    before = state.to_json()
    with pytest.raises(ValueError, match="in order of time"):
        state.update(point(late, 3))
    assert state.to_json() == before


def test_without_points_there_is_nothing_to_say():
    assert State().peek([]) is None
    assert surprise_of([], []) is None


def test_a_whole_history_can_be_asked_at_once():
    chance = random.Random(1)
    history = [point(bucket, count) for bucket in range(WEEK) if (count := poisson(chance, 0.3))]
    assert surprise_of(history, [point(WEEK, 8)], since=0).alert
    assert not surprise_of(history, [point(WEEK, 1)], since=0).alert


def test_state_stays_small():
    assert len(json.dumps(lived(mean=20, negative_share=0.3).to_json())) < 8000


def test_the_same_points_give_the_same_scores():
    first, second = (lived(mean=3, seed=8).to_json() for _ in range(2))
    assert first == second


def test_the_bar_for_a_further_alert_rises_within_a_day():
    state = lived(mean=5)
    scores = [state.update(point(WEEK + step, value)).score for step, value in enumerate([60, 110, 190, 320, 500])]
    rising = [score for score in scores if score]
    assert len(rising) > 1
    assert all(later > earlier for earlier, later in pairwise(rising))
