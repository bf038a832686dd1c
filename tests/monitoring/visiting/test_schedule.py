"""When a source is visited again."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources.items import Item
from monitoring.visiting.filled import filled_after, lost_field
from monitoring.visiting.pacing import Turn, rest_after
from monitoring.visiting.schedule import (
    LONGEST,
    SHORTEST,
    Hints,
    after_skipped_hours,
    automatic_interval,
    back_off,
    floor_of,
    hints_of,
    learned,
    wait_for,
)
from sentinel.core.net.types import Response

NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
BEGAN = NOW - dt.timedelta(days=30)
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
gaps = st.floats(1, 3 * DAY)


def rhythm_of(*ages: float) -> dict[str, list[int]]:
    """Posts that were published so many seconds ago."""
    return {"posts": sorted(int(NOW.timestamp() - age) for age in ages)}


def interval(rhythm: dict[str, list[int]], now: dt.datetime = NOW) -> float:
    return automatic_interval(rhythm, began=BEGAN, now=now)


def every(gap: float, *, times: int = 12, silence: float = 0.0) -> dict[str, list[int]]:
    return rhythm_of(*(silence + gap * number for number in range(times)))


# --- as the source publishes


@pytest.mark.parametrize(
    ("gap", "expected"),
    [(MINUTE, 2 * MINUTE), (8 * MINUTE, 2 * MINUTE), (HOUR, 15 * MINUTE), (4 * HOUR, HOUR), (DAY, 6 * HOUR)],
)
def test_a_source_is_visited_four_times_for_each_post(gap: float, expected: float) -> None:
    assert interval(every(gap)) == pytest.approx(expected, rel=0.01)


def test_a_new_source_is_visited_every_five_minutes_and_ever_more_rarely_while_it_says_nothing() -> None:
    began = NOW - dt.timedelta(minutes=1)
    assert automatic_interval({}, began=began, now=NOW) == 300
    waits = [automatic_interval({}, began=NOW - dt.timedelta(days=days), now=NOW) for days in (1, 10, 100, 1000)]
    assert waits == sorted(waits)
    assert waits[0] < 3 * HOUR
    assert waits[-1] < DAY


@given(st.lists(gaps, max_size=30), st.floats(0, 100 * DAY))
def test_an_interval_is_between_two_minutes_and_a_day(ages: list[float], silence: float) -> None:
    assert SHORTEST <= interval(rhythm_of(*(silence + age for age in ages))) <= LONGEST


@given(st.lists(gaps, min_size=2, max_size=24), st.floats(0, 10 * DAY), st.floats(0, 10 * DAY))
def test_a_longer_silence_never_shortens_the_interval(ages: list[float], one: float, other: float) -> None:
    sooner, later = (NOW + dt.timedelta(seconds=silence) for silence in sorted((one, other)))
    assert interval(rhythm_of(*ages), sooner) <= interval(rhythm_of(*ages), later) + 1e-6


@given(st.floats(30 * MINUTE, 3 * DAY))
def test_a_burst_shortens_the_interval_at_once(gap: float) -> None:
    quiet = every(gap, silence=gap / 2)
    burst = {"posts": sorted([*quiet["posts"], *rhythm_of(0, 60, 120, 180, 240)["posts"]])}
    assert interval(burst) == SHORTEST
    assert interval(quiet) > SHORTEST


def test_a_pause_stretches_the_interval_slowly() -> None:
    """A site that writes every eight minutes by day is silent for a night of eight hours."""
    assert interval(every(8 * MINUTE, silence=8 * HOUR)) < 20 * MINUTE
    assert interval(every(8 * MINUTE, silence=8 * HOUR)) > 10 * MINUTE


def test_what_was_published_is_learned_and_the_newest_is_kept() -> None:
    times = [NOW - dt.timedelta(minutes=minutes) for minutes in range(60)]
    rhythm = learned({}, published=[*times, NOW + dt.timedelta(days=1)], undated=0, since=None, hints=Hints(), now=NOW)
    assert rhythm == {"posts": sorted(int(moment.timestamp()) for moment in times[:24])}
    assert learned(rhythm, published=times, undated=0, since=None, hints=Hints(), now=NOW) == rhythm


def test_posts_without_a_time_count_as_published_between_two_visits() -> None:
    since = NOW - dt.timedelta(hours=1)
    rhythm = learned({}, published=[], undated=4, since=since, hints=Hints(), now=NOW)
    assert [int(NOW.timestamp()) - moment for moment in rhythm["posts"]] == [2700, 1800, 900, 0]
    assert learned({}, published=[], undated=4, since=None, hints=Hints(), now=NOW) == {}  # of any age


# --- what servers and feeds ask for


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": 'MAX-AGE="600"'}, 600),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "s-maxage=900, max-age=60"}, 60),
        ({"cache-control": "max-age=600, no-cache"}, 0),
        ({"cache-control": "no-store", "expires": "Sun, 01 Mar 2026 12:10:00 GMT"}, 0),
        ({"expires": "Sun, 01 Mar 2026 12:10:00 GMT"}, 600),
        ({"expires": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1"}, 0),
        ({"cache-control": "max-age=31536000"}, 3600),
        ({"cache-control": "max-age=soon"}, 0),
        ({"retry-after": "900"}, 900),
        ({"retry-after": "900", "cache-control": "max-age=60"}, 900),
        ({"retry-after": "99999999"}, 3600),  # beside contents it is no more than a hint
        ({}, 0),
    ],
)
def test_headers_say_how_long_an_answer_stays_fresh(headers: dict[str, str], seconds: float) -> None:
    assert hints_of(Response("https://n.example/", 304, headers, b""), NOW).fresh == seconds


@pytest.mark.parametrize(
    ("feed", "ttl"),
    [
        (b"<rss><channel><ttl>30</ttl>", 1800),
        (b"<rss><channel><ttl> 9999 </ttl>", 3600),
        (b"<rss><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 900),
        (b"<rss><sy:updatePeriod>\n\thourly\t</sy:updatePeriod>", 1800),
        (b"<rss><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 1800),
        (b"<rss><sy:updatePeriod>sometimes</sy:updatePeriod>", 0),
        (b"<rss><channel>", 0),
        (b"<html><ttl>30</ttl>", 0),
    ],
)
def test_a_feed_says_how_often_it_is_worth_a_visit(feed: bytes, ttl: float) -> None:
    assert hints_of(Response("https://n.example/", 200, {}, feed), NOW).ttl == ttl


def test_a_304_tells_nothing_of_the_feed_so_what_it_said_before_holds() -> None:
    hints = hints_of(Response("https://n.example/", 304, {}, b""), NOW)
    rhythm = learned({"ttl": 1800, "skip": [3]}, published=[], undated=0, since=None, hints=hints, now=NOW)
    assert rhythm == {"ttl": 1800, "skip": [3]}
    assert floor_of(rhythm, hints) == 1800
    assert learned(rhythm, published=[], undated=0, since=None, hints=Hints(0, 0, ()), now=NOW) == {}


def test_hours_to_be_left_alone_are_kept_to_but_never_all_of_them() -> None:
    body = b"<rss><skipHours><hour>12</hour><hour>13</hour></skipHours>"
    skip = hints_of(Response("https://n.example/", 200, {}, body), NOW).skip
    assert skip == (12, 13)
    assert after_skipped_hours(NOW + dt.timedelta(minutes=20), {"skip": skip}) == NOW + dt.timedelta(hours=2)
    assert after_skipped_hours(NOW + dt.timedelta(hours=2), {"skip": skip}) == NOW + dt.timedelta(hours=2)
    assert after_skipped_hours(NOW, {"skip": range(24)}) == NOW + dt.timedelta(hours=6)
    everything = b"<rss><skipHours>" + b"".join(b"<hour>%d</hour>" % n for n in range(24)) + b"</skipHours>"
    assert hints_of(Response("https://n.example/", 200, {}, everything), NOW).skip == ()


def test_days_to_be_left_alone_are_kept_to_in_steps_of_six_hours() -> None:
    body = b"<rss><skipDays><day>Saturday</day><day> sunday </day><day>Someday</day></skipDays>"
    hints = hints_of(Response("https://n.example/", 200, {}, body), NOW)
    rhythm = learned({}, published=[], undated=0, since=None, hints=hints, now=NOW)
    assert rhythm == {"days": [5, 6]}
    assert NOW.strftime("%A") == "Sunday"
    assert after_skipped_hours(NOW, rhythm) == NOW + dt.timedelta(hours=6)
    late = NOW.replace(hour=22, minute=30)
    assert after_skipped_hours(late, rhythm) == NOW.replace(hour=0) + dt.timedelta(days=1)
    assert after_skipped_hours(NOW + dt.timedelta(days=1), rhythm) == NOW + dt.timedelta(days=1)
    every = b"".join(
        b"<day>%s</day>" % day for day in b"Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    )
    assert (
        hints_of(Response("https://n.example/", 200, {}, b"<rss><skipDays>" + every + b"</skipDays>"), NOW).days == ()
    )


# --- the wait


def test_failures_double_the_wait_up_to_a_day_and_never_end_it() -> None:
    assert [back_off(failures) / MINUTE for failures in (1, 2, 3, 4, 5)] == [1, 2, 4, 8, 16]
    assert back_off(12) == back_off(10_000) == DAY


@given(st.floats(5, DAY), st.floats(0, HOUR), st.integers(0, 50), st.floats(0, DAY), st.floats(0, 1, exclude_max=True))
def test_a_wait_keeps_to_everything_that_was_asked(
    pace: float, floor: float, failures: int, asked: float, luck: float
) -> None:
    wait = wait_for(interval=pace, floor=floor, failures=failures, asked=asked, luck=luck)
    assert wait <= DAY
    assert wait >= min(asked, DAY)
    if failures:
        assert wait >= back_off(failures)
    else:
        assert wait >= min(max(pace * 0.9, floor) - 1e-6, DAY)
        assert wait <= max(pace * 1.1 + 1e-6, floor, asked)


# --- the rest between two requests


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 1, exclude_max=True))
def test_a_domain_rests_a_second_at_least_and_as_long_as_it_needed_to_answer(
    asked: float, took: float, luck: float
) -> None:
    rest = rest_after(least=1.0, asked=asked, took=took, luck=luck)
    assert rest >= max(1.0, asked, took)
    assert rest <= max(1.5, asked, took)


def test_machines_of_ones_own_are_asked_at_once_unless_they_ask_for_a_rest() -> None:
    assert rest_after(least=0.0, asked=0.0, took=3.0, luck=0.9) == 0
    assert rest_after(least=0.0, asked=2.0, took=3.0, luck=0.9) == 2


def test_a_turn_waits_for_the_domain_and_for_the_crawl_delay() -> None:
    turn = Turn("n.example", free_at=101.0)
    assert turn.wait(100.0, 10.0) == 1  # nobody knows when it was asked last, but that it may be asked then
    turn.rest(102.0, 1.25)
    assert turn.wait(102.25, 0.0) == 1
    assert turn.wait(102.25, 10.0) == 9.75
    assert turn.wait(120.0, 10.0) == 0


# --- fields that are filled


def items(number: int, **fields: object) -> list[Item]:
    return [Item(f"https://n.example/{n}", **{"title": "t", "author": "a", **fields}) for n in range(number)]


def test_a_field_that_always_was_filled_and_is_in_no_post_is_lost() -> None:
    filled = filled_after({}, items(10))
    assert filled["author"] == 1
    assert lost_field(filled, items(5, author="")) == "author"
    assert lost_field(filled, items(4, author="")) == ""  # too few to say
    assert lost_field(filled, [*items(4, author=""), *items(1)]) == ""
    assert lost_field({"author": 0.5}, items(9, author="")) == ""


def test_a_loss_is_told_again_and_again_until_the_field_is_simply_not_there() -> None:
    filled, told = filled_after({}, items(10)), 0
    while lost_field(filled, items(10, author="")):
        filled, told = filled_after(filled, items(10, author="")), told + 1
        assert told < 100
    assert told > 20
