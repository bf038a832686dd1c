"""Chromium against a real web process on the test database.

A test asks for `page_as`, signs a person in with it and goes to addresses of the site:

    def test_something(cast: Cast, page_as: PageAs) -> None:
        page = page_as(cast.staff)
        page.goto("/w/yaori/")

Whatever the page writes to the console as an error, the content policy's refusals among it, fails the test.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from playwright.sync_api import Browser, Page

from sentinel.core.models import User
from sentinel.embedded.parts import parts
from tests.chromium import PATIENCE, slow_down
from tests.factories import Cast, make_yaori

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
START_SECONDS = 90

PageAs = Callable[..., Page]


@pytest.fixture(scope="package")
def live_server_url(django_db_setup: None) -> Iterator[str]:
    """The address of the web process, which serves what the tests commit."""
    port = _free_port()
    web, _worker, _beat = parts(host="127.0.0.1", port=port, variables={**os.environ, **_surroundings()})
    process = subprocess.Popen(web.command, env=dict(web.environment), stdout=sys.stderr)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_serves(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """曜日乳業 and its people."""
    return make_yaori()


@pytest.fixture
def page_as(
    transactional_db: None, live_server_url: str, chromium: Browser, pytestconfig: pytest.Config
) -> Iterator[PageAs]:
    """A page on which a person is signed in: `page_as(user, phone=False, dark=False, language="en")`."""
    contexts, complaints = [], []

    def open_page(user: User | None, *, phone: bool = False, dark: bool = False, language: str = "en") -> Page:
        context = chromium.new_context(
            base_url=live_server_url,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            locale=language,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if pytestconfig.getoption("slow_browser"):
            slow_down(context)
        if user is not None:
            User.objects.filter(pk=user.pk).update(language=language)
            context.add_cookies([{"name": "sessionid", "value": _session_of(user), "url": live_server_url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        return page

    yield open_page
    for context in contexts:
        context.unroute_all(behavior="ignoreErrors")
        context.close()
    assert complaints == []


def visit(page: Page, address: str, *, status: int = 200) -> None:
    """Go to an address that answers so: a check of a page that is not there checks nothing."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status, f"{address} answers {answer.status}"


def press(page: Page, key: str) -> None:
    """Press a key once the page listens, which it does when it is loaded: its scripts are deferred."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing on the page: in light and in dark, at 1440 and at 390 pixels."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = axe_violations(page)
            assert found == [], f"{page.url} at {size['width']} px in {scheme}: {found}"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def _surroundings() -> dict[str, str]:
    database = connection.settings_dict
    credentials = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
    return {
        "DATABASE_URL": f"postgresql://{credentials}{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "DJANGO_SETTINGS_MODULE": "sentinel.settings",
        "PYTHONWARNINGS": "default",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_serves(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the web process ended while starting"
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web process does not serve")


def _session_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


NOT_THE_PAGES = ("Failed to load resource", "ERR_INTERNET_DISCONNECTED")


def is_complaint(message: object) -> bool:
    """A refused answer is the server's business, a cut line the test's; every other error is the page's."""
    return message.type == "error" and not any(words in message.text for words in NOT_THE_PAGES)  # type: ignore[attr-defined]
