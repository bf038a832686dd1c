"""Forms that answer while one types, the toasts, and the sound that waits for permission."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.front.browser import Shown, rendered
from tests.front.samples import gallery_context, sample_board, sample_rows

pytestmark = pytest.mark.browser

TEST_WIDGET = """
  const box = document.querySelector('main form');
  box.insertAdjacentHTML('beforeend', '<div data-test="/try/"><p data-test-output role="status"></p></div>');
  const { startForms } = await import('/static/js/forms.js');
  document.querySelectorAll('[data-chips]').forEach(one => one.removeAttribute('data-chips'));
  startForms();
"""


def gallery(browser: Browser, **answers: Any) -> Shown:
    html = rendered("core/gallery.html", {"sample": gallery_context()}, language="en")
    return Shown(browser, {"page": lambda: html, **answers}, width=1440, height=900)


def test_names_become_chips_and_stay_one_a_line_for_the_server(browser: Browser) -> None:
    with gallery(browser) as shown:
        entry, area = shown.page.locator(".chip-input input"), shown.page.locator("#id_names")
        expect(shown.page.locator(".chip-input li:not(.is-entry)")).to_have_count(3)
        entry.fill("月見、曜日優格")
        expect(area).to_have_value("曜日乳業\n曜日鮮乳\n曜日\n月見\n曜日優格")
        entry.press("Backspace")
        shown.page.get_by_role("button", name="Remove 曜日", exact=True).click()
        expect(area).to_have_value("曜日乳業\n曜日鮮乳\n月見")
        entry.fill("月見")
        entry.press("Enter")
        expect(area).to_have_value("曜日乳業\n曜日鮮乳\n月見")
        assert shown.page.evaluate("document.activeElement.id") == "id_names_entry"


def test_enter_while_composing_takes_nothing(browser: Browser) -> None:
    with gallery(browser) as shown:
        entry = shown.page.locator(".chip-input input")
        entry.evaluate("e => { e.value = 'ㄩㄝˋ'; }")
        entry.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        expect(shown.page.locator("#id_names")).to_have_value("曜日乳業\n曜日鮮乳\n曜日")


def test_a_test_answers_once_after_the_typing(browser: Browser) -> None:
    with gallery(browser, **{"try": lambda: "<b>Matches</b>"}) as shown:
        shown.page.evaluate(f"(async () => {{{TEST_WIDGET}}})()")
        shown.page.locator("#id_name").press_sequentially("曜日乳業", delay=20)
        expect(shown.page.locator("[data-test-output]")).to_have_text("Matches")
        assert shown.requested.count("POST /try/") == 1


def test_a_refused_action_is_said_in_a_toast_that_stays(browser: Browser) -> None:
    html = rendered("alerts/board.html", {"board": sample_board(sample_rows())}, language="en")
    with Shown(browser, {"page": lambda: html}, width=1440, height=900) as shown:
        shown.page.keyboard.press("a")
        toast = shown.page.locator(".toast.is-error")
        expect(toast).to_have_text("That did not work. Please try again.×")
        toast.get_by_role("button").click()
        expect(toast).to_have_count(0)


def test_sound_says_that_it_is_not_enabled_until_the_browser_allows_it(browser: Browser) -> None:
    html = rendered("alerts/board.html", {"board": sample_board(sample_rows())}, language="en").replace(
        'data-sound aria-pressed="false"', 'data-sound aria-pressed="true"'
    )
    with Shown(browser, {"page": lambda: html}, width=1440, height=900) as shown:
        button = shown.page.locator("[data-sound]")
        expect(button).to_contain_text("Sound is not enabled")
        shown.page.evaluate("addEventListener('sounded', event => window.heard = event.detail.tier)")
        button.click()
        expect(button).not_to_contain_text("Sound is not enabled", use_inner_text=True)
        shown.say(type="event", seq=42, kind="alert.opened", id=60, tier=1, counts={"unclaimed": 1, "unclaimed_red": 1})
        shown.page.wait_for_function("() => window.heard === 1")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")
