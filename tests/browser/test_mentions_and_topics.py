"""Mentions, a post, topics and rules in a real browser: accessible in every look, live while one types, by key."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Post
from monitoring.sources.items import Item
from tests.alerts.stage import watched
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.monitoring.stage import MINUTE, PRAISE, SPOILT, captured, item, subscribe, work

pytestmark = pytest.mark.browser


@pytest.fixture
def post(cast: Cast) -> Post:
    """A day at 曜日乳業: posts of every kind, one of them edited twice."""
    now = timezone.now()
    source = subscribe(cast, now=now).source
    watched(cast, now=now)
    older = [
        item(PRAISE, number=2, at=now - timedelta(hours=2), title="曜日鮮乳開箱"),
        item("曜日鮮乳回收事件", number=3, at=now - timedelta(days=3)),
        item("曜日客服不理人", number=4, at=None),
        item("曜日今天的事", number=5, at=now, precision="day"),
    ]
    captured(source, *older, now=now - MINUTE)
    for minute, text in enumerate([SPOILT, f"{SPOILT}。客服回電了。", f"{SPOILT}。客服回電了，檢驗未發現異物。"]):
        said = Item(
            url="https://dcard.example/p/1",
            title="昨天買的曜日",
            text=text,
            author="王小明",
            published_at=now - 9 * MINUTE,
            precision="minute",
            figures={"likes": 1240, "comments": 386},
        )
        captured(source, said, now=now + minute * MINUTE)
    work(now)
    return Post.objects.get(url="https://dcard.example/p/1")


def test_every_page_is_accessible_in_every_look(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    addresses = (
        "/w/yaori/mentions/",
        "/w/yaori/mentions/?topic=999",
        f"/w/yaori/posts/{post.pk}/",
        f"/w/yaori/posts/{post.pk}/?compare=1-3",
        "/w/yaori/topics/",
        "/w/yaori/topics/add/",
    )
    for address in addresses:
        visit(page, address)
        assert_accessible(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"], address


def test_a_topic_and_its_rules_are_accessible_in_every_look(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/topics/")
    page.click(".topic-link")
    page.locator("textarea[name=query]").wait_for()
    assert_accessible(page)
    page.click("text=How a query is written")
    page.fill("textarea[name=query]", "曜日 (")
    page.wait_for_selector(".trial-error")
    assert_accessible(page)
    page.click(".rules .button >> nth=0")
    page.wait_for_selector(".thresholds")
    assert_accessible(page)


def test_a_query_is_tried_while_it_is_written(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/topics/")
    page.click(".topic-link")
    page.fill("textarea[name=sentences]", "曜日抽獎\n曜日發霉")
    page.fill("textarea[name=query]", "曜日 -抽獎 -回收")
    page.wait_for_selector("text=Not found: the excluded word “抽獎” stands there")
    page.wait_for_selector("text=曜日 AND NOT 抽獎 AND NOT 回收")
    expect(page.locator(".minus")).to_have_text("−1")
    page.fill("textarea[name=query]", "曜日 (")
    page.wait_for_selector("text=This bracket is never closed.")
    page.fill("textarea[name=query]", "曜日 -抽獎")
    page.wait_for_selector("text=曜日 AND NOT 抽獎")
    page.click("text=Publish as a new version")
    page.wait_for_selector("text=Version 2 is live")


def test_the_list_is_walked_by_key_and_leads_back_to_itself(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto("/w/yaori/mentions/?label=neg")
    first = page.get_attribute(".mention-link", "href")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first}")
    page.click("text=Back to the mentions")
    page.wait_for_url("**/w/yaori/mentions/?label=neg")


def test_on_a_phone_the_filters_open_over_the_list(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.staff, phone=True)
    page.goto("/w/yaori/mentions/")
    assert not page.is_visible("#filter-label")
    page.click(".page-actions button")
    page.select_option("#filter-label", "pos")
    page.click("#filters button")
    page.wait_for_url("**label=pos**")
    expect(page.locator("[data-row]")).to_have_count(1)


def test_a_name_is_shown_on_request(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/posts/{post.pk}/")
    assert "王小明" not in page.content()
    page.click("text=Show the name")
    page.wait_for_selector("text=王小明")
    assert_accessible(page)
