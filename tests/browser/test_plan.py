"""雅婷 drafts and submits, 志明 sends back by phone, 雅婷 revises, 志明 approves; nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from playbooks.models import Crisis, Plan
from playbooks.operations.crises import open_crisis
from playbooks.operations.plans import draft_of, draft_plan, save_plan, submit_plan, withdraw_plan
from playbooks.plan_drafts import PlanDraft
from tests.browser.conftest import PageAs, assert_accessible, axe_violations, visit
from tests.factories import Cast
from tests.playbooks.stage import MINUTE, make_post, make_topic, plan_words

pytestmark = pytest.mark.browser
SAVED = re.compile(r"\d\d:\d\d:\d\d saved")

CARE = "我們理解大家的擔心，正在查證，也請撥 0800-000-117。查明前不下結論。下一次更新：今天 15:00 前。"


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    """A crisis that has run for half an hour."""
    now, topic = timezone.now(), make_topic(cast)
    for number in range(3):
        make_post(cast, at=now - number * 5 * MINUTE, topic=topic)
    began = now - timedelta(minutes=30)
    return open_crisis(
        workspace=cast.workspace, title="鮮乳喝出異物", level=1, summary="", topic=topic, by=cast.staff, now=began
    )


def drafted(cast: Cast, crisis: Crisis, words: PlanDraft | None = None) -> Plan:
    """雅婷's draft."""
    now = timezone.now()
    plan = draft_plan(crisis=crisis, by=cast.staff, now=now)
    return save_plan(plan=plan, revision=plan.revision, draft=words or plan_words(CARE), by=cast.staff, now=now)


def submitted(cast: Cast, crisis: Crisis) -> Plan:
    """雅婷's plan, up for decision."""
    plan = drafted(cast, crisis)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=timezone.now())
    plan.refresh_from_db()
    return plan


def write(page: Page, text: str) -> None:
    """Type the statement of the tab that is open, and wait until it is kept."""
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        page.get_by_label("Text").locator("visible=true").fill(text)
    expect(page.locator('[data-part="saved"]')).to_contain_text(SAVED)


def test_from_the_first_words_to_the_approval(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    hers, his = page_as(cast.staff), page_as(cast.manager, phone=True)

    hers.goto(f"/w/yaori/crises/{crisis.pk}/plan/")
    hers.get_by_role("button", name="Draft a plan").click()
    hers.get_by_label("What we do").fill("維持停售，公開檢驗")
    write(hers, CARE)
    expect(hers.locator('[data-part="checks-site"]')).not_to_contain_text("Missing")
    hers.keyboard.press("Control+Enter")
    expect(hers.get_by_text("陳志明 can decide on it.")).to_be_visible()

    his.goto("/w/yaori/")
    his.get_by_role("link", name="Decide on plan v1").click()
    expect(his.get_by_role("heading", name="Approve response plan v1?")).to_be_visible()
    his.get_by_role("button", name="Send back").click()
    his.locator(".quick-reasons label", has_text="Something is missing").click()
    his.get_by_label("What should be changed").fill("請寫明檢驗結果的時間。")
    his.get_by_role("button", name="Send back with this reason").click()
    expect(his.get_by_text("Version 1 is sent back.")).to_be_visible()

    hers.goto(f"/w/yaori/crises/{crisis.pk}/plan/")
    expect(hers.get_by_text("Something is missing: 請寫明檢驗結果的時間。")).to_be_visible()
    hers.get_by_role("button", name="Write the next version").click()
    write(hers, CARE.replace("查明前", "最快 11 月 21 日公布初步結果，查明前"))
    expect(hers.locator('[data-part="passages-site"] ins')).to_have_text("最快 11 月 21 日公布初步結果，")
    hers.get_by_role("button", name="Submit v2").click()

    his.goto("/w/yaori/plans/")
    his.get_by_role("link", name="鮮乳喝出異物 v2").click()
    expect(his.get_by_text("against v1, which you sent back")).to_be_visible()
    expect(his.locator(".change-list ins").first).to_have_text("最快 11 月 21 日公布初步結果，")
    his.get_by_role("button", name="Approve A v2").click()
    his.get_by_label("Why this one").fill("先止血，不預設結論。")
    his.locator("#approve-dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(his.get_by_text("Candidate A of version 2 is approved.")).to_be_visible()
    assert crisis.plans.get(number=2).approval.reason == "先止血，不預設結論。"


def test_checks_answer_while_one_types(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = drafted(cast, crisis)
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/plans/{plan.pk}/")
    page.get_by_role("textbox", name="Text").fill("我們高度重視這件事。")
    checks = page.locator('[data-part="checks-site"]')
    expect(checks).to_contain_text("Official language: “高度重視”")
    expect(checks).to_contain_text("Missing: How to reach us")
    expect(page.locator('[data-part="mirror-site"] mark.remark')).to_have_text("高度重視")
    expect(page.locator('[data-part="tab-site"]')).to_contain_text("missing")


def test_what_cannot_be_saved_is_kept_on_the_page_and_saved_later(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = drafted(cast, crisis)
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/plans/{plan.pk}/")
    page.context.set_offline(True)
    page.get_by_label("Stance").fill("斷線時寫的")
    expect(page.locator('[data-part="saved"]')).to_contain_text("Not saved: no connection")
    page.context.set_offline(False)
    expect(page.locator('[data-part="saved"]')).to_contain_text(SAVED)
    plan.refresh_from_db()
    assert plan.stance == "斷線時寫的"


def test_two_who_write_at_once_see_both_texts(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = drafted(cast, crisis)
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/plans/{plan.pk}/")
    theirs = draft_of(plan)
    words = PlanDraft("志明的立場", theirs.risks, theirs.candidates, theirs.items, theirs.statements)
    save_plan(plan=plan, revision=plan.revision, draft=words, by=cast.manager, now=timezone.now())
    page.get_by_label("Stance").fill("雅婷的立場")
    page.get_by_role("button", name="Somebody else saved meanwhile").click()
    expect(page.get_by_text("陳志明 saved another text")).to_be_visible()
    expect(page.locator(".plan-differences del")).to_have_text("志明的立場")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Save mine").click()
    expect(page.locator(".plan-differences")).to_have_count(0)
    expect(page.get_by_label("Stance")).to_have_value("雅婷的立場")
    plan.refresh_from_db()
    assert plan.stance == "雅婷的立場"


def test_who_has_the_draft_open_is_told_that_somebody_else_saved(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = drafted(cast, crisis)
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/plans/{plan.pk}/")
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
    theirs = draft_of(plan)
    words = PlanDraft("志明的立場", theirs.risks, theirs.candidates, theirs.items, theirs.statements)
    save_plan(plan=plan, revision=plan.revision, draft=words, by=cast.manager, now=timezone.now())
    page.get_by_role("button", name="This version has changed").click()
    expect(page.get_by_label("Stance")).to_have_value("志明的立場")


def test_who_decides_sees_that_the_plan_was_withdrawn(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = submitted(cast, crisis)
    page = page_as(cast.manager)
    page.goto(f"/w/yaori/plans/{plan.pk}/approve/")
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
    expect(page.locator("[data-actions]")).to_be_visible()
    withdraw_plan(plan=plan, by=cast.staff, now=timezone.now())
    expect(page.get_by_role("button", name="This version has changed")).to_be_visible()
    expect(page.locator("[data-actions]")).to_be_hidden()


def test_choosing_another_candidate_renames_the_button(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = submitted(cast, crisis)
    page = page_as(cast.manager)
    page.goto(f"/w/yaori/plans/{plan.pk}/approve/")
    page.locator(".candidate-choices label", has_text=re.compile("^B")).click()
    page.get_by_role("button", name="Approve B v1").click()
    page.locator("#approve-dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Candidate B of version 1 is approved.")).to_be_visible()


def test_rows_are_added_without_losing_what_was_typed(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    plan = drafted(cast, crisis)
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/plans/{plan.pk}/")
    page.get_by_label("Stance").fill("剛寫的")
    page.get_by_role("button", name="Add one").click()
    expect(page.locator(".candidate-head")).to_have_count(3)
    expect(page.get_by_label("Stance")).to_have_value("剛寫的")
    page.locator("summary", has_text="Channel").click()
    page.get_by_label("The text begins from the template").select_option("press")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("radio", name="Press release")).to_be_checked()


def test_every_page_is_accessible_in_every_look(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    hers, his = page_as(cast.staff), page_as(cast.manager)
    hers.goto(f"/w/yaori/crises/{crisis.pk}/plan/")
    assert_accessible(hers)
    plan = drafted(cast, crisis)
    hers.goto(f"/w/yaori/plans/{plan.pk}/")
    assert_accessible(hers)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=timezone.now())
    for page, address in (
        (hers, f"plans/{plan.pk}/"),
        (hers, f"plans/{plan.pk}/approve/"),
        (his, f"plans/{plan.pk}/approve/"),
        (his, "plans/"),
    ):
        visit(page, f"/w/yaori/{address}")
        assert_accessible(page)
    his.goto(f"/w/yaori/plans/{plan.pk}/approve/")
    for name in ("Send back", "Approve A v1"):
        his.get_by_role("button", name=name).click()
        assert_accessible(his)
        his.keyboard.press("Escape")
