"""What has to be delivered, and how time passes until it is."""

import base64
import hashlib
import hmac
from datetime import timedelta

from django.utils import timezone

from alerts.models import Alert, Delivery, Outlet
from alerts.operations.outlets import (
    send_test,
)
from alerts.tiers import Tier
from tests.alerts.stage import raised, watched
from tests.factories import Cast
from tests.fakes.receiver import Received


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
