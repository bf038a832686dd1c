"""Secrets at rest: tokens, cookies and signing keys are encrypted; one-time tokens are kept as hashes."""

import base64
import hashlib
import secrets
from functools import cache

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


@cache
def _cipher() -> MultiFernet:
    keys = settings.ENCRYPTION_KEYS or [
        base64.urlsafe_b64encode(hashlib.sha256(b"sentinel.secrets:" + settings.SECRET_KEY.encode()).digest()).decode()
    ]
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """`text` as a Fernet token under the newest key."""
    return _cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of a Fernet token; raises cryptography.fernet.InvalidToken when no key fits."""
    return _cipher().decrypt(token.encode()).decode()


def new_token() -> str:
    """A one-time token of 192 bits for a link."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """What is kept of a one-time token."""
    return hashlib.sha256(token.encode()).hexdigest()
