"""The live board in a real browser, with two people at it."""

from datetime import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from alerts.models import Alert
from alerts.operations.alerts import claim_alert, close_alert
from alerts.operations.evaluations import EVALUATIONS
from alerts.tiers import Tier
from monitoring.models import Source
from monitoring.operations.pulses import pulse
from sentinel.core.live import announce
from sentinel.core.models import User
from tests.alerts.stage import raised, watched
from tests.browser.conftest import PageAs, assert_accessible
from tests.factories import Cast
from tests.monitoring.stage import HOUR, MINUTE, PRAISE, SPOILT, captured, item, subscribe

pytestmark = pytest.mark.browser


def open_board(page: Page, address: str = "/w/yaori/") -> Page:
    """The board, listening."""
    page.goto(address)
    expect(page.locator('[data-live][data-state="live"]')).to_be_visible()
    return page


def row(page: Page, alert: Alert) -> Locator:
    return page.locator(f"#alert-{alert.pk}")


def alert_of(cast: Cast, name: str, tier: Tier = Tier.YELLOW, now: datetime | None = None) -> Alert:
    """An alert about a topic of its own."""
    now = now or timezone.now()
    return raised(watched(cast, name=name, now=now), tier, now=now)


def close_by(alert: Alert, by: User) -> None:
    close_alert(alert=alert, reason="handled", note="", may_close_red=True, by=by, now=timezone.now())


def captured_posts(cast: Cast) -> Source:
    """Posts of the last hours that were captured, analysed and evaluated; the last of them are sensitive."""
    now = timezone.now()
    source = subscribe(cast, now=now).source
    watched(cast, now=now)
    quiet = [item(PRAISE, number=hour, at=now - hour * HOUR) for hour in range(2, 20)]
    loud = [item(f"{SPOILT} {n}", number=100 + n, at=now - n * MINUTE, author=f"網友{n}") for n in range(1, 10)]
    captured(source, *quiet, *loud, now=now)
    EVALUATIONS.run(now=now)
    return source


# --- claiming and closing -----------------------------------------------------------------------


def test_an_alert_is_claimed_by_click(cast: Cast, page_as: PageAs) -> None:
    subscribe(cast)
    alert = alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.staff))
    page.locator("#preview").get_by_role("button", name="Claim").click()
    expect(page.locator("#preview")).to_contain_text("林雅婷 has it")
    expect(page.locator("#group-claimed")).to_contain_text("鮮乳")
    expect(page.locator('[data-tab-count="mine"]')).to_have_text("1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nothing is waiting")
    alert.refresh_from_db()
    assert alert.claimed_by == cast.staff


def test_an_alert_is_claimed_by_the_key_a_and_closed_by_c_with_a_reason(cast: Cast, page_as: PageAs) -> None:
    alert = alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.staff))
    page.keyboard.press("a")
    expect(page.locator("#preview")).to_contain_text("林雅婷 has it")
    page.keyboard.press("c")
    page.get_by_label("False alarm").check()
    page.get_by_label("Note").fill("促銷活動")
    page.get_by_role("button", name="Close the alert").click()
    expect(page.locator("#preview")).to_contain_text("Closed: False alarm")
    expect(row(page, alert)).to_have_count(0)
    expect(page.locator('[data-tab-count="closed"]')).to_have_text("1")
    alert.refresh_from_db()
    assert (alert.close_reason, alert.close_note) == ("false-alarm", "促銷活動")


def test_a_letter_typed_into_the_note_is_no_key(cast: Cast, page_as: PageAs) -> None:
    alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.staff))
    page.keyboard.press("c")
    page.get_by_label("Note").press_sequentially("a cat")
    page.keyboard.press("Escape")
    expect(page.locator("#close-dialog")).to_be_hidden()
    assert Alert.objects.get().claimed_at is None


def test_who_comes_second_sees_who_has_it(cast: Cast, page_as: PageAs) -> None:
    alert = alert_of(cast, "鮮乳")
    first, second = open_board(page_as(cast.staff)), open_board(page_as(cast.manager))
    first.keyboard.press("a")
    expect(first.locator("#preview")).to_contain_text("林雅婷 has it")
    expect(second.locator("#preview")).to_contain_text("林雅婷 has it")  # by itself
    expect(row(second, alert).locator(".avatar")).to_have_attribute("title", "林雅婷")


def test_a_claim_that_comes_too_late_is_refused_in_words(
    cast: Cast, page_as: PageAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.manager))
    with monkeypatch.context() as silence:  # the browser has not heard of it when its person clicks
        silence.setattr("sentinel.core.live.publish", lambda message: None)
        claim_alert(alert=alert, by=cast.staff, now=timezone.now())
    with page.expect_response("**/claim/") as answer:
        page.keyboard.press("a")
    assert answer.value.status == 409
    expect(page.locator("[data-toast]")).to_contain_text("林雅婷 has already claimed this alert.")
    expect(page.locator("#preview")).to_contain_text("林雅婷 has it")


def test_staff_cannot_close_red_and_a_manager_can(cast: Cast, page_as: PageAs) -> None:
    alert_of(cast, "鮮乳", Tier.RED)
    staff, manager = open_board(page_as(cast.staff)), open_board(page_as(cast.manager))
    expect(staff.locator("[data-close-alert]")).to_have_count(0)
    manager.keyboard.press("c")
    manager.get_by_role("button", name="Close the alert").click()
    expect(staff.locator("#queue")).to_contain_text("No active alerts")


def test_an_admin_sees_everything_and_claims_nothing(cast: Cast, page_as: PageAs) -> None:
    alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.admin))
    page.keyboard.press("a")
    page.keyboard.press("c")
    expect(page.locator("#preview")).to_contain_text("鮮乳")
    expect(page.locator("form[data-act], dialog[open]")).to_have_count(0)


def test_a_phone_claims_from_the_list(cast: Cast, page_as: PageAs) -> None:
    alert = alert_of(cast, "鮮乳", Tier.ORANGE)
    page = open_board(page_as(cast.staff, phone=True))
    row(page, alert).get_by_role("button", name="Claim").tap()
    expect(page.locator("#group-claimed")).to_contain_text("鮮乳")
    row(page, alert).locator("[data-preview]").tap()
    expect(page.locator("#preview")).to_be_in_viewport()
    page.get_by_role("link", name="Back to the queue").tap()
    expect(page.locator("#preview")).to_be_hidden()


# --- live ---------------------------------------------------------------------------------------


def test_new_alerts_wait_behind_the_pill(cast: Cast, page_as: PageAs) -> None:
    known = alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.staff))
    orange, blue = alert_of(cast, "優格", Tier.ORANGE), alert_of(cast, "乳酪", Tier.BLUE)
    pill = page.locator("[data-show-new]")
    expect(pill).to_contain_text("2 new alerts")
    expect(pill).to_contain_text("1 Orange 1 Blue")
    expect(row(page, orange)).to_have_count(0)
    expect(page).to_have_title("(3) Live alerts — Sentinel")
    page.keyboard.press("n")
    for alert in (known, orange, blue):
        expect(row(page, alert)).to_be_visible()
    expect(pill).to_be_hidden()
    expect(row(page, orange)).to_contain_text("new")


def test_the_first_alert_of_an_empty_board_appears_at_once(cast: Cast, page_as: PageAs) -> None:
    page = open_board(page_as(cast.staff))
    expect(page.locator("#queue")).to_contain_text("No active alerts")
    alert = alert_of(cast, "鮮乳", Tier.RED)
    expect(row(page, alert)).to_be_visible()
    expect(page).to_have_title("(1) Live alerts — Sentinel")
    expect(page.locator('[data-announce="now"]')).to_contain_text("Red")


def test_numbers_change_in_place_when_figures_come_in(cast: Cast, page_as: PageAs) -> None:
    source = captured_posts(cast)
    alert = Alert.objects.get()
    page = open_board(page_as(cast.staff))
    volume = row(page, alert).locator(".cell-volume .count-link")
    expect(volume).to_contain_text("9")
    row(page, alert).evaluate("element => { element.wasThere = true; }")
    now = timezone.now()
    captured(source, *[item(f"{SPOILT} 又 {n}", number=200 + n, at=now - MINUTE) for n in range(5)], now=now)
    EVALUATIONS.run(now=now)
    pulse(now=now)
    expect(volume).to_contain_text("14")
    assert row(page, alert).evaluate("element => element.wasThere")


def test_an_alert_that_rises_changes_where_it_stands(cast: Cast, page_as: PageAs) -> None:
    now = timezone.now()
    topic = watched(cast, name="鮮乳", now=now)
    alert = raised(topic, Tier.YELLOW, now=now)
    page = open_board(page_as(cast.staff))
    raised(topic, Tier.RED, now=timezone.now())
    expect(row(page, alert)).to_have_attribute("data-tier", "1")
    expect(page.locator("#preview")).to_contain_text("Raised to Red")
    expect(page.locator('[data-announce="now"]')).to_contain_text("Alert raised: Red")


def test_what_was_missed_arrives_after_reconnecting(cast: Cast, page_as: PageAs) -> None:
    alert = alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.staff))
    page.context.set_offline(True)
    claim_alert(alert=alert, by=cast.manager, now=timezone.now())
    new = alert_of(cast, "優格", Tier.ORANGE)
    page.context.set_offline(False)
    expect(page.locator("#preview")).to_contain_text("陳志明 has it", timeout=20_000)
    expect(page.locator("[data-show-new]")).to_contain_text("1 new alert")
    page.keyboard.press("n")
    expect(row(page, new)).to_be_visible()


def test_a_gap_in_the_sequence_is_fetched(cast: Cast, page_as: PageAs, monkeypatch: pytest.MonkeyPatch) -> None:
    alert = alert_of(cast, "鮮乳")
    page = open_board(page_as(cast.staff))
    with monkeypatch.context() as silence:
        silence.setattr("sentinel.core.live.publish", lambda message: None)
        claim_alert(alert=alert, by=cast.manager, now=timezone.now())
    announce(workspace_id=cast.workspace.pk, kind="pulse", now=timezone.now())
    expect(page.locator("#preview")).to_contain_text("陳志明 has it")


def test_silence_makes_the_page_stale_and_says_since_when(cast: Cast, page_as: PageAs) -> None:
    alert_of(cast, "鮮乳")
    page = page_as(cast.staff)
    page.clock.install()
    open_board(page)
    page.context.set_offline(True)
    page.clock.run_for(50_000)
    expect(page.locator("[data-stale]")).to_contain_text("Data stopped at")
    expect(page.locator("[data-live-word]")).to_have_text("Stopped")
    page.context.set_offline(False)
    page.clock.run_for(40_000)
    page.clock.resume()
    expect(page.locator("[data-stale]")).to_be_hidden(timeout=20_000)


def test_the_sound_is_each_persons_own_and_red_repeats_until_it_is_claimed(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    page.add_init_script(
        "window.sounded = []; document.addEventListener('sounded', (event) => window.sounded.push(event.detail.tier));"
    )
    open_board(page)
    sound = page.locator("[data-sound]")
    expect(sound).to_have_attribute("aria-pressed", "false")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "true")
    alert_of(cast, "乳酪", Tier.YELLOW)
    red = alert_of(cast, "鮮乳", Tier.RED)
    page.wait_for_function("() => window.sounded.filter((tier) => tier === 1).length >= 2", timeout=60_000)
    claim_alert(alert=red, by=cast.staff, now=timezone.now())
    expect(page).to_have_title("(1) Live alerts — Sentinel")
    heard = page.evaluate("window.sounded.length")
    page.wait_for_timeout(9_000)
    assert page.evaluate("window.sounded.length") == heard
    assert 3 not in page.evaluate("window.sounded")


def test_the_title_counts_what_nobody_claimed(cast: Cast, page_as: PageAs) -> None:
    first, second = alert_of(cast, "鮮乳"), alert_of(cast, "優格")
    page = open_board(page_as(cast.staff))
    expect(page).to_have_title("(2) Live alerts — Sentinel")
    claim_alert(alert=first, by=cast.manager, now=timezone.now())
    expect(page).to_have_title("(1) Live alerts — Sentinel")
    close_by(second, cast.manager)
    expect(page).to_have_title("Live alerts — Sentinel")


def test_nobody_hears_of_another_workspace(cast: Cast, page_as: PageAs) -> None:
    page = page_as(cast.staff)
    answer = page.goto("/w/tsukimi/")
    assert answer is not None
    assert answer.status == 404


# --- the whole page on captured posts -----------------------------------------------------------


def test_the_preview_says_why_since_when_and_what_was_said(cast: Cast, page_as: PageAs) -> None:
    captured_posts(cast)
    page = open_board(page_as(cast.staff))
    preview = page.locator("#preview")
    expect(preview).to_contain_text("to claim")
    expect(preview).to_contain_text("Public position due by")
    expect(preview.locator("[data-due]")).to_have_count(2)
    expect(preview).to_contain_text("1 of 3 conditions is reached")
    expect(preview.locator(".reasons li")).to_have_count(3)
    expect(preview).to_contain_text("earliest captured")
    expect(preview).to_contain_text("Dcard 美食板")


def test_the_board_is_accessible(cast: Cast, page_as: PageAs) -> None:
    captured_posts(cast)
    claim_alert(alert=alert_of(cast, "優格", Tier.RED), by=cast.staff, now=timezone.now())
    alert_of(cast, "乳酪", Tier.BLUE)
    page = open_board(page_as(cast.manager))
    assert_accessible(page)
    open_board(page, "/w/yaori/?tab=closed")
    assert_accessible(page)
    open_board(page)
    page.keyboard.press("c")
    assert_accessible(page)
