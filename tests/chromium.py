"""One Chromium for a whole test run: Playwright cannot be started twice in a process."""

import shutil

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route

PATIENCE = 20_000  # milliseconds for anything to come about: a busy machine is slow, and who waits loses nothing
SLOW_LINE = {"script": 700, "fetch": 400, "document": 200}  # milliseconds that each kind of request waits
SLOW_PROCESSOR = 4  # times as slow


def launch(playwright: Playwright) -> Browser:
    """The machine's Chromium without a window."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium") or "/usr/bin/chromium",
        args=["--no-sandbox", "--disable-dev-shm-usage"],
    )


def slow_down(context: BrowserContext) -> None:
    """Give a context's pages an old phone's processor and line, so that whatever acts before a page is ready fails."""

    def dawdle(route: Route) -> None:
        context.pages[0].wait_for_timeout(SLOW_LINE.get(route.request.resource_type, 0))
        route.continue_()

    def throttle(page: Page) -> None:
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})

    context.route("**/*", dawdle)
    context.on("page", throttle)
