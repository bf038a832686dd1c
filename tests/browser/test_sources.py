"""The pages of sources in a real browser."""

import asyncio
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from monitoring.models import AllowedHost, Source, Subscription
from sentinel.core.live import announce
from tests.browser.conftest import PHONE, PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.fakes.hostile import HostileServer, Seen, answer
from tests.fakes.loopback import feed_of, serving_in_thread
from tests.monitoring.source_pages.samples import every_state

pytestmark = pytest.mark.browser


async def slow_feed(server: HostileServer, seen: Seen, writer: asyncio.StreamWriter) -> None:
    """A feed that takes its time, so that the busy state can be seen."""
    await asyncio.sleep(1.5)
    now = timezone.now()
    entries = [{"title": f"曜日鮮乳 {n}", "link": f"https://n.example/{n}", "at": now} for n in range(3)]
    await answer(feed_of(*entries, {"title": "no time", "link": "https://n.example/x"}))(server, seen, writer)


@pytest.fixture
def news(transactional_db: None) -> Iterator[HostileServer]:
    """A site on the loopback that an operator opened."""
    behaviours = {"/robots.txt": answer(status="404 Not Found"), "/rss": slow_feed, "/gone": answer(status="410 Gone")}
    with serving_in_thread(behaviours) as server:
        AllowedHost.objects.create(address=server.place)
        yield server


def wait_until_live(page: Page) -> None:
    page.wait_for_selector('[data-live][data-state="live"]')


def test_a_source_is_tried_and_saved_through_the_web_process(cast: Cast, page_as: PageAs, news: HostileServer) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/sources/")
    page.get_by_role("link", name="Add a source").click()
    page.get_by_label("Address of the feed").fill(news.url("/rss"))
    page.get_by_label("Name").fill("島嶼新聞")
    busy = page.get_by_role("button", name="Test", exact=True).evaluate(
        "button => (button.click(), [button.textContent, document.querySelector('[data-slow-note]').checkVisibility()])"
    )
    assert busy == ["Testing…", True]
    page.get_by_role("heading", name="It can be read; 1 post states no exact time").wait_for()
    assert page.evaluate("document.activeElement.id") == "result"  # whose name is the verdict
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
    assert page.get_by_role("alert").get_by_text("There is no page at this address (410).").is_visible()
    assert page.get_by_label("Name").input_value() == "島嶼新聞"
    assert_accessible(page)


def test_pages_of_sources_are_accessible(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.admin)
    blocked = every["blocked"].pk
    for address in (f"?source={blocked}", f"{blocked}/", "add/listing/", f"{every['late'].pk}/edit/"):
        visit(page, f"/w/yaori/sources/{address}")
        assert_accessible(page)


def test_figures_change_in_place_and_nobody_is_moved(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.staff)
    page.goto("/w/yaori/sources/")
    wait_until_live(page)
    last = page.get_by_role("link", name="奶粉媽媽社團")
    last.focus()
    page.locator(".source-scroll").evaluate("box => box.scrollTop = 120")
    Source.objects.filter(pk=every["ok"].source_id).update(failures=1, outcome="timeout", outcome_detail="20 s")
    announce(workspace_id=cast.workspace.pk, kind="pulse", now=timezone.now())
    page.get_by_role("heading", name="2 tried again").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "奶粉媽媽社團"
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
    assert page.url.endswith(f"?source={every['late'].pk}")
    page.go_back()
    page.get_by_role("heading", name="港都報 RSS").wait_for()
    assert page.evaluate("window.stays")


def test_on_a_phone_a_source_opens_over_the_list_and_closes_again(cast: Cast, page_as: PageAs) -> None:
    every_state(cast, timezone.now())
    page = page_as(cast.admin, phone=True)
    page.goto("/w/yaori/sources/")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    pane = page.get_by_role("complementary", name="Selected source")
    assert not pane.is_visible()
    page.get_by_role("link", name="港都報 RSS").click()
    pane.get_by_role("heading", name="港都報 RSS").wait_for()
    assert pane.get_by_role("button", name="Visit now").is_visible()
    pane.get_by_role("link", name="Back to the list").click()
    pane.wait_for(state="hidden")


def test_removing_asks_first(cast: Cast, page_as: PageAs) -> None:
    every = every_state(cast, timezone.now())
    page = page_as(cast.admin)
    page.goto(f"/w/yaori/sources/?source={every['down'].pk}")
    page.get_by_role("button", name="Remove").click()
    dialog = page.get_by_role("dialog", name="Remove 港都報 RSS?")
    announce(workspace_id=cast.workspace.pk, kind="pulse", now=timezone.now())
    page.wait_for_timeout(3_500)
    assert dialog.is_visible()  # what changes by itself does not close a question
    dialog.get_by_role("button", name="Remove").click()
    page.get_by_text("港都報 RSS is no longer read. Its posts stay.").wait_for()
