"""Each state of a source is reached by what a real server does, and is shown with what to do about it."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from monitoring.crawler import crawl_round
from monitoring.models import Source, SourceHabit, SourceNotice, Subscription, Visit, Volume
from monitoring.operations.health import watch_sources
from monitoring.source_health import source_health
from tests.factories import Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer
from tests.fakes.loopback import feed_of
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.source_pages.test_crawling import read

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ROWS = b'<ul><li class=a><a href="/1">one</a></li></ul>'
ADVICE = {
    "blocked": "Ask the site for access or read its official interface",
    "login": "Read the network's official interface instead",
    "layout": "Edit the source and test it: what is read has to be chosen anew.",
    "down": "It is tried again by itself.",
    "late": "Read fewer pages of it at once",
    "empty": "If there are posts, edit what is read.",
    "quiet": "what is read misses them; edit it.",
}
LABELS = {
    "ok": "Well",
    "late": "Late",
    "empty": "Empty",
    "quiet": "Unusually quiet",
    "blocked": "Blocked",
    "login": "Login needed",
    "layout": "Layout changed",
    "down": "Down",
}


class Paper:
    """A feed whose every visit finds a new entry, published `ago`, until it is made to show `nothing`."""

    def __init__(self, name: str, ago: timedelta) -> None:
        self.name, self.ago, self.number, self.nothing, self.still = name, ago, 0, False, False

    async def __call__(self, server: HostileServer, seen: Seen, writer: Any) -> None:
        self.number += not self.still
        link = f"https://{self.name}.example/{self.number}"
        entry = {"title": f"{self.name} {self.number}", "link": link, "at": timezone.now() - self.ago}
        await answer(feed_of(*([] if self.nothing else [entry])), "Content-Type: application/xml")(server, seen, writer)


def rounds(count: int) -> None:
    for _ in range(count):
        Visit.objects.open().update(due_at=timezone.now())
        crawl_round()


def named(cast: Cast, name: str, url: str, **fields: Any) -> Source:
    """A source that was read before, so that nothing of it counts as history."""
    subscription = read(cast, url, interval=3600, **fields)
    Subscription.objects.filter(pk=subscription.pk).update(name=name)
    began = timezone.now() - 24 * HOUR
    Source.objects.filter(pk=subscription.source_id).update(created_at=began, last_success_at=timezone.now() - HOUR)
    return subscription.source


def always_brought(source: Source, an_hour: int, now: datetime) -> None:
    """Four weeks of volumes until three hours ago."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    Source.objects.filter(pk=source.pk).update(created_at=now - timedelta(days=30), last_item_at=hour - 4 * HOUR)
    hours = (hour - number * HOUR for number in range(4, 28 * 24))
    Volume.objects.bulk_create(Volume(source=source, hour=one, posts=an_hour) for one in hours)


def states(cast: Cast, now: datetime) -> dict[str, str]:
    return {one.subscription.name: one.state for one in source_health(cast.workspace, now)}


def test_every_state_is_reached_and_shown_with_what_to_do(yaori: Cast, site: Site, admin: Client) -> None:
    papers = {name: Paper(name, 90 * MINUTE if name == "late" else MINUTE) for name in ("ok", "late", "empty", "quiet")}
    papers["quiet"].still = True
    moving: dict[str, Behaviour] = {"/": answer(ROWS, "Content-Type: text/html")}
    changing = site(moving)
    for name, paper in papers.items():
        named(yaori, name, site({"/rss": paper}).url("/rss"))
    named(yaori, "blocked", site({"/rss": answer(status="403 Forbidden")}).url("/rss"))
    wall = answer(b"<h1>\xe8\xab\x8b\xe5\x85\x88\xe7\x99\xbb\xe5\x85\xa5</h1><form><input type=password></form>")
    named(yaori, "login", site({"/": wall}).url("/"), kind="listing", rows="li.a", follow=False)
    named(yaori, "layout", changing.url("/"), kind="listing", rows="li.a", follow=False)
    named(yaori, "down", site({"/rss": answer(status="503 No")}).url("/rss"))
    assert set(states(yaori, timezone.now()).values()) == {"waiting"}

    rounds(3)
    changing.behaviours["/"] = answer(b"<div>a new design</div>", "Content-Type: text/html")
    papers["empty"].nothing = True
    rounds(3)
    now = timezone.now()
    always_brought(Source.objects.get(subscriptions__name="quiet"), 10, now)
    watch_sources(now=now)
    SourceHabit.objects.update(checked_at=None)
    watch_sources(now=now)
    assert states(yaori, now) == {name: name for name in LABELS}

    told = set(SourceNotice.objects.filter(ended_at=None).values_list("source__subscriptions__name", "kind"))
    assert told == {(name, name) for name in LABELS if name not in ("ok", "late")}
    for subscription in Subscription.objects.all():
        page = admin.get(f"/w/yaori/sources/{subscription.pk}/").content.decode()
        assert LABELS[subscription.name] in page
        assert ADVICE.get(subscription.name, "") in page.replace("&#x27;", "'")
    board = admin.get("/w/yaori/").content.decode()
    assert "Not collected right now: blocked, down, layout and 1 more; unusually quiet: empty, quiet." in board
