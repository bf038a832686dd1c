"""A wake saves time; that it is lost costs seconds only."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from sentinel.core import wakes
from sentinel.core.wakes import wake


@pytest.fixture
def rung() -> Iterator[list[str]]:
    wires, heard = list(wakes._wires), []
    wakes.connect(heard.append)
    yield heard
    wakes._wires[:] = wires


@pytest.mark.django_db(transaction=True)
def test_a_room_is_heard_when_its_transaction_commits(rung: list[str]) -> None:
    with transaction.atomic():
        wake("monitoring.captured")
        assert rung == []
    assert rung == ["monitoring.captured"]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_heard(rung: list[str]) -> None:
    with transaction.atomic():
        wake("monitoring.captured")
        transaction.set_rollback(True)
    assert rung == []


@pytest.mark.django_db(transaction=True)
def test_a_wire_that_breaks_hurts_nobody(rung: list[str], caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: str) -> None:
        raise ConnectionError("no broker")

    wakes.connect(broken)
    with transaction.atomic():
        wake("monitoring.captured")
    assert "was not sent" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_without_a_wire_nothing_happens(rung: list[str]) -> None:
    wakes._wires.clear()
    wake("monitoring.captured")
    assert rung == []
