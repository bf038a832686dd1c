"""The crawler end to end: what is due is read over HTTP, stored once, written down, and planned again."""

import asyncio
import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from monitoring import crawler
from monitoring.crawler import crawl_round
from monitoring.models import Post, Sighting, Source, Subscription, Visit
from monitoring.operations.health import show_progress
from monitoring.operations.posts import Stored
from monitoring.operations.sources import add_source, want_visit
from monitoring.operations.visits import VISITS, Report, finish_visit
from monitoring.source_health import source_health
from monitoring.sources import KINDS
from monitoring.tasks import crawl
from sentinel.core.net.client import GuardedClient, Limits
from tests.factories import Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer, silence
from tests.fakes.loopback import feed_of
from tests.monitoring.source_pages.conftest import Site

MINUTE = timedelta(minutes=1)
LIST = b'<ul class="news"><li><a href="/a/1">one</a></li><li><a href="/a/2">two</a></li></ul>'
ARTICLE = b'<html><body><article><p class="body">The milk was off, says a mother.</p></article></body></html>'


def read(cast: Cast, url: str, *, kind: str = "feed", interval: int = 5, **fields: Any) -> Subscription:
    """Let the cast's workspace read what is at `url` from now on."""
    definition = KINDS[kind].validate({"url": url, **fields})
    return add_source(
        workspace=cast.workspace,
        kind=kind,
        definition=definition,
        url=KINDS[kind].start(definition)[0].url,
        zone="Asia/Taipei",
        interval=interval,
        name="島嶼新聞",
        retention_days=180,
        by=cast.admin,
        now=timezone.now(),
    )


def entries(*titles: str, at: datetime | None = None) -> bytes:
    at = at or timezone.now() - 3 * MINUTE
    return feed_of(*({"title": title, "link": f"https://n.example/{title}", "at": at} for title in titles))


def last_visit(source: Source) -> Visit:
    return Visit.objects.finished().filter(source=source).latest("finished_at")


def coming(source: Source) -> Visit:
    return Visit.objects.open().get(source=source)


def visit_again(source: Source) -> None:
    Visit.objects.open().filter(source=source).update(due_at=timezone.now())


def whats(visit: Visit) -> list[str]:
    return [line["what"] for line in visit.log]


# --- the three kinds ----------------------------------------------------------------------------


def test_a_feed_is_read_stored_and_planned_again(yaori: Cast, site: Site) -> None:
    server = site({"/rss": answer(entries("a", "b"), "Content-Type: application/rss+xml")})
    source = read(yaori, server.url("/rss"), interval=120).source
    assert crawl_round() == 1
    visit = last_visit(source)
    assert (visit.outcome, visit.http_status, visit.items, visit.new_posts) == ("ok", 200, 2, 2)
    assert whats(visit) == ["address", "answer", "robots", "answer", "items"]
    assert sorted(Post.objects.values_list("title", flat=True)) == ["a", "b"]
    assert 108 <= (coming(source).due_at - visit.finished_at).total_seconds() <= 132  # type: ignore[operator]
    source.refresh_from_db()
    assert source.last_success_at == source.last_item_at == visit.finished_at
    assert source.failures == 0


def test_a_visit_that_somebody_asked_for_is_told_line_by_line_while_it_goes_on(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []

    async def slow(server: HostileServer, seen: Seen, writer: Any) -> None:
        await asyncio.sleep(0.4)
        await answer(entries("a"))(server, seen, writer)

    def look(*, visit: Visit, log: list[dict[str, Any]]) -> None:
        show_progress(visit=visit, log=log)
        told.append(whats(Visit.objects.get(pk=visit.pk)))

    monkeypatch.setattr(crawler, "show_progress", look)
    monkeypatch.setattr(crawler, "LOOK_AGAIN", 0.05)
    subscription = read(yaori, site({"/rss": slow}).url("/rss"))
    want_visit(subscription=subscription, by=yaori.admin, now=timezone.now())
    crawl_round()
    assert ["address", "answer", "robots"] in told
    assert whats(last_visit(subscription.source)) == ["address", "answer", "robots", "answer", "items"]
    told.clear()
    visit_again(subscription.source)
    crawl_round()
    assert told == []  # nobody looks on


def test_a_long_visit_tells_how_many_pages_are_read_though_nobody_asked(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int] | None] = []

    async def slow(server: HostileServer, seen: Seen, writer: Any) -> None:
        await asyncio.sleep(0.3)
        await answer(ARTICLE)(server, seen, writer)

    def look(*, visit: Visit, log: list[dict[str, Any]]) -> None:
        show_progress(visit=visit, log=log)
        (health,) = source_health(yaori.workspace, timezone.now())
        told.append(health.progress)

    monkeypatch.setattr(crawler, "show_progress", look)
    monkeypatch.setattr(crawler, "TELL_EVERY", 0.1)
    server = site({"/news": answer(LIST), "/a/1": slow, "/a/2": slow})
    read(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body")
    crawl_round()
    assert (0, 2) in told
    assert (1, 2) in told


def test_a_redirect_and_the_machine_that_was_let_through_are_in_the_log(yaori: Cast, site: Site) -> None:
    server = site({"/old": answer(b"", "Location: /rss", status="302 Found"), "/rss": answer(entries("a"))})
    source = read(yaori, server.url("/old")).source
    crawl_round()
    log = {line["what"]: line["said"] for line in last_visit(source).log}
    assert log["address"]["address"] == "127.0.0.1"
    assert (log["redirect"]["status"], log["redirect"]["to"]) == (302, server.url("/rss"))
    assert log["answer"]["url"] == server.url("/rss")
    visit_again(source)
    crawl_round()
    kept = next(line["said"] for line in last_visit(source).log if line["what"] == "robots")
    assert 0 <= kept["age"] < 60


def test_a_list_leads_to_its_articles(yaori: Cast, site: Site) -> None:
    server = site({"/news": answer(LIST), "/a/1": answer(ARTICLE), "/a/2": answer(ARTICLE)})
    source = read(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body").source
    crawl_round()
    assert last_visit(source).new_posts == 2
    assert set(Post.objects.values_list("title", "text")) == {
        ("one", "The milk was off, says a mother."),
        ("two", "The milk was off, says a mother."),
    }


def test_a_weibo_style_network_is_read_through_nested_cards(yaori: Cast, site: Site) -> None:
    posts = [{"id": n, "text": f"post {n}", "created_at": "刚刚", "user": {"screen_name": "甲"}} for n in (1, 2)]
    cards = [{"mblog": posts[0]}, {"card_type": 11, "card_group": [{"mblog": posts[1]}]}]
    body = json.dumps({"ok": 1, "data": {"cards": cards}}).encode()
    server = site({"/api/container/getIndex": answer(body, "Content-Type: application/json")})
    source = read(yaori, server.url(""), kind="weibo", query="曜日").source
    crawl_round()
    assert last_visit(source).outcome == "ok"
    assert sorted(Post.objects.values_list("site_id", "text")) == [("1", "post 1"), ("2", "post 2")]


# --- again and again ----------------------------------------------------------------------------


def test_a_second_visit_stores_nothing_twice_and_asks_only_for_what_is_new(yaori: Cast, site: Site) -> None:
    server = site({"/news": answer(LIST), "/a/1": answer(ARTICLE), "/a/2": answer(ARTICLE)})
    source = read(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body").source
    crawl_round()
    visit_again(source)
    crawl_round()
    assert Post.objects.count() == Sighting.objects.count() == 2
    assert last_visit(source).new_posts == 0
    assert [seen.path for seen in server.seen] == ["/robots.txt", "/news", "/a/1", "/a/2", "/news"]


def test_what_has_not_changed_costs_a_304(yaori: Cast, site: Site) -> None:
    async def conditional(server: HostileServer, seen: Seen, writer: Any) -> None:
        if seen.headers.get("if-none-match") == '"v1"':
            return await answer(status="304 Not Modified")(server, seen, writer)
        return await answer(entries("a"), 'ETag: "v1"')(server, seen, writer)

    server = site({"/rss": conditional})
    source = read(yaori, server.url("/rss")).source
    crawl_round()
    visit_again(source)
    crawl_round()
    visit = last_visit(source)
    assert (visit.outcome, visit.http_status, visit.new_posts) == ("unchanged", 304, 0)
    source.refresh_from_db()
    assert source.failures == 0


def test_pages_that_are_gone_for_good_do_not_keep_others_from_being_read(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty dead links at the top of a list, more than one visit reads, and a living one below."""
    rows = "".join(f'<li><a href="/dead/{n}">dead {n}</a></li>' for n in range(40))
    page = f'<ul class="news">{rows}<li><a href="/a/1">alive</a></li></ul>'.encode()
    server = site({"/news": answer(page), "/a/1": answer(ARTICLE)})
    source = read(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body").source
    crawl_round()
    visit_again(source)
    crawl_round()
    assert Post.objects.get().title == "alive"
    source.refresh_from_db()
    assert len(source.missed) == 40
    before = len(server.seen)
    visit_again(source)
    crawl_round()
    assert [seen.path for seen in server.seen[before:]] == ["/news"]  # the dead are left in peace for a while
    assert last_visit(source).outcome == "ok"


def test_a_list_of_which_nothing_can_be_read_is_a_failure_and_stays_one(yaori: Cast, site: Site) -> None:
    page = b'<ul class="news">' + b"".join(b'<li><a href="/x/%d">t</a></li>' % n for n in range(4)) + b"</ul>"
    server = site({"/news": answer(page)})
    source = read(yaori, server.url("/news"), kind="listing", rows="ul.news > li").source
    crawl_round()
    assert (last_visit(source).outcome, last_visit(source).outcome_detail) == ("http", "404")
    visit_again(source)
    crawl_round()
    assert (last_visit(source).outcome, last_visit(source).outcome_detail) == ("details", "4")


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "outcome", "detail"),
    [
        (answer(b"gone", status="404 Not Found"), "http", "404"),
        (answer(b"no", status="403 Forbidden"), "blocked", "403"),
        (answer(b"<html>hello</html>"), "malformed", "not a feed: <html>hello</html>"),
        (answer(b"busy", "Retry-After: 600", status="503 Service Unavailable"), "http", "503"),
    ],
)
def test_a_failure_is_written_down_and_the_next_visit_waits(
    yaori: Cast, site: Site, behaviour: Behaviour, outcome: str, detail: str
) -> None:
    source = read(yaori, site({"/rss": behaviour}).url("/rss")).source
    crawl_round()
    visit = last_visit(source)
    assert (visit.outcome, visit.outcome_detail, visit.new_posts) == (outcome, detail, 0)
    assert "failed" in whats(visit)
    source.refresh_from_db()
    assert (source.outcome, source.failures) == (outcome, 1)
    wait = (coming(source).due_at - visit.finished_at).total_seconds()  # type: ignore[operator]
    assert wait == (600 if detail == "503" else 60)


def test_a_weibo_style_network_that_wants_a_login_says_so_and_is_never_read_as_nothing(yaori: Cast, site: Site) -> None:
    body = json.dumps({"ok": -100, "url": "https://passport.weibo.com"}).encode()
    source = read(yaori, site({"/api/container/getIndex": answer(body)}).url(""), kind="weibo", query="曜日").source
    crawl_round()
    assert last_visit(source).outcome == "login"


def test_a_site_that_never_answers_times_out_and_holds_up_nobody(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler, "GuardedClient", partial(GuardedClient, limits=Limits(total=1.5)))
    slow = read(yaori, site({"/rss": silence}).url("/rss")).source
    quick = [read(yaori, site({"/rss": answer(entries(name))}).url("/rss")).source for name in ("a", "b", "c")]
    crawl_round()
    assert last_visit(slow).outcome == "timeout"
    assert all(last_visit(source).finished_at < last_visit(slow).finished_at for source in quick)
    assert {last_visit(source).outcome for source in quick} == {"ok"}


def test_waits_double_with_every_failure_and_begin_again_after_a_success(yaori: Cast) -> None:
    source = read(yaori, "https://n.example/rss", interval=30).source
    now = timezone.now()
    waits = []
    for report in (*[Report("http", "503")] * 5, Report("ok"), Report("http", "503")):
        (planned,) = VISITS.claim(now=now)
        finish_visit(visit=planned, report=report, now=now)
        due = coming(source).due_at
        assert due is not None
        waits.append((due - now).total_seconds() / 60)
        now = due
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[5] == pytest.approx(0.5, rel=0.11)
    assert waits[6] == 1


def test_a_wait_never_grows_beyond_a_day(yaori: Cast) -> None:
    source = read(yaori, "https://n.example/rss").source
    Source.objects.update(failures=500)
    now = timezone.now()
    (planned,) = VISITS.claim(now=now)
    finish_visit(visit=planned, report=Report("http", "503", retry_after=10**9), now=now)
    assert coming(source).due_at == now + timedelta(days=1)


def test_a_fault_of_ours_gives_the_visit_back_and_parks_it_in_the_end(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(**_: Any) -> Stored:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(crawler, "finish_visit", stumble)
    source = read(yaori, site({"/rss": answer(entries("a"))}).url("/rss")).source
    for _ in range(8):
        visit_again(source)
        crawl_round()
    parked = coming(source)
    assert parked.parked_at is not None
    assert parked.error == "ZeroDivisionError: ours"
    assert VISITS.parked(yaori.workspace).get() == parked
    crawl()  # healing leaves it alone: it waits on a screen that people see
    assert coming(source).parked_at is not None


def test_a_list_that_is_asked_for_by_post_is_read(yaori: Cast, site: Site) -> None:
    async def interface(server: HostileServer, seen: Seen, writer: Any) -> None:
        rows = [{"id": 7, "t": "曜日鮮乳"}] if seen.method == "POST" else []
        await answer(json.dumps({"rows": rows}).encode(), "Content-Type: application/json")(server, seen, writer)

    server = site({"/api/list": interface})
    fields = {"rows": "rows", "link": "/n/{id}", "title": "t", "posted": '{"n": 20}'}
    subscription = read(yaori, server.url("/api/list"), kind="json", **fields)
    crawl_round()
    assert Post.objects.get().title == "曜日鮮乳"
    subscription.source.refresh_from_db()
    assert subscription.source.outcome == "ok"
