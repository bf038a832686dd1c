"""A drill in a real browser: started, seen on every page at once, ended, reported, removed; nothing for axe-core."""

import re

import pytest
from playwright.sync_api import expect

from sentinel.drill.models import Drill
from tests.browser.conftest import PHONE, PageAs, assert_accessible, axe_violations
from tests.factories import Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_drill_is_started_seen_everywhere_at_once_ended_and_removed(cast: Cast, page_as: PageAs) -> None:
    colleague = page_as(cast.staff)
    colleague.goto("/w/yaori/")
    expect(colleague.locator("[data-live]")).to_have_attribute("data-state", "live")
    page = page_as(cast.manager)
    page.goto("/w/yaori/drill/")
    assert_accessible(page)
    page.get_by_role("radio", name="4×").check()
    page.get_by_role("button", name="Start the drill").click()
    expect(page.locator(".drill-rail [aria-current]")).to_be_visible()
    assert Drill.objects.get().speed == 4
    expect(colleague.locator(".drill-banner")).to_be_visible()
    first = page.locator(".drill-banner [data-since]").inner_text()
    expect(page.locator(".drill-banner [data-since]")).not_to_have_text(first)
    assert_accessible(page)
    page.get_by_role("button", name="End now").click()
    page.get_by_role("button", name="End the drill").click()
    page.wait_for_url(re.compile(r"/drill/\d+/$"))
    expect(colleague.locator(".drill-banner")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("button", name="Remove its data").click()
    page.locator("#remove-drill").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("This report and the audit trail stay")).to_be_visible()


def test_the_drill_fits_a_phone(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.manager, phone=True)
    page.goto("/w/yaori/drill/")
    page.get_by_role("button", name="Start the drill").click()
    expect(page.locator(".drill-rail [aria-current]")).to_be_visible()
    for address in ("/w/yaori/drill/", "/w/yaori/", "/w/yaori/drill/scenarios/upload/"):
        page.goto(address)
        expect(page.locator(".drill-banner")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert axe_violations(page) == []
