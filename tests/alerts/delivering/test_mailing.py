"""Messages by e-mail: in the language of their outlet, and no headline adds a header."""

import json

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.deliverer import deliver_due
from alerts.models import Alert, Delivery
from tests.alerts.delivering.stage import alerted, later, try_out
from tests.alerts.stage import outlet
from tests.factories import Cast
from tests.fakes.receiver import RecordingReceiver
from tests.fakes.smtp import RecordingSmtp

pytestmark = pytest.mark.django_db

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
