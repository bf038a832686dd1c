"""Several crawlers at once, and none that stops without a word."""

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from monitoring import crawler
from monitoring.crawler import crawl_round, report_of
from monitoring.models import Post, Visit
from monitoring.operations.sources import pause_source
from monitoring.operations.visits import VISITS, Report, finish_visit, plan_missing_visits
from monitoring.sources.items import Item
from monitoring.tasks import crawl
from sentinel.core.stages import LeaseLostError
from tests.factories import Cast
from tests.fakes.hostile import HostileServer, Seen, answer
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.source_pages.test_crawling import MINUTE, coming, entries, last_visit, read, visit_again

# --- several crawlers ---------------------------------------------------------------------------


def test_a_visit_of_a_killed_worker_is_taken_over_and_nothing_is_there_twice(yaori: Cast, site: Site) -> None:
    server = site({"/rss": answer(entries("a", "b"))})
    source = read(yaori, server.url("/rss")).source
    (killed,) = VISITS.claim(now=timezone.now())
    assert crawl_round() == 0  # the lease holds
    Visit.objects.filter(pk=killed.pk).update(lease_until=timezone.now() - MINUTE)
    killed.lease_until = timezone.now() - MINUTE
    assert crawl_round() == 1
    # The first worker was only slow: its report comes too late.
    late = Report("ok", items=[Item("https://n.example/a", title="a"), Item("https://n.example/late", title="late")])
    with pytest.raises(LeaseLostError):
        finish_visit(visit=killed, report=late, now=timezone.now())
    assert sorted(Post.objects.values_list("title", flat=True)) == ["a", "b"]
    assert Visit.objects.finished().filter(source=source).count() == 1
    assert Visit.objects.open().filter(source=source).count() == 1


def test_two_crawlers_at_once_do_not_visit_the_same_source(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler.socket, "gethostname", lambda: threading.current_thread().name)
    server = site({f"/{n}": answer(entries(f"t{n}")) for n in range(12)})
    for n in range(12):
        read(yaori, server.url(f"/{n}"), interval=3600)
    in_parallel(crawl_round, 2)
    paths = [seen.path for seen in server.seen if seen.path != "/robots.txt"]
    assert sorted(paths) == sorted(f"/{n}" for n in range(12))
    assert Visit.objects.finished().count() == Post.objects.count() == 12


def in_parallel(work: Callable[[], object], times: int) -> None:
    def work_and_hang_up() -> None:
        work()
        connections.close_all()

    threads = [threading.Thread(target=work_and_hang_up) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_one_machine_runs_one_round_at_a_time(yaori: Cast, site: Site) -> None:
    with crawler.own_round("crawl") as mine:
        assert mine
        counts: list[int] = []
        in_parallel(lambda: counts.append(crawl_round()), 1)
        assert counts == [0]


def test_two_sources_of_one_host_keep_the_pace_that_it_asks_for(yaori: Cast, site: Site) -> None:
    asked: list[float] = []

    async def timed(server: HostileServer, seen: Seen, writer: Any) -> None:
        asked.append(time.monotonic())
        await answer(entries(seen.path[1:]))(server, seen, writer)

    server = site({"/robots.txt": answer(b"User-agent: *\nCrawl-delay: 2\n"), "/a": timed, "/b": timed, "/c": timed})
    for path in "abc":
        read(yaori, server.url(f"/{path}"))
    crawl_round()
    assert len(asked) == 3
    gaps = [later - sooner for sooner, later in pairwise(asked)]
    assert min(gaps) > 1.5


# --- never a silent stop ------------------------------------------------------------------------


def test_a_source_that_is_read_and_has_no_visit_gets_one(yaori: Cast) -> None:
    without, undue, paused = (read(yaori, f"https://n.example/{n}") for n in range(3))
    Visit.objects.filter(source=without.source).delete()
    Visit.objects.filter(source=undue.source).update(due_at=None)
    pause_source(subscription=paused, by=yaori.admin, now=timezone.now())
    Visit.objects.filter(source=paused.source).update(due_at=timezone.now())
    now = timezone.now()
    assert plan_missing_visits(now=now) == 2
    assert coming(without.source).due_at == coming(undue.source).due_at == now
    assert coming(paused.source).due_at is None
    assert plan_missing_visits(now=now) == 0


def test_the_sweep_heals_before_it_crawls(yaori: Cast, site: Site, caplog: pytest.LogCaptureFixture) -> None:
    source = read(yaori, site({"/rss": answer(entries("a"))}).url("/rss")).source
    Visit.objects.all().delete()
    crawl()
    assert last_visit(source).new_posts == 1
    assert "had no visit to come" in caplog.text


def test_what_an_operator_opens_counts_from_the_next_visit(yaori: Cast, site: Site, settings: Any) -> None:
    server = site({"/rss": answer(entries("a"))})
    settings.ALLOWED_PRIVATE_HOSTS = []
    source = read(yaori, server.url("/rss")).source
    crawl_round()
    assert last_visit(source).outcome == "refused-address"
    assert not server.seen
    crawler.AllowedHost.objects.create(address=server.place)
    visit_again(source)
    crawl_round()
    assert last_visit(source).outcome == "ok"


def test_a_report_keeps_a_list_open_while_a_page_of_it_is_missed(yaori: Cast) -> None:
    source = read(yaori, "https://n.example/rss").source
    result = crawler.VisitResult(
        outcome="ok",
        detail="",
        http_status=200,
        items=[],
        unread=0,
        requests=2,
        bytes_received=9,
        retry_after=None,
        state={"https://n.example/rss": {"etag": '"v1"'}},
        log=[],
        listed=["https://n.example/1"],
        failed=["https://n.example/1"],
    )
    report = report_of(result, source, timezone.now())
    assert report.state == {}
    assert list(report.missed) == ["https://n.example/1"]
