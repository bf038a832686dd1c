"""The rules look at a topic when its figures change, and once a minute while it is busy."""

from datetime import datetime, timedelta

import pytest

from alerts.models import Alert, Evaluation, Rule
from alerts.operations.evaluations import EVALUATIONS, LOOK_AGAIN, hour_begins
from alerts.operations.rules import archive_rule, publish_rule
from alerts.rules import default_rules
from monitoring.models import Measure, Meter, Topic
from monitoring.operations.topics import archive_topic, publish_version
from tests.alerts.stage import watched
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.stage import DAY, HOUR, MINUTE, SPOILT, STRANGER, captured, item, subscribe, work

pytestmark = pytest.mark.django_db

HARMLESS = "曜日鮮乳今天在超市有貨"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_yaori()


def evaluate(now: datetime = NOW) -> int:
    """Let the rules look at everything that is due."""
    count = 0
    while looked := EVALUATIONS.run(now=now):
        count += looked
    return count


def evaluation(topic: Topic) -> Evaluation:
    return Evaluation.objects.get(topic=topic)


def tier() -> int | None:
    alert = Alert.objects.open().first()
    return alert.tier if alert else None


def spoilt(count: int, *, begin: int = 1, at: datetime = NOW - 2 * MINUTE, **fields: object) -> list[object]:
    """So many sensitive posts, each by somebody else unless `author` is given."""
    return [
        item(f"{SPOILT} {number}", number=number, at=at, **{"author": f"網友{number}", **fields})
        for number in range(begin, begin + count)
    ]


# --- when ---------------------------------------------------------------------------------------


def test_a_topic_that_was_measured_is_looked_at(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    evaluate()
    captured(source, item(HARMLESS))
    assert evaluate() == 1
    assert evaluation(topic).evaluated_revision == Meter.objects.get(topic=topic).revision
    assert evaluation(topic).situation["total_1h"] == 1


def test_a_busy_topic_is_looked_at_again_within_a_minute(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, item(HARMLESS))
    evaluate()
    assert evaluation(topic).due_at == NOW + LOOK_AGAIN
    assert evaluate(NOW + LOOK_AGAIN / 2) == 0
    assert evaluate(NOW + LOOK_AGAIN) == 1


def test_new_figures_do_not_wait_for_the_minute(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast)
    captured(source, item(HARMLESS))
    evaluate()
    captured(source, item(HARMLESS, number=2), now=NOW + timedelta(seconds=5))
    assert evaluate(NOW + timedelta(seconds=5)) == 1


def test_a_topic_that_fell_silent_rests_with_figures_of_zero(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, item(HARMLESS))
    evaluate()
    evaluate(NOW + 2 * HOUR)
    assert evaluation(topic).due_at is None
    assert evaluation(topic).situation["total_1h"] == 0


def test_a_topic_without_any_measure_is_quiet(cast: Cast) -> None:
    topic = watched(cast)
    evaluate()
    assert evaluation(topic).due_at is None
    assert tier() is None


def test_publishing_a_rule_has_its_topic_looked_at(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, *spoilt(3))
    evaluate()
    assert tier() == 4  # one rule alone counts a step less
    sharp = default_rules()[1] | {"min_count": 1, "thresholds": {"4": 0.1, "3": 0.15, "2": 0.9, "1": 0.95}}
    publish_rule(topic=topic, kind="negative", definition=sharp, by=cast.admin, now=NOW)
    assert evaluate() == 1
    assert tier() == 3


# --- what raises --------------------------------------------------------------------------------


def test_one_sensitive_post_opens_a_blue_alert_that_cites_its_rules(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, item(STRANGER), item(SPOILT, number=2))
    evaluate()
    alert = Alert.objects.get()
    assert (alert.tier, alert.title, alert.topic_version) == (4, SPOILT, topic.current)
    versions = dict(Rule.objects.filter(topic=topic).values_list("kind", "current"))
    assert {made["kind"]: made["rule_version"] for made in alert.reasons} == versions
    assert [made["kind"] for made in alert.reasons if made["tier"]] == ["sensitive"]


def test_a_burst_after_silence_raises_by_volume_and_negative_share(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast, now=NOW - 8 * DAY)
    captured(source, item(HARMLESS, at=NOW - 3 * DAY), now=NOW - 3 * DAY)
    evaluate(NOW - 3 * DAY)
    assert tier() is None
    captured(source, *spoilt(40, begin=10))
    evaluate()
    reached = [made["kind"] for made in Alert.objects.get().reasons if made["tier"]]
    assert reached == ["volume", "negative", "sensitive"]
    assert tier() == 1


def test_an_ordinary_week_raises_nothing(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast, now=NOW - 8 * DAY)
    for hour in range(7 * 24, 0, -6):
        at = NOW - hour * HOUR
        captured(source, *[item(HARMLESS, number=hour * 10 + n, at=at) for n in range(3)], now=at)
        evaluate(at)
    assert tier() is None


def test_an_open_alert_rises_when_it_gets_worse(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast)
    captured(source, *spoilt(1))
    evaluate()
    captured(source, *spoilt(30, begin=2), now=NOW + MINUTE)
    evaluate(NOW + MINUTE)
    alert = Alert.objects.get()
    assert [event.kind for event in alert.events.all()] == ["opened", "raised"]
    assert alert.tier < 4


def test_one_loud_author_is_not_a_crowd(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast)
    captured(source, *spoilt(30, author="同一人"))
    evaluate()
    (sensitive,) = [made for made in Alert.objects.get().reasons if made["kind"] == "sensitive"]
    assert (sensitive["value"], sensitive["params"]["posts"]) == (2, 30)


def test_posts_without_an_author_are_taken_for_as_many_people(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast)
    captured(source, *spoilt(9, author=""))
    evaluate()
    (sensitive,) = [made for made in Alert.objects.get().reasons if made["kind"] == "sensitive"]
    assert sensitive["value"] == 9


def test_what_is_captured_hours_late_still_warns(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast)
    captured(source, *spoilt(1, at=NOW - 5 * HOUR))
    evaluate()
    assert tier() == 4


def test_a_day_captured_at_once_counts_by_its_worst_hour(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    posts = [post for hour in range(20) for post in spoilt(2, begin=10 * hour + 1, at=NOW - hour * HOUR - MINUTE)]
    captured(source, *posts)
    evaluate()
    assert evaluation(topic).situation["sensitive_1h"] == 2


# --- what stays silent --------------------------------------------------------------------------


def test_history_never_alerts(cast: Cast) -> None:
    source = subscribe(cast).source
    topic = watched(cast)
    captured(source, *spoilt(30, at=NOW - 25 * HOUR))
    evaluate()
    assert tier() is None
    assert Measure.objects.filter(topic=topic).exists()


def test_an_archived_topic_is_silent(cast: Cast) -> None:
    source = subscribe(cast).source
    topic = watched(cast)
    captured(source, *spoilt(30))
    archive_topic(topic=topic, by=cast.admin, now=NOW)
    evaluate()
    assert tier() is None


def test_an_archived_rule_is_silent(cast: Cast) -> None:
    source = subscribe(cast).source
    topic = watched(cast)
    for rule in Rule.objects.filter(topic=topic):
        archive_rule(rule=rule, by=cast.admin, now=NOW)
    captured(source, *spoilt(30))
    evaluate()
    assert tier() is None


def test_what_strangers_say_of_others_is_no_alert_of_ours(cast: Cast) -> None:
    other = make_tsukimi()
    source = subscribe(cast).source
    watched(cast)
    watched(other)  # does not read the source
    captured(source, *spoilt(9))
    evaluate()
    assert [alert.workspace for alert in Alert.objects.all()] == [cast.workspace]


# --- what was learned ---------------------------------------------------------------------------


def test_the_past_is_learned_anew_when_the_topic_has_a_new_version(cast: Cast) -> None:
    source = subscribe(cast).source
    topic = watched(cast, now=NOW - 8 * DAY)
    captured(source, item(HARMLESS, at=NOW - 2 * DAY), now=NOW - 2 * DAY)
    captured(source, item(HARMLESS, number=2))
    evaluate()
    learned = evaluation(topic).surprise
    assert learned["version"] == topic.current_id
    version = publish_version(topic=topic, query="鮮乳 OR 曜日", by=cast.admin, now=NOW)
    evaluate(NOW + LOOK_AGAIN)
    assert evaluation(topic).surprise["version"] is None  # the walk over the past is not over
    work(NOW + LOOK_AGAIN)
    evaluate(NOW + 2 * LOOK_AGAIN)
    assert evaluation(topic).surprise["version"] == version.pk


def test_the_last_hour_is_twelve_buckets_with_the_open_one(cast: Cast) -> None:
    now = NOW + 7 * MINUTE
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, item(HARMLESS, at=hour_begins(now)), item(HARMLESS, number=2, at=now), now=now)
    captured(source, item(HARMLESS, number=3, at=hour_begins(now) - MINUTE), now=now)
    evaluate(now)
    assert hour_begins(now) == NOW - 50 * MINUTE
    assert evaluation(topic).situation["total_1h"] == 2
