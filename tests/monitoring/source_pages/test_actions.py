"""Pausing, resuming, visiting and removing: what becomes of the next visit, alone and shared."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.models import Post, Source, Subscription, Visit
from monitoring.operations.sources import (
    add_source,
    edit_source,
    pause_source,
    remove_source,
    resume_source,
    want_visit,
)
from monitoring.operations.visits import VISITS, Report, finish_visit
from monitoring.sources import threads
from monitoring.sources.items import Item
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import LeaseLostError
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.source_pages.conftest import sign_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
URL = "https://n.example/rss"


@pytest.fixture
def yaori() -> Cast:
    return make_yaori()


@pytest.fixture
def tsukimi() -> Cast:
    return make_tsukimi()


def read(cast: Cast, *, interval: int = 120, url: str = URL, zone: str = "Asia/Taipei") -> Subscription:
    return add_source(by=cast.admin, now=NOW, workspace=cast.workspace, kind="feed", **said(interval, url, zone))


def edit(
    subscription: Subscription, cast: Cast, *, interval: int = 120, url: str = URL, zone: str = "Asia/Taipei"
) -> None:
    edit_source(subscription=subscription, by=cast.admin, now=NOW, **said(interval, url, zone))


def said(interval: int, url: str, zone: str) -> dict[str, Any]:
    return {
        "definition": {"url": url},
        "url": url,
        "zone": zone,
        "interval": interval,
        "name": "島嶼新聞",
        "retention_days": 180,
    }


def due(subscription: Subscription) -> datetime | None:
    return Visit.objects.open().get(source=subscription.source_id).due_at


def read_once(now: datetime = NOW) -> None:
    (planned,) = VISITS.claim(now=now)
    finish_visit(visit=planned, report=Report("ok"), now=now)


# --- one reader ---------------------------------------------------------------------------------


def test_a_new_source_is_visited_at_once(yaori: Cast) -> None:
    assert due(read(yaori)) == NOW


def test_a_paused_source_has_no_next_visit_until_it_is_resumed(yaori: Cast) -> None:
    subscription = read(yaori)
    read_once()
    pause_source(subscription=subscription, by=yaori.admin, now=NOW)
    assert due(subscription) is None
    resume_source(subscription=subscription, by=yaori.admin, now=NOW + MINUTE)
    assert due(subscription) == NOW + MINUTE


def test_a_source_that_is_paused_during_a_visit_is_not_visited_again(yaori: Cast) -> None:
    subscription = read(yaori)
    (planned,) = VISITS.claim(now=NOW)
    pause_source(subscription=subscription, by=yaori.admin, now=NOW)
    finish_visit(visit=planned, report=Report("ok", items=[Item("https://n.example/1", title="a")]), now=NOW)
    assert Post.objects.count() == 1  # what was asked for is not thrown away
    assert due(subscription) is None


def test_a_source_that_is_paused_while_its_worker_is_killed_is_left_alone(yaori: Cast) -> None:
    subscription = read(yaori)
    VISITS.claim(now=NOW)
    pause_source(subscription=subscription, by=yaori.admin, now=NOW)
    assert VISITS.claim(now=NOW + 10 * MINUTE) == []
    resume_source(subscription=subscription, by=yaori.admin, now=NOW + 10 * MINUTE)
    assert len(VISITS.claim(now=NOW + 10 * MINUTE)) == 1


def test_removing_a_source_ends_its_visits_and_keeps_its_posts(yaori: Cast) -> None:
    subscription = read(yaori)
    (planned,) = VISITS.claim(now=NOW)
    finish_visit(visit=planned, report=Report("ok", items=[Item("https://n.example/1", title="a")]), now=NOW)
    source = subscription.source
    remove_source(subscription=subscription, by=yaori.admin, now=NOW)
    assert Visit.objects.open().get(source=source).due_at is None
    assert Post.objects.get().source == source


def test_a_source_that_is_added_again_is_the_one_that_was_there(yaori: Cast) -> None:
    first = read(yaori)
    source = first.source
    remove_source(subscription=first, by=yaori.admin, now=NOW)
    again = read(yaori)
    assert again.source == source
    assert due(again) == NOW


def test_a_wanted_visit_comes_next_and_starts_a_stuck_one_again(yaori: Cast) -> None:
    subscription = read(yaori)
    Visit.objects.update(due_at=NOW + 60 * MINUTE, parked_at=NOW, error="ours", attempt=8)
    want_visit(subscription=subscription, by=yaori.admin, now=NOW)
    assert [visit.source_id for visit in VISITS.claim(now=NOW)] == [subscription.source_id]


def test_a_visit_is_not_wanted_of_a_paused_source_nor_while_one_is_under_way(yaori: Cast) -> None:
    subscription = read(yaori)
    VISITS.claim(now=NOW)
    with pytest.raises(WrongStateError, match="visiting"):
        want_visit(subscription=subscription, by=yaori.admin, now=NOW)
    want_visit(subscription=subscription, by=yaori.admin, now=NOW + 10 * MINUTE)  # that worker is gone
    pause_source(subscription=subscription, by=yaori.admin, now=NOW)
    with pytest.raises(WrongStateError, match="paused"):
        want_visit(subscription=subscription, by=yaori.admin, now=NOW)


def test_a_shorter_interval_brings_the_next_visit_forward_unless_the_site_is_failing(yaori: Cast) -> None:
    subscription = read(yaori, interval=3600)
    read_once()
    edit(subscription, yaori, interval=60)
    assert due(subscription) == NOW + MINUTE
    Source.objects.update(failures=4)
    Visit.objects.open().update(due_at=NOW + 8 * MINUTE)
    edit(subscription, yaori, interval=5)
    assert due(subscription) == NOW + 8 * MINUTE


def test_an_edit_during_a_visit_throws_away_what_the_old_definition_finds(yaori: Cast) -> None:
    subscription = read(yaori)
    (planned,) = VISITS.claim(now=NOW)
    edit(subscription, yaori, url="https://n.example/other")
    with pytest.raises(LeaseLostError):
        finish_visit(visit=planned, report=Report("ok", items=[Item("https://n.example/1", title="a")]), now=NOW)
    assert not Post.objects.exists()
    assert due(subscription) == NOW


# --- several readers ----------------------------------------------------------------------------


def test_two_workspaces_share_one_source_and_one_visit(yaori: Cast, tsukimi: Cast) -> None:
    assert read(yaori).source == read(tsukimi).source
    assert Visit.objects.count() == 1


def test_the_most_eager_reader_sets_the_pace(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = read(yaori, interval=600), read(tsukimi, interval=60)
    assert pace() == 60
    edit(theirs, tsukimi, interval=3600)
    assert pace() == 600
    edit(theirs, tsukimi, interval=30)
    pause_source(subscription=theirs, by=tsukimi.admin, now=NOW)
    assert pace() == 600
    resume_source(subscription=theirs, by=tsukimi.admin, now=NOW)
    assert pace() == 30
    remove_source(subscription=theirs, by=tsukimi.admin, now=NOW)
    assert pace() == 600
    assert due(ours) is not None


def pace() -> int:
    return Source.objects.get().interval


def test_a_pause_of_one_reader_stops_no_other(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = read(yaori), read(tsukimi)
    pause_source(subscription=ours, by=yaori.admin, now=NOW)
    assert due(theirs) == NOW
    pause_source(subscription=theirs, by=tsukimi.admin, now=NOW)
    assert due(theirs) is None


def test_another_time_zone_is_another_source(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = read(yaori), read(tsukimi)
    edit(ours, yaori, zone="Asia/Tokyo")
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.source.zone, theirs.source.zone) == ("Asia/Tokyo", "Asia/Taipei")


def test_an_edit_to_what_another_workspace_reads_joins_it(yaori: Cast, tsukimi: Cast) -> None:
    theirs = read(tsukimi, url="https://n.example/other")
    ours = read(yaori)
    edit(ours, yaori, url="https://n.example/other")
    ours.refresh_from_db()
    assert ours.source == theirs.source
    assert Visit.objects.open().filter(due_at__isnull=False).count() == 1


# --- in the browser -----------------------------------------------------------------------------


def test_actions_say_what_they_did_and_lead_back(client: Client, yaori: Cast) -> None:
    subscription = read(yaori)
    admin = sign_in(client, yaori.admin)
    base = f"/w/yaori/sources/{subscription.pk}"
    for verb, told, state in (
        ("visit", "島嶼新聞 is queued for a visit.", "Visit now"),
        ("pause", "島嶼新聞 is paused.", "Read again"),
        ("pause", "This source is paused already.", "Read again"),
        ("visit", "This source is paused. Resume it first.", "Read again"),
        ("resume", "島嶼新聞 is read again.", "Visit now"),
        ("resume", "This source is not paused.", "Visit now"),
    ):
        page = admin.post(f"{base}/{verb}/", follow=True)
        assert told in page.content.decode()
        assert state in page.content.decode()
    assert admin.post(f"{base}/visit/", {"from": "page"}).headers["Location"] == f"{base}/"
    assert admin.post(f"{base}/visit/").headers["Location"] == f"/w/yaori/sources/?source={subscription.pk}"
    page = admin.post(f"{base}/remove/", follow=True).content.decode()
    assert "島嶼新聞 is no longer read. Its posts stay." in page
    assert admin.post(f"{base}/remove/").status_code == 404
    verbs = list(AuditEntry.objects.filter(object_kind="subscription").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["add", "visit-now", "pause", "resume", "visit-now", "visit-now", "remove"]


def test_actions_are_no_links(client: Client, yaori: Cast) -> None:
    subscription = read(yaori)
    admin = sign_in(client, yaori.admin)
    for verb in ("visit", "pause", "resume", "remove"):
        assert admin.get(f"/w/yaori/sources/{subscription.pk}/{verb}/").status_code == 405


# --- a visit that people ask for is rationed like any other ------------------------------------


def search_threads(cast: Cast) -> Subscription:
    """A search that its key allows once in twenty minutes."""
    definition = threads.validate({"query": "曜日鮮乳", "weekly_queries": "504"})
    fields = {**said(3600, "https://graph.threads.net/v1.0", "Asia/Taipei"), "definition": definition}
    return add_source(
        by=cast.admin, now=NOW, workspace=cast.workspace, kind="threads", secrets={"token": "THQV"}, **fields
    )


def visited(subscription: Subscription, now: datetime, **report: Any) -> None:
    """Let its visit end at `now` without anything new."""
    Visit.objects.open().filter(source=subscription.source_id).update(due_at=now)
    (visit,) = VISITS.claim(now=now)
    finish_visit(visit=visit, report=Report(**{"outcome": "empty", **report}), now=now)


def test_a_visit_that_is_asked_for_keeps_to_the_quota_of_the_key(yaori: Cast) -> None:
    subscription = search_threads(yaori)
    assert want_visit(subscription=subscription, by=yaori.admin, now=NOW) == NOW
    visited(subscription, NOW)
    free_at = NOW + 20 * MINUTE
    for minutes in (1, 5, 19):
        assert want_visit(subscription=subscription, by=yaori.admin, now=NOW + minutes * MINUTE) == free_at
        assert due(subscription) == free_at
    later = NOW + 25 * MINUTE
    assert want_visit(subscription=subscription, by=yaori.admin, now=later) == later


def test_neither_a_pause_nor_an_edit_is_a_way_around_the_quota(yaori: Cast) -> None:
    subscription = search_threads(yaori)
    visited(subscription, NOW)
    pause_source(subscription=subscription, by=yaori.admin, now=NOW + MINUTE)
    resume_source(subscription=subscription, by=yaori.admin, now=NOW + MINUTE)
    assert due(subscription) == NOW + 20 * MINUTE
    definition = threads.validate({"query": "曜日優格", "weekly_queries": "504"})
    fields = {**said(3600, "https://graph.threads.net/v1.0", "Asia/Taipei"), "definition": definition}
    edit_source(subscription=subscription, by=yaori.admin, now=NOW + MINUTE, **fields)
    assert due(subscription) == NOW + 20 * MINUTE


def test_many_clicks_of_several_people_are_one_visit(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = read(yaori), read(tsukimi)
    for _ in range(5):
        want_visit(subscription=ours, by=yaori.admin, now=NOW)
        want_visit(subscription=theirs, by=tsukimi.admin, now=NOW)
    visited(ours, NOW)
    soon = NOW + timedelta(seconds=5)
    times = {want_visit(subscription=one, by=yaori.admin, now=soon) for one in (ours, theirs, ours)}
    assert times == {NOW + timedelta(seconds=30)}
    assert Visit.objects.open().count() == 1


def test_what_the_site_asked_for_holds_for_people_too(yaori: Cast) -> None:
    subscription = read(yaori)
    visited(subscription, NOW, outcome="http", detail="503", retry_after=900.0)
    assert want_visit(subscription=subscription, by=yaori.admin, now=NOW + MINUTE) == NOW + 15 * MINUTE
    visited(subscription, NOW + 15 * MINUTE)
    assert want_visit(subscription=subscription, by=yaori.admin, now=NOW + 16 * MINUTE) == NOW + 16 * MINUTE


def test_a_visit_is_never_put_off_by_asking_for_it(yaori: Cast) -> None:
    subscription = read(yaori)
    visited(subscription, NOW)
    Visit.objects.open().update(due_at=NOW + timedelta(seconds=7))
    assert want_visit(subscription=subscription, by=yaori.admin, now=NOW) == NOW + timedelta(seconds=7)


def test_the_page_says_why_a_visit_that_was_asked_for_waits(client: Client, yaori: Cast) -> None:
    now = timezone.now()
    subscription = search_threads(yaori)
    visited(subscription, now)
    admin = sign_in(client, yaori.admin)
    page = admin.post(f"/w/yaori/sources/{subscription.pk}/visit/", {"from": "page"}, follow=True).content.decode()
    assert page.count("The quota of its key allows the next visit at") == 2  # the message, and the log
    log = admin.get(f"/w/yaori/sources/{subscription.pk}/log/").content.decode()
    assert "The quota of its key allows the next visit at" in log


def test_a_watched_visit_that_found_nothing_new_is_over(client: Client, yaori: Cast) -> None:
    subscription = read(yaori)
    for minutes in (0, 10):
        visited(subscription, NOW + minutes * MINUTE, outcome="unchanged")
    want_visit(subscription=subscription, by=yaori.admin, now=NOW + 20 * MINUTE)
    visited(subscription, NOW + 21 * MINUTE, outcome="unchanged")
    coming = Visit.objects.open().get()
    assert (coming.is_watched, coming.log) == (False, [])
    page = sign_in(client, yaori.admin).get(f"/w/yaori/sources/{subscription.pk}/").content.decode()
    assert "Visit under way" not in page
