"""What the board says equals a recount of what is there."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from alerts.models import Alert
from alerts.operations.alerts import claim_alert, close_alert
from alerts.operations.evaluations import EVALUATIONS, hour_begins
from alerts.queries import BoardReader
from alerts.tiers import Tier
from monitoring.models import Measure, Mention, Source, Subscription
from sentinel.core.models import Membership, User
from tests.alerts.stage import raised, watched
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.stage import DAY, HOUR, MINUTE, PRAISE, SPOILT, captured, item, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_yaori()


def reader(user: User, now: datetime = NOW) -> BoardReader:
    return BoardReader(Membership.objects.select_related("workspace", "user").get(user=user), now)


def evaluate(now: datetime = NOW) -> None:
    while EVALUATIONS.run(now=now):
        pass


def busy_day(cast: Cast) -> Source:
    """A source with a quiet day and a loud hour, watched by one topic that has raised an alert."""
    source = subscribe(cast).source
    watched(cast)
    quiet = [item(PRAISE, number=hour, at=NOW - hour * HOUR) for hour in range(2, 24)]
    loud = [item(f"{SPOILT} {n}", number=100 + n, at=NOW - n * MINUTE) for n in range(1, 12)]
    captured(source, *quiet, *loud)
    evaluate()
    return source


def test_the_situation_counts_what_is_open(cast: Cast) -> None:
    alerts = {name: raised(watched(cast, name=name), tier) for name, tier in zip("甲乙丙丁", Tier, strict=True)}
    raised(watched(make_tsukimi()), Tier.RED)
    claim_alert(alert=alerts["甲"], by=cast.staff, now=NOW)
    close_alert(alert=alerts["丁"], reason="handled", note="", may_close_red=False, by=cast.staff, now=NOW)
    said = reader(cast.staff, NOW + 20 * MINUTE).situation()
    assert [(count.tier, count.active) for count in said.counts] == [(1, 1), (2, 1), (3, 1), (4, 0)]
    assert (said.unclaimed, said.worst_tier, said.worst_unclaimed, said.others) == (2, 2, 1, 1)
    assert (said.overdue, said.overdue_by) == (1, 5 * MINUTE)  # orange was due after a quarter of an hour
    assert (said.mine, reader(cast.manager).situation().mine) == (1, 0)


def test_what_cannot_be_seen_is_said_by_name(cast: Cast) -> None:
    source = subscribe(cast).source
    Source.objects.filter(pk=source.pk).update(failures=3)
    with translation.override("en"):
        said = reader(cast.staff).situation()
    assert (said.sources_total, said.blind_sentence) == (1, "Not collected right now: Dcard 美食板.")


def test_a_workspace_whose_sources_are_all_paused_is_not_told_that_it_has_none(client: Client, cast: Cast) -> None:
    subscribe(cast)
    Subscription.objects.update(paused_at=NOW)
    said = reader(cast.staff).situation()
    assert (said.sources_total, said.sources_paused) == (0, 1)
    cast.staff.language = "en"
    cast.staff.save()
    client.force_login(cast.staff)
    page = client.get("/w/yaori/").content.decode()
    assert "Every source is paused" in page
    assert "No sources yet</h1>" not in page


def test_the_pulse_adds_up_to_the_measures_of_24_hours(cast: Cast) -> None:
    busy_day(cast)
    pulse = reader(cast.staff).pulse()
    assert len(pulse.buckets) == 96
    assert pulse.buckets[0].at == NOW - DAY + 15 * MINUTE
    assert pulse.buckets[-1].at == NOW
    seen = Measure.objects.filter(bucket__gte=pulse.buckets[0].at)
    assert sum(one.neg for one in pulse.buckets) == sum(one.negative for one in seen)
    assert sum(one.pos for one in pulse.buckets) == sum(one.positive for one in seen)
    assert sum(one.neg + one.neu + one.pos for one in pulse.buckets) == sum(one.total for one in seen) == 33
    assert pulse.usual is None  # too little is known


def test_a_competitors_volume_stays_out_of_the_pulse(cast: Cast) -> None:
    source = subscribe(cast).source
    topic = watched(cast)
    topic.is_own = False
    topic.save()
    captured(source, item(SPOILT))
    assert sum(one.neg + one.neu + one.pos for one in reader(cast.staff).pulse().buckets) == 0


def test_the_usual_limit_is_what_nineteen_of_twenty_quarters_stay_below(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast, now=NOW - 5 * DAY)
    begin = NOW - 3 * DAY
    posts = [item(PRAISE, number=n, at=begin + n * 15 * MINUTE) for n in range(192)]
    posts += [item(PRAISE, number=1000 + n, at=begin + n * 15 * MINUTE) for n in range(9)]  # few are louder
    captured(source, *posts, now=NOW - 3 * DAY + 2 * DAY)
    assert reader(cast.staff).pulse().usual == 1


def test_a_row_shows_the_figures_of_the_last_look(cast: Cast) -> None:
    busy_day(cast)
    (row,) = reader(cast.staff).queue(tab="active", tier=None).groups[0].rows
    hour = Measure.objects.filter(bucket__gte=hour_begins(NOW))
    assert row.volume_1h == sum(one.total for one in hour)
    assert row.negative_share == sum(one.negative for one in hour) / row.volume_1h
    assert sum(row.spark) == sum(one.total for one in Measure.objects.filter(bucket__gte=NOW - DAY))
    assert (row.number, row.state) == ("AL-1", "open")
    assert row.clock is not None
    assert (row.clock.kind, row.clock.due_at) == ("claim", Alert.objects.get().claim_due_at)


def test_the_queue_puts_the_overdue_first_then_the_worst(cast: Cast) -> None:
    blue = raised(watched(cast, name="藍"), Tier.BLUE, now=NOW - 3 * HOUR)
    yellow = raised(watched(cast, name="黃"), Tier.YELLOW)
    red = raised(watched(cast, name="紅"), Tier.RED)
    claimed = raised(watched(cast, name="處理中"), Tier.RED)
    claim_alert(alert=claimed, by=cast.staff, now=NOW)
    queue = reader(cast.staff).queue(tab="active", tier=None)
    waiting, working, closed = queue.groups
    assert [row.id for row in waiting.rows] == [blue.pk, red.pk, yellow.pk]
    assert (waiting.total, waiting.overdue) == (3, 1)
    assert [(row.id, row.claimed_by_name, row.claimed_by_me) for row in working.rows] == [(claimed.pk, "林雅婷", True)]
    assert closed.rows == ()
    assert (queue.active, queue.mine, queue.closed) == (4, 1, 0)


def test_tabs_and_levels_narrow_the_queue(cast: Cast) -> None:
    red, blue = raised(watched(cast, name="紅"), Tier.RED), raised(watched(cast, name="藍"), Tier.BLUE)
    claim_alert(alert=red, by=cast.staff, now=NOW)
    close_alert(alert=blue, reason="no-action", note="", may_close_red=False, by=cast.staff, now=NOW)

    def shown(tab: str, tier: int | None = None) -> list[int]:
        queue = reader(cast.staff).queue(tab=tab, tier=tier)  # type: ignore[arg-type]
        return [row.id for group in queue.groups for row in group.rows]

    assert (shown("active"), shown("mine"), shown("closed")) == ([red.pk], [red.pk], [blue.pk])
    assert (shown("active", 1), shown("active", 2), shown("closed", 1)) == ([red.pk], [], [])


def test_the_preview_counts_the_mentions_that_its_link_lists(cast: Cast) -> None:
    busy_day(cast)
    alert = Alert.objects.get()
    detail = reader(cast.staff).detail(alert.pk)
    assert detail is not None
    listed = Mention.objects.filter(topic=alert.topic, is_history=False, placed_at__gte=NOW - DAY, placed_at__lt=NOW)
    assert detail.mentions == listed.count() == 33
    assert sum(source.posts for source in detail.sources) == 33
    assert [source.share for source in detail.sources] == [1.0]


def test_the_preview_gives_reasons_and_the_earliest_post(cast: Cast) -> None:
    busy_day(cast)
    with translation.override("en"):
        detail = reader(cast.staff).detail(Alert.objects.get().pk)
    assert detail is not None
    said = {reason.kind: reason for reason in detail.reasons}
    assert (said["sensitive"].value_text, said["sensitive"].threshold_text) == ("11", "8")
    assert said["sensitive"].threshold_fraction == pytest.approx(0.5)
    assert detail.reached == sum(reason.reached for reason in detail.reasons)
    assert detail.earliest is not None
    assert detail.earliest.published_at == NOW - 11 * MINUTE
    assert [post.published_at for post in detail.recent] == [NOW - n * MINUTE for n in range(1, 6)]
    assert detail.summary.endswith("10:49: 11 posts from 1 source.")


def test_the_position_is_due_four_hours_after_the_earliest_publication(cast: Cast) -> None:
    busy_day(cast)
    alert = Alert.objects.get()
    detail = reader(cast.staff).detail(alert.pk)
    assert detail is not None
    assert [(clock.kind, clock.due_at, clock.done_at) for clock in detail.clocks] == [
        ("claim", alert.claim_due_at, None),
        ("position", NOW - 11 * MINUTE + timedelta(hours=4), None),
    ]
    claim_alert(alert=alert, by=cast.staff, now=NOW + MINUTE)
    detail = reader(cast.staff, NOW + MINUTE).detail(alert.pk)
    assert detail is not None
    assert [(clock.kind, clock.done_at) for clock in detail.clocks] == [("claim", NOW + MINUTE), ("position", None)]


def test_without_a_known_hour_of_publication_there_is_no_position_clock(cast: Cast) -> None:
    source = subscribe(cast).source
    watched(cast)
    captured(source, item(SPOILT, at=NOW.replace(hour=0), precision="day"))
    evaluate()
    detail = reader(cast.staff).detail(Alert.objects.get().pk)
    assert detail is not None
    assert [clock.kind for clock in detail.clocks] == ["claim"]


def test_a_closed_alert_has_no_running_clock(cast: Cast) -> None:
    busy_day(cast)
    alert = Alert.objects.get()
    close_alert(alert=alert, reason="handled", note="", may_close_red=True, by=cast.staff, now=NOW)
    detail = reader(cast.staff).detail(alert.pk)
    assert detail is not None
    assert detail.clocks == ()
    assert (detail.may_claim, detail.may_close) == (False, False)


def test_the_course_names_who_did_what(cast: Cast) -> None:
    topic = watched(cast)
    alert = raised(topic, Tier.YELLOW)
    claim_alert(alert=alert, by=cast.staff, now=NOW + MINUTE)
    raised(topic, Tier.RED, now=NOW + 2 * MINUTE)
    close_alert(alert=alert, reason="false-alarm", note="", may_close_red=True, by=cast.manager, now=NOW + 3 * MINUTE)
    with translation.override("en"):
        detail = reader(cast.staff).detail(alert.pk)
    assert detail is not None
    assert [(step.text, step.by) for step in detail.timeline] == [
        ("Opened at Yellow · Moderate", ""),
        ("Claimed", "林雅婷"),
        ("Raised to Red · Critical", ""),
        ("Closed: False alarm", "陳志明"),
    ]


def test_who_may_do_what_is_said_per_person_and_level(cast: Cast) -> None:
    alert = raised(watched(cast), Tier.RED)
    may = {}
    for user in (cast.staff, cast.manager, cast.admin):
        detail = reader(user).detail(alert.pk)
        assert detail is not None
        may[user.name] = (detail.may_claim, detail.may_close)
    assert may == {"林雅婷": (True, False), "陳志明": (True, True), "王淑芬": (False, False)}


def test_another_workspaces_alert_does_not_exist(cast: Cast) -> None:
    theirs = raised(watched(make_tsukimi()))
    assert reader(cast.staff).detail(theirs.pk) is None


def test_the_board_takes_few_queries_however_many_alerts_there_are(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        raised(watched(cast, name=f"主題{number}"))
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        reader(cast.staff).board(tab="active", tier=None, alert_id=None)
