"""Who is on a slow line loses nothing: no click, no word, and nothing is done twice."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from playbooks.models import Crisis
from playbooks.operations.plans import draft_plan
from sentinel.core import operations
from sentinel.core.models import Workspace
from tests.browser.conftest import PageAs, visit
from tests.factories import Cast
from tests.monitoring.stage import watch_brand
from tests.playbooks.stage import make_crisis

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Scripts:
    """The scripts of a page are on their way until they are let through."""

    def __init__(self, page: Page) -> None:
        self.page, self.held, self.are_here = page, list[Route](), False
        page.route("**/*.js", lambda route: route.continue_() if self.are_here else self.held.append(route))

    def arrive(self) -> None:
        self.are_here = True
        for route in self.held:
            route.continue_()
        self.page.wait_for_load_state()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_double_click_opens_one_crisis(cast: Cast, page_as: PageAs, has_scripts: bool) -> None:
    page = page_as(cast.staff)
    if not has_scripts:
        page.route("**/*.js", lambda route: route.abort())
    visit(page, "/w/yaori/crises/open/")
    page.get_by_label("Title").fill("來電")
    page.get_by_role("button", name="Open the crisis").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("來電")
    assert Crisis.objects.count() == 1


def test_a_dialog_opens_and_closes_before_the_scripts_have_come(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.admin)
    Scripts(page)
    page.goto("/w/yaori/people/", wait_until="commit")
    page.get_by_role("button", name="Roles 林雅婷").click()
    dialog = page.get_by_role("dialog", name="Roles of 林雅婷")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()


def test_what_is_typed_into_a_plan_before_its_scripts_have_come_is_kept(cast: Cast, page_as: PageAs) -> None:
    plan = draft_plan(crisis=make_crisis(cast), by=cast.staff, now=timezone.now())
    page = page_as(cast.staff)
    scripts = Scripts(page)
    page.goto(f"/w/yaori/plans/{plan.pk}/", wait_until="commit")
    page.get_by_label("Stance").fill("先止血")
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        scripts.arrive()
    plan.refresh_from_db()
    assert plan.stance == "先止血"


def test_what_is_typed_before_the_scripts_have_come_is_tried(page_as: PageAs) -> None:
    page = page_as(None)
    scripts = Scripts(page)
    page.goto(f"/setup/{operations.issue_setup_link(now=timezone.now())}/", wait_until="commit")
    page.fill("#id_names", "曜日鮮乳")
    scripts.arrive()
    expect(page.locator(".chip-input").first).to_contain_text("曜日鮮乳")
    expect(page.locator(".query b")).to_have_text(["曜日鮮乳"])


def test_no_preview_is_asked_for_once_the_form_is_on_its_way(page_as: PageAs) -> None:
    page = page_as(None)
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"/setup/{operations.issue_setup_link(now=timezone.now())}/")
    for field, text in {"name": "吳柏翰", "email": "b@yaori.example", "password": "correct-horse-14"}.items():
        page.fill(f"#id_{field}", text)
    page.fill("#id_workspace", "曜日乳業")
    page.fill("#id_names_entry", "曜日")
    page.get_by_role("button", name="Create and add a source").click()  # takes the name, and with it asks for previews
    page.wait_for_url("**/sources/add/")
    assert refused == []
    assert Workspace.objects.get().brand_names == ["曜日"]


FIELDS = {"LINE conversation": "Conversation", "Screenshot": "What it says", "Media enquiry": "What is asked?"}


def assert_the_fields_are_of_what_is_chosen(page: Page) -> None:
    for kind, field in FIELDS.items():
        chosen = page.get_by_label(kind, exact=True).first.is_checked()
        expect(page.get_by_label(field, exact=True)).to_be_visible(visible=chosen)


def test_the_fields_of_a_kind_follow_the_choice_without_scripts(cast: Cast, page_as: PageAs) -> None:
    watch_brand(cast)
    page = page_as(cast.staff)
    Scripts(page)
    page.goto("/w/yaori/entries/add/", wait_until="commit")
    page.get_by_label("Screenshot", exact=True).first.check(force=True)
    assert_the_fields_are_of_what_is_chosen(page)
    page.goto("/w/yaori/mentions/", wait_until="commit")
    page.go_back(wait_until="commit")  # what the browser had remembered of the form
    assert_the_fields_are_of_what_is_chosen(page)
