"""The course of a crisis: buckets, marks, actions, before and after."""

from datetime import timedelta

import pytest

from monitoring.models import Measure, Topic
from monitoring.operations.mentions import bucket_of
from playbooks.models import Crisis
from playbooks.operations.emergency import approve_measure, propose_measure
from playbooks.queries.course import Course, actions_of, course_of
from tests.factories import NOW, Cast
from tests.playbooks.stage import make_crisis, make_post, make_topic

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def said(topic: Topic, minutes: int, total: int, negative: int = 0) -> None:
    """`total` posts in the bucket that many minutes after NOW."""
    Measure.objects.create(topic=topic, bucket=bucket_of(NOW + minutes * MINUTE), total=total, negative=negative)


def read(crisis: Crisis, minutes: int) -> Course:
    course = course_of(crisis, NOW + minutes * MINUTE)
    assert course is not None
    return course


def test_without_a_topic_there_is_no_course(cast: Cast) -> None:
    assert course_of(make_crisis(cast), NOW) is None


def test_every_post_that_was_counted_stands_in_one_bucket(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    said(topic, 0, 4, negative=3)
    said(topic, 50, 5, negative=1)
    course = read(crisis, 52)
    assert sum(bucket.total for bucket in course.buckets) == 9
    assert sum(bucket.neg for bucket in course.buckets) == 4
    assert course.minutes == 5
    assert course.buckets[-1].total == 5


def test_a_story_that_has_just_begun_is_shown_by_the_minute(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    for minute in (0, 0, 2):
        make_post(cast, at=NOW + minute * MINUTE, topic=topic)
    course = read(crisis, 3)
    assert course.minutes == 1
    assert [bucket.total for bucket in course.buckets][-4:] == [2, 0, 1, 0]
    assert sum(bucket.neg for bucket in course.buckets) == 3


def test_a_long_course_takes_longer_buckets_and_still_counts_all(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    said(topic, 0, 4)
    said(topic, 60 * 24 * 3, 6)
    course = read(crisis, 60 * 24 * 3 + 1)
    assert course.minutes == 60
    assert sum(bucket.total for bucket in course.buckets) == 10


def test_the_earliest_captured_post_is_marked(cast: Cast) -> None:
    topic = make_topic(cast)
    make_post(cast, at=NOW - 30 * MINUTE, topic=topic)
    course = read(make_crisis(cast, topic=topic), 5)
    assert any("10:30" in pin.text for pin in course.chart.pulse.pins)


def test_what_is_only_proposed_is_no_action_of_ours(cast: Cast) -> None:
    crisis = make_crisis(cast, topic=make_topic(cast))
    measure = propose_measure(crisis=crisis, text="停售", by=cast.staff, now=NOW)
    assert actions_of(crisis) == ()
    approve_measure(measure=measure, by=cast.manager, now=NOW + MINUTE)
    assert [action.name for action in actions_of(crisis)] == ["停售"]


def test_before_and_after_waits_for_a_quarter_of_an_hour(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    measure = propose_measure(crisis=crisis, text="停售", by=cast.staff, now=NOW)
    approve_measure(measure=measure, by=cast.manager, now=NOW)
    said(topic, -10, 20, negative=10)
    said(topic, 5, 10, negative=2)
    assert read(crisis, 19).effect is None
    effect = read(crisis, 20).effect
    assert effect is not None
    assert (effect.minutes, effect.before, effect.after) == (15, 20, 10)
    assert (effect.negative_before, effect.negative_after) == (0.5, 0.2)


def test_the_usual_limit_needs_a_day_of_knowledge(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    assert read(crisis, 50).chart.pulse.usual_y == ""
    for hours in range(2, 40):
        said(topic, -60 * hours, 3)
    assert read(crisis, 50).chart.pulse.usual_y != ""
