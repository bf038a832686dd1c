"""Sources of 曜日乳業 that are read from loopback servers, which an operator opened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.factories import Cast, make_tsukimi, make_yaori
from tests.fakes.hostile import Behaviour, HostileServer, answer
from tests.fakes.loopback import serving_in_thread

Site = Callable[[dict[str, Behaviour]], HostileServer]
ALL_OPEN = {"/robots.txt": answer(status="404 Not Found")}


@pytest.fixture
def site(settings: Any) -> Iterator[Site]:
    """Start a server; robots.txt allows everything unless `behaviours` say otherwise."""
    with ExitStack() as servers:

        def start(behaviours: dict[str, Behaviour]) -> HostileServer:
            server = servers.enter_context(serving_in_thread({**ALL_OPEN, **behaviours}))
            settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.place]
            return server

        yield start


@pytest.fixture
def yaori(transactional_db: None) -> Cast:
    """Committed, since tests of pages and of the crawler speak with the database from several threads."""
    return make_yaori()


@pytest.fixture
def tsukimi(transactional_db: None) -> Cast:
    return make_tsukimi()


@pytest.fixture
def admin(client: Client, yaori: Cast) -> Client:
    """淑芬 at her browser, reading English."""
    return sign_in(client, yaori.admin)


def sign_in(client: Client, user: Any) -> Client:
    """The person at this browser, reading English."""
    user.language = "en"
    user.save()
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with translation.override("en"):
        yield
    translation.activate("zh-hant")
