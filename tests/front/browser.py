"""Pages rendered from templates, shown to Chromium without a server: every request is answered from here."""

import json
import mimetypes
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.shortcuts import render
from django.test import RequestFactory
from django.test.utils import override_settings
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, Route, WebSocketRoute

from tests.front.samples import frame_context

ORIGIN = "http://sentinel.test"
STATIC = Path(settings.BASE_DIR) / "static"
AXE = Path(__file__).parent.parent / "browser" / "vendor" / "axe.min.js"
POLICY = "; ".join(
    f"{name} {' '.join(values)}" for name, values in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)


def rendered(template: str, context: dict[str, Any], *, theme: str = "light", language: str = "en") -> str:
    """A page as a signed-in person of the sample workspace gets it."""
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(  # type: ignore[assignment]
        name="林雅婷", initial="雅", email="yating@yaori.example", theme=theme, keys_enabled=True, sound_enabled=False,
        is_operator=True,
    )  # fmt: skip
    with override_settings(ROOT_URLCONF="tests.front.urls"), translation.override(language):
        return render(request, template, {**frame_context(), **context}).content.decode()


class Shown:
    """A page in the browser with its answers, its socket and everything that it complained about."""

    def __init__(
        self,
        browser: Browser,
        answers: dict[str, Callable[[], str]],
        *,
        width: int,
        height: int,
        fake_clock: bool = False,
    ) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": height})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.answers = answers
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self.sockets: list[WebSocketRoute] = []
        self.next_seq = 41
        self.silent = False
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._answer)
        self.page.route_web_socket("**/ws/yaori/", self._connect)
        if fake_clock:
            self.page.clock.install()

    def __enter__(self) -> "Shown":
        self.page.goto(f"{ORIGIN}/page/")
        return self

    def __exit__(self, *args: object) -> None:
        self.context.close()

    def say(self, **message: Any) -> None:
        """What the server says on the newest socket."""
        self.sockets[-1].send(json.dumps(message))

    def violations(self) -> list[str]:
        """What axe-core finds, one line each."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def _connect(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        if not self.silent:
            socket.send(json.dumps({"type": "hello", "seq": self.next_seq, "server_time": timezone.now().isoformat()}))

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        self.requested.append(f"{route.request.method} {path}")
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or "font/woff2"
            route.fulfill(body=file.read_bytes(), content_type=kind)
            return
        answer = next((answer for name, answer in self.answers.items() if path.endswith(f"/{name}/")), None)
        if answer is None:
            route.fulfill(status=HTTPStatus.NOT_FOUND)
            return
        kind = "application/json" if path.endswith("/live-missed/") else "text/html; charset=utf-8"
        route.fulfill(body=answer(), content_type=kind, headers={"Content-Security-Policy": POLICY})
