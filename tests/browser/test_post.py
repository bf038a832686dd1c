"""The page of a post in a real browser: judged by key, its snapshot harmless, right on a phone and in the dark."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from monitoring.models import Capture, Judgement, Mention, MoodCorrection, Post
from monitoring.sources.items import Item
from playbooks.models import Evidence
from playbooks.operations.crises import open_crisis
from sentinel.core.net.types import Response
from tests.alerts.stage import watched
from tests.browser.conftest import PageAs, assert_accessible, press, visit
from tests.factories import Cast
from tests.fakes.xss import vectors
from tests.monitoring.stage import MINUTE, capture, captured, item, subscribe, work
from tests.payloads.hostile_pages import HOSTILE_PAGES

pytestmark = pytest.mark.browser

FIRST = (
    "昨天晚上在巷口超商買的曜日鮮乳 936 ml，有效期限 11/28。"
    "今天早上倒給小孩喝，倒到底才看到瓶底有黑色薄片，大概指甲那麼大。\n\n"
    "小孩已經喝掉半瓶，現在肚子不舒服，還在觀察。不知道是塑膠還是發霉。"
    "打曜日的客服一直轉語音，有人遇過一樣的嗎？影片 38 秒，沒有剪。"
)
SECOND = FIRST + "\n\n（更新）客服回電了，要我把瓶子寄回去。我不想寄，怕證據不見。"


@pytest.fixture
def post(cast: Cast) -> Post:
    """A thread whose figures grew, that was edited, cited and answered."""
    now = timezone.now() - timedelta(hours=3)
    source = subscribe(cast, now=now).source
    watched(cast, now=now)
    page = f"<html><body><h1>昨天買的曜日</h1><p>{FIRST}</p>" + "".join((*vectors(), *HOSTILE_PAGES))
    shown = Response("https://dcard.example/p/1", 200, {"content-type": "text/html"}, page.encode("utf-8", "replace"))
    for step, likes in enumerate((12, 96, 180, 340, 480, 700, 860, 990, 1120, 1240)):
        said = Item(
            url="https://dcard.example/p/1",
            title="昨天買的曜日，倒到底才看到……",
            text=FIRST if step < 3 else SECOND,
            author="王小明",
            published_at=now - 9 * MINUTE,
            precision="minute",
            figures={"likes": likes, "comments": likes // 3},
            replies=(item("我也遇過，曜日客服不理人", number=11), item("先留著瓶子當證據", number=12)),
            response=shown,
        )
        captured(source, said, now=now + step * 15 * MINUTE)
    citing = [item(f"曜日這件事看這裡 https://dcard.example/p/1 第{n}則", number=20 + n) for n in range(3)]
    capture(source, *citing, now=now + 30 * MINUTE)
    work(now + timedelta(hours=3))
    return Post.objects.get(url="https://dcard.example/p/1")


def address(post: Post) -> str:
    return f"/w/yaori/posts/{post.pk}/"


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_accessible_and_fits(cast: Cast, post: Post, page_as: PageAs, phone: bool, dark: bool) -> None:
    page = page_as(cast.staff, phone=phone, dark=dark)
    visit(page, address(post))
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    expect(page.get_by_role("button", name="Malicious")).to_be_in_viewport()


def test_verdict_mood_dismissal_and_evidence_by_key(cast: Cast, post: Post, page_as: PageAs) -> None:
    open_crisis(workspace=cast.workspace, title="鮮乳異物", level=2, summary="", by=cast.staff, now=timezone.now())
    page = page_as(cast.staff)
    visit(page, address(post))
    page.keyboard.press("3")
    expect(page.locator('[data-key="3"]')).to_have_attribute("aria-pressed", "true")
    assert Judgement.objects.get().verdict == "inaccurate"
    page.get_by_role("button", name="Neutral").click()
    expect(page.get_by_role("button", name="Neutral")).to_have_attribute("aria-pressed", "true")
    assert MoodCorrection.objects.get().mood == "neu"
    page.locator("[data-key-evidence]").wait_for()
    press(page, "v")
    page.locator(".post-evidence", has_text="On file").wait_for()
    assert Evidence.objects.get(added_by=cast.staff).post == post
    press(page, "x")
    expect(page.locator(".post-notice")).to_contain_text("Not about us")
    assert Mention.objects.get(post=post).dismissed_at
    press(page, "x")
    expect(page.locator("[data-key-dismiss]")).to_contain_text("Not about us")
    expect(page.locator(".post-notice")).to_have_count(0)
    assert not Mention.objects.get(post=post).dismissed_at


def test_one_walks_through_the_list_that_one_came_from(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    visit(page, "/w/yaori/mentions/?label=neg")
    page.locator(".mention-link").first.click()
    expect(page.locator(".post-place")).to_contain_text("1 of")
    before = page.url
    press(page, "j")
    page.wait_for_url(lambda url: url != before)
    expect(page.locator(".post-place")).to_contain_text("2 of")
    press(page, "k")
    page.wait_for_url(before)


def test_no_script_of_a_hostile_snapshot_runs_and_nothing_is_asked_for(cast: Cast, post: Post, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    visit(page, address(post))
    page.wait_for_load_state("networkidle")
    asked = requests_of(page)
    page.keyboard.press("s")
    frame = page.locator("dialog[open] iframe")
    frame.wait_for()
    inside = frame.content_frame
    page.get_by_role("button", name="Without its style").click()
    inside.get_by_text("指甲那麼大").wait_for()
    for link in inside.locator("a").all():
        link.click(force=True)
    page.wait_for_timeout(500)
    capture_id = Capture.objects.order_by("pk").latest("pk").pk
    shown = f"/w/yaori/posts/{post.pk}/snapshots/{capture_id}/"
    assert asked == [shown, f"{shown}?plain=1"]
    assert inside.locator("body").evaluate("() => document.scripts.length") == 0


def requests_of(page: Page) -> list[str]:
    """The paths of everything that the page asks for from now on, whichever host it is."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url.removeprefix(page.url.split("/w/")[0]).partition("#")[0])

    page.on("request", note)
    return asked
