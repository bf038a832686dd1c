"""No page shows an author's name unasked, and none ever shows a secret: every address is read and searched."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from monitoring.crawler import report_of
from monitoring.models import Capture, Post, Source, SourceVersion, Subscription, Visit
from monitoring.operations.definitions import sealed
from monitoring.operations.visits import finish_visit
from monitoring.visiting.visit import VisitResult
from playbooks.models import Crisis
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import open_crisis
from sentinel.core.models import AuditEntry
from sentinel.core.net.types import Response
from sentinel.core.permissions import Role
from tests.factories import NOW, Cast, join, make_user
from tests.monitoring.stage import SPOILT, item, subscribe, watch_brand, work
from tests.test_permissions import PATTERNS, address_of

NAME = "王小明本人"
COOKIE = "SUB=_2AtopsecretCookieValue; over18=1"
SECRET = "_2AtopsecretCookieValue"
MINE: dict[str, Any] = {"post_id": Post, "crisis_id": Crisis, "capture_id": Capture, "source_id": Subscription}
SHOWS_NAMES = {"post-snapshot"}  # what a site showed to everybody, as received


@pytest.fixture
def source(cast: Cast) -> Source:
    """A source with a cookie, whose site repeats it in everything that it sends."""
    watch_brand(cast)
    subscription = subscribe(cast)
    Source.objects.update(owner=cast.workspace, secrets=sealed({"cookie": COOKIE}))
    source = Source.objects.get(pk=subscription.source_id)
    echo = f"{NAME} {SPOILT} {COOKIE}"
    url = f"https://dcard.example/food?sid={SECRET}"
    answer = Response(url, 200, {"content-type": "text/html", "x-echo": COOKIE, "set-cookie": COOKIE}, echo.encode())
    found = item(f"{SPOILT} {SECRET}", author=NAME, url=f"https://dcard.example/p/1?s={SECRET}", response=answer)
    result = VisitResult(
        outcome="blocked",
        detail=f"403 {url}",
        http_status=403,
        items=[found],
        unread=0,
        requests=1,
        bytes_received=1,
        retry_after=None,
        state={},
        log=[],
    )
    visit = Visit.objects.filter(source=source).get()
    Visit.objects.filter(pk=visit.pk).update(lease_until=NOW + timedelta(minutes=1))
    visit.refresh_from_db()
    finish_visit(visit=visit, report=report_of(result, source, NOW), now=NOW)
    work()
    return source


@pytest.fixture
def crisis(cast: Cast, source: Source) -> Crisis:
    crisis = open_crisis(workspace=cast.workspace, title="異物", level=2, summary="", by=cast.staff, now=NOW)
    file_evidence(crisis=crisis, post=Post.objects.get(), note="", by=cast.staff, now=NOW)
    return crisis


def address_in_story(pattern: URLPattern, cast: Cast) -> str:
    """An address of the workspace, with the things of this story where they fit."""
    parts = {part for part in pattern.pattern.converters if part != "workspace"}
    if not parts <= MINE.keys():
        return address_of(pattern, cast.workspace)
    things = {part: MINE[part].objects.latest("pk").pk for part in parts}
    return reverse(str(pattern.name), kwargs={"workspace": cast.workspace.slug, **things})


def test_no_page_shows_a_name_unasked_or_a_secret(cast: Cast, crisis: Crisis, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    everyone = make_user("全能")
    join(cast.workspace, everyone, *Role)
    member = Client()
    member.force_login(everyone)
    for pattern in PATTERNS.values():
        with transaction.atomic():
            address = address_in_story(pattern, cast)
            answer = member.get(address)
            shown = (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode(
                "utf-8", "replace"
            )  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        assert SECRET not in shown, address
        if pattern.name not in SHOWS_NAMES:
            assert NAME not in shown, address
    assert SECRET not in caplog.text
    assert NAME not in caplog.text


def test_no_secret_stands_readable_in_the_database(cast: Cast, crisis: Crisis) -> None:
    for model in (Source, SourceVersion, Visit, Post, Capture, AuditEntry):
        rows = json.dumps(list(model._default_manager.values()), default=str)
        assert SECRET not in rows, model
