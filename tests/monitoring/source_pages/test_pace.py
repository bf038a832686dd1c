"""How often a source is visited, and what its visits leave behind."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitoring.models import Post, Source, Subscription, Visit, Volume
from monitoring.operations.sources import add_source
from monitoring.operations.visits import (
    VISITS,
    Report,
    finish_visit,
    finish_visits,
    forget_old_visits,
)
from monitoring.source_health import course_of
from monitoring.source_wording import outcome_text
from monitoring.sources.items import Item
from monitoring.visiting.schedule import Hints
from tests.factories import Cast
from tests.monitoring.source_pages.test_crawling import coming, read

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def posts(count: int, *, at: datetime, every: timedelta, first: int = 0, **fields: Any) -> list[Item]:
    return [
        Item(
            f"https://n.example/{first + n}",
            **{
                "title": f"t{first + n}",
                "author": "a",
                "published_at": at - n * every,
                "precision": "minute",
                **fields,
            },
        )
        for n in range(count)
    ]


def visited(source: Source, report: Report, now: datetime) -> float:
    """Run one visit; seconds until the next."""
    Visit.objects.open().filter(source=source).update(due_at=now)
    (planned,) = VISITS.claim(now=now)
    finish_visit(visit=planned, report=report, now=now)
    due = coming(source).due_at
    assert due is not None
    return (due - now).total_seconds()


def automatic(cast: Cast, url: str = "https://n.example/rss") -> Source:
    return read(cast, url, interval=None).source  # type: ignore[arg-type]


# --- the pace


def test_without_a_wish_a_source_is_visited_as_it_publishes(yaori: Cast) -> None:
    source, now = automatic(yaori), timezone.now()
    assert source.interval == 300
    wait = visited(source, Report("ok", items=posts(10, at=now - MINUTE, every=HOUR)), now)
    assert wait == pytest.approx(900, rel=0.101)
    burst = posts(6, at=now + 10 * MINUTE, every=MINUTE, first=20)
    assert visited(source, Report("ok", items=burst), now + 11 * MINUTE) == pytest.approx(120, rel=0.101)
    source.refresh_from_db()
    assert source.interval == 120
    assert visited(source, Report("unchanged"), now + 12 * HOUR) > 300  # a pause stretches it


def test_a_fixed_wish_is_an_upper_bound_and_alone_it_is_the_pace(yaori: Cast, tsukimi: Cast) -> None:
    url, now = "https://n.example/rss", timezone.now()
    source = read(yaori, url, interval=600).source
    slow = Report("ok", items=posts(10, at=now - MINUTE, every=DAY))
    quick = Report("ok", items=posts(10, at=now - MINUTE, every=MINUTE, first=50))
    assert visited(source, slow, now) == pytest.approx(600, rel=0.101)
    read(tsukimi, url, interval=None)  # type: ignore[arg-type]
    assert visited(source, slow, now) == pytest.approx(600, rel=0.101)
    assert visited(source, quick, now) == pytest.approx(120, rel=0.101)


def test_what_a_source_asks_for_is_a_floor_unless_somebody_fixed_the_pace(yaori: Cast) -> None:
    source, now = automatic(yaori), timezone.now()
    busy = Report("ok", items=posts(10, at=now - MINUTE, every=MINUTE))
    assert visited(source, replace(busy, hints=Hints(ttl=1800)), now) == 1800
    assert visited(source, Report("unchanged", hints=Hints(fresh=60)), now) == 1800  # as the feed said
    assert visited(source, replace(busy, hints=Hints(ttl=0, fresh=900)), now) == 900
    Subscription.objects.update(interval=30)
    assert visited(source, replace(busy, hints=Hints(ttl=1800)), now) <= 33
    assert visited(source, replace(busy, retry_after=500.0), now) == 500  # but this holds always


def test_hours_in_which_a_feed_wants_to_be_left_alone_are_skipped(yaori: Cast) -> None:
    source = automatic(yaori)
    now = timezone.now().replace(hour=11, minute=59, second=30) + DAY
    report = Report("ok", items=posts(10, at=now - MINUTE, every=MINUTE), hints=Hints(0, 0, (12, 13)))
    visited(source, report, now)
    assert coming(source).due_at == now.replace(hour=14, minute=0, second=0, microsecond=0)


def test_the_sources_of_an_import_begin_at_five_minutes(yaori: Cast) -> None:
    subscription = add_source(
        workspace=yaori.workspace,
        kind="feed",
        definition={"url": "https://n.example/x"},
        url="https://n.example/x",
        zone="Asia/Taipei",
        interval=None,
        name="n",
        retention_days=30,
        by=yaori.admin,
        now=timezone.now(),
    )
    assert (subscription.source.interval, subscription.interval) == (300, None)


# --- what is left behind


def test_visits_that_found_nothing_new_are_one_row_for_a_day(yaori: Cast) -> None:
    source = automatic(yaori)
    now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + DAY
    quiet = Report(
        "unchanged", http_status=304, requests=1, bytes_received=10, log=[{"ms": 1, "what": "unchanged", "said": {}}]
    )
    visited(source, Report("ok", items=posts(2, at=now - HOUR, every=HOUR)), now)
    for minute in range(1, 6):
        visited(source, quiet, now + minute * MINUTE)
    ok, merged = Visit.objects.finished().order_by("finished_at")
    assert (ok.outcome, ok.repeats, merged.repeats, merged.requests, merged.bytes_received) == ("ok", 1, 5, 5, 50)
    assert (merged.finished_at, len(merged.log)) == (now + 5 * MINUTE, 1)
    assert Visit.objects.open().filter(source=source).count() == 1
    visited(source, Report("http", "503"), now + 6 * MINUTE)
    visited(source, quiet, now + 8 * MINUTE)
    visited(source, quiet, now + DAY)
    assert list(Visit.objects.finished().order_by("finished_at").values_list("outcome", "repeats")) == [
        *[("ok", 1), ("unchanged", 5)],
        *[("http", 1), ("unchanged", 1)],
        ("unchanged", 1),
    ]
    stretches = [(one.outcome, one.visits) for one in course_of(source.pk, now - DAY)]
    assert stretches == [("ok", 2), ("http", 1), ("ok", 6)]


def test_what_went_well_long_ago_is_one_row_and_what_failed_stays(yaori: Cast) -> None:
    source = read(yaori, "https://n.example/rss").source
    now = timezone.now().replace(hour=12)
    outcomes = ["ok", "ok", "unchanged", "http", "ok", "empty", "ok"]
    for number, outcome in enumerate(outcomes):
        at = now - 3 * DAY + number * MINUTE
        Visit.objects.create(
            source=source, due_at=None, started_at=at, finished_at=at, outcome=outcome, requests=2, new_posts=1, log=[1]
        )
    Visit.objects.create(source=source, due_at=None, finished_at=now - HOUR, outcome="ok", log=[1])
    Visit.objects.create(source=source, due_at=None, finished_at=now - 15 * DAY, outcome="http", log=[1])
    before = [(one.outcome, one.visits, one.new_posts, one.began) for one in course_of(source.pk, now - 10 * DAY)]
    assert forget_old_visits(now=now) == 5
    rows = Visit.objects.finished().order_by("finished_at")
    assert list(rows.values_list("outcome", "repeats", "requests", "new_posts", "log")) == [
        ("ok", 3, 6, 3, []),
        ("http", 1, 2, 1, [1]),
        ("ok", 3, 6, 3, []),
        ("ok", 1, 0, 0, [1]),
    ]
    after = [(one.outcome, one.visits, one.new_posts, one.began) for one in course_of(source.pk, now - 10 * DAY)]
    assert after == before
    assert forget_old_visits(now=now) == 0


def test_many_visits_that_brought_nothing_are_finished_at_once(yaori: Cast, django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        read(yaori, f"https://n{number}.example/rss")
    now = timezone.now()
    planned = VISITS.claim(now=now)
    late = planned[0]
    Visit.objects.filter(pk=late.pk).update(lease_until=now + HOUR)  # another worker took it over
    reports = [(visit, Report(("unchanged", "http")[number % 2])) for number, visit in enumerate(planned)]
    with django_assert_max_num_queries(10):
        closed = finish_visits(finished=reports, now=now)
    assert closed == {visit.pk for visit in planned} - {late.pk}
    assert Visit.objects.finished().count() == 19
    assert Visit.objects.open().count() == 20
    assert Source.objects.filter(failures=1, failing_since=now).count() == 10


def test_new_posts_are_counted_by_the_hour_but_no_history(yaori: Cast) -> None:
    source = automatic(yaori)
    now = timezone.now().replace(minute=10)
    visited(
        source,
        Report("ok", items=posts(3, at=now - MINUTE, every=MINUTE) + posts(2, at=now - 9 * DAY, every=HOUR, first=9)),
        now,
    )
    visited(source, Report("ok", items=posts(4, at=now - MINUTE, every=MINUTE)), now + 5 * MINUTE)
    visited(source, Report("ok", items=posts(1, at=now + HOUR, every=MINUTE, first=20)), now + HOUR)
    assert Post.objects.count() == 7
    assert list(Volume.objects.order_by("hour").values_list("posts", flat=True)) == [4, 1]


def test_a_field_that_ceases_to_be_filled_is_a_changed_layout_though_posts_are_kept(yaori: Cast) -> None:
    source, now = read(yaori, "https://n.example/rss", interval=60).source, timezone.now()
    visited(source, Report("ok", items=posts(8, at=now, every=MINUTE)), now)
    changed = Report("ok", state={"x": {"etag": "1"}}, items=posts(8, at=now, every=MINUTE, first=20, author=""))
    wait = visited(source, changed, now + MINUTE)
    assert wait <= 66  # it is still read
    source.refresh_from_db()
    assert (source.outcome, source.outcome_detail, source.failures, source.state) == ("layout", "lost: author", 1, {})
    assert Post.objects.filter(author="").count() == 8
    assert "Author" in outcome_text(source.outcome, source.outcome_detail)
    visited(source, Report("ok", items=posts(8, at=now, every=MINUTE, first=40)), now + 2 * MINUTE)
    source.refresh_from_db()
    assert (source.outcome, source.failures) == ("ok", 0)
