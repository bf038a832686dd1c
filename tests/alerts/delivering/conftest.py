"""Receivers that write down what reaches them."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.factories import Cast, make_yaori
from tests.fakes.receiver import RecordingReceiver
from tests.fakes.smtp import RecordingSmtp


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
