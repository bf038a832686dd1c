"""A session that ends in the middle of writing: nothing that was typed is lost, and nobody else sees it."""

import re
from datetime import timedelta

import pytest
from django.test import override_settings
from playwright.sync_api import Page, expect

from playbooks.operations.crises import open_crisis
from playbooks.operations.plans import draft_plan
from sentinel.core.models import User
from sentinel.settings import PASSWORD_HASHERS
from tests.browser.conftest import PageAs, visit
from tests.factories import NOW, PASSWORD, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = "What you had typed is back in the form."


@pytest.fixture(autouse=True)
def _passwords(cast: Cast) -> None:
    """As the web process reads them, which knows nothing of the quick ones of tests."""
    for person in (cast.staff, cast.manager):
        with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
            person.set_password(PASSWORD)
        person.language = "en"
        person.save(update_fields=["password", "language"])


@pytest.fixture
def crisis(cast: Cast) -> str:
    opened = open_crisis(workspace=cast.workspace, title="鮮乳喝出異物", level=2, summary="", by=cast.staff, now=NOW)
    draft_plan(crisis=opened, by=cast.staff, now=NOW + timedelta(minutes=1))
    return f"/w/yaori/crises/{opened.pk}/"


def ends_the_session(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def signs_in(page: Page, user: User) -> None:
    page.wait_for_url("**/login/?next=**")
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label(re.compile("^Password")).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_form_that_was_sent_too_late_is_there_again_with_its_words(cast: Cast, crisis: str, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    visit(page, f"{crisis}assess/new/")
    page.get_by_label("Why this level").fill("有孩子就醫")
    page.get_by_role("radio", name=re.compile("^True")).check(force=True)
    ends_the_session(page)
    page.get_by_role("button", name="Save", exact=False).last.click()
    signs_in(page, cast.staff)

    expect(page.get_by_text(SAID)).to_be_visible()
    expect(page.get_by_label("Why this level")).to_have_value("有孩子就醫")
    expect(page.get_by_role("radio", name=re.compile("^True"))).to_be_checked()
    visit(page, f"{crisis}assess/new/")
    expect(page.get_by_label("Why this level")).to_have_value("")


def test_what_keeps_itself_goes_on_after_signing_in_again(cast: Cast, crisis: str, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    visit(page, f"{crisis}plan/")
    text = page.get_by_role("textbox", name="Text", exact=True).locator("visible=true")
    ends_the_session(page)
    text.fill("我們查清楚了。")
    signs_in(page, cast.staff)

    expect(text).to_have_value("我們查清楚了。")
    expect(page.locator('[data-part="saved"]')).to_contain_text(re.compile(r"\d\d:\d\d:\d\d saved"))
    visit(page, f"{crisis}plan/")
    expect(text).to_have_value("我們查清楚了。")


def test_a_form_in_a_dialog_comes_back_as_its_page(cast: Cast, crisis: str, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    visit(page, f"{crisis}collect/")
    page.get_by_role("link", name="Add a question").click()
    page.get_by_role("dialog").get_by_label("What is it about").fill("薄片是什麼？")
    ends_the_session(page)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    signs_in(page, cast.staff)

    expect(page.get_by_label("What is it about")).to_have_value("薄片是什麼？")


def test_what_one_typed_is_not_shown_to_whoever_signs_in_next(cast: Cast, crisis: str, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    visit(page, f"{crisis}log/")
    page.get_by_label("What to note down").fill("不要給別人看")
    ends_the_session(page)
    page.get_by_role("button", name="Save the note").click()
    signs_in(page, cast.manager)

    page.wait_for_url(f"**{crisis}log/")
    expect(page.get_by_label("What to note down")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('typed')") is None
