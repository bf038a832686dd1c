"""Sources are shared and crawled once; what one workspace changes never changes behind another's back."""

import pytest

from monitoring.models import Source, Subscription, Visit
from monitoring.operations.sources import (
    add_source,
    edit_source,
    pause_source,
    remove_source,
    resume_source,
    want_visit,
)
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from tests.factories import NOW, Cast
from tests.monitoring.stage import HOUR, captured, item, mentions, subscribe, watch_brand, work

FOOD = "https://dcard.example/food"
PETS = "https://dcard.example/pets"


def edit(cast: Cast, subscription: Subscription, *, url: str, interval: int = 300, name: str = "Dcard") -> None:
    edit_source(
        subscription=subscription,
        definition={"url": url},
        url=url,
        zone="Asia/Taipei",
        interval=interval,
        name=name,
        retention_days=90,
        by=cast.admin,
        now=NOW,
    )
    subscription.refresh_from_db()


def due(source: Source) -> object:
    """When the source is visited next; every source has exactly one visit that is not finished."""
    return Visit.objects.open().get(source=source).due_at


def test_two_workspaces_that_describe_the_same_source_share_it(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = subscribe(yaori, name="Dcard"), subscribe(tsukimi, name="狄卡")
    assert ours.source == theirs.source
    assert due(ours.source) == NOW


def test_the_most_eager_reader_sets_the_pace(yaori: Cast, tsukimi: Cast) -> None:
    source = subscribe(yaori).source
    add_source(
        workspace=tsukimi.workspace,
        kind="feed",
        definition={"url": FOOD},
        url=FOOD,
        zone="Asia/Taipei",
        interval=60,
        name="狄卡",
        retention_days=30,
        by=tsukimi.admin,
        now=NOW,
    )
    source.refresh_from_db()
    assert source.interval == 60


def test_nobody_subscribes_twice(yaori: Cast) -> None:
    subscribe(yaori)
    with pytest.raises(WrongStateError, match="already-subscribed"):
        subscribe(yaori)


def test_editing_a_definition_that_others_use_forks_it(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = subscribe(yaori), subscribe(tsukimi)
    edit(yaori, ours, url=PETS)
    theirs.refresh_from_db()
    assert theirs.source.definition == {"url": FOOD}
    assert ours.source.definition == {"url": PETS}
    assert due(theirs.source) == due(ours.source) == NOW


def test_the_pace_of_a_source_that_others_use_is_not_slowed_down(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = subscribe(yaori), subscribe(tsukimi)
    edit(yaori, ours, url=FOOD, interval=3600)
    theirs.source.refresh_from_db()
    assert theirs.source.interval == 300
    remove_source(subscription=theirs, by=tsukimi.admin, now=NOW)
    edit(yaori, ours, url=FOOD, interval=3600)
    assert ours.source.interval == 3600


def test_a_source_that_nobody_else_reads_is_edited_in_place_and_read_anew(yaori: Cast) -> None:
    ours = subscribe(yaori)
    before = ours.source
    edit(yaori, ours, url=PETS)
    assert ours.source == before
    assert (ours.source.definition, ours.source.last_success_at) == ({"url": PETS}, None)
    assert due(before) == NOW


def test_what_nobody_reads_any_more_is_not_visited(yaori: Cast) -> None:
    ours = subscribe(yaori)
    remove_source(subscription=ours, by=yaori.admin, now=NOW)
    assert due(ours.source) is None


def test_editing_into_a_source_that_is_read_already_is_refused(yaori: Cast) -> None:
    ours = subscribe(yaori)
    subscribe(yaori, url=PETS)
    with pytest.raises(WrongStateError, match="already-subscribed"):
        edit(yaori, ours, url=PETS)


def test_a_private_source_stays_private_when_it_is_edited(yaori: Cast) -> None:
    ours = subscribe(yaori)
    Source.objects.filter(pk=ours.source_id).update(owner=yaori.workspace)
    ours.refresh_from_db()
    edit(yaori, ours, url=PETS)
    assert ours.source.owner == yaori.workspace


def test_editing_into_a_source_that_others_read_brings_what_they_captured(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = subscribe(yaori), subscribe(tsukimi, url=PETS)
    watch_brand(yaori)
    captured(theirs.source, item())
    assert not mentions(yaori.workspace).exists()
    edit(yaori, ours, url=PETS)
    work()
    assert mentions(yaori.workspace).count() == 1


def test_a_pause_of_the_only_reader_stops_visits_until_it_ends(yaori: Cast) -> None:
    ours = subscribe(yaori)
    pause_source(subscription=ours, by=yaori.admin, now=NOW)
    assert due(ours.source) is None
    with pytest.raises(WrongStateError, match="already-paused"):
        pause_source(subscription=ours, by=yaori.admin, now=NOW)
    resume_source(subscription=ours, by=yaori.admin, now=NOW + HOUR)
    assert due(ours.source) == NOW + HOUR
    with pytest.raises(WrongStateError, match="not-paused"):
        resume_source(subscription=ours, by=yaori.admin, now=NOW)


def test_a_pause_of_one_reader_leaves_the_others_reading(yaori: Cast, tsukimi: Cast) -> None:
    ours, theirs = subscribe(yaori), subscribe(tsukimi)
    pause_source(subscription=ours, by=yaori.admin, now=NOW)
    assert due(theirs.source) == NOW


def test_a_visit_can_be_asked_for_but_not_while_one_is_under_way(yaori: Cast) -> None:
    ours = subscribe(yaori)
    want_visit(subscription=ours, by=yaori.admin, now=NOW + HOUR)
    assert due(ours.source) == NOW + HOUR
    Visit.objects.update(lease_until=NOW + 2 * HOUR)
    with pytest.raises(WrongStateError, match="visiting"):
        want_visit(subscription=ours, by=yaori.admin, now=NOW + HOUR)
    Visit.objects.update(lease_until=None)
    pause_source(subscription=ours, by=yaori.admin, now=NOW)
    with pytest.raises(WrongStateError, match="paused"):
        want_visit(subscription=ours, by=yaori.admin, now=NOW)


def test_every_verb_is_written_down(yaori: Cast) -> None:
    ours = subscribe(yaori)
    edit(yaori, ours, url=PETS)
    pause_source(subscription=ours, by=yaori.admin, now=NOW)
    ours.refresh_from_db()
    resume_source(subscription=ours, by=yaori.admin, now=NOW)
    ours.refresh_from_db()
    want_visit(subscription=ours, by=yaori.admin, now=NOW)
    remove_source(subscription=ours, by=yaori.admin, now=NOW)
    verbs = AuditEntry.objects.filter(object_kind="subscription").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["add", "edit", "pause", "resume", "visit-now", "remove"]
