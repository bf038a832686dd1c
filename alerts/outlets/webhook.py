"""Signed webhooks after the Standard Webhooks specification (standardwebhooks.com): pure."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from datetime import datetime

from alerts.outlets import Message
from sentinel.core.net.guard import RefusedAddressError, parse_target
from sentinel.core.net.types import Request

PREFIX = "whsec_"
LARGEST = 20_000  # bytes


def new_secret() -> str:
    """A signing key of 24 random bytes in the notation of the specification."""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def check_address(address: str) -> str:
    """What is wrong with an address: "web-address" or ""."""
    try:
        parse_target(address)
    except RefusedAddressError:
        return "web-address"
    return ""


def shown_address(address: str) -> str:
    """Scheme, host and port: what follows may be secret."""
    target = parse_target(address)
    return f"{target.scheme}://{target.authority}"


def signature(secret: str, key: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; raises ValueError for a secret that is no key."""
    try:
        raw = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a signing key is whsec_ and base64") from error
    signed = f"{key}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()


def compose(message: Message, *, address: str, signing_keys: list[str], key: str, now: datetime) -> Request:
    """The request for a message; with two signing keys it carries two signatures, so that keys can be changed."""
    content = {"type": message.kind, "timestamp": message.at.isoformat(), "data": message.data}
    body = json.dumps(content, ensure_ascii=False).encode()
    if len(body) > LARGEST:
        raise ValueError("the message is too large")
    timestamp = int(now.timestamp())
    headers = {
        "content-type": "application/json",
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, key, timestamp, body) for secret in signing_keys),
    }
    return Request(address, "POST", headers, body)
