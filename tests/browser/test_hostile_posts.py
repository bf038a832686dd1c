"""What hostile sites say, through the real crawl to the pages that show it: no script runs, nothing is loaded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser, Page

from monitoring.crawler import crawl_round
from monitoring.models import AllowedHost, Post, Source, Subscription
from monitoring.operations.sources import add_source
from monitoring.sources import KINDS
from tests.alerts.stage import watched
from tests.browser.conftest import PageAs, visit
from tests.factories import Cast
from tests.fakes.hostile import HostileServer, answer
from tests.fakes.loopback import serving_in_thread
from tests.fakes.xss import hostile_article, hostile_feed, hostile_list, hostile_posts, vectors, watched_page
from tests.monitoring.stage import work

pytestmark = pytest.mark.browser

ARTICLES = 25
ROWS = {"rows": "li", "link": "a", "title": "em", "author": "em", "summary": "em"}


@pytest.fixture
def enemy(transactional_db: None) -> Iterator[HostileServer]:
    """A site whose every word is an attack."""
    at = timezone.now() - timedelta(minutes=5)
    texts = vectors()
    behaviours = {
        "/robots.txt": answer(status="404 Not Found"),
        "/rss": answer(hostile_feed(texts, at), "Content-Type: application/xml; charset=utf-8"),
        "/list": answer(hostile_list(texts), "Content-Type: text/html; charset=utf-8"),
        "/articles": answer(hostile_list(texts[-ARTICLES:]), "Content-Type: text/html; charset=utf-8"),
        "/api": answer(hostile_posts(texts, at), "Content-Type: application/json"),
        "/broken": answer(b"<script>window.__xss()</script><img src=x onerror=window.__xss()>"),
    }
    behaviours |= {f"/story/{n}": answer(hostile_article(text)) for n, text in enumerate(texts[-ARTICLES:])}
    with serving_in_thread(behaviours) as server:
        AllowedHost.objects.create(address=server.place)
        yield server


def read(cast: Cast, name: str, kind: str, url: str, now: datetime, **fields: object) -> Source:
    definition = KINDS[kind].validate({"url": url, **fields})
    return add_source(
        workspace=cast.workspace,
        kind=kind,
        definition=definition,
        url=url,
        zone="Asia/Taipei",
        interval=300,
        name=name,
        retention_days=180,
        by=cast.admin,
        now=now,
    ).source


def crawl() -> None:
    """A round of the crawler, in a thread: Playwright's loop runs in this one."""

    def go() -> None:
        try:
            crawl_round()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(go).result()


@pytest.fixture
def posts(cast: Cast, enemy: HostileServer) -> list[Post]:
    """Everything that the site says, read and matched."""
    now = timezone.now()
    watched(cast, now=now)
    title = vectors()[0]
    read(cast, f"{title} feed", "feed", enemy.url("/rss"), now)
    read(cast, "<img src=x onerror=window.__xss()>", "listing", enemy.url("/list"), now, follow=False, **ROWS)
    read(cast, "{{ 7*191 }}", "listing", enemy.url("/articles"), now, rows="li", detail_text=".body")
    read(cast, "posts", "weibo", enemy.url("/api?page=1"), now)
    read(cast, '"><script>window.__xss()</script>', "feed", enemy.url("/broken"), now)
    crawl()
    work(timezone.now())
    assert set(Source.objects.values_list("outcome", flat=True)) == {"ok", "malformed"}
    return list(Post.objects.order_by("pk"))


def every_page_of(page: Page, address: str) -> Iterator[str]:
    """The pages of a list, by their links to what is older."""
    while address:
        page.goto(address)
        yield address
        older = page.locator("a[rel=next]")
        address = older.get_attribute("href") or "" if older.count() else ""
        if address.startswith("?"):
            address = page.url.partition("?")[0] + address


def test_no_hostile_post_runs_a_script_or_loads_a_thing(
    cast: Cast, posts: list[Post], page_as: PageAs, live_server_url: str
) -> None:
    assert len(vectors()) >= 150
    assert len(posts) > 3 * len(vectors()) * 0.9
    page = page_as(cast.admin)
    watch = watched_page(page, live_server_url)
    seen = 0
    for _ in every_page_of(page, "/w/yaori/mentions/"):
        assert watch.findings() == []
        seen += page.locator(".mention-link").count()
    assert seen > len(vectors())
    for post in posts[::7]:  # the lists have shown them all; of the pages a part of every kind
        page.goto(f"/w/yaori/posts/{post.pk}/", wait_until="domcontentloaded")
        assert watch.findings() == [], post.text
        assert "1337" not in page.content()  # 7 × 191: what a template would make of it
    assert {post.url.partition(":")[0] for post in posts} <= {"http", "https"}
    assert not any(set(post.title + post.author + post.text) & set("\0\u202e\u2067") for post in posts)


def test_no_page_of_a_hostile_source_runs_a_script_or_loads_a_thing(
    cast: Cast, posts: list[Post], enemy: HostileServer, page_as: PageAs, live_server_url: str
) -> None:
    page = page_as(cast.admin)
    watch = watched_page(page, live_server_url)
    visit(page, "/w/yaori/sources/")
    assert watch.findings() == []
    for subscription in Subscription.objects.all():
        visit(page, f"/w/yaori/sources/{subscription.pk}/")
        assert watch.findings() == []
        visit(page, f"/w/yaori/sources/?source={subscription.pk}")
        assert watch.findings() == []
    for path in ("/rss", "/list", "/broken"):
        visit(page, "/w/yaori/sources/add/")
        page.get_by_label("Paste an address").fill(enemy.url(path))
        page.get_by_role("button", name="Look", exact=True).last.click()
        page.locator("#result, .picked, .why").first.wait_for(timeout=40_000)
        assert watch.findings() == []
    for path in ("/rss", "/broken"):
        visit(page, "/w/yaori/sources/add/by-hand/feed/")
        page.get_by_label("Address of the feed").fill(enemy.url(path))
        page.get_by_label("Name").fill("<script>window.__xss()</script>")
        page.get_by_role("button", name="Test", exact=True).click()
        page.get_by_role("heading", name="Preview").wait_for()
        assert watch.findings() == []


def test_the_watch_sees_what_it_is_for(chromium: Browser) -> None:
    for body in (
        "<body onload=window.__xss()>",
        "<a href='javascript:window.__xss()'>x</a>",
        "<script>alert(1)</script>",
        "<img src='https://evil.example/x.png'>",
        "<iframe srcdoc='<script>parent.__xss()</script>'></iframe>",
    ):
        page = chromium.new_page()
        page.route("**/*", lambda route: route.abort())
        watch = watched_page(page, "http://home.example")
        page.goto("about:blank")
        page.set_content(body)
        page.wait_for_load_state("load")
        assert watch.findings() != [], body
        page.close()
