"""Sites that want to be asked slowly, that say when to come again, that lie, and clocks that jump."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitoring.crawler import crawl_round
from monitoring.models import Host, Post, Source, Visit
from monitoring.visiting.visit import VisitLimits
from tests.factories import Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.source_pages.test_crawling import ARTICLE, LIST, coming, entries, last_visit, read, visit_again

SLOW = answer(b"User-agent: *\nCrawl-delay: 1.2\n")
HOUR = timedelta(hours=1)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit lasts a second, which the Crawl-delay of these sites leaves for one request: a minute's in small."""
    monkeypatch.setattr("monitoring.crawler.visit_source.__defaults__", (VisitLimits(seconds=1.0), None))


def go_on(source: Source) -> list[str]:
    """The outcomes of visits until the next is not due at once; each comes after the rest that the site wants."""
    outcomes = []
    for _ in range(12):
        time.sleep(1.3)
        visit_again(source)
        crawl_round()
        outcomes.append(last_visit(source).outcome)
        due = coming(source).due_at
        assert due is not None
        if due > timezone.now() + timedelta(minutes=4):
            break
    return outcomes


def paths(server: HostileServer) -> list[str]:
    return [seen.path for seen in server.seen]


@pytest.mark.usefixtures("hurried")
def test_pages_are_read_one_by_one_where_a_site_leaves_time_for_one_alone(yaori: Cast, site: Site) -> None:
    articles = {f"/a/{n}": answer(ARTICLE.replace(b"off", b"off %d" % n)) for n in (1, 2)}
    server = site({"/robots.txt": SLOW, "/news": answer(LIST), **articles})
    wanted = {"rows": "ul.news > li", "detail_text": "p.body"}
    source = read(yaori, server.url("/news"), kind="listing", interval=300, **wanted).source
    crawl_round()  # the robots.txt takes this one
    assert go_on(source) == ["ok", "ok", "ok"]
    assert paths(server) == ["/robots.txt", "/news", "/a/1", "/a/2"]
    assert Post.objects.count() == 2
    visit_again(source)
    time.sleep(1.3)
    crawl_round()
    assert paths(server)[-1] == "/news"  # and then the list again


def test_a_server_that_never_ceases_to_say_that_nothing_changed_is_believed_for_a_day(yaori: Cast, site: Site) -> None:
    async def lie(server: HostileServer, seen: Seen, writer: Any) -> None:
        fresh = answer(entries(f"post-{len(server.seen)}"), 'ETag: "same"')
        known = answer(b"", 'ETag: "same"', status="304 Not Modified")
        await (known if "if-none-match" in seen.headers else fresh)(server, seen, writer)

    server = site({"/rss": lie})
    source = read(yaori, server.url("/rss")).source
    crawl_round()
    visit_again(source)
    crawl_round()
    assert (last_visit(source).outcome, Post.objects.count()) == ("unchanged", 1)
    source.refresh_from_db()
    (state,) = source.state.values()
    state["read"] = str(int(state["read"]) - 24)
    Source.objects.filter(pk=source.pk).update(state=source.state)
    visit_again(source)
    crawl_round()
    assert (last_visit(source).outcome, Post.objects.count()) == ("ok", 2)
    visit_again(source)
    crawl_round()
    assert "if-none-match" in server.seen[-1].headers


def moved_after(seconds: str, at: list[float]) -> Behaviour:
    async def behave(server: HostileServer, seen: Seen, writer: Any) -> None:
        at.append(time.monotonic())
        fields = ("Location: /new", f"Retry-After: {seconds}")
        await answer(b"", *fields, status="301 Moved Permanently")(server, seen, writer)

    return behave


def test_a_redirect_that_asks_to_wait_is_followed_after_that_wait(yaori: Cast, site: Site) -> None:
    at: list[float] = []

    async def arrive(server: HostileServer, seen: Seen, writer: Any) -> None:
        at.append(time.monotonic())
        await answer(entries("a"))(server, seen, writer)

    server = site({"/rss": moved_after("2", at), "/new": arrive})
    source = read(yaori, server.url("/rss")).source
    crawl_round()
    assert last_visit(source).outcome == "ok"
    assert at[1] - at[0] >= 2


def test_a_redirect_that_asks_for_a_longer_wait_than_a_visit_ends_it(yaori: Cast, site: Site) -> None:
    server = site({"/rss": moved_after("900", []), "/new": answer(entries("a"))})
    source = read(yaori, server.url("/rss")).source
    crawl_round()
    assert last_visit(source).outcome == "out-of-time"
    assert "/new" not in paths(server)
    assert coming(source).due_at > timezone.now() + timedelta(seconds=890)  # type: ignore[operator]


def test_what_a_clock_that_was_ahead_planned_and_held_is_mended(yaori: Cast, site: Site) -> None:
    server = site({"/rss": answer(entries("a"))})
    sources = [read(yaori, server.url(path)).source for path in ("/rss", "/rss?b")]
    crawl_round()
    years = timezone.now() + timedelta(days=3000)
    Host.objects.update(free_at=years, busy_until=years)
    Visit.objects.open().filter(source=sources[0]).update(due_at=years)
    Visit.objects.open().filter(source=sources[1]).update(due_at=timezone.now() - HOUR, lease_until=years)
    before = Visit.objects.finished().count()
    seen = len(server.seen)
    crawl_round()
    assert len(server.seen) == seen + 2
    assert Visit.objects.finished().count() >= before


def test_a_rest_of_a_day_is_kept(yaori: Cast, site: Site) -> None:
    server = site({"/rss": answer(entries("a"))})
    source = read(yaori, server.url("/rss")).source
    crawl_round()
    Host.objects.update(free_at=timezone.now() + timedelta(hours=23, minutes=59))
    visit_again(source)
    assert crawl_round() == 0
