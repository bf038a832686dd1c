"""Secrets at rest."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from pytest_django import Settings

from sentinel.core import secrets
from sentinel.core.secrets import decrypt, encrypt, new_token, token_hash


@pytest.fixture(autouse=True)
def _fresh_cipher() -> object:
    secrets._cipher.cache_clear()
    yield
    secrets._cipher.cache_clear()


def test_what_is_encrypted_can_be_read_again_and_does_not_show() -> None:
    token = encrypt("曜日乳業的金鑰")
    assert decrypt(token) == "曜日乳業的金鑰"
    assert "曜日" not in token
    assert encrypt("曜日乳業的金鑰") != token


def test_an_old_key_still_reads_and_the_newest_writes(settings: Settings) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    token = encrypt("signing key")
    settings.ENCRYPTION_KEYS = [new, old]
    secrets._cipher.cache_clear()
    assert decrypt(token) == "signing key"
    assert Fernet(new).decrypt(encrypt("signing key")) == b"signing key"


def test_a_key_that_does_not_fit_reads_nothing(settings: Settings) -> None:
    token = encrypt("signing key")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    secrets._cipher.cache_clear()
    with pytest.raises(InvalidToken):
        decrypt(token)


def test_one_time_tokens_differ_and_only_their_hash_is_kept() -> None:
    tokens = {new_token() for _number in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 32 for token in tokens)
    assert token_hash("a") != token_hash("b")
