"""The pages of outlets in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.models import Delivery, Outlet
from alerts.operations.deliveries import DELIVERIES, Receipt, note_delivered, note_failed
from alerts.tiers import Tier
from tests.alerts.stage import outlet, raised, watched
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import Cast

pytestmark = pytest.mark.browser

REFUSED = Receipt("refused-address", "10.1.2.3 (private)")


def deliver(receipt: Receipt, *, arrived: bool) -> None:
    """What a worker would note of everything that is due."""
    for delivery in DELIVERIES.claim(now=timezone.now()):
        note = note_delivered if arrived else note_failed
        note(delivery=delivery, receipt=receipt, now=timezone.now())


def fill_outbox(cast: Cast) -> Outlet:
    """Messages in every state, at three outlets."""
    now = timezone.now()
    hook = outlet(cast, address="https://hooks.example/in?token=secret", now=now)
    topic = watched(cast, now=now)
    raised(topic, Tier.BLUE, now=now - timedelta(minutes=9))
    deliver(Receipt("http", "202 accepted"), arrived=True)
    raised(topic, Tier.YELLOW, now=now - timedelta(minutes=5))
    deliver(REFUSED, arrived=False)
    raised(topic, Tier.ORANGE, now=now)
    deliver(Receipt("http", "503 upstream is being restarted"), arrived=False)
    failed = Delivery.objects.get(event__tier=3)
    Delivery.objects.filter(pk=failed.pk).update(parked_at=now, tries=12)
    outlet(cast, kind="email", name="公關值班信箱", address="duty@yaori.example, zhiming@yaori.example", now=now)
    outlet(cast, name="主管群組", least_tier=Tier.ORANGE, address="https://chat.example/hook", now=now)
    return hook


def test_an_admin_adds_a_webhook_sees_its_key_once_and_tests_it(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/outlets/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody is told outside this page")
    page.get_by_role("link", name="Add a webhook").click()
    page.get_by_label("Name").fill("值班系統")
    page.get_by_label("Address").fill("hooks.example")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".field-error")).to_contain_text("begins with https://")
    page.get_by_label("Address").fill("https://hooks.example/in?token=secret")
    page.get_by_label("Which alerts").select_option(label="Orange and worse")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#fresh-key")).to_have_value(re.compile(r"^whsec_[A-Za-z0-9+/]{32}$"))
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator(".deliveries")).to_contain_text("On its way")
    expect(page.locator("#fresh-key")).to_have_count(0)
    deliver(Receipt("http", "202 accepted"), arrived=True)
    expect(page.locator(".deliveries")).to_contain_text("HTTP 202 · accepted")  # by itself
    expect(page.locator(".outlet-address")).to_have_text("https://hooks.example")


def test_the_pages_of_outlets_are_accessible(cast: Cast, page_as: PageAs) -> None:
    hook = fill_outbox(cast)
    page = page_as(cast.admin)
    for address in ("", "add/webhook/", "add/email/", f"{hook.pk}/", f"{hook.pk}/edit/"):
        visit(page, f"/w/yaori/outlets/{address}")
        assert_accessible(page)


def test_the_other_controls_of_an_outlet_work(cast: Cast, page_as: PageAs) -> None:
    hook = fill_outbox(cast)
    page = page_as(cast.admin)
    page.goto(f"/w/yaori/outlets/{hook.pk}/")
    page.get_by_text("How the receiver verifies the signature").click()
    expect(page.locator(".verify pre")).to_be_visible()
    page.locator("tr", has_text="Given up").get_by_role("button", name="Send again").click()
    expect(page.locator("[data-toast]")).to_contain_text("It is being sent")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="New signing key").click()
    page.get_by_role("button", name="Make a new key").click()
    expect(page.locator("#fresh-key")).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Switched off by a person.")).to_be_visible()
    expect(page.locator(".deliveries")).to_contain_text("Held back")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Send a test")).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Remove").click()
    page.locator("#remove-outlet").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert not Outlet.objects.filter(pk=hook.pk).exists()
