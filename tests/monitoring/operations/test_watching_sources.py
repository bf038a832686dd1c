"""What is counted, learned and told of sources every minute."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from monitoring.models import (
    Source,
    SourceHabit,
    SourceNotice,
    Subscription,
    Visit,
    Volume,
    failure_kind,
)
from monitoring.operations.health import (
    count_volumes,
    learn_habits,
    missed_of,
    see_notice,
    show_progress,
    watch_sources,
)
from monitoring.operations.sources import pause_source, remove_source, want_visit
from monitoring.operations.visits import VISITS
from sentinel.core.models import AuditEntry, LiveEvent
from sentinel.core.permissions import Permission
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.source_pages.samples import read_source, visited
from tests.monitoring.stage import DAY, HOUR, MINUTE, capture, item

pytestmark = pytest.mark.django_db
FULL_HOUR = NOW.replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def yaori() -> Cast:
    return make_yaori()


def usual_source(cast: Cast, *, a_day: dict[int, int] | None = None, days: int = 28, name: str = "x") -> Subscription:
    """A source that brings so many posts in each hour of a day in UTC, ten in each without `a_day`."""
    subscription = read_source(cast, name, f"https://{name}.example/rss", now=NOW, created_at=NOW - 60 * DAY)
    hours = [FULL_HOUR - number * HOUR for number in range(1, days * 24 + 1)]
    rows = [(hour, 10 if a_day is None else a_day.get(hour.hour, 0)) for hour in hours]
    Volume.objects.bulk_create([Volume(source=subscription.source, hour=hour, posts=n) for hour, n in rows if n])
    return subscription


def listing(source: Source, count: int, *, at: datetime) -> None:
    """A visit whose lists showed so many posts."""
    visit = visited(source, at=at)
    visit.log = [{"ms": 1, "what": "items", "said": {"url": "", "count": count}}]
    visit.save()


def told(*, now: datetime = NOW) -> list[str]:
    """The kinds of the notices that are open after a look."""
    SourceHabit.objects.update(checked_at=None)
    watch_sources(now=now)
    return sorted(SourceNotice.objects.filter(ended_at=None).values_list("kind", flat=True))


# --- counting ---------------------------------------------------------------------------------------------------------


def test_new_posts_are_counted_by_the_hour_and_history_is_not(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW).source
    for number, (at, now) in enumerate([(NOW, NOW), (NOW, NOW - HOUR), (NOW - 40 * DAY, NOW)]):
        capture(source, item(number=number, at=min(at, now)), now=now)
    type(source).objects.filter(pk=source.pk).update(last_item_at=NOW)
    for _ in range(2):
        count_volumes(now=NOW + MINUTE)
        counted = dict(Volume.objects.values_list("hour", "posts"))
        assert counted == {FULL_HOUR: 1, FULL_HOUR - HOUR: 1}


def test_posts_that_were_counted_stay_counted_when_they_are_deleted(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW, last_item_at=NOW).source
    Volume.objects.create(source=source, hour=FULL_HOUR, posts=7)
    capture(source, item(), now=NOW)
    count_volumes(now=NOW)
    assert Volume.objects.get().posts == 7


def test_pushed_sources_are_counted_without_a_visit(yaori: Cast) -> None:
    subscription = read_source(
        yaori, "x", "https://x.example/rss", now=NOW, owner=yaori.workspace, is_pushed=True, last_item_at=None
    )
    capture(subscription.source, item(), now=NOW)
    count_volumes(now=NOW)
    assert Volume.objects.get().posts == 1


# --- learning ---------------------------------------------------------------------------------------------------------


def test_a_habit_says_what_the_hours_of_the_day_usually_bring(yaori: Cast) -> None:
    usual_source(yaori, a_day={2: 4, 3: 8})
    assert learn_habits(now=NOW) == 1
    assert learn_habits(now=NOW + 30 * MINUTE) == 0
    assert learn_habits(now=NOW + HOUR) == 1
    habit = SourceHabit.objects.get()
    assert habit.hour == FULL_HOUR + HOUR
    expected = {(habit.hour - (24 - place) * HOUR).hour: triple[1] for place, triple in enumerate(habit.band)}
    assert {hour: n for hour, n in expected.items() if n} == {2: 4, 3: 8}


def test_a_young_source_has_no_habit(yaori: Cast) -> None:
    usual_source(yaori, days=6)
    learn_habits(now=NOW)
    habit = SourceHabit.objects.get()
    assert (habit.band, habit.three) == ([], [])


def test_learning_takes_a_bounded_number_of_questions(yaori: Cast, django_assert_max_num_queries: object) -> None:
    for number in range(30):
        usual_source(yaori, name=f"s{number}", days=8)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert learn_habits(now=NOW) == 30


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "failures", "kind"),
    [
        ("blocked", 1, "blocked"),
        ("login", 1, "login"),
        ("robots", 1, "robots"),
        ("layout", 1, "layout"),
        ("timeout", 2, "retrying"),
        ("timeout", 3, "down"),
        ("http", 9, "down"),
        ("malformed", 2, "retrying"),
        ("malformed", 3, "layout"),
        ("web-page", 4, "layout"),
    ],
)
def test_failures_that_are_told_apart(outcome: str, failures: int, kind: str, yaori: Cast) -> None:
    assert failure_kind(outcome, failures) == kind
    read_source(yaori, "x", "https://x.example/rss", now=NOW, outcome=outcome, failures=failures)
    assert told() == ([] if kind == "retrying" else [kind])


def test_a_notice_is_opened_once_and_ends_when_the_source_is_read_again(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW, outcome="login", failures=1).source
    assert watch_sources(now=NOW) == 1
    assert watch_sources(now=NOW + MINUTE) == 0
    notice = SourceNotice.objects.get()
    assert (notice.kind, notice.began_at, notice.ended_at) == ("login", NOW - MINUTE, None)
    type(source).objects.update(outcome="ok", failures=0)
    assert watch_sources(now=NOW + 2 * MINUTE) == 1
    notice.refresh_from_db()
    assert notice.ended_at == NOW + 2 * MINUTE


def test_another_failure_is_another_notice(yaori: Cast) -> None:
    source = read_source(yaori, "x", "https://x.example/rss", now=NOW, outcome="http", failures=3).source
    assert told() == ["down"]
    type(source).objects.update(outcome="login", failures=4)
    assert told() == ["login"]
    assert SourceNotice.objects.count() == 2


def test_what_nobody_reads_any_more_has_no_notice(yaori: Cast) -> None:
    for name, end in (("a", pause_source), ("b", remove_source)):
        subscription = read_source(yaori, name, f"https://{name}.example/rss", now=NOW, outcome="login", failures=1)
        assert told() == ["login"]
        end(subscription=subscription, by=yaori.admin, now=NOW)  # type: ignore[operator]
        assert told() == []


def test_drills_rehearse_and_tell_nobody(yaori: Cast) -> None:
    read_source(
        yaori, "x", "https://x.example/rss", now=NOW, outcome="login", failures=1, owner=yaori.workspace, is_drill=True
    )
    assert told() == []
    assert SourceHabit.objects.count() == 0


# --- quiet ------------------------------------------------------------------------------------------------------------


def test_a_source_that_brings_nothing_against_its_habit_is_quiet(yaori: Cast) -> None:
    source = usual_source(yaori).source
    type(source).objects.update(last_item_at=NOW - 4 * HOUR)
    Volume.objects.filter(hour__gte=FULL_HOUR - 3 * HOUR).delete()
    assert told() == ["quiet"]
    notice = SourceNotice.objects.get()
    assert notice.began_at == NOW - 4 * HOUR
    assert notice.detail["seen"] == 0
    assert notice.detail["low"] == notice.detail["high"] == 30


def test_a_source_that_keeps_its_habit_is_not(yaori: Cast) -> None:
    usual_source(yaori)
    assert told() == []


def test_a_source_that_is_always_silent_at_this_hour_is_not(yaori: Cast) -> None:
    usual_source(yaori, a_day=dict.fromkeys(range(8, 22), 20))  # it is 3 in UTC
    assert told() == []


def test_a_quiet_source_stays_quiet_through_the_night_and_ends_with_its_next_posts(yaori: Cast) -> None:
    by_day = dict.fromkeys(range(8), 20)
    source = usual_source(yaori, a_day=by_day).source
    type(source).objects.update(last_item_at=FULL_HOUR - 3 * HOUR)
    Volume.objects.filter(hour__gte=FULL_HOUR - 3 * HOUR).delete()
    assert told() == ["quiet"]
    night = NOW + 12 * HOUR
    assert told(now=night) == ["quiet"]
    Volume.objects.create(source=source, hour=FULL_HOUR + 12 * HOUR, posts=60)
    type(source).objects.update(last_item_at=night)
    assert told(now=night + MINUTE) == []
    (notice,) = SourceNotice.objects.all()
    assert notice.ended_at == night + MINUTE


def test_what_was_not_looked_at_is_not_quiet(yaori: Cast) -> None:
    source = usual_source(yaori).source
    type(source).objects.update(last_item_at=NOW - 4 * HOUR, last_visit_at=NOW - 4 * HOUR)  # its visits do not come
    Volume.objects.filter(hour__gte=FULL_HOUR - 4 * HOUR).delete()
    assert told() == []
    type(source).objects.update(last_visit_at=NOW)
    assert told() == ["quiet"]


def test_after_an_outage_of_ours_no_source_is_quiet_until_we_looked_for_long_enough(yaori: Cast) -> None:
    source = usual_source(yaori).source
    watch_sources(now=NOW - 7 * HOUR)
    type(source).objects.update(last_item_at=NOW - 7 * HOUR, last_visit_at=NOW)
    Volume.objects.filter(hour__gte=FULL_HOUR - 7 * HOUR).delete()
    watch_sources(now=NOW)  # the machine was off, and runs again
    assert not SourceNotice.objects.exists()
    assert SourceHabit.objects.get().posts[-6:] == [-1] * 6  # and nobody learns from it that silence is usual
    notices = []
    for step in range(1, 14):
        now = NOW + step * 20 * MINUTE
        type(source).objects.update(last_visit_at=now)
        watch_sources(now=now)
        notices.append([one.kind for one in SourceNotice.objects.all()])
    assert notices[:8] == [[]] * 8  # three hours are the least that is judged
    assert notices[-1] == ["quiet"]


def test_days_of_silence_are_no_part_of_the_habit(yaori: Cast) -> None:
    source = usual_source(yaori).source
    SourceNotice.objects.create(source=source, kind="down", began_at=NOW - 3 * DAY, ended_at=NOW - DAY)
    learn_habits(now=NOW)
    assert SourceHabit.objects.get().posts.count(-1) >= 48


def test_lists_that_show_nothing_are_empty_and_not_only_quiet(yaori: Cast) -> None:
    source = usual_source(yaori).source
    type(source).objects.update(last_item_at=NOW - 4 * HOUR)
    Volume.objects.filter(hour__gte=FULL_HOUR - 3 * HOUR).delete()
    for number in range(9, 0, -1):
        listing(source, 24 if number > 3 else 0, at=NOW - number * HOUR)
    assert told() == ["empty"]


def test_a_search_that_seldom_finds_anything_is_not_empty(yaori: Cast) -> None:
    source = usual_source(yaori, a_day={9: 1}).source
    type(source).objects.update(outcome="empty")
    for number in range(20, 0, -1):
        listing(source, 24 if number == 15 else 0, at=NOW - number * HOUR)
    assert told() == []


# --- what was missed --------------------------------------------------------------------------------------------------


def test_what_was_missed_is_estimated_from_the_same_hours_of_the_last_weeks(yaori: Cast) -> None:
    usual_source(yaori)
    learn_habits(now=NOW)
    habit = SourceHabit.objects.get()
    missed = missed_of(habit, NOW - 2 * HOUR, 5, NOW)
    assert missed is not None
    assert (missed.low, missed.high) == (15, 15)


def test_without_enough_history_nothing_is_estimated(yaori: Cast) -> None:
    usual_source(yaori, days=5)
    learn_habits(now=NOW)
    assert missed_of(SourceHabit.objects.get(), NOW - HOUR, 0, NOW) is None


# --- who is told ------------------------------------------------------------------------------------------------------


def test_the_admins_of_every_workspace_that_reads_it_are_rung_once(yaori: Cast) -> None:
    tsukimi = make_tsukimi()
    for cast in (yaori, tsukimi):
        for name in ("a", "b"):
            read_source(cast, name, f"https://{name}.example/rss", now=NOW, outcome="login", failures=1)
    LiveEvent.objects.all().delete()
    watch_sources(now=NOW)
    rung = LiveEvent.objects.filter(kind="source.noticed")
    assert sorted(rung.values_list("workspace_id", flat=True)) == sorted([yaori.workspace.pk, tsukimi.workspace.pk])
    assert set(rung.values_list("permission", flat=True)) == {Permission.EDIT_SOURCES}
    watch_sources(now=NOW + MINUTE)
    assert rung.count() == 2


def test_a_notice_is_taken_note_of_once_for_one_workspace(yaori: Cast) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW, outcome="login", failures=1)
    watch_sources(now=NOW)
    notice = SourceNotice.objects.get()
    for _ in range(2):
        see_notice(notice=notice, workspace=yaori.workspace, by=yaori.admin, now=NOW)
    assert notice.receipts.get().workspace == yaori.workspace
    entry = AuditEntry.objects.get(verb="see-notice")
    assert (entry.object_id, entry.data) == (str(subscription.pk), {"kind": "login"})


# --- pauses that end, and a visit that is watched ---------------------------------------------------------------------


def test_a_pause_ends_at_the_moment_that_was_given(yaori: Cast) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    pause_source(subscription=subscription, by=yaori.admin, now=NOW, reason="更換憑證", until=NOW + HOUR)
    for now, is_paused in ((NOW + 59 * MINUTE, True), (NOW + HOUR, False), (NOW + 2 * HOUR, False)):
        watch_sources(now=now)
        subscription.refresh_from_db()
        assert (subscription.paused_at is not None) == is_paused
    assert (subscription.pause_reason, subscription.paused_until) == ("", None)
    assert Visit.objects.open().get(source=subscription.source).due_at is not None
    paused, resumed = AuditEntry.objects.filter(verb__in=["pause", "resume"]).order_by("pk")
    assert paused.data["reason"] == "更換憑證"
    assert resumed.actor_name == ""


def test_progress_is_shown_while_a_visit_is_leased_and_never_after_it(yaori: Cast) -> None:
    subscription = read_source(yaori, "x", "https://x.example/rss", now=NOW)
    want_visit(subscription=subscription, by=yaori.admin, now=NOW)
    (planned,) = VISITS.claim(now=NOW)
    assert planned.is_watched
    lines = [{"ms": 1, "what": "robots", "said": {"host": "x", "status": 200}}]
    for log in (lines, lines * 2):
        show_progress(visit=planned, log=log)
        planned.refresh_from_db()
        assert planned.log == log
    Visit.objects.filter(pk=planned.pk).update(finished_at=NOW, due_at=None, lease_until=None, log=[])
    show_progress(visit=planned, log=lines)
    planned.refresh_from_db()
    assert planned.log == []


def test_watching_is_the_same_however_often_it_is_done(yaori: Cast) -> None:
    source = usual_source(yaori).source
    type(source).objects.update(last_item_at=NOW - 4 * HOUR)
    Volume.objects.filter(hour__gte=FULL_HOUR - 3 * HOUR).delete()
    states = []
    for minutes in range(3):
        told(now=NOW + timedelta(minutes=minutes))
        states.append(list(SourceNotice.objects.values_list("pk", "kind", "began_at", "ended_at")))
    assert all(one == other for one, other in pairwise(states))
