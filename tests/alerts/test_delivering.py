"""Messages reach their outlets at least once, signed, in their language, each with a receipt."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts import deliverer
from alerts.deliverer import deliver_due
from alerts.models import Alert, Delivery, Outlet
from alerts.operations.alerts import claim_alert
from alerts.operations.deliveries import DELIVERIES, send_again
from alerts.operations.outlets import (
    change_signing_key,
    disable_outlet,
    enable_outlet,
    remove_outlet,
    send_test,
    signing_keys,
)
from alerts.outlets import webhook
from alerts.tiers import Tier
from alerts.wording import receipt_text
from sentinel.core.models import AuditEntry
from sentinel.core.net.client import Limits
from sentinel.core.operations import WrongStateError
from tests.alerts.stage import outlet, raised, watched
from tests.factories import Cast, make_yaori
from tests.fakes.receiver import Received, RecordingReceiver
from tests.fakes.smtp import RecordingSmtp

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_yaori()


@pytest.fixture(autouse=True)
def _installation(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://sentinel.yaori.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = ""


@pytest.fixture
def receiver(settings: Settings) -> Iterator[RecordingReceiver]:
    with RecordingReceiver() as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.place]
        yield server


@pytest.fixture
def post_office(settings: Settings) -> Iterator[RecordingSmtp]:
    with RecordingSmtp() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.DEFAULT_FROM_EMAIL = "哨兵 <sentinel@yaori.example>"
        yield server


def alerted(cast: Cast, tier: Tier = Tier.YELLOW) -> Alert:
    return raised(watched(cast, now=timezone.now()), tier, now=timezone.now())


def try_out(to: Outlet, cast: Cast) -> Delivery:
    return send_test(outlet=to, by=cast.admin, now=timezone.now())


def later(**span: float) -> None:
    """Let time pass: what is due then is due now, leases end."""
    Delivery.objects.exclude(due_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
    Delivery.objects.exclude(lease_until=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def is_signed_by(key: str, request: Received) -> bool:
    """Recomputed from the specification alone: HMAC-SHA256 of id.timestamp.body under the base64 key."""
    raw = base64.b64decode(key[len("whsec_") :])
    signed = b".".join([request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode()])
    right = base64.b64encode(hmac.digest(raw, signed + b"." + request.body, hashlib.sha256)).decode()
    return f"v1,{right}" in request.headers["webhook-signature"].split(" ")


# --- webhooks -----------------------------------------------------------------------------------


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
        slow.slow = 1.5
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
    assert red.delivered_at - began < timedelta(seconds=1.4)
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


# --- on, off, again -----------------------------------------------------------------------------


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


# --- e-mail -------------------------------------------------------------------------------------

SAID = {
    "zh-hant": "[3 ",
    "zh-hans": "[3 ",
    "en": "New alert [3 Yellow · Moderate] 曜日鮮乳",
}


@pytest.mark.parametrize("language", SAID)
def test_a_mail_speaks_the_language_of_its_outlet(cast: Cast, post_office: RecordingSmtp, language: str) -> None:
    outlet(cast, kind="email", address="duty@yaori.example, zhiming@yaori.example", language=language)
    alert = alerted(cast)
    deliver_due()
    (mail,) = post_office.received
    assert (mail.sender, mail.recipients) == (
        "sentinel@yaori.example",
        ["duty@yaori.example", "zhiming@yaori.example"],
    )
    assert SAID[language] in mail.message["Subject"]
    assert mail.message["Subject"].endswith("曜日鮮乳")
    body = mail.message.get_content()
    assert f"https://sentinel.yaori.example/w/yaori/?alert={alert.pk}" in body
    assert timezone.localtime(alert.opened_at, timezone.get_default_timezone()).strftime("%H:%M") in body


def test_a_chinese_subject_is_encoded(cast: Cast, post_office: RecordingSmtp) -> None:
    outlet(cast, kind="email", address="duty@yaori.example")
    alerted(cast)
    deliver_due()
    head = post_office.received[0].raw.split(b"\r\n\r\n")[0]
    assert head.isascii()
    assert b"=?utf-8?" in head.partition(b"Subject:")[2]


def test_a_mail_has_the_same_message_id_at_every_try(cast: Cast, post_office: RecordingSmtp) -> None:
    post_office.refusal = "451 later"
    outlet(cast, kind="email", address="duty@yaori.example")
    alerted(cast)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.receipt) == ("smtp-refused", "451 later")
    later()
    post_office.refusal = ""
    deliver_due()
    (mail,) = post_office.received
    assert mail.message["Message-ID"] == f"<{delivery.key}@sentinel.yaori.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert Delivery.objects.get().outcome == "smtp"


@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\x0b", "\u2028"])
def test_a_headline_cannot_add_a_header(cast: Cast, post_office: RecordingSmtp, breaker: str) -> None:
    outlet(cast, kind="email", address="duty@yaori.example", language="en")
    alert = alerted(cast)
    Alert.objects.filter(pk=alert.pk).update(title=f"曜日{breaker}Bcc: thief@evil.example")
    deliver_due()
    (mail,) = post_office.received
    assert mail.message["Bcc"] is None
    assert mail.recipients == ["duty@yaori.example"]
    assert len(mail.message.get_all("Subject")) == 1


def test_without_a_mail_server_the_receipt_says_so(cast: Cast) -> None:
    outlet(cast, kind="email", address="duty@yaori.example")
    alerted(cast)
    deliver_due()
    assert Delivery.objects.get().outcome == "no-mail-server"


def test_a_mail_server_that_is_away_is_tried_again(cast: Cast, settings: Settings) -> None:
    with RecordingSmtp() as gone:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", gone.port
    outlet(cast, kind="email", address="duty@yaori.example")
    alerted(cast)
    deliver_due()
    delivery = Delivery.objects.get()
    assert (delivery.outcome, delivery.receipt) == ("smtp-unreachable", f"127.0.0.1:{gone.port}")
    assert delivery.due_at is not None


def test_a_test_message_says_that_it_is_one(cast: Cast, receiver: RecordingReceiver) -> None:
    try_out(outlet(cast, address=receiver.url), cast)
    deliver_due()
    said = json.loads(receiver.received[0].body)
    assert (said["type"], said["data"]) == ("test", {"workspace": "yaori", "outlet": "值班系統"})
