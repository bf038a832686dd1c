"""axe-core finds nothing: on the gallery, on the board and its pane, in both themes, on the phone."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.front.browser import Shown, rendered
from tests.front.samples import gallery_context, sample_board, sample_rows

pytestmark = pytest.mark.browser

DESKTOP, PHONE = (1440, 900), (390, 844)
PAGES: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "gallery": ("core/gallery.html", lambda: {"sample": gallery_context()}),
    "board": ("alerts/board.html", lambda: {"board": sample_board(sample_rows())}),
    "empty board": ("alerts/board.html", lambda: {"board": sample_board([], selected=None, sources=0)}),
}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_the_policy_is_kept(
    browser: Browser, name: str, theme: str, size: tuple[int, int]
) -> None:
    template, context = PAGES[name]
    html = rendered(template, context(), theme=theme)
    with Shown(browser, {"page": lambda: html}, width=size[0], height=size[1]) as shown:
        assert shown.violations() == []
        assert shown.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_menus_dialogs_and_the_stale_state_are_clean_too(browser: Browser, theme: str) -> None:
    html = rendered("alerts/board.html", {"board": sample_board(sample_rows())}, theme=theme)
    with Shown(browser, {"page": lambda: html}, width=1440, height=900) as shown:
        for opened in ("user-menu", "workspaces"):
            shown.page.evaluate(f"document.getElementById('{opened}').showPopover()")
            assert shown.violations() == []
        shown.page.keyboard.press("Escape")
        for opened in ("help", "close-dialog"):
            shown.page.evaluate(f"document.getElementById('{opened}').showModal()")
            assert shown.violations() == []
            shown.page.keyboard.press("Escape")
        shown.page.evaluate("document.documentElement.classList.add('is-stale')")
        shown.page.evaluate("document.querySelector('[data-stale]').hidden = false")
        assert shown.violations() == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways(browser: Browser, name: str) -> None:
    template, context = PAGES[name]
    html = rendered(template, context(), language="en")
    with Shown(browser, {"page": lambda: html}, width=320, height=800) as shown:
        for width in (320, 390, 768, 1024, 1280, 1920):
            shown.page.set_viewport_size({"width": width, "height": 800})
            wide = shown.page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1"
                " && !e.closest('.vh, [popover], .table-scroll')).map(e => e.tagName + '.' + e.className)"
            )
            assert shown.page.evaluate("document.documentElement.scrollWidth") <= width, (width, wide)
