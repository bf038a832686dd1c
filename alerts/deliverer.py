"""Sends what waits in the outbox: the edge between deliveries and the world.

The messages of a batch go out at the same time, each on a thread of its own that touches no database, so that a slow
receiver holds nobody up and a batch ends well within its lease.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation

from alerts.messages import message_of
from alerts.models import Delivery
from alerts.operations.deliveries import DELIVERIES, Receipt, hold, note_delivered, note_failed, note_gone
from alerts.operations.outlets import signing_keys
from alerts.outlets import Message, email, webhook
from monitoring.crawler import allowed_private_hosts
from sentinel.core.net.client import Limits, send
from sentinel.core.net.types import FetchError
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

TURN = 20.0  # seconds in which new batches are taken on
GONE = 410
LIMITS = Limits(connect=5.0, total=10.0)


class NotTaken(Exception):
    """The receiver did not take the message."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(str(receipt))
        self.receipt = receipt


class Gone(NotTaken):
    """The receiver will never take a message again."""


def deliver_due() -> int:
    """Send what is due until nothing is left or the turn is over; how many messages were claimed."""
    ends, count = time.monotonic() + TURN, 0
    while (claimed := _deliver_batch()) and time.monotonic() < ends:
        count += claimed
    return count + claimed


def _deliver_batch() -> int:
    deliveries = DELIVERIES.claim(now=timezone.now())
    if not deliveries:
        return 0
    allowed = allowed_private_hosts()
    with ThreadPoolExecutor(len(deliveries), thread_name_prefix="deliver") as pool:
        on_their_way: dict[Future[Receipt], Delivery] = {}
        for delivery in deliveries:
            if delivery.outlet.disabled_at is not None:
                _note(lambda delivery=delivery: hold(delivery=delivery), delivery)  # type: ignore[misc]
            else:
                on_their_way[_start(pool, delivery, allowed)] = delivery
        for sent in as_completed(on_their_way):
            _note_end(on_their_way[sent], sent)
    return len(deliveries)


def _start(pool: ThreadPoolExecutor, delivery: Delivery, allowed: frozenset[str]) -> "Future[Receipt]":
    """Compose the message here, in the outlet's language and the workspace's time, and send it over there."""
    outlet = delivery.outlet
    try:
        with translation.override(outlet.language), timezone.override(ZoneInfo(outlet.workspace.time_zone)):
            message = message_of(delivery)
        return pool.submit(_SENDERS[outlet.kind], delivery, message, allowed)
    except Exception as error:  # what one message is about must not stop the others
        failed: Future[Receipt] = Future()
        failed.set_exception(error)
        return failed


def _note_end(delivery: Delivery, sent: "Future[Receipt]") -> None:
    now = timezone.now()
    error = sent.exception()
    if error is None:
        _note(lambda: note_delivered(delivery=delivery, receipt=sent.result(), now=now), delivery)
    elif isinstance(error, Gone):
        _note(lambda: note_gone(delivery=delivery, receipt=error.receipt, now=now), delivery)
    else:
        _note(lambda: note_failed(delivery=delivery, receipt=_receipt_of(error), now=now), delivery)


def _note(note: Callable[[], None], delivery: Delivery) -> None:
    try:
        note()
    except LeaseLostError:
        logger.info("delivery %s was taken over", delivery.key)


def _receipt_of(error: BaseException) -> Receipt:
    """What a failed try ended with; its text names no secret."""
    if isinstance(error, NotTaken):
        return error.receipt
    if isinstance(error, FetchError):
        return Receipt(error.code, error.detail)
    if isinstance(error, SMTPResponseException):
        return Receipt("smtp-refused", _plain(f"{error.smtp_code} {_text(error.smtp_error)}"))
    if isinstance(error, SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
        return Receipt("smtp-refused", _plain(f"{code} {_text(reply)}"))
    if isinstance(error, SMTPException):
        return Receipt("smtp-refused", _plain(str(error)))
    if isinstance(error, OSError):
        return Receipt("smtp-unreachable", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")
    logger.error("a message could not be sent", exc_info=error)
    return Receipt("failed", type(error).__name__)


def _send_webhook(delivery: Delivery, message: Message, allowed: frozenset[str]) -> Receipt:
    outlet = delivery.outlet
    request = webhook.compose(
        message,
        address=outlet.address,
        signing_keys=signing_keys(outlet),
        key=str(delivery.key),
        now=timezone.now(),
    )
    response = send(request, allowed_private=allowed, contact=settings.CONTACT_URL, limits=LIMITS)
    receipt = Receipt("http", _plain(f"{response.status} {_text(response.body[:200])}"))
    if response.status == GONE:
        raise Gone(receipt)
    if not 200 <= response.status < 300:
        raise NotTaken(receipt)
    return receipt


def _send_email(delivery: Delivery, message: Message, _allowed: frozenset[str]) -> Receipt:
    if not settings.EMAIL_HOST:
        raise NotTaken(Receipt("no-mail-server"))
    host = urlsplit(settings.PUBLIC_URL).hostname or "sentinel"
    mail = email.compose(message, address=delivery.outlet.address, key=str(delivery.key), host=host)
    EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, mail.to, headers=mail.headers).send()
    return Receipt("smtp", f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")


def _text(raw: bytes | str) -> str:
    return raw.decode(errors="replace") if isinstance(raw, bytes) else raw


def _plain(text: str) -> str:
    """A stranger's text in one printable line."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


_SENDERS: dict[str, Callable[[Delivery, Message, frozenset[str]], Receipt]] = {
    "webhook": _send_webhook,
    "email": _send_email,
}
