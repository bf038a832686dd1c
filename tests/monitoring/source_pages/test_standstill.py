"""Where nothing at all is collected (workers, beat or broker are down) every page says so, and since when."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.queries import BoardReader
from monitoring.models import Host, Source, Subscription, Visit
from monitoring.queries.standstill import standstill_since
from sentinel.core.models import Membership
from tests.factories import Cast
from tests.monitoring.stage import subscribe

MINUTE = timedelta(minutes=1)


@pytest.fixture
def source(yaori: Cast) -> Source:
    """Visited eleven minutes ago, due for six minutes, and nothing comes."""
    now = timezone.now()
    source = subscribe(yaori, now=now - timedelta(days=1)).source
    Source.objects.update(last_visit_at=now - 11 * MINUTE, last_success_at=now - 11 * MINUTE, outcome="ok")
    Visit.objects.open().update(due_at=now - 6 * MINUTE)
    return source


def stands_still(cast: Cast) -> datetime | None:
    last = Subscription.objects.active().filter(workspace=cast.workspace).tally()["last_visit_at"]
    return standstill_since(cast.workspace, last, timezone.now())


def sentences(client: Client, yaori: Cast) -> list[str]:
    """What the board, the list of sources and its frame say."""
    reader = BoardReader(Membership.objects.get(user=yaori.staff), timezone.now())
    page = client.get(reverse("source-list", kwargs={"workspace": yaori.workspace.slug}))
    return [reader.situation().blind_sentence, page.context["standstill"], page.context["nav"]["blind_sentence"]]


def test_every_page_says_since_when_nothing_is_collected(admin: Client, yaori: Cast, source: Source) -> None:
    said = sentences(admin, yaori)
    time = timezone.localtime(timezone.now() - 6 * MINUTE).strftime("%H:%M")
    assert said == [f"Nothing has been collected since {time}: visits are due, and none is made."] * 3
    page = admin.get(reverse("source-list", kwargs={"workspace": yaori.workspace.slug})).content.decode()
    assert "without trouble" not in page
    assert "hidden from us right now" not in page


@pytest.mark.parametrize(
    "why",
    ["visited lately", "under way", "not due for long", "parked", "paused", "resting", "asked", "read by nobody"],
)
def test_what_waits_for_a_reason_is_no_standstill(admin: Client, yaori: Cast, source: Source, why: str) -> None:
    now = timezone.now()
    {
        "visited lately": lambda: Source.objects.update(last_visit_at=now - MINUTE),
        "under way": lambda: Visit.objects.update(lease_until=now + MINUTE),
        "not due for long": lambda: Visit.objects.update(due_at=now - 4 * MINUTE),
        "parked": lambda: Visit.objects.update(parked_at=now, error="x"),
        "paused": lambda: Subscription.objects.update(paused_at=now),
        "resting": lambda: Host.objects.create(name=source.domain, free_at=now + MINUTE),
        "asked": lambda: Host.objects.create(name=source.domain, free_at=now, busy_until=now + MINUTE),
        "read by nobody": lambda: Subscription.objects.all().delete(),
    }[why]()
    assert stands_still(yaori) is None
    assert not any("Nothing has been collected" in said for said in sentences(admin, yaori))


def test_a_workspace_that_reads_nothing_is_told_of_no_standstill(yaori: Cast, tsukimi: Cast, source: Source) -> None:
    assert stands_still(tsukimi) is None
    assert stands_still(yaori) is not None
