"""The pages of the core are read by 曜日乳業's admin, and what is shown may be read whole."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import translation

from tests.factories import Cast, make_yaori


@pytest.fixture
def cast() -> Cast:
    return make_yaori()


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.admin)
    return client


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    yield
    translation.activate("zh-hant")


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]
