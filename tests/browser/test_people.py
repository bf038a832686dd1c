"""The pages of people in a real browser: the first start, invitations, and nothing for axe-core to find."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from monitoring.models import BackMatch, Topic, TopicVersion
from sentinel.core import audit, operations
from sentinel.core.models import Membership, Workspace
from sentinel.core.permissions import Role
from tests.browser.conftest import PageAs, assert_accessible, visit
from tests.factories import NOW, Cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def setup_page(page_as: PageAs) -> Page:
    page = page_as(None)
    page.goto(f"/setup/{operations.issue_setup_link(now=timezone.now())}/")
    return page


def add_chips(page: Page, field: str, *names: str) -> None:
    for name in names:
        page.fill(f"#id_{field}_entry", name)
        page.press(f"#id_{field}_entry", "Enter")


def test_the_first_start_leads_from_a_link_to_the_first_source(setup_page: Page) -> None:
    page = setup_page
    page.fill("#id_name", "吳柏翰")
    page.fill("#id_email", "bohan@yaori.example")
    page.fill("#id_password", "correct-horse-14")
    page.fill("#id_workspace", "曜日乳業")
    add_chips(page, "names", "曜日乳業", "曜日鮮乳", "曜日")
    add_chips(page, "competitors", "月見乳業")
    page.fill("#trial_1", "曜日鲜乳還在冰箱")
    expect(page.locator(".query b")).to_have_text(["曜日乳業", "曜日鮮乳", "曜日"])
    expect(page.locator(".setup-side .notice b")).to_contain_text("曜日")
    expect(page.locator("#trial_1 + [data-test-output] .is-hit")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Create and add a source").click()
    page.wait_for_url("**/sources/add/")
    assert Workspace.objects.get().brand_names == ["曜日乳業", "曜日鮮乳", "曜日"]
    assert Workspace.objects.get().competitors == ["月見乳業"]


def test_a_mistake_at_the_first_start_is_marked_and_nothing_typed_is_lost(setup_page: Page) -> None:
    page = setup_page
    page.fill("#id_name", "吳柏翰")
    page.fill("#id_email", "bohan@yaori.example")
    page.fill("#id_password", "short")
    page.fill("#id_workspace", "曜日乳業")
    add_chips(page, "names", "曜日乳業")
    page.get_by_role("button", name="Create and invite people").click()
    expect(page.locator(".field-error")).to_have_count(1)
    expect(page.locator("#id_email")).to_have_value("bohan@yaori.example")
    expect(page.locator(".chip-input").first).to_contain_text("曜日乳業")
    assert_accessible(page)


def test_a_password_can_be_shown_while_it_is_typed(page_as: PageAs, cast: Cast) -> None:
    page = page_as(None)
    page.goto("/login/")
    page.fill("#id_password", "secret")
    page.get_by_role("button", name="Show password").click()
    expect(page.locator("#id_password")).to_have_attribute("type", "text")


def test_an_invitation_goes_from_the_admins_page_to_a_new_member(page_as: PageAs, cast: Cast) -> None:
    admin, guest = page_as(cast.admin), page_as(None)
    admin.goto("/w/yaori/people/")
    admin.fill("#id_label", "許承恩")
    admin.get_by_role("button", name="Make an invitation link").click()
    link = admin.locator("#fresh-url").input_value()
    assert_accessible(admin)
    guest.goto(link)
    assert_accessible(guest)
    guest.fill("#id_email", "chengen@yaori.example")
    guest.fill("#id_password", "correct-horse-14")
    guest.get_by_role("button", name="Create account and join").click()
    guest.wait_for_url("**/w/yaori/")
    assert Membership.objects.get(user__email="chengen@yaori.example").user.name == "許承恩"
    guest.goto(link)
    expect(guest.get_by_role("heading", level=1)).to_contain_text("closed")


def test_roles_are_changed_in_a_dialog_by_keyboard(page_as: PageAs, cast: Cast) -> None:
    page = page_as(cast.admin)
    page.goto("/w/yaori/people/")
    page.get_by_role("button", name="Roles 林雅婷").press("Enter")
    dialog = page.get_by_role("dialog", name="Roles of 林雅婷")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    dialog.get_by_label("Manager").press("Space")
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(page.locator(".toast")).to_contain_text("林雅婷")
    assert set(Membership.objects.get(user=cast.staff).roles) == {Role.STAFF, Role.MANAGER}


def test_preferences_show_at_once(page_as: PageAs, cast: Cast) -> None:
    page = page_as(cast.staff)
    page.goto("/account/")
    assert_accessible(page)
    page.select_option("#id_theme", "dark")
    page.select_option("#id_language", "zh-hans")
    page.locator("form.plain-card").first.locator("button.primary").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans-CN")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_audit_trail_and_the_system_page_are_for_everybody_to_read(page_as: PageAs, cast: Cast) -> None:
    for number in range(60):
        audit.record(
            verb="edit", subject=cast.workspace, by=cast.admin, now=NOW, workspace=cast.workspace, data={"tier": number}
        )
    topic = Topic.objects.create(workspace=cast.workspace, name="品牌")
    version = TopicVersion.objects.create(topic=topic, number=1, query="曜日")
    BackMatch.objects.create(topic_version=version, parked_at=NOW, error="ValueError: 曜日", attempt=8)
    page = page_as(cast.admin)
    page.goto("/w/yaori/audit/")
    assert_accessible(page)
    page.get_by_role("link", name="Older").click()
    expect(page.locator(".audit tbody tr")).to_have_count(10)
    page.goto("/w/yaori/audit/?verb=claim")
    assert_accessible(page)
    page.goto("/w/yaori/system/")
    assert_accessible(page)
    page.get_by_role("button", name="Try all again").click()
    expect(page.locator(".toast")).to_be_visible()
    assert not BackMatch.objects.filter(parked_at__isnull=False).exists()


def test_pages_that_turn_people_away_are_readable(page_as: PageAs, cast: Cast) -> None:
    page = page_as(None)
    for address in ("/login/", "/setup/used/", "/invitation/used/"):
        page.goto(address)
        assert_accessible(page)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_no_page_is_wider_than_its_window(page_as: PageAs, cast: Cast, phone: bool) -> None:
    page = page_as(cast.admin, phone=phone)
    for address in ("/account/", "/w/yaori/people/", "/w/yaori/audit/", "/w/yaori/system/"):
        visit(page, address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
