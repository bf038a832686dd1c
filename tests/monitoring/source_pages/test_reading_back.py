"""History on day one: a source is read back page by page, behind its visits, and says how far it got."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring import back_reader
from monitoring.back_reader import back_reading_round
from monitoring.crawler import crawl_round
from monitoring.models import Analysis, BackRead, Host, Post, Source, Visit
from monitoring.operations.back_reading import claim_back_reads, start_back_read, stop_back_read
from monitoring.operations.sources import pause_source
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import LeaseLostError
from tests.factories import Cast
from tests.fakes.hostile import Behaviour, HostileServer, Seen, answer, raw
from tests.fakes.loopback import feed_of
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.source_pages.test_crawling import read

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WORDPRESS = b"<channel><generator>https://wordpress.org/?v=6.5</generator>"


def page_of(number: int, *, step: timedelta = DAY, size: int = 3) -> bytes:
    """Page `number` (from 1) of a blog, `size` posts each, one every `step`."""
    now = timezone.now()
    rows = range((number - 1) * size, number * size)
    return feed_of(*({"title": f"p{n}", "link": f"https://n.example/{n}", "at": now - n * step} for n in rows))


def blog(pages: int, *, step: timedelta = DAY, missing: Behaviour | None = None) -> Behaviour:
    """A WordPress feed of so many pages; beyond the last it answers 404."""

    async def behave(server: HostileServer, seen: Seen, writer: Any) -> None:
        number = int(seen.path.partition("paged=")[2] or 1)
        body = page_of(number, step=step).replace(b"<channel>", WORDPRESS)
        found = answer(body) if number <= pages else missing or answer(b"no", status="404 Not Found")
        await found(server, seen, writer)

    return behave


def reading(cast: Cast, url: str, **fields: Any) -> BackRead:
    """A source that was visited once, and whose turn to be read back has come."""
    source = read(cast, url, interval=3600, **fields).source
    crawl_round()
    return hurried(BackRead.objects.get(source=source))


def hurried(row: BackRead) -> BackRead:
    """No waiting between turns."""
    BackRead.objects.filter(pk=row.pk, finished_at=None).update(due_at=timezone.now())
    Host.objects.update(free_at=timezone.now(), busy_until=None)
    row.refresh_from_db()
    return row


def read_to_the_end(row: BackRead, turns: int = 30) -> BackRead:
    for _ in range(turns):
        back_reading_round()
        if hurried(row).finished_at:
            return row
    raise AssertionError(f"not through after {turns} turns: {row.pages} pages")


def paths(server: HostileServer) -> list[str]:
    return [seen.path for seen in server.seen if seen.path != "/robots.txt"]


# --- as far as it goes


def test_a_wordpress_feed_is_read_back_to_its_last_page(yaori: Cast, site: Site) -> None:
    server = site({"/feed": blog(4)})
    row = read_to_the_end(reading(yaori, server.url("/feed")))
    assert (row.outcome, row.pages, row.posts) == ("complete", 4, 9)  # the first three were there
    assert Post.objects.count() == 12
    assert row.oldest_at is not None
    assert row.oldest_at < timezone.now() - 10 * DAY
    assert row.waiting == []
    assert paths(server)[1:] == ["/feed", "/feed?paged=2", "/feed?paged=3", "/feed?paged=4", "/feed?paged=5"]


def test_what_it_brings_is_history_and_never_alerts(yaori: Cast, site: Site) -> None:
    undated = feed_of(*({"title": f"u{n}", "link": f"https://n.example/u{n}"} for n in range(3)))

    async def behave(server: HostileServer, seen: Seen, writer: Any) -> None:
        body = page_of(1, step=HOUR).replace(b"<channel>", WORDPRESS) if "paged" not in seen.path else undated
        await answer(body)(server, seen, writer)

    read_to_the_end(reading(yaori, site({"/feed": behave}).url("/feed")))
    assert set(Post.objects.filter(title__startswith="u").values_list("is_history", flat=True)) == {True}
    assert Analysis.objects.count() == Post.objects.count() == 6


def test_an_archive_is_followed_by_the_links_of_its_format(yaori: Cast, site: Site) -> None:
    atom = (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{link}'
        "<entry><title>{name}</title><link href='https://n.example/{name}'/><id>{name}</id>"
        "<updated>{at}</updated></entry></feed>"
    )

    def of(name: str, link: str) -> Behaviour:
        at = (timezone.now() - 2 * DAY).isoformat()
        return answer(atom.format(name=name, link=link, at=at).encode(), "Content-Type: application/atom+xml")

    server = site(
        {
            "/atom": of("one", '<link rel="next" href="/atom2?a=1&amp;b=2"/>'),
            "/atom2": of("two", "<link href='/atom3' rel='prev-archive' type='x'/>"),
            "/atom3": of("three", ""),
        }
    )
    row = read_to_the_end(reading(yaori, server.url("/atom")))
    assert (row.outcome, row.pages) == ("complete", 3)
    assert "/atom2?a=1&b=2" in paths(server)
    assert set(Post.objects.values_list("title", flat=True)) == {"one", "two", "three"}


def test_a_json_feed_names_what_follows(yaori: Cast, site: Site) -> None:
    def of(name: str, following: str = "") -> Behaviour:
        item = {"id": name, "url": f"https://n.example/{name}", "title": name, "content_text": name}
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [item]}
        named = {"next_url": following} if following else {}
        return answer(json.dumps({**feed, **named}).encode(), "Content-Type: application/feed+json")

    server = site({"/feed.json": of("one", "/older.json"), "/older.json": of("two")})
    row = read_to_the_end(reading(yaori, server.url("/feed.json")))
    assert (row.outcome, row.pages, row.posts) == ("complete", 2, 1)


def test_a_list_is_read_with_the_pages_of_its_articles(yaori: Cast, site: Site) -> None:
    listing = (
        b'<ul class="news">' + b"".join(b'<li><a href="/a/%d">t%d</a></li>' % (n, n) for n in range(40)) + b"</ul>"
    )
    article = answer(b"<html><body><article><p class='body'>The milk was off.</p></article></body></html>")
    server = site({"/news": answer(listing), **{f"/a/{n}": article for n in range(40)}})
    row = reading(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body")
    assert Post.objects.count() == 30  # as much as one visit reads
    row = read_to_the_end(row)
    assert (row.outcome, row.pages, row.posts, Post.objects.count()) == ("complete", 1, 10, 40)


def test_an_article_that_cannot_be_read_is_said_and_not_passed_in_silence(
    yaori: Cast, client: Client, site: Site
) -> None:
    listed = [1]

    async def listing(server: HostileServer, seen: Seen, writer: Any) -> None:
        rows = "".join(f'<li><a href="/a/{n}">t{n}</a></li>' for n in range(listed[0]))
        await answer(f'<ul class="news">{rows}</ul>'.encode())(server, seen, writer)

    article = answer(b"<html><body><article><p class='body'>The milk was off.</p></article></body></html>")
    gone = answer(b"no", status="404 Not Found")
    server = site({"/news": listing, "/a/0": article, "/a/1": gone, "/a/2": article})
    row = reading(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body")
    listed[0] = 3
    row = read_to_the_end(row)
    assert (row.outcome, row.posts, row.failed) == ("complete", 1, 1)
    client.force_login(yaori.admin)
    page = client.get(f"/w/yaori/sources/{row.source.subscriptions.get().pk}/").content.decode()
    history = page.partition('id="history"')[2].partition("</section>")[0]
    assert [one.partition("</dd>")[0] for one in history.split('<dd class="num">')[1:]] == ["1", "1", "1"]
    start_back_read(subscription=row.source.subscriptions.get(), by=yaori.admin, now=timezone.now())
    row.refresh_from_db()
    assert row.failed == 0


@pytest.mark.parametrize(("slow_turns", "outcome", "posts"), [(2, "complete", 2), (9, "out-of-time", 0)])
def test_articles_that_a_turn_had_no_time_for_are_not_passed_over(
    slow_turns: int, outcome: str, posts: int, yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [1]  # more of it once the visit is over

    async def listing(server: HostileServer, seen: Seen, writer: Any) -> None:
        rows = "".join(f'<li><a href="/a/{n}">t{n}</a></li>' for n in range(listed[0]))
        await answer(f'<ul class="news">{rows}</ul>'.encode())(server, seen, writer)

    article = answer(b"<html><body><article><p class='body'>The milk was off.</p></article></body></html>")
    robots = answer(b"User-agent: *\nCrawl-delay: 1\n", "Content-Type: text/plain")
    server = site({"/news": listing, "/robots.txt": robots, **{f"/a/{n}": article for n in range(3)}})
    row = reading(yaori, server.url("/news"), kind="listing", rows="ul.news > li", detail_text="p.body")
    listed[0] = 3
    with monkeypatch.context() as slow:
        slow.setattr(back_reader, "LONGEST_TURN", 0.6)
        for _ in range(slow_turns):
            back_reading_round()
            row = hurried(row)
    row = row if row.finished_at else read_to_the_end(row)
    assert (row.outcome, row.posts, Post.objects.count()) == (outcome, posts, posts + 1)


# --- where it ends


def test_a_list_is_followed_beyond_the_pages_of_a_visit(yaori: Cast, site: Site) -> None:
    async def numbered(server: HostileServer, seen: Seen, writer: Any) -> None:
        number = int(seen.path.partition("page=")[2] or 1)
        rows = [{"link": f"https://n.example/{number}-{n}", "title": f"p{number}-{n}"} for n in range(3)]
        onward = f'Link: <{server.url("/posts")}?page={number + 1}>; rel="next"'
        fields = ["Content-Type: application/json", *([onward] if number < 3 else [])]
        await answer(json.dumps(rows).encode(), *fields)(server, seen, writer)

    server = site({"/posts": numbered})
    row = reading(yaori, server.url("/posts"), kind="json", rows="[*]", link="link", title="title", follow="")
    assert Post.objects.count() == 3  # a visit reads one page
    row = read_to_the_end(row)
    assert (row.outcome, row.pages, row.posts, Post.objects.count()) == ("complete", 3, 6, 9)


def test_it_ends_thirty_days_back(yaori: Cast, site: Site) -> None:
    row = read_to_the_end(reading(yaori, site({"/feed": blog(500, step=4 * DAY)}).url("/feed")))
    assert (row.outcome, row.pages) == ("old", 4)


def test_an_endless_feed_that_shows_the_same_again_and_again_ends(yaori: Cast, site: Site) -> None:
    same = answer(page_of(1, step=HOUR).replace(b"<channel>", WORDPRESS))
    row = read_to_the_end(reading(yaori, site({"/feed": same}).url("/feed")))
    assert (row.outcome, row.pages, row.posts) == ("repeats", 2, 0)


def test_an_endless_feed_that_always_invents_more_ends(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.visiting.back.MOST_PAGES", 7)
    row = read_to_the_end(reading(yaori, site({"/feed": blog(10**6, step=timedelta(seconds=1))}).url("/feed")))
    assert (row.outcome, row.pages) == ("pages", 7)
    monkeypatch.setattr("monitoring.visiting.back.MOST_POSTS", 12)
    row = read_to_the_end(reading(yaori, site({"/feed": blog(10**6, step=timedelta(seconds=2))}).url("/feed")))
    assert row.outcome in ("posts", "pages")


def test_trouble_is_waited_out_and_in_the_end_it_is_said(yaori: Cast, site: Site) -> None:
    server = site({"/feed": blog(1, missing=answer(b"", status="503 No"))})
    row = reading(yaori, server.url("/feed"))
    waits = []
    for _ in range(4):
        before = timezone.now()
        back_reading_round()
        row.refresh_from_db()
        waits.append(round((row.due_at - before).total_seconds() / 60))  # type: ignore[operator]
        hurried(row)
    assert waits == [1, 2, 4, 8]
    back_reading_round()
    row.refresh_from_db()
    assert (row.outcome, row.pages, row.due_at) == ("http", 1, None)


def test_trouble_that_passes_leaves_no_trace(yaori: Cast, site: Site) -> None:
    turns = iter([raw(b""), raw(b"")])

    async def shaky(server: HostileServer, seen: Seen, writer: Any) -> None:
        behave = next(turns, answer(b"", status="404 Not Found"))
        await behave(server, seen, writer)

    row = read_to_the_end(reading(yaori, site({"/feed": blog(1, missing=shaky)}).url("/feed")))
    assert (row.outcome, row.attempt) == ("complete", 0)


# --- turns


def test_a_worker_that_is_killed_in_the_middle_loses_nothing(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_reader, "MOST_REQUESTS", 2)
    server = site({"/feed": blog(6)})
    row = reading(yaori, server.url("/feed"))
    back_reading_round()
    assert hurried(row).pages == 2
    (_killed,) = claim_back_reads(now=timezone.now(), limit=4)  # and it is never heard of again
    back_reading_round()
    assert hurried(row).pages == 2  # its lease holds
    BackRead.objects.update(lease_until=timezone.now() - HOUR)
    row = read_to_the_end(hurried(row))
    assert (row.outcome, row.pages, row.posts, Post.objects.count()) == ("complete", 6, 15, 18)
    asked = paths(server)[2:]
    assert asked == [f"/feed?paged={n}" for n in range(2, 8)]  # no page twice


def test_a_turn_that_was_taken_over_writes_nothing(yaori: Cast, site: Site) -> None:
    row = reading(yaori, site({"/feed": blog(3)}).url("/feed"))
    (slow,) = claim_back_reads(now=timezone.now(), limit=4)
    stop_back_read(subscription=row.source.subscriptions.get(), by=yaori.admin, now=timezone.now())
    with pytest.raises(LeaseLostError):
        back_reader.end_back_read(row=slow.row, outcome="complete", now=timezone.now())
    row.refresh_from_db()
    assert row.outcome == "stopped"


def test_visits_go_first(yaori: Cast, site: Site) -> None:
    server = site({"/feed": blog(3)})
    row = reading(yaori, server.url("/feed"))
    Visit.objects.open().update(due_at=timezone.now())
    assert back_reading_round() == 0
    crawl_round()
    hurried(row)
    assert back_reading_round() == 1


def test_a_source_that_was_never_read_or_is_paused_waits(yaori: Cast, site: Site) -> None:
    server = site({"/feed": blog(3)})
    subscription = read(yaori, server.url("/feed"))
    row = hurried(BackRead.objects.get(source=subscription.source))
    assert back_reading_round() == 0
    crawl_round()
    pause_source(subscription=subscription, by=yaori.admin, now=timezone.now())
    hurried(row)
    assert back_reading_round() == 0
    assert BackRead.objects.get().pages == 0


def test_what_is_still_to_be_asked_for_is_kept_encrypted(
    yaori: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(back_reader, "MOST_REQUESTS", 1)
    row = reading(yaori, site({"/feed": blog(3)}).url("/feed"))
    back_reading_round()
    row.refresh_from_db()
    assert len(row.waiting) == 1
    assert "paged" not in row.waiting[0]


# --- the verbs, and what is shown


def test_an_admin_stops_it_and_starts_it_anew(admin: Client, yaori: Cast, site: Site) -> None:
    row = reading(yaori, site({"/feed": blog(3)}).url("/feed"))
    subscription = row.source.subscriptions.get()
    page = f"/w/yaori/sources/{subscription.pk}/"
    assert "Stop reading back" in admin.get(page).content.decode()
    stopped = admin.post(f"{page}history/stop/", follow=True).content.decode()
    assert "Stopped by an admin." in stopped
    assert "Read back again" in stopped
    assert "not being read back" in admin.post(f"{page}history/stop/", follow=True).content.decode()
    admin.post(f"{page}history/start/")
    row = read_to_the_end(hurried(row))
    assert row.outcome == "complete"
    assert "Read to the end" in admin.get(page).content.decode()
    assert set(AuditEntry.objects.filter(verb__contains="back").values_list("verb", flat=True)) == {
        "read-back",
        "stop-reading-back",
    }


def test_what_cannot_be_read_back_says_why(yaori: Cast) -> None:
    subscription, now = read(yaori, "https://n.example/rss"), timezone.now()
    for fields, code in (({"is_pushed": True}, "pushed"), ({"is_drill": True}, "drill")):
        Source.objects.update(owner=yaori.workspace, **{"is_pushed": False, "is_drill": False, **fields})
        with pytest.raises(WrongStateError, match=code):
            start_back_read(subscription=subscription, by=yaori.admin, now=now)


def test_robots_txt_is_shown_as_it_is_kept_to(admin: Client, yaori: Cast, site: Site) -> None:
    rules = (
        b"User-agent: other\nDisallow: /\n\nUser-agent: sentinel\nDisallow: /shut\nAllow: /shut/open\nCrawl-delay: 2\n"
    )
    server = site({"/robots.txt": answer(rules), "/shut/rss": answer(b"")})
    subscription = read(yaori, server.url("/shut/rss"))
    page = f"/w/yaori/sources/{subscription.pk}/"
    assert "not asked for yet" in admin.get(f"{page}robots/").content.decode()
    crawl_round()
    shown = admin.get(f"{page}robots/").content.decode()
    assert "Disallow: /shut" in shown
    assert "Crawl-delay: 2" in shown
    assert "/shut/rss" in shown
    assert 'class="danger">no<' in shown
    assert "closes 1 address of this source to us" in admin.get(page).content.decode()
    Host.objects.filter(robots__isnull=False).update(robots="<script>alert(1)</script>\nUser-agent: *\nAllow: /")
    assert "<script>alert(1)" not in admin.get(f"{page}robots/").content.decode()
