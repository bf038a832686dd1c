"""An address is pasted, looked at, tried and saved, by mouse and at a phone's width."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from monitoring.models import AllowedHost, Subscription
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.fakes.hostile import HostileServer, answer
from tests.fakes.loopback import feed_of, serving_in_thread
from tests.monitoring.detecting import pages

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
NAMES_FEED = '<link rel="alternate" type="application/rss+xml" title="全部新聞" href="/rss">'
ARTICLE = f"<html><body><h1>x</h1><p>{'曜日鮮乳的瓶底出現了黑色薄片，公司說正在調查。' * 9}</p></body></html>"


@pytest.fixture
def newspaper(cast: Cast) -> Iterator[HostileServer]:
    """A site that an operator opened: its page names a feed, and lists articles."""
    entries = [
        {"title": title, "link": f"https://n.example/{n}", "text": "內文", "at": NOW}
        for n, title in enumerate(pages.HEADLINES)
    ]
    behaviours = {
        "/robots.txt": answer(b"User-agent: *\nCrawl-delay: 0\n"),
        "/": answer(pages.page(pages.news(), NAMES_FEED).encode()),
        "/rss": answer(feed_of(*entries)),
        **{f"/news/2026112{n}0{n}.html": answer(ARTICLE.encode()) for n in range(8)},
    }
    with serving_in_thread(behaviours) as server:
        AllowedHost.objects.create(address=server.place, created_by=cast.admin)
        yield server


def paste(page: Page, url: str) -> None:
    visit(page, "/w/yaori/sources/add/")
    page.get_by_label("Paste an address").fill(url)
    page.get_by_role("button", name="Look", exact=True).last.click()


@pytest.mark.parametrize("phone", [False, True])
def test_an_address_becomes_a_source(cast: Cast, page_as: PageAs, newspaper: HostileServer, phone: bool) -> None:
    page = page_as(cast.admin, phone=phone)
    paste(page, newspaper.url("/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("It can be read", timeout=40_000)
    ways = page.get_by_role("radiogroup", name="Ways to read it").get_by_role("radio")
    expect(ways).to_have_count(2)
    assert_accessible(page)
    ways.nth(1).check(force=True)
    expect(page.get_by_text("span.time", exact=True).first).to_be_visible(timeout=40_000)
    page.get_by_role("button", name="Save and start reading").click()
    page.wait_for_url(re.compile(r"/sources/\d+/"))
    assert Subscription.objects.get().source.kind == "listing"


@pytest.mark.parametrize("phone", [False, True])
def test_every_one_of_the_newest_shows_its_fields(
    cast: Cast, page_as: PageAs, newspaper: HostileServer, phone: bool
) -> None:
    page = page_as(cast.admin, phone=phone)
    paste(page, newspaper.url("/"))
    newest = page.get_by_role("group", name="The newest; choose one to see its fields").get_by_role("radio")
    expect(newest).to_have_count(5, timeout=40_000)
    expect(newest.first).to_be_checked()
    expect(page.locator("table.fields:visible")).to_have_count(1)
    newest.first.focus()
    newest.first.press("ArrowDown")
    expect(page.locator("table.fields:visible")).to_contain_text(pages.HEADLINES[1])
    page.locator(".picked label").nth(4).click()
    expect(page.locator("table.fields:visible")).to_contain_text(pages.HEADLINES[4])
    assert_accessible(page)


@pytest.mark.parametrize("phone", [False, True])
def test_what_is_ticked_can_be_sent_from_anywhere_in_the_list(cast: Cast, page_as: PageAs, phone: bool) -> None:
    page = page_as(cast.admin, phone=phone)
    visit(page, "/w/yaori/sources/add/feeds/")
    button = page.get_by_role("button", name="Read what is ticked")
    assert button.evaluate(
        "(one) => { const box = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"
    )


def test_the_starter_pack_is_ticked(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    visit(page, "/w/yaori/sources/add/feeds/")
    assert_accessible(page)
    page.get_by_role("checkbox", name="PTT 美食板").check()
    page.get_by_role("button", name="Read what is ticked").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("0 of 1 feed tested")
    assert_accessible(page)
