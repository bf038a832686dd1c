"""How well sources are read, as counted in few queries, equals a count one by one."""

from datetime import datetime, timedelta
from statistics import median

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from monitoring.health_wording import source_advice, source_explained, source_told, state_words
from monitoring.models import Source, SourceHabit, Subscription, Visit
from monitoring.operations.posts import store_posts
from monitoring.queries.latencies import HOURS
from monitoring.source_health import (
    ORDER,
    TROUBLE,
    WEAK,
    course_of,
    coverage,
    late_count,
    share_within_norm,
    source_health,
    unseen_in_all,
)
from monitoring.sources.items import Item
from tests.factories import Cast, make_tsukimi, make_yaori
from tests.monitoring.source_pages.conftest import sign_in
from tests.monitoring.source_pages.samples import bring, every_state, read_source, recount, visited

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NOW = timezone.now()


@pytest.fixture
def yaori() -> Cast:
    return make_yaori()


def percentile(values: list[float], share: float) -> float:
    """As PostgreSQL's percentile_cont interpolates."""
    place = share * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def test_latencies_equal_a_recount(yaori: Cast) -> None:
    every_state(yaori, NOW)
    measured = 0
    for health in source_health(yaori.workspace, NOW):
        seconds = recount(health.subscription.source, NOW)
        if not seconds:
            assert health.latency is None
            continue
        measured += 1
        assert health.latency is not None
        assert health.latency.posts == len(seconds)
        assert health.latency.within == sum(one <= 3600 for one in seconds)
        assert health.latency.median.total_seconds() == pytest.approx(median(seconds))
        assert health.latency.p95.total_seconds() == pytest.approx(percentile(seconds, 0.95))
    assert measured > 10


def test_every_state_is_told_and_trouble_comes_first(yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    health = source_health(yaori.workspace, NOW)
    told = {one.subscription.pk: one.state for one in health}
    assert {name: told[subscription.pk] for name, subscription in every.items()} == {name: name for name in every}
    assert [one.state for one in health] == sorted((one.state for one in health), key=ORDER.index)


def test_health_costs_as_many_queries_for_many_sources_as_for_one(
    yaori: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    every_state(yaori, NOW)
    with django_assert_num_queries(7):
        source_health(yaori.workspace, NOW)
    tsukimi = make_tsukimi()
    read_source(tsukimi, "x", "https://x.example/rss", now=NOW)
    with django_assert_num_queries(5):
        source_health(tsukimi.workspace, NOW)


def test_volume_is_counted_by_hours_back_from_now(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    for minutes, number in ((1, 1), (59, 2), (61, 3), (23 * 60 + 59, 4), (24 * 60 + 1, 5)):
        bring(source, at=NOW - minutes * MINUTE, later=timedelta(0), number=number)
    (health,) = source_health(yaori.workspace, NOW)
    assert health.spark == (1, *(0,) * 21, 1, 2)
    assert health.captured == 4


def test_what_a_site_showed_before_it_was_read_says_nothing_about_how_late_we_are(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    Source.objects.filter(pk=source.pk).update(created_at=NOW - 10 * MINUTE)
    bring(source, at=NOW - 5 * 60 * MINUTE, later=timedelta(hours=5), number=1)
    (health,) = source_health(yaori.workspace, NOW)
    assert (health.state, health.latency, health.captured) == ("ok", None, 1)


def test_a_post_that_two_sources_bring_counts_for_both(yaori: Cast) -> None:
    at = NOW - 30 * MINUTE
    item = Item("https://x.example/1", title="t", text="t", published_at=at, precision="minute")
    for minutes, name in ((1, "a"), (20, "b")):
        source = read_source(yaori, name, f"https://x.example/{name}", now=NOW).source
        store_posts(source=source, items=[item], now=at + minutes * MINUTE)
    first, second = source_health(yaori.workspace, NOW)
    assert (first.captured, second.captured) == (1, 1)
    assert first.latency
    assert second.latency
    assert (first.latency.median, second.latency.median) == (1 * MINUTE, 20 * MINUTE)


def test_a_share_within_the_norm_is_over_all_posts(yaori: Cast) -> None:
    assert share_within_norm([]) is None
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    for number in range(4):
        bring(source, at=NOW - 120 * MINUTE, later=(61 if number else 60) * MINUTE, number=number)
    assert share_within_norm(source_health(yaori.workspace, NOW)) == 0.25


@pytest.mark.parametrize(
    ("failures", "outcome", "state"),
    [
        (1, "http", "retrying"),
        (2, "timeout", "retrying"),
        (3, "http", "down"),
        (1, "blocked", "blocked"),
        (1, "login", "login"),
        (1, "robots", "robots"),
        (1, "layout", "layout"),
        (2, "malformed", "retrying"),
        (3, "web-page", "layout"),
    ],
)
def test_failures_hide_a_source_at_the_third_a_refusal_at_the_first(
    yaori: Cast, failures: int, outcome: str, state: str
) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW, failures=failures, outcome=outcome)
    (health,) = source_health(yaori.workspace, NOW)
    assert health.state == state
    blind = Subscription.objects.blind().filter(pk=subscription.pk).exists()
    assert blind == (state != "retrying")
    assert Subscription.objects.failing().filter(pk=subscription.pk).exists()


def test_the_frame_counts_as_the_list_does(yaori: Cast) -> None:
    every_state(yaori, NOW)
    health = source_health(yaori.workspace, NOW)
    mine = Subscription.objects.filter(workspace=yaori.workspace)
    assert mine.blind().count() == sum(one.is_hidden for one in health)
    assert mine.weak().count() == sum(one.state in WEAK for one in health) == 2
    late = late_count(yaori.workspace, NOW)
    assert mine.failing().count() + mine.weak().count() + late == sum(one.is_trouble for one in health)
    tally = mine.tally()
    assert tally["total"] == len(health)
    assert tally["paused"] == sum(one.state == "paused" for one in health)
    assert (tally["blind"], tally["weak"]) == (mine.blind().count(), mine.weak().count())


def test_a_paused_or_stuck_source_has_no_next_visit(yaori: Cast) -> None:
    every = every_state(yaori, NOW)
    coming = {one.subscription.pk: one.next_visit_at for one in source_health(yaori.workspace, NOW)}
    assert coming[every["paused"].pk] is None
    assert coming[every["parked"].pk] is None
    assert coming[every["ok"].pk] is not None


def test_a_visit_under_way_is_told(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    Visit.objects.filter(source=source).update(lease_until=NOW + MINUTE)
    (health,) = source_health(yaori.workspace, NOW)
    assert (health.is_visiting, health.next_visit_at) == (True, None)


def test_what_fills_history_is_no_volume_of_today(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    bring(source, at=NOW - timedelta(days=30), later=timedelta(days=30), number=1)
    (health,) = source_health(yaori.workspace, NOW)
    assert health.captured == 0


def learned(source: Source, *, an_hour: float, hour: datetime) -> SourceHabit:
    """A source that always brought so much."""
    return SourceHabit.objects.create(
        source=source,
        hour=hour,
        offset=0,
        posts=[int(an_hour)] * 42 * 24,
        band=[[an_hour - 1, an_hour, an_hour + 1]] * 25,
        three=[[3 * an_hour - 2, 3 * an_hour, 3 * an_hour + 2]] * 2,
    )


def test_expected_volume_comes_from_the_habit_while_it_is_fresh(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    assert source_health(yaori.workspace, NOW)[0].expected is None
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    learned(source, an_hour=5, hour=hour)
    (health,) = source_health(yaori.workspace, NOW)
    assert health.expected == pytest.approx((13, 15, 17))
    assert len(health.band) == len(health.spark) == HOURS
    SourceHabit.objects.update(hour=hour - timedelta(hours=3))
    (health,) = source_health(yaori.workspace, NOW)
    assert (health.expected, health.band) == (None, ())


def test_what_was_missed_is_told_of_what_is_not_seen_and_summed_up(yaori: Cast) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    for name in ("a", "b", "young"):
        lost = NOW - timedelta(hours=2)
        subscription = read_source(
            yaori, name, f"https://{name}.example/rss", now=NOW, failures=4, outcome="http", last_success_at=lost
        )
        if name != "young":
            learned(subscription.source, an_hour=5, hour=hour)
    a, b, young = source_health(yaori.workspace, NOW)
    assert a.unseen
    assert a.unseen == b.unseen
    assert (a.unseen.low, a.unseen.high) == (10, 10)
    assert (young.unseen, young.since) == (None, lost)
    total = unseen_in_all([a, b, young])
    assert total
    assert (total.low, total.high) == (20, 20)
    assert unseen_in_all([young]) is None


def test_a_pushed_source_is_well_without_a_visit(yaori: Cast) -> None:
    pushed = {"owner": yaori.workspace, "is_pushed": True, "outcome": "", "last_visit_at": None}
    read_source(yaori, "new", "https://new.example/", now=NOW, **pushed)
    read_source(yaori, "used", "https://used.example/", now=NOW, last_item_at=NOW, **pushed)
    states = {one.subscription.name: one.state for one in source_health(yaori.workspace, NOW)}
    assert states == {"new": "unsent", "used": "ok"}


@pytest.mark.parametrize(
    ("kind", "what_to_do"),
    [
        ("api", "Make a token, and let your program send the first posts with it."),
        ("webhook", "Enter its address in the form or the CRM, and send a first message."),
        ("file", "Import the first file."),
        ("manual", "Enter the first post by hand."),
    ],
)
def test_a_pushed_source_that_nothing_was_sent_to_says_so_and_what_to_do(
    client: Client, yaori: Cast, kind: str, what_to_do: str
) -> None:
    pushed = {"owner": yaori.workspace, "is_pushed": True, "outcome": "", "last_visit_at": None}
    subscription = read_source(yaori, "客服信箱", "", now=NOW, kind=kind, **pushed)
    page = sign_in(client, yaori.admin).get(f"/w/yaori/sources/{subscription.pk}/").content.decode()
    assert "Nothing received yet" in page
    assert what_to_do in page
    for said in ("Not read yet", "It was not visited yet.", "robots.txt", "Manners"):
        assert said not in page


def test_a_visit_under_way_tells_how_many_of_its_pages_are_read(client: Client, yaori: Cast) -> None:
    now = timezone.now()
    subscription = read_source(yaori, "Mobile01 生活區", "https://mobile.example/forum-38.html", now=now)
    lines = [{"ms": 9, "what": what, "said": said} for what, said in (("details", {"wanted": 62, "unread": 14}),)]
    planned = Visit.objects.open().filter(source=subscription.source)
    planned.update(started_at=now, lease_until=now + timedelta(seconds=30), log=lines)
    admin = sign_in(client, yaori.admin)
    for address in ("/w/yaori/sources/", f"/w/yaori/sources/{subscription.pk}/"):
        assert "48 / 62 pages" in admin.get(address).content.decode()
    planned.update(log=[])
    assert "pages</span>" not in admin.get("/w/yaori/sources/").content.decode()


def test_a_channel_is_the_sum_of_its_sources(yaori: Cast) -> None:
    every_state(yaori, NOW)
    Subscription.objects.filter(source__kind="listing").update(channel="forum")
    health, channels = coverage(yaori.workspace, NOW)
    assert [one.channel for one in channels] == ["news", "forum"]
    assert sum(len(one.sources) for one in channels) == len(health)
    for channel in channels:
        assert channel.seen == sum(one.seen for one in channel.sources)
        assert channel.fine == sum(one.state in ("ok", "waiting", "unsent") for one in channel.sources)
        together = sorted(seconds for one in channel.sources for seconds in recount(one.subscription.source, NOW))
        assert channel.latency
        assert channel.latency.median.total_seconds() == pytest.approx(median(together))
        assert channel.latency.p95.total_seconds() == pytest.approx(percentile(together, 0.95))


def test_a_drill_belongs_to_no_channel(yaori: Cast) -> None:
    read_source(yaori, "x", "https://x.example/rss", now=NOW, owner=yaori.workspace, is_drill=True)
    health, channels = coverage(yaori.workspace, NOW)
    assert (len(health), channels) == (1, [])


@pytest.mark.parametrize("state", ORDER)
def test_no_two_states_look_alike(state: str) -> None:
    others = [state_words(one) for one in ORDER if one != state]
    mine = state_words(state)
    assert mine.label not in {one.label for one in others}
    assert mine.icon not in {one.icon for one in others}


def test_trouble_says_what_to_do(yaori: Cast) -> None:
    every_state(yaori, NOW)
    for health in source_health(yaori.workspace, NOW):
        assert source_told(health)
        assert bool(source_advice(health)) == (health.state in (*TROUBLE, "unsent") and health.state != "retrying")


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("login", "1 visit was refused (login page), which we do not get around"),
        ("challenge", "1 visit was refused (bot check), which we do not get around"),
        ("quotaExceeded 2026-11-22T08:00+00:00", "The quota of this key is used up; it is free again at "),
    ],
)
def test_a_refusal_is_told_in_words_and_not_in_codes_of_ours(yaori: Cast, detail: str, told: str) -> None:
    read_source(yaori, "x", "https://x.example/rss", now=NOW, outcome="blocked", outcome_detail=detail, failures=1)
    [health] = source_health(yaori.workspace, NOW)
    assert source_told(health).startswith(told)
    assert f"({detail})" not in source_explained(health)


def test_the_course_of_visits_joins_those_that_went_alike(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    outcomes = ["ok", "unchanged", "timeout", "timeout", "blocked", "timeout", "empty", "ok"]
    for number, outcome in enumerate(outcomes):
        visited(source, at=NOW - (20 - number) * MINUTE, outcome=outcome, detail=str(number), new_posts=number)
    visited(source, at=NOW - timedelta(days=4), outcome="robots")
    course = course_of(source.pk, NOW - timedelta(days=3))
    told = [(one.outcome, one.detail, one.visits, one.new_posts) for one in course]
    assert told == [
        ("ok", "7", 2, 13),
        ("timeout", "5", 1, 5),
        ("blocked", "4", 1, 4),
        ("timeout", "3", 2, 5),
        ("ok", "1", 2, 1),
    ]
    assert course[0].began < course[0].ended
