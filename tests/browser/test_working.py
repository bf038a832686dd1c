"""The working pages of a crisis in Chromium: everybody can read them, what is written keeps itself."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from playbooks.models import Crisis, Review, Task
from playbooks.operations.crises import close_crisis
from playbooks.operations.emergency import authorise_holding_text
from playbooks.operations.reviewing import add_action, save_review
from playbooks.operations.statements import draft_statement, submit_statement
from playbooks.operations.tasks import add_task
from sentinel.core.models import Membership, User, Workspace
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import Cast
from tests.playbooks.stage import make_crisis, make_post, make_topic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)
TYPE = """(field, text) => {
  field.value = text;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  return document.querySelector("[data-saved]").textContent;
}"""
TEXT = "我們正在查證，知道大家會擔心。"


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    """A crisis with an overdue task, a task to come, a statement that waits and a lesson."""
    topic, now = make_topic(cast), timezone.now()
    made = make_crisis(cast, topic=topic)
    Crisis.objects.filter(pk=made.pk).update(started_at=now - HOUR, opened_at=now - HOUR)
    make_post(cast, at=now - HOUR, topic=topic)
    for text, hours in (("通知通路下架", -1), ("回覆主要留言", 1)):
        add_task(
            crisis=made, kind="hand", text=text, owner=cast.staff, due_at=now + hours * HOUR, by=cast.manager, now=now
        )
    statement = draft_statement(
        crisis=made, kind="update", channel="site", audience="public", language="zh-hant", title="", text=TEXT,
        next_update_at=now + HOUR, by=cast.staff, now=now,
    )  # fmt: skip
    submit_statement(statement=statement, by=cast.staff, now=now)
    add_action(crisis=made, text="加入「薄片」", department="pr", owner=cast.staff, due_on=None, by=cast.staff, now=now)
    authorise_holding_text(workspace=cast.workspace, language="zh-hant", text=TEXT, by=cast.manager, now=now)
    return made


def is_as_wide_as_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def assert_readable(page: Page, address: str, *, status: int = 200) -> None:
    """Nothing for axe-core to find in any look, and no scrolling sideways on a phone."""
    visit(page, address, status=status)
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert is_as_wide_as_the_screen(page), address


@pytest.mark.parametrize(
    "address",
    ["crises/{}/act/", "crises/{}/review/", "crises/{}/report/", "crises/{}/close/", "crises/", "crises/open/",
     "my-work/", "holding/"],
)  # fmt: skip
def test_everybody_can_read_it(cast: Cast, crisis: Crisis, page_as: PageAs, address: str) -> None:
    assert_readable(page_as(cast.manager), f"/w/yaori/{address.format(crisis.pk)}")


def test_a_closed_crisis_can_be_read_and_opened_again(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    close_crisis(crisis=crisis, note="檢驗合格，恢復販售。", by=cast.manager, now=timezone.now())
    page = page_as(cast.manager)
    assert_readable(page, f"/w/yaori/crises/{crisis.pk}/close/")
    expect(page.get_by_role("button", name="Open it again")).to_be_visible()


def test_the_review_keeps_what_is_typed_by_itself(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/crises/{crisis.pk}/review/")
    said = page.get_by_role("textbox", name="Cause").evaluate(TYPE, "墊片老化")
    assert said == "Not saved yet"
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    assert Review.objects.get().cause == "墊片老化"


def test_two_who_review_at_once_see_both_texts(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/crises/{crisis.pk}/review/")
    theirs = {"cause": "清洗不足", "department": "", "department_note": "", "went_well": "", "went_badly": ""}
    save_review(crisis=crisis, revision=0, **theirs, by=cast.manager, now=timezone.now())
    page.get_by_role("textbox", name="Cause").fill("墊片老化")
    expect(page.locator("[data-saved]")).to_contain_text("Somebody saved another text meanwhile")
    expect(page.get_by_role("textbox", name="Cause")).to_have_value("墊片老化")
    assert Review.objects.get().cause == "清洗不足"
    page.locator("#lessons").get_by_role("button", name="Save").click()
    clash = page.get_by_role("region", name="Your text against what is kept")
    expect(clash.locator("del")).to_have_text("清洗不足")
    expect(clash.locator("ins")).to_have_text("墊片老化")
    assert_accessible(page)
    page.locator("#lessons").get_by_role("button", name="Save").click()
    expect(clash).to_have_count(0)
    assert Review.objects.get().cause == "墊片老化"


def test_a_task_of_my_work_is_done_with_one_key(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto("/w/yaori/my-work/")
    expect(page.locator(".task-row.is-late")).to_contain_text("通知通路下架")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(page.get_by_role("link", name="通知通路下架")).to_have_count(0)
    assert Task.objects.get(text="通知通路下架").done_by == cast.staff


def test_what_is_not_there_is_said_readably(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    assert_readable(page, "/w/yaori/crises/404/", status=404)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_readable(page, "/w/yaori/audit/", status=403)


def test_a_new_workspace_begins_readably(cast: Cast, page_as: PageAs) -> None:
    User.objects.filter(pk=cast.admin.pk).update(is_operator=True)
    assert_readable(page_as(cast.admin), "/workspaces/add/")


def test_an_installation_without_people_says_how_it_begins(page_as: PageAs) -> None:
    Membership.objects.all().delete()
    User.objects.all().delete()
    Workspace.objects.all().delete()
    assert_readable(page_as(None), "/login/")
