"""Messages reach their webhooks at least once, signed, each with a receipt."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts import deliverer
from alerts.deliverer import deliver_due
from alerts.models import Delivery, Outlet
from alerts.operations.alerts import claim_alert
from alerts.operations.deliveries import DELIVERIES
from alerts.operations.outlets import (
    change_signing_key,
    enable_outlet,
    signing_keys,
)
from alerts.outlets import webhook
from alerts.tiers import Tier
from alerts.wording import receipt_text
from sentinel.core.models import AuditEntry
from sentinel.core.net.client import Limits
from tests.alerts.delivering.stage import alerted, is_signed_by, later, try_out
from tests.alerts.stage import outlet
from tests.factories import Cast
from tests.fakes.receiver import Received, RecordingReceiver

pytestmark = pytest.mark.django_db


def test_a_webhook_brings_the_alert_signed_with_an_absolute_link(cast: Cast, receiver: RecordingReceiver) -> None:
    to = outlet(cast, address=receiver.url, language="en")
    alert = alerted(cast, Tier.ORANGE)
    assert deliver_due() == 1
    (request,) = receiver.received
    assert request.path == "/in?token=secret"
    assert request.headers["content-type"] == "application/json"
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert is_signed_by(signing_keys(to)[0], request)
    said = json.loads(request.body)
    assert said["type"] == "alert.opened"
    link = f"https://sentinel.yaori.example/w/yaori/?alert={alert.pk}"
    assert said["data"]["alert"] == {
        "id": alert.pk,
        "number": "AL-1",
        "tier": 2,
        "tier_before": None,
        "level": "Orange · Major",
        "title": "曜日鮮乳",
        "topic": "曜日鮮乳",
        "opened_at": alert.opened_at.isoformat(),
        "by": None,
        "close_reason": None,
        "url": link,
    }
    assert said["data"]["reasons"] == [{"kind": "sensitive", "value": 8, "threshold": 8, "reached": True}]


def test_what_arrived_leaves_a_receipt(cast: Cast, receiver: RecordingReceiver) -> None:
    receiver.says = b"  taken\x00 by\r\nA-7 "
    outlet(cast, address=receiver.url)
    alerted(cast)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.tries, delivery.due_at, delivery.lease_until) == (1, None, None)
    assert delivery.delivered_at is not None
    assert receipt_text(delivery) == "HTTP 200 · taken by A-7"


def test_a_body_that_was_tampered_with_does_not_verify(cast: Cast, receiver: RecordingReceiver) -> None:
    to = outlet(cast, address=receiver.url)
    alerted(cast)
    deliver_due()
    (request,) = receiver.received
    forged = Received(request.path, request.headers, request.body.replace(b'"tier": 3', b'"tier": 4'))
    assert forged.body != request.body
    assert not is_signed_by(signing_keys(to)[0], forged)


def test_a_new_key_signs_beside_the_one_before(cast: Cast, receiver: RecordingReceiver) -> None:
    to = outlet(cast, address=receiver.url)
    (first,) = signing_keys(to)
    second, third = webhook.new_secret(), webhook.new_secret()
    change_signing_key(outlet=to, secret=second, by=cast.admin, now=timezone.now())
    try_out(to, cast)
    deliver_due()
    assert [is_signed_by(key, receiver.received[0]) for key in (first, second)] == [True, True]
    change_signing_key(outlet=to, secret=third, by=cast.admin, now=timezone.now())
    try_out(to, cast)
    deliver_due()
    assert [is_signed_by(key, receiver.received[1]) for key in (first, second, third)] == [False, True, True]


def test_keys_and_addresses_stand_nowhere_in_the_audit_trail(cast: Cast) -> None:
    to = outlet(cast, address="https://hooks.example/in?token=secret")
    change_signing_key(outlet=to, secret=webhook.new_secret(), by=cast.admin, now=timezone.now())
    trail = str([(entry.object_label, entry.data) for entry in AuditEntry.objects.all()])
    assert not any(secret in trail for secret in ("token", *signing_keys(to)))
    assert to.secret.startswith("gAAAA")  # at rest it is encrypted


def test_every_try_has_the_same_identifier_and_body(cast: Cast, receiver: RecordingReceiver) -> None:
    receiver.answers = [503, 500, 200]
    outlet(cast, address=receiver.url)
    alerted(cast)
    for _try in range(3):
        deliver_due()
        later()
    assert len(receiver.received) == 3
    assert len({(one.headers["webhook-id"], one.body) for one in receiver.received}) == 1
    assert Delivery.objects.get().delivered_at is not None


def test_what_is_not_taken_comes_again_later_and_later(cast: Cast, receiver: RecordingReceiver) -> None:
    receiver.answers = [503] * 3
    outlet(cast, address=receiver.url)
    alerted(cast)
    waits = []
    for _try in range(3):
        deliver_due()
        delivery = Delivery.objects.get()
        waits.append(round((delivery.due_at - delivery.tried_at).total_seconds()))
        later()
    assert waits == [5, 10, 20]
    assert (delivery.outcome, delivery.tries, receipt_text(delivery)) == ("http", 3, "HTTP 503 · ok")


def test_what_is_never_taken_is_given_up_where_people_see_it(cast: Cast, receiver: RecordingReceiver) -> None:
    receiver.answers = [500] * 99
    outlet(cast, address=receiver.url)
    alerted(cast)
    for _try in range(DELIVERIES.park_after + 2):
        deliver_due()
        later()
    (delivery,) = DELIVERIES.parked(cast.workspace)
    assert delivery.tries == DELIVERIES.park_after == len(receiver.received)
    assert delivery.error == "http: 500 ok"


def test_a_redirect_is_not_followed(cast: Cast, receiver: RecordingReceiver) -> None:
    receiver.answers = [307]
    outlet(cast, address=receiver.url)
    alerted(cast)
    deliver_due()
    assert Delivery.objects.get().delivered_at is None
    assert len(receiver.received) == 1


def test_a_receiver_that_is_gone_is_switched_off_and_what_waits_is_kept(
    cast: Cast, receiver: RecordingReceiver
) -> None:
    receiver.answers = [410]
    to = outlet(cast, address=receiver.url)
    alert = alerted(cast)
    deliver_due()
    to.refresh_from_db()
    assert to.disabled_why == "gone"
    assert AuditEntry.objects.get(verb="disable").data == {"why": "gone"}
    claim_alert(alert=alert, by=cast.staff, now=timezone.now())  # told to nobody: the outlet is off
    assert deliver_due() == 0
    enable_outlet(outlet=to, by=cast.admin, now=timezone.now())
    deliver_due()
    assert [json.loads(one.body)["type"] for one in receiver.received] == ["alert.opened", "alert.opened"]
    assert Delivery.objects.get().delivered_at is not None


def test_a_receiver_that_never_answers_ends_in_time(
    cast: Cast, receiver: RecordingReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "LIMITS", Limits(connect=0.2, total=0.3))
    receiver.slow = 2.0
    outlet(cast, address=receiver.url)
    alerted(cast)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.delivered_at) == ("timeout", None)


def test_a_slow_receiver_does_not_hold_a_red_alert_up(cast: Cast, receiver: RecordingReceiver) -> None:
    with RecordingReceiver() as slow:
        slow.slow = 5
        receiver_place, slow_place = receiver.place, slow.place
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("alerts.deliverer.allowed_private_hosts", lambda: frozenset({receiver_place, slow_place}))
            for number in range(4):
                try_out(outlet(cast, name=f"慢{number}", address=slow.url), cast)
            outlet(cast, name="值班", address=receiver.url, least_tier=Tier.RED)
            alerted(cast, Tier.RED)
            began = timezone.now()
            deliver_due()
    red = Delivery.objects.get(outlet__name="值班")
    assert red.delivered_at - began < timedelta(seconds=4.5)
    assert Delivery.objects.filter(delivered_at=None).count() == 0


def test_a_private_address_is_refused_and_the_receipt_says_what_to_do(cast: Cast, settings: Settings) -> None:
    settings.ALLOWED_PRIVATE_HOSTS = []
    outlet(cast, address="http://10.1.2.3:8080/hook")
    alerted(cast)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.receipt) == ("refused-address", "10.1.2.3 (private)")


def test_a_worker_that_dies_between_sending_and_noting_sends_again_under_the_same_key(
    cast: Cast, receiver: RecordingReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(**_: Any) -> None:
        raise KeyboardInterrupt

    outlet(cast, address=receiver.url)
    alerted(cast)
    with monkeypatch.context() as patch:
        patch.setattr(deliverer, "note_delivered", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_due()
    assert deliver_due() == 0  # its lease still stands
    later()
    assert deliver_due() == 1
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    assert len(receiver.received) == 2
    assert Delivery.objects.get().delivered_at is not None


def test_a_worker_that_was_given_up_notes_nothing(
    cast: Cast, receiver: RecordingReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlet(cast, address=receiver.url)
    alerted(cast)
    (mine,) = DELIVERIES.claim(now=timezone.now())
    later()
    (theirs,) = DELIVERIES.claim(now=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(DELIVERIES.__class__, "claim", lambda *_, **__: [mine])
        deliverer._deliver_batch()
    delivery = Delivery.objects.get()
    assert (delivery.tries, delivery.delivered_at, delivery.lease_until) == (0, None, theirs.lease_until)


def test_one_message_that_cannot_be_made_does_not_stop_the_others(
    cast: Cast, receiver: RecordingReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    broken = outlet(cast, name="壞的", address=receiver.url)
    Outlet.objects.filter(pk=broken.pk).update(secret="no key of ours")
    outlet(cast, name="好的", address=receiver.url)
    alerted(cast)
    deliver_due()
    assert Delivery.objects.get(outlet__name="好的").delivered_at is not None
    failed = Delivery.objects.get(outlet=broken)
    assert (failed.outcome, failed.receipt) == ("failed", "InvalidToken")
    assert "could not be sent" in caplog.text
