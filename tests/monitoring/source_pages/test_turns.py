"""One connection and a rest per registrable domain, across workers that know nothing of each other."""

import asyncio
import os
import subprocess
import sys
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from monitoring.crawler import crawl_round
from monitoring.models import Host, Source, Subscription, Visit
from monitoring.operations.domains import hold_domains, rest_domains, take_domain
from monitoring.operations.visits import claim_visits
from monitoring.visiting.visit import VisitLimits
from tests.factories import NOW, Cast
from tests.fakes.hostile import HostileServer, Seen, answer
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.source_pages.test_crawling import coming, entries, last_visit, read, visit_again
from tests.monitoring.source_pages.test_crawling_together import in_parallel

SECOND = timedelta(seconds=1)
WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "sentinel.settings"
import django
django.setup()
from django.conf import settings
from django.db import connections
connections.settings["default"]["NAME"] = settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.ALLOWED_PRIVATE_HOSTS = [sys.argv[2]]
from monitoring import crawler
crawler.socket.gethostname = lambda: sys.argv[3]  # a machine of its own
ends = crawler.time.monotonic() + 14
while crawler.time.monotonic() < ends:
    crawler.crawl_round()
    crawler.time.sleep(0.1)
"""


class Watched:
    """Answers with a feed after `took` seconds, and notes when each request began and ended."""

    def __init__(self, took: float) -> None:
        self.took, self.spans = took, list[tuple[float, float]]()
        self.at_once = self.most_at_once = 0

    async def __call__(self, server: HostileServer, seen: Seen, writer: Any) -> None:
        began = time.monotonic()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.took)
        self.at_once -= 1
        self.spans.append((began, time.monotonic()))
        body = b"" if seen.path == "/robots.txt" else entries(seen.path[1:])
        await answer(body, status="404 Not Found" if not body else "200 OK")(server, seen, writer)


def test_two_processes_share_the_budget_of_a_domain(yaori: Cast, site: Site) -> None:
    watched = Watched(took=0.2)
    server = site(dict.fromkeys(("/robots.txt", *(f"/{n}" for n in range(5))), watched))
    for n in range(5):
        read(yaori, server.url(f"/{n}"), interval=3600)
    given = {**os.environ, "PRIVATE_HOST_DELAY": "1"}
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], server.place]
    workers = [subprocess.Popen([*command, f"machine-{n}"], env=given) for n in (1, 2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert len(watched.spans) == 6  # robots.txt once, each feed once
    assert watched.most_at_once == 1
    gaps = [later[0] - sooner[1] for sooner, later in pairwise(sorted(watched.spans))]
    assert min(gaps) >= 0.99
    assert len({round(gap, 1) for gap in gaps}) > 1  # spread
    assert Visit.objects.finished().count() == 5


def test_many_sources_of_one_domain_do_not_keep_the_others_waiting(yaori: Cast) -> None:
    for n in range(30):
        read(yaori, f"https://www{n}.busy.example/rss")
    other = read(yaori, "https://quiet.test/rss").source
    now = timezone.now()
    Visit.objects.update(due_at=now - timedelta(minutes=9))
    Visit.objects.filter(source=other).update(due_at=now)
    first = claim_visits(now=now, limit=2)
    assert [one.domain for one in first] == ["busy.example"]
    assert [one.domain for one in claim_visits(now=now, limit=2)] == ["quiet.test"]
    assert claim_visits(now=now, limit=2) == []


def test_a_domain_is_held_by_one_and_given_back_with_a_rest(yaori: Cast) -> None:
    until = NOW + 40 * SECOND
    assert hold_domains(names=["a.test", "b.test"], until=until, now=NOW) == {"a.test": NOW, "b.test": NOW}
    assert hold_domains(names=["a.test", "c.test"], until=until, now=NOW) == {"c.test": NOW}
    assert take_domain(name="a.test", now=NOW) is None
    rest_domains(rests={"a.test": NOW + 30 * SECOND}, held_until=[until])
    assert hold_domains(names=["a.test"], until=until, now=NOW + SECOND) == {}  # it rests
    assert list(hold_domains(names=["a.test"], until=until, now=NOW + 28 * SECOND)) == ["a.test"]


def test_a_worker_that_died_loses_its_turn_and_cannot_end_that_of_another(yaori: Cast) -> None:
    until = NOW + 40 * SECOND
    hold_domains(names=["a.test"], until=until, now=NOW)
    later = until + 40 * SECOND
    assert list(hold_domains(names=["a.test"], until=later, now=until)) == ["a.test"]
    rest_domains(rests={"a.test": NOW}, held_until=[until])  # the first was only slow
    assert Host.objects.get(name="a.test").busy_until == later


def test_one_request_elsewhere_takes_the_domain_ahead_of_time(yaori: Cast) -> None:
    Host.objects.create(name="a.test", free_at=NOW + 3 * SECOND)
    hold = take_domain(name="a.test", now=NOW)
    assert hold is not None
    assert (hold.wait, hold.until) == (3, NOW + 33 * SECOND)
    assert take_domain(name="a.test", now=NOW + SECOND) is None
    rest_domains(rests={"a.test": NOW + 5 * SECOND}, held_until=[hold.until])
    again = take_domain(name="a.test", now=NOW + 4 * SECOND)
    assert again is not None
    assert again.wait == 1


def test_too_many_requests_keep_us_from_the_domain_and_trouble_from_the_source_alone(yaori: Cast, site: Site) -> None:
    late = "Retry-After: 900"
    busy = site({"/a": answer(b"", late, status="429 Too Many Requests"), "/b": answer(entries("b"))})
    down = site({"/a": answer(b"", late, status="503 No"), "/b": answer(entries("c"))})
    sources = {path: read(yaori, path).source for path in (busy.url("/a"), busy.url("/b"), down.url("/a"))}
    Visit.objects.filter(source=sources[busy.url("/b")]).update(due_at=timezone.now() + timedelta(hours=1))
    crawl_round()
    now = timezone.now()
    assert Host.objects.get(name=busy.place).free_at > now + timedelta(seconds=890)
    assert Host.objects.get(name=down.place).free_at < now + timedelta(seconds=5)
    for path in (busy.url("/a"), down.url("/a")):
        assert coming(sources[path]).due_at > now + timedelta(seconds=890)  # type: ignore[operator]
    visit_again(sources[busy.url("/b")])
    assert crawl_round() == 0
    other = read(yaori, down.url("/b")).source
    assert crawl_round() == 1
    assert last_visit(other).outcome == "ok"


def test_a_robots_txt_that_cannot_be_had_is_kept_to_as_we_knew_it(yaori: Cast, site: Site) -> None:
    rules = answer(b"User-agent: *\nDisallow: /shut\n")
    server = site({"/robots.txt": rules, "/rss": answer(entries("a")), "/shut": answer(entries("b"))})
    open_one, shut_one = (read(yaori, server.url(path)).source for path in ("/rss", "/shut"))
    crawl_round()
    server.behaviours["/robots.txt"] = answer(status="503 No")
    for age, outcomes in ((25, ("unchanged", "robots")), (49, ("robots-unreachable", "robots-unreachable"))):
        Host.objects.update(robots_fetched_at=timezone.now() - timedelta(hours=age))
        visit_again(open_one)
        visit_again(shut_one)
        crawl_round()
        assert (last_visit(open_one).outcome, last_visit(shut_one).outcome) == outcomes


def test_a_source_may_ask_for_a_longer_rest_and_an_own_machine_for_none(yaori: Cast, site: Site, settings: Any) -> None:
    settings.PRIVATE_HOST_DELAY = 1.0
    asked = Watched(took=0.0)
    server = site({"/robots.txt": asked, "/a": asked})
    source = read(yaori, server.url("/a")).source
    Source.objects.filter(pk=source.pk).update(delay=0.0)
    crawl_round()
    (robots, page) = sorted(asked.spans)
    assert page[0] - robots[1] < 0.5
    Source.objects.filter(pk=source.pk).update(delay=2.0)
    Host.objects.update(robots_fetched_at=None)
    visit_again(source)
    crawl_round()
    (robots, page) = sorted(asked.spans)[2:]
    assert page[0] - robots[1] >= 2.0


def test_the_round_goes_on_elsewhere_while_slow_visits_come_to_their_end(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.crawler.TURN", 0.3)
    monkeypatch.setattr("monitoring.crawler.HANDED_OVER_AFTER", 0.2)
    slow = Watched(took=3.0)
    server, other = site({"/slow": slow}), site({"/quick": answer(entries("quick"))})
    read(yaori, server.url("/slow"))

    def next_round() -> None:
        time.sleep(1.5)
        read(yaori, other.url("/quick"))
        crawl_round()

    in_parallel_each(crawl_round, next_round)
    quick = Subscription.objects.get(source__url=other.url("/quick")).source
    assert last_visit(quick).finished_at < last_visit(Source.objects.exclude(pk=quick.pk).get()).finished_at


def in_parallel_each(*works: Any) -> None:
    """Each in a thread of its own."""
    left = list(works)
    in_parallel(lambda: left.pop()(), len(works))


# --- led elsewhere


def led_to(url: str) -> Any:
    return answer(b"", f"Location: {url}", status="302 Found")


def test_a_redirect_to_another_domain_takes_its_turn_there_and_asks_its_robots_txt(
    yaori: Cast, site: Site, settings: Any
) -> None:
    settings.PRIVATE_HOST_DELAY = 1.0
    watched = Watched(took=0.1)
    there = site({"/robots.txt": answer(status="404 Not Found"), "/rss": watched, "/own": watched})
    here = site({"/old": led_to(there.url("/rss"))})
    led, own = (read(yaori, url, interval=3600).source for url in (here.url("/old"), there.url("/own")))
    crawl_round()
    assert (last_visit(led).outcome, last_visit(own).outcome) == ("ok", "ok")
    assert [seen.path for seen in there.seen].count("/robots.txt") == 1
    first, second = sorted(watched.spans)
    assert second[0] - first[1] >= 0.99
    assert watched.most_at_once == 1
    assert Host.objects.get(name=there.place).free_at > timezone.now() - timedelta(seconds=30)


def test_a_redirect_leads_nowhere_that_the_robots_txt_there_closes(yaori: Cast, site: Site) -> None:
    there = site({"/robots.txt": answer(b"User-agent: *\nDisallow: /shut"), "/shut": answer(entries("a"))})
    here = site({"/old": led_to(there.url("/shut")), "/older": led_to("/closed"), "/closed": answer(entries("b"))})
    here.behaviours["/robots.txt"] = answer(b"User-agent: *\nDisallow: /closed")
    sources = [read(yaori, here.url(path)).source for path in ("/old", "/older")]
    crawl_round()
    assert [last_visit(one).outcome for one in sources] == ["robots", "robots"]
    assert [seen.path for seen in there.seen] == ["/robots.txt"]
    assert "/closed" not in [seen.path for seen in here.seen]


def test_a_domain_that_asks_for_slowness_is_asked_slowly_by_who_is_led_there_too(yaori: Cast, site: Site) -> None:
    watched = Watched(took=0.0)
    there = site({"/robots.txt": answer(b"User-agent: *\nCrawl-delay: 2"), "/a": watched, "/b": watched})
    here = site({"/a": led_to(there.url("/a")), "/b": led_to(there.url("/b"))})
    for path in ("/a", "/b"):
        read(yaori, here.url(path), interval=3600)
    crawl_round()
    first, second = sorted(watched.spans)
    assert second[0] - first[1] >= 1.99


def test_two_visits_that_are_led_to_each_others_domain_do_not_wait_for_ever(yaori: Cast, site: Site) -> None:
    asked: list[str] = []

    def meeting(url: str) -> Any:
        async def behave(server: HostileServer, seen: Seen, writer: Any) -> None:
            asked.append(url)
            while len(asked) < 2:
                await asyncio.sleep(0.05)
            await led_to(url)(server, seen, writer)

        return behave

    one = site({"/new": answer(entries("one"))})
    other = site({"/new": answer(entries("other"))})
    one.behaviours["/old"], other.behaviours["/old"] = meeting(other.url("/new")), meeting(one.url("/new"))
    sources = [read(yaori, server.url("/old"), interval=3600).source for server in (one, other)]
    began = time.monotonic()
    crawl_round()
    assert [last_visit(source).outcome for source in sources] == ["ok", "ok"]
    assert time.monotonic() - began < 12
    assert not Host.objects.exclude(busy_until=None).exists()


def test_a_domain_that_is_busy_for_long_ends_the_visit_that_is_led_there_in_time(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.crawler.LIMITS", VisitLimits(seconds=2.0))
    monkeypatch.setattr("monitoring.crawler.visit_source.__defaults__", (VisitLimits(seconds=2.0), None))
    there = site({"/new": answer(entries("a"))})
    source = read(yaori, site({"/old": led_to(there.url("/new"))}).url("/old")).source
    Host.objects.create(name=there.place, free_at=timezone.now(), busy_until=timezone.now() + timedelta(minutes=5))
    began = time.monotonic()
    crawl_round()
    assert time.monotonic() - began < 8
    assert last_visit(source).outcome == "out-of-time"
    assert there.seen == []
