"""Sends what waits in the outbox: the edge between deliveries and the world."""

import logging
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone, translation

from alerts.messages import message_of
from alerts.models import Delivery
from alerts.operations.deliveries import DELIVERIES, note_delivered, note_failed, note_gone
from alerts.operations.outlets import signing_keys
from alerts.outlets import email, webhook
from monitoring.crawler import allowed_private_hosts
from sentinel.core.net.client import send
from sentinel.core.net.types import FetchError
from sentinel.core.stages import LeaseLostError

logger = logging.getLogger(__name__)

GONE = 410


class NotTaken(Exception):
    """The receiver did not take the message; the text is its receipt."""


class Gone(NotTaken):
    """The receiver will never take a message again."""


def deliver_due() -> int:
    """Send one batch of what is due; how many were claimed."""
    deliveries = DELIVERIES.claim(now=timezone.now())
    for delivery in deliveries:
        try:
            _deliver(delivery)
        except LeaseLostError:
            logger.info("delivery %s was taken over", delivery.key)
    return len(deliveries)


def _deliver(delivery: Delivery) -> None:
    try:
        with translation.override(delivery.outlet.language):
            receipt = _SENDERS[delivery.outlet.kind](delivery)
    except Gone as error:
        note_gone(delivery=delivery, receipt=str(error), now=timezone.now())
    except (NotTaken, FetchError, SMTPException, OSError, ValueError) as error:
        note_failed(delivery=delivery, receipt=str(error) or type(error).__name__, now=timezone.now())
    else:
        note_delivered(delivery=delivery, receipt=receipt, now=timezone.now())


def _send_webhook(delivery: Delivery) -> str:
    outlet, now = delivery.outlet, timezone.now()
    request = webhook.compose(
        message_of(delivery, now),
        address=outlet.address,
        signing_keys=signing_keys(outlet),
        key=str(delivery.key),
        now=now,
    )
    response = send(request, allowed_private=allowed_private_hosts(), contact=settings.PUBLIC_URL)
    receipt = f"HTTP {response.status} {response.body[:200].decode(errors='replace')}".strip()
    if response.status == GONE:
        raise Gone(receipt)
    if not 200 <= response.status < 300:
        raise NotTaken(receipt)
    return receipt


def _send_email(delivery: Delivery) -> str:
    if not settings.EMAIL_HOST:
        raise NotTaken("no mail server is configured (EMAIL_HOST)")
    host = urlsplit(settings.PUBLIC_URL).hostname or "sentinel"
    mail = email.compose(
        message_of(delivery, timezone.now()), address=delivery.outlet.address, key=str(delivery.key), host=host
    )
    EmailMessage(mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, mail.to, headers=mail.headers).send()
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} → {', '.join(mail.to)}"


_SENDERS = {"webhook": _send_webhook, "email": _send_email}
