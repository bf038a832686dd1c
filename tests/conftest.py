"""What every test shares. `./test` starts PostgreSQL and Valkey and names them in DATABASE_URL and REDIS_URL."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from tests.chromium import PATIENCE, launch
from tests.factories import Cast, make_yaori


def pytest_addoption(parser: pytest.Parser) -> None:
    """`./test --slow-browser tests/browser` shows which tests, and which pages, act before they are ready."""
    parser.addoption("--slow-browser", action="store_true", help="give browser tests an old phone's processor and line")


def pytest_configure(config: pytest.Config) -> None:
    """Each of several test processes gets a numbered database of the broker, as it gets a PostgreSQL database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests alone
    settings.PRIVATE_HOST_DELAY = 0.0  # the sites of the tests are the tests' own
    # What holds for every input holds on a busy machine too.
    hypothesis.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis.load_profile("busy")
    settings.REDIS_URL = f"{settings.REDIS_URL.rpartition('/')[0]}/{int(worker.removeprefix('gw'))}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the browser belongs to its step: Playwright's loop would stop every other asynchronous test."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Transactional tests empty every table after themselves, the audit trail too."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER core_auditentry_no_truncate")


@pytest.fixture
def cast(db: None) -> Cast:
    """曜日乳業 and its people."""
    return make_yaori()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser; each person has a context of their own in it."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in the thread of the test
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
