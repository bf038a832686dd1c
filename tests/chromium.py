"""One Chromium for a whole test run: Playwright cannot be started twice in a process."""

import shutil

from playwright.sync_api import Browser, Playwright


def launch(playwright: Playwright) -> Browser:
    """The machine's Chromium without a window."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or "/usr/bin/chromium",
        args=["--no-sandbox", "--disable-dev-shm-usage"],
    )
