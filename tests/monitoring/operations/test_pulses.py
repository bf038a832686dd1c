"""Browsers are told of new figures at most once a second, and always of the last ones."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from monitoring.operations.pulses import pulse
from sentinel.core.models import LiveCounter, LiveEvent
from tests.factories import NOW, make_tsukimi, make_yaori
from tests.monitoring.stage import HOUR, PRAISE, SPOILT, capture, captured, item, subscribe, watch_brand, work

pytestmark = pytest.mark.django_db

HALF = timedelta(seconds=0.5)


def told(workspace_id: int) -> list[dict[str, object]]:
    return [event.counts for event in LiveEvent.objects.filter(workspace=workspace_id, kind="pulse").order_by("seq")]


def test_new_figures_are_told_once() -> None:
    yaori = make_yaori()
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item(SPOILT), item(PRAISE, number=2))
    assert pulse(now=NOW) == 1
    assert pulse(now=NOW + HOUR) == 0
    assert told(yaori.workspace.pk) == [{"hour": 2, "negative": 1}]


def test_what_changes_within_the_second_is_told_when_it_is_over() -> None:
    yaori = make_yaori()
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item(SPOILT))
    pulse(now=NOW)
    captured(source, item(SPOILT, number=2), now=NOW + HALF)
    captured(source, item(SPOILT, number=3), now=NOW + HALF)
    assert pulse(now=NOW + HALF) == 0
    assert pulse(now=NOW + 2 * HALF) == 1
    assert [counts["hour"] for counts in told(yaori.workspace.pk)] == [1, 3]


def test_who_watches_nothing_of_it_is_not_told() -> None:
    yaori, other = make_yaori(), make_tsukimi()
    source = subscribe(yaori).source
    watch_brand(yaori)
    watch_brand(other)
    captured(source, item(SPOILT))
    assert pulse(now=NOW) == 1
    assert told(other.workspace.pk) == []


@pytest.mark.django_db(transaction=True)
def test_figures_that_are_committed_while_a_pulse_is_told_are_told_as_well() -> None:
    yaori = make_yaori()
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item(SPOILT))  # a pulse is wanted from here on
    capture(source, item(SPOILT, number=2))
    counted, go_on = Event(), Event()

    def analyse() -> None:
        try:
            with transaction.atomic():
                work()
                counted.set()
                go_on.wait(30)
        finally:
            connection.close()

    def tell() -> None:
        try:
            pulse(now=NOW)
        finally:
            connection.close()

    analysing, telling = Thread(target=analyse), Thread(target=tell)
    analysing.start()
    counted.wait(30)
    telling.start()
    telling.join(0.5)
    go_on.set()
    analysing.join()
    telling.join()
    pulse(now=NOW + 2 * HALF)
    assert told(yaori.workspace.pk)[-1]["hour"] == 2
    assert LiveCounter.objects.get(workspace=yaori.workspace).pulse_wanted_at is None
