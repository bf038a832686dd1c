"""A test with a customer's key is counted: the visits after it pay for it, and too many are refused until a time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from monitoring.models import KeyRation, Source, Subscription, Visit
from monitoring.operations.definitions import sealed
from monitoring.operations.pacing import rest_of
from monitoring.operations.rations import MOST_TESTS, RationSpentError, spend_test, spent_until
from monitoring.operations.sources import add_source, want_visit
from monitoring.operations.visits import VISITS, Report, finish_visit
from monitoring.sources import KINDS, threads
from tests.factories import NOW, Cast

RATION = timedelta(minutes=20)  # between two queries, of 504 a week
DEFINITION = threads.validate({"query": "曜日鮮乳", "weekly_queries": "504"})


def described(token: str = "THQV", kind: str = "threads", **more: Any) -> Source:
    """A source in a form, not saved."""
    definition = DEFINITION if kind == "threads" else KINDS[kind].validate(more)
    return Source(kind=kind, definition=definition, url="https://x.example/", secrets=sealed({"token": token}))


def saved(cast: Cast, token: str = "THQV", now: datetime = NOW) -> Subscription:
    return add_source(
        workspace=cast.workspace,
        kind="threads",
        definition=DEFINITION,
        url="https://graph.threads.net/v1.0",
        zone="Asia/Taipei",
        interval=None,
        name="Threads",
        retention_days=180,
        by=cast.admin,
        now=now,
        secrets={"token": token},
    )


def due(subscription: Subscription) -> datetime | None:
    return Visit.objects.open().get(source=subscription.source_id).due_at


def visited(subscription: Subscription, now: datetime) -> None:
    Visit.objects.open().filter(source=subscription.source_id).update(due_at=now)
    (visit,) = VISITS.claim(now=now)
    finish_visit(visit=visit, report=Report(outcome="empty"), now=now)


def test_a_few_tests_may_follow_one_another_and_then_the_key_is_free_at_a_time(db: None) -> None:
    left = []
    for _ in range(MOST_TESTS):
        spent = spend_test(source=described(), now=NOW)
        assert spent
        left.append(spent.left)
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(RationSpentError) as refused:
        spend_test(source=described(), now=NOW + timedelta(minutes=5))
    assert refused.value.free_at == NOW + RATION
    assert spend_test(source=described(), now=NOW + RATION)


def test_a_key_is_counted_for_itself_and_kept_by_nobody(db: None) -> None:
    for _ in range(MOST_TESTS):
        spend_test(source=described("one"), now=NOW)
    assert spend_test(source=described("another"), now=NOW)
    assert all(b"one" not in bytes(row.key) and len(row.key) == 32 for row in KeyRation.objects.all())


def test_what_has_neither_ration_nor_key_is_tested_as_often_as_one_likes(db: None) -> None:
    feed = described(kind="feed", url="https://n.example/rss")
    keyless = described(token="")
    assert all(spend_test(source=source, now=NOW) is None for source in (feed, keyless) for _ in range(20))
    assert not KeyRation.objects.exists()


def test_a_new_source_is_read_at_once_and_pays_for_its_tests_afterwards(cast: Cast) -> None:
    for _ in range(3):
        spend_test(source=described(), now=NOW)
    subscription = saved(cast)
    assert due(subscription) == NOW
    visited(subscription, NOW)
    assert (due(subscription) or NOW) - NOW >= 3 * RATION


def test_after_all_tests_a_new_source_waits_for_its_first_visit(cast: Cast) -> None:
    for _ in range(MOST_TESTS):
        spend_test(source=described(), now=NOW)
    assert due(saved(cast)) == NOW + RATION


def test_a_test_of_a_source_that_is_read_puts_its_next_visit_off(cast: Cast) -> None:
    subscription = saved(cast)
    visited(subscription, NOW)
    assert due(subscription) == NOW + RATION
    spent = spend_test(source=described(), now=NOW + timedelta(minutes=1))
    assert spent
    assert spent.until == due(subscription) == NOW + 2 * RATION
    rest = rest_of(Source.objects.get(), NOW + timedelta(minutes=2))
    assert rest
    assert (rest.until, rest.why) == (NOW + 2 * RATION, "quota")
    asked = NOW + timedelta(minutes=3)
    assert want_visit(subscription=subscription, by=cast.admin, now=asked) == NOW + 2 * RATION


def test_a_source_with_another_key_is_left_alone(cast: Cast) -> None:
    other = saved(cast, "another")
    spend_test(source=described(), now=NOW)
    assert due(other) == NOW


def test_what_is_paid_for_is_forgotten(db: None) -> None:
    spend_test(source=described("one"), now=NOW)
    assert spent_until(described("one"), NOW + timedelta(minutes=1)) == NOW + RATION
    assert spent_until(described("one"), NOW + RATION) is None
    spend_test(source=described("another"), now=NOW + timedelta(days=2))
    assert KeyRation.objects.count() == 1
