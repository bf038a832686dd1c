"""An outlet is switched off and on, and what was given up is sent again."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from alerts import deliverer
from alerts.deliverer import deliver_due
from alerts.models import Delivery
from alerts.operations.deliveries import DELIVERIES, send_again
from alerts.operations.outlets import (
    disable_outlet,
    enable_outlet,
    remove_outlet,
)
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from tests.alerts.delivering.stage import alerted, try_out
from tests.alerts.stage import outlet
from tests.factories import Cast
from tests.fakes.receiver import RecordingReceiver

pytestmark = pytest.mark.django_db


def test_a_message_waits_while_its_outlet_is_off(cast: Cast, receiver: RecordingReceiver) -> None:
    to = outlet(cast, address=receiver.url)
    alerted(cast)
    disable_outlet(outlet=to, why="person", by=cast.admin, now=timezone.now())
    assert deliver_due() == 0
    enable_outlet(outlet=to, by=cast.admin, now=timezone.now())
    assert deliver_due() == 1
    assert len(receiver.received) == 1


def test_a_message_that_became_due_while_its_outlet_was_off_is_held_back(
    cast: Cast, receiver: RecordingReceiver
) -> None:
    to = outlet(cast, address=receiver.url)
    alerted(cast)
    disable_outlet(outlet=to, why="person", by=cast.admin, now=timezone.now())
    Delivery.objects.update(due_at=timezone.now())  # as when it was put into the outbox at that very moment
    deliver_due()
    delivery = Delivery.objects.get()
    assert (receiver.received, delivery.due_at, delivery.lease_until, delivery.tries) == ([], None, None, 0)


def test_a_message_in_flight_while_its_outlet_is_switched_off_does_not_come_again(
    cast: Cast, receiver: RecordingReceiver
) -> None:
    to = outlet(cast, address=receiver.url)
    alerted(cast)
    receiver.answers = [503]
    (delivery,) = DELIVERIES.claim(now=timezone.now())
    disable_outlet(outlet=to, why="person", by=cast.admin, now=timezone.now())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DELIVERIES.__class__, "claim", lambda *_, **__: [delivery])
        deliverer._deliver_batch()
    assert Delivery.objects.get().due_at is None


def test_what_was_given_up_can_be_sent_again(cast: Cast, receiver: RecordingReceiver) -> None:
    outlet(cast, address=receiver.url)
    alerted(cast)
    now = timezone.now()
    Delivery.objects.update(parked_at=now, error="http: 500", attempt=12, tries=12, due_at=None)
    send_again(delivery=Delivery.objects.get(), by=cast.admin, now=now)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.parked_at, delivery.tries) == (None, 13)
    assert delivery.delivered_at is not None
    assert AuditEntry.objects.get(verb="send-again").actor_name == "王淑芬"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ({"delivered_at": "now", "due_at": None}, "delivered"),
        ({"lease_until": "later"}, "sending"),
    ],
)
def test_what_arrived_or_is_on_its_way_is_not_sent_again(cast: Cast, state: dict[str, Any], code: str) -> None:
    outlet(cast)
    alerted(cast)
    now = timezone.now()
    moments = {"now": now, "later": now + timedelta(minutes=1)}
    Delivery.objects.update(**{name: moments.get(value, value) for name, value in state.items()})
    with pytest.raises(WrongStateError, match=code):
        send_again(delivery=Delivery.objects.get(), by=cast.admin, now=now)


def test_an_outlet_that_is_off_is_neither_tested_nor_sent_to_again(cast: Cast) -> None:
    to = outlet(cast)
    alerted(cast)
    disable_outlet(outlet=to, why="person", by=cast.admin, now=timezone.now())
    with pytest.raises(WrongStateError, match="disabled"):
        send_again(delivery=Delivery.objects.get(), by=cast.admin, now=timezone.now())
    with pytest.raises(WrongStateError, match="disabled"):
        try_out(to, cast)


def test_an_outlet_that_is_removed_takes_its_messages_along(cast: Cast) -> None:
    to = outlet(cast)
    alerted(cast)
    remove_outlet(outlet=to, by=cast.admin, now=timezone.now())
    assert not Delivery.objects.exists()
    assert AuditEntry.objects.get(verb="remove").object_label == "值班系統"
