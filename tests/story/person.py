"""Somebody at a screen of their own: a browser that keeps its cookies, and complains aloud."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, is_complaint

PATIENCE = 30_000  # milliseconds; two cores may have other things to do


class Person:
    """What a person does with a page; `complaints` is what the page wrote to its console as an error."""

    def __init__(self, browser: Browser, address: str, name: str, *, phone: bool = False) -> None:
        self.name, self.address = name, address
        self.context = browser.new_context(
            base_url=address,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            is_mobile=phone,
            locale="en",
            reduced_motion="reduce",
            accept_downloads=True,
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self._complain(str(error)))
        self.page.on("console", lambda message: self._complain(message.text) if is_complaint(message) else None)

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{self.name} at {self.page.url}: {text}")

    @property
    def home(self) -> str:
        """The address of the workspace, as a path that ends with a slash."""
        found = re.match(r"(/w/[^/]+/)", self.page.url.removeprefix(self.address))
        assert found, f"{self.name} is in no workspace: {self.page.url}"
        return found[1]

    def opens(self, path: str) -> None:
        """Go to an address of the site and wait for the page and its scripts, not for every picture."""
        answer = self.page.goto(path, wait_until="domcontentloaded")
        status = answer.status if answer else 0
        assert status == 200, f"{self.name} opens {path}: {status}"

    def fills(self, label: str, text: str, *, within: Locator | None = None) -> None:
        """Type into the field with this label."""
        self.field(label, within=within).fill(text)

    def field(self, label: str, *, within: Locator | None = None) -> Locator:
        """The field with this label, whether it has to be filled in or not."""
        return (within or self.page).get_by_label(re.compile(rf"^{re.escape(label)}(optional|needed)?$"))

    def is_ready(self) -> None:
        """The scripts of the page that is shown have run."""
        self.page.wait_for_load_state("domcontentloaded")

    def presses(self, name: str, *, within: Locator | None = None) -> None:
        """Press the button with this name."""
        self.is_ready()
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def follows(self, name: str, *, within: Locator | None = None) -> None:
        """Follow the link with this name."""
        self.is_ready()
        (within or self.page).get_by_role("link", name=name, exact=True).click()

    def chooses(self, name: str | re.Pattern[str], *, within: Locator | None = None) -> None:
        """Choose one of several."""
        (within or self.page).get_by_role("radio", name=name, exact=True).check(force=True)

    def sees(self, text: str, *, within: Locator | None = None) -> None:
        """The words stand on the page, or will in a moment."""
        expect((within or self.page).get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def is_live(self) -> None:
        """What others do appears on this page by itself."""
        expect(self.page.locator("[data-live]")).to_have_attribute("data-state", "live", timeout=PATIENCE)
