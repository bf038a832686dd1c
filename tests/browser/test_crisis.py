"""A crisis in Chromium: opened from an alert, worked on by two persons at once, readable for everybody."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from playbooks.models import Crisis, EmergencyMeasure, Statement
from playbooks.operations.crises import write_note
from playbooks.operations.emergency import authorise_holding_text, propose_measure
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.playbooks.stage import make_alert, make_crisis, make_post, make_topic

pytestmark = pytest.mark.browser
MINUTE = timedelta(minutes=1)


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    """A crisis with figures, a waiting measure and a text that was authorised ahead."""
    topic, now = make_topic(cast), timezone.now()
    for minutes in (5, 20, 40):
        make_post(cast, at=now - minutes * MINUTE, topic=topic)
    made = make_crisis(cast, topic=topic)
    Crisis.objects.filter(pk=made.pk).update(started_at=now - 40 * MINUTE, opened_at=now - 30 * MINUTE)
    propose_measure(crisis=made, text="通路暫停販售批號 1117-B2", by=cast.staff, now=now)
    authorise_holding_text(workspace=cast.workspace, language="zh-hant", text="正在查證", by=cast.manager, now=now)
    return made


def address(crisis: Crisis, part: str = "") -> str:
    return f"/w/yaori/crises/{crisis.pk}/{part}"


def is_as_wide_as_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_claimed_alert_becomes_a_crisis_by_click(cast: Cast, page_as: PageAs) -> None:
    alert = make_alert(cast, make_topic(cast))
    page = page_as(cast.staff)
    page.goto("/w/yaori/")
    page.get_by_role("button", name="Claim").first.click()
    button = page.get_by_role("button", name="Open a crisis")
    expect(button).to_be_visible()
    assert_accessible(page)
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(alert.title)
    assert Crisis.objects.get().alert == alert
    page.goto("/w/yaori/")
    page.get_by_role("link", name="CR-0001").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(alert.title)


@pytest.mark.parametrize("part", ["", "team/", "log/", "edit/", "emergency/", "holding/"])
def test_everybody_can_read_it(cast: Cast, crisis: Crisis, page_as: PageAs, part: str) -> None:
    page = page_as(cast.staff)
    visit(page, address(crisis, part))
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert is_as_wide_as_the_screen(page)


@pytest.mark.parametrize("key", ["e", "h"])
def test_the_sheets_open_by_key_and_everybody_can_read_them(
    cast: Cast, crisis: Crisis, page_as: PageAs, key: str
) -> None:
    page = page_as(cast.manager)
    page.goto(address(crisis))
    page.keyboard.press(key)
    expect(page.locator(".sheet:popover-open")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator(".sheet:popover-open")).to_have_count(0)


def test_two_persons_stop_the_harm(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    EmergencyMeasure.objects.all().delete()
    staff, manager = page_as(cast.staff), page_as(cast.manager)
    for page in (staff, manager):
        page.goto(address(crisis))
    expect(manager.locator("[data-live]")).to_have_attribute("data-state", "live")
    staff.keyboard.press("e")
    staff.get_by_text("Add a measure").click()
    staff.get_by_label("What is done").fill("產線 2 停機檢查")
    staff.get_by_role("button", name="Propose it").click()
    expect(staff.locator(".sheet-list")).to_contain_text("產線 2 停機檢查")
    expect(manager.locator(".stop-row")).to_contain_text("1 waits for a decision")
    manager.keyboard.press("e")
    manager.get_by_role("button", name="Approve", exact=True).click()
    expect(manager.locator(".sheet-list .is-approved")).to_contain_text("產線 2 停機檢查")
    expect(staff.locator(".sheet-list .is-approved")).to_contain_text("產線 2 停機檢查")
    staff.get_by_label("What came of it").fill("已停機")
    staff.get_by_role("button", name="Carried out", exact=True).click()
    expect(staff.locator(".sheet-list .is-done")).to_contain_text("已停機")
    assert EmergencyMeasure.objects.get().status == "done"


def test_a_refusal_stands_in_the_sheet_and_what_was_typed_stays(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.manager)
    page.goto(address(crisis))
    page.keyboard.press("h")
    page.get_by_label("Text", exact=True).fill("【發生了什麼】，我們正在查證。")
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator("#holding-sheet .field-error:visible")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("【發生了什麼】，我們正在查證。")
    page.get_by_label("Text", exact=True).fill("我們正在查證。")
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator("#holding-sheet .is-published")).to_contain_text("我們正在查證。")
    assert Statement.objects.get().status == "published"


def test_what_somebody_types_is_not_disturbed_by_what_others_do(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(address(crisis))
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
    page.keyboard.press("e")
    page.get_by_text("Add a measure").click()
    page.get_by_label("What is done").fill("封存留樣")
    write_note(crisis=crisis, text="檢驗明天中午出來", by=cast.manager, now=timezone.now())
    expect(page.locator(".log-lines")).to_contain_text("檢驗明天中午出來")
    expect(page.get_by_label("What is done")).to_have_value("封存留樣")


def test_a_note_is_written_with_the_keyboard_alone(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(address(crisis))
    page.keyboard.press("l")
    expect(page.get_by_label("What to note down")).to_be_focused()
    page.keyboard.type("客服同批反映 6 件")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".log-lines")).to_contain_text("客服同批反映 6 件")
    expect(page.locator("#note-dialog")).to_be_hidden()


@pytest.mark.parametrize("part", ["", "open/"])
def test_the_list_and_the_form_are_readable(cast: Cast, crisis: Crisis, page_as: PageAs, part: str) -> None:
    page = page_as(cast.staff)
    visit(page, f"/w/yaori/crises/{part}")
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert is_as_wide_as_the_screen(page)
