"""The pages of sources in a real browser."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Page, expect

from monitoring.crawler import crawl_round
from monitoring.models import AllowedHost, Source, SourceNotice, Subscription
from sentinel.core.live import announce
from tests.browser.conftest import PHONE, PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.fakes.hostile import HostileServer, Seen, answer
from tests.fakes.loopback import feed_of, serving_in_thread
from tests.monitoring.source_pages.samples import every_state, read_source

pytestmark = pytest.mark.browser


let_go = threading.Event()


async def slow_feed(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
    """A feed that takes its time until it is let go, so that what is under way can be seen."""
    await asyncio.get_running_loop().run_in_executor(None, let_go.wait, 15)
    now = timezone.now()
    entries = [{"title": f"曜日鮮乳 {n}", "link": f"https://n.example/{n}", "at": now} for n in range(3)]
    await answer(feed_of(*entries, {"title": "no time", "link": "https://n.example/x"}))(server, seen, writer)


@pytest.fixture
def news(transactional_db: None) -> Iterator[HostileServer]:
    """A site on the loopback that an operator opened."""
    behaviours = {"/robots.txt": answer(status="404 Not Found"), "/rss": slow_feed, "/gone": answer(status="410 Gone")}
    with serving_in_thread(behaviours) as server:
        AllowedHost.objects.create(address=server.place)
        let_go.clear()
        yield server
        let_go.set()


def wait_until_live(page: Page) -> None:
    page.wait_for_selector('[data-live][data-state="live"]')


def test_a_source_is_tried_and_saved_through_the_web_process(cast: Cast, page_as: PageAs, news: HostileServer) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/sources/")
    page.get_by_role("link", name="Add a source").click()
    page.get_by_role("link", name="Describe it by hand").click()
    page.wait_for_url("**/by-hand/*/")
    page.get_by_label("Address of the feed").fill(news.url("/rss"))
    page.get_by_label("Name").fill("島嶼新聞")
    busy = page.get_by_role("button", name="Test", exact=True).evaluate(
        "button => (button.click(), [button.textContent, document.querySelector('[data-slow-note]').checkVisibility()])"
    )
    assert busy == ["Testing…", True]
    let_go.set()
    page.get_by_role("heading", name="It can be read; 1 post states no exact time").wait_for()
    expect(page.locator("#result")).to_be_focused()  # whose name is the verdict
    assert_accessible(page)
    page.get_by_role("button", name="Save and start reading").click()
    page.get_by_role("heading", name="島嶼新聞").wait_for()
    assert Subscription.objects.get().name == "島嶼新聞"


def test_enter_in_a_field_tests_and_what_failed_can_be_read_and_mended(
    cast: Cast, page_as: PageAs, news: HostileServer
) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/sources/add/by-hand/listing/")
    page.get_by_role("button", name="Feed (RSS").click()
    page.get_by_label("Name").fill("島嶼新聞")
    page.get_by_label("Address of the feed").fill(news.url("/gone"))
    page.get_by_label("Address of the feed").press("Enter")
    page.get_by_role("heading", name="This cannot be read yet").wait_for()
    expect(page.get_by_role("alert").get_by_text("There is no page at this address (410).")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("島嶼新聞")
    assert_accessible(page)


def test_pages_of_sources_are_accessible(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.admin)
    blocked = every["blocked"].pk
    shown = (f"?source={blocked}", "?open=news,forum", "?show=well", f"{blocked}/", f"{every['quiet'].pk}/")
    for address in (
        *shown,
        "add/",
        "add/by-hand/listing/",
        "add/feeds/",
        "ready/",
        "ready/ptt/",
        f"{every['late'].pk}/edit/",
    ):
        visit(page, f"/w/yaori/sources/{address}")
        assert_accessible(page)


def test_figures_change_in_place_and_nobody_is_moved(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.staff)
    page.goto("/w/yaori/sources/?open=news")
    wait_until_live(page)
    last = page.get_by_role("link", name="奶粉媽媽社團")
    last.focus()
    page.locator(".source-scroll").evaluate("box => box.scrollTop = 120")
    Source.objects.filter(pk=every["ok"].source_id).update(failures=1, outcome="timeout", outcome_detail="20 s")
    announce(workspace_id=cast.workspace.pk, kind="pulse", now=timezone.now())
    page.get_by_role("heading", name="2 tried again").wait_for()
    expect(last).to_be_focused()
    assert page.locator(".source-scroll").evaluate("box => box.scrollTop") == 120


def test_a_click_or_a_key_shows_another_source_beside_the_list(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.staff)
    page.goto("/w/yaori/sources/")
    page.evaluate("window.stays = true")
    page.locator(f"#source-{every['down'].pk} .cell-newest").click()
    page.get_by_role("heading", name="港都報 RSS").wait_for()
    page.keyboard.press("j")
    page.get_by_role("heading", name="巴哈姆特 場外").wait_for()
    page.wait_for_url(f"**?source={every['late'].pk}")
    page.go_back()
    page.get_by_role("heading", name="港都報 RSS").wait_for()
    assert page.evaluate("window.stays")


def test_a_channel_opens_and_closes_in_place_by_mouse_and_by_key(cast: Cast, page_as: PageAs) -> None:
    every_state(cast, timezone.now())
    page = page_as(cast.staff)
    page.goto("/w/yaori/sources/")
    page.evaluate("window.stays = true")
    toggle = page.get_by_role("link", name="News")
    toggle.click()
    page.get_by_role("link", name="島嶼新聞 RSS").wait_for()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    toggle.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="島嶼新聞 RSS").wait_for(state="hidden")
    expect(page.locator("#toggle-news")).to_be_focused()
    assert page.evaluate("window.stays")


def test_keys_walk_over_channels_without_opening_them(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/sources/?source={every['retrying'].pk}")
    wait_until_live(page)
    page.keyboard.press("j")
    expect(page.locator("#toggle-news")).to_be_focused()
    page.keyboard.press("j")
    page.get_by_role("heading", name="美食板精選").wait_for()  # the next one that can be shown
    expect(page.get_by_role("link", name="News")).to_have_attribute("aria-expanded", "false")


def test_a_visit_that_is_asked_for_is_shown_line_by_line(cast: Cast, page_as: PageAs, news: HostileServer) -> None:
    subscription = read_source(cast, "島嶼新聞", news.url("/rss"), now=timezone.now())
    page = page_as(cast.admin)
    page.goto(f"/w/yaori/sources/?source={subscription.pk}")
    page.get_by_role("button", name="Visit now").click()
    page.get_by_text("waits for its turn").wait_for()
    crawler = threading.Thread(target=crawl_and_hang_up)
    crawler.start()
    log = page.get_by_role("log")
    log.get_by_text("robots.txt", exact=True).wait_for()
    expect(page.get_by_role("heading", name="Visit under way")).to_be_visible()
    let_go.set()
    crawler.join(60)
    page.get_by_text("4 new posts").wait_for()
    page.get_by_role("heading", name="Last visit").wait_for()


def crawl_and_hang_up() -> None:
    crawl_round()
    connections.close_all()


def test_admins_are_told_of_a_source_on_any_page_and_take_note(cast: Cast, page_as: PageAs) -> None:
    subscription = read_source(cast, "Google 商家評論", "https://x.example/rss", now=timezone.now())
    page = page_as(cast.admin)
    page.goto("/w/yaori/")
    wait_until_live(page)
    bar = page.get_by_role("complementary", name="A source needs a look")
    expect(bar).to_be_hidden()
    detail = {"seen": 0, "low": 7, "high": 15, "hours": 3}
    began = timezone.now() - timedelta(hours=3)
    SourceNotice.objects.create(source=subscription.source, kind="quiet", began_at=began, detail=detail)
    announce(workspace_id=cast.workspace.pk, kind="source.noticed", now=timezone.now())
    bar.get_by_text("Unusually quiet").wait_for()
    assert_accessible(page)
    bar.get_by_role("button", name="Noted").click()
    page.get_by_text("You know of it: Google 商家評論").wait_for()
    page.goto("/w/yaori/")
    expect(bar).to_be_hidden()


def test_a_pause_says_why_and_until_when(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.admin)
    page.goto(f"/w/yaori/sources/?source={every['down'].pk}")
    page.get_by_role("complementary").get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog", name="Pause 港都報 RSS")
    dialog.get_by_label("Why").fill("更換憑證")
    dialog.get_by_label("Read again").select_option("24")
    dialog.get_by_role("button", name="Pause").click()
    page.get_by_text("更換憑證; read again from").first.wait_for()


def test_on_a_phone_a_source_opens_over_the_list_and_closes_again(cast: Cast, page_as: PageAs) -> None:
    every_state(cast, timezone.now())
    page = page_as(cast.admin, phone=True)
    page.goto("/w/yaori/sources/")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    pane = page.get_by_role("complementary", name="Selected source")
    expect(pane).to_be_hidden()
    page.get_by_role("link", name="港都報 RSS").click()
    pane.get_by_role("heading", name="港都報 RSS").wait_for()
    expect(pane.get_by_role("button", name="Visit now")).to_be_visible()
    pane.get_by_role("link", name="Back to the list").click()
    pane.wait_for(state="hidden")


def test_removing_asks_first(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.admin)
    page.goto(f"/w/yaori/sources/?source={every['down'].pk}")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove 港都報 RSS?")
    Source.objects.filter(pk=every["ok"].source_id).update(failures=1, outcome="timeout", outcome_detail="20 s")
    announce(workspace_id=cast.workspace.pk, kind="pulse", now=timezone.now())
    page.get_by_text("2 tried again").wait_for()
    expect(dialog).to_be_visible()  # what changes by itself does not close a question
    dialog.get_by_role("button", name="Remove").click()
    page.get_by_text("港都報 RSS is no longer read. Its posts stay.").wait_for()
