"""Collect and assess as people see them: facts settled in a dialog, advice that follows the form, and no barrier."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from playbooks.models import Crisis, Fact
from playbooks.operations.assessing import add_stakeholder
from playbooks.operations.collecting import add_fact
from tests.browser.conftest import AXE, PageAs, visit
from tests.factories import Cast
from tests.playbooks.collected import assessed, collected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    crisis = collected(cast)
    assessed(crisis, cast, verdict="true", verdict_evidence="留樣有同型薄片", has_history=True)
    now = timezone.now()
    add_fact(crisis=crisis, status="unknown", text="薄片的成分", owner=cast.staff, due_at=now, by=cast.staff, now=now)
    add_fact(
        crisis=crisis,
        status="disproved",
        text="全面下架",
        correction="舊照片",
        source="影像比對",
        by=cast.staff,
        now=now,
    )
    add_stakeholder(
        crisis=crisis, kind="victims", name="", measure="逐一聯絡", reached=4, total=7, by=cast.staff, now=now
    )
    return crisis


def barriers(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {node['target']}" for one in found["violations"] for node in one["nodes"]]


def test_a_fact_is_settled_in_a_dialog_that_keeps_what_is_typed(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/crises/{crisis.pk}/collect/")
    page.get_by_role("link", name=re.compile("^Verified.*薄片的成分")).click()
    dialog = page.get_by_role("dialog", name="薄片的成分")
    dialog.get_by_label("Second source").fill("照片比對")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Name the source")).to_be_visible()
    expect(dialog.get_by_label("Second source")).to_have_value("照片比對")
    dialog.get_by_label("Source", exact=True).fill("檢驗報告")
    dialog.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name=re.compile("^Known")).get_by_text("薄片的成分", exact=True)).to_be_visible()
    expect(page.get_by_role("status", name="Facts have turned")).to_be_visible()
    assert Fact.objects.get(text="薄片的成分").second_source == "照片比對"


def test_on_a_phone_the_same_form_is_a_page_of_its_own(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff, phone=True)
    page.goto(f"/w/yaori/crises/{crisis.pk}/collect/")
    page.get_by_role("link", name="Add a question").click()
    page.wait_for_url("**/facts/add/?status=unknown")
    page.get_by_label("What is it about").fill("清洗紀錄是否完整")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("清洗紀錄是否完整", exact=True)).to_be_visible()


def test_the_advice_follows_what_is_chosen(cast: Cast, crisis: Crisis, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.goto(f"/w/yaori/crises/{crisis.pk}/assess/new/")
    advice = page.get_by_role("region", name="What follows")
    expect(advice.get_by_text("Apologise sincerely")).to_be_visible()
    page.get_by_label(re.compile("^Malicious rumour")).check()
    expect(advice.get_by_text("Say shortly and plainly that it is not so")).to_be_visible()


@pytest.mark.parametrize(("phone", "dark"), [(False, False), (False, True), (True, False), (True, True)])
def test_the_pages_have_no_barrier_and_do_not_scroll_sideways(
    cast: Cast, crisis: Crisis, page_as: PageAs, phone: bool, dark: bool
) -> None:
    page = page_as(cast.staff, phone=phone, dark=dark)
    for path in ("collect/", "assess/", "assess/new/", "facts/add/", "stakeholders/add/"):
        visit(page, f"/w/yaori/crises/{crisis.pk}/{path}")
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
