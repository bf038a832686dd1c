"""Every address that the frame and the board name; the pages are rendered, never requested."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse()


OUTSIDE = ["home", "login", "logout", "account", "set-language", "workspace-add"]
INSIDE = [
    "board", "board-queue", "board-summary", "live-missed", "mention-list", "topic-list", "source-list",
    "outlet-list", "people", "audit", "system-status", "drill",
]  # fmt: skip
OF_AN_ALERT = ["alert-preview", "alert-claim", "alert-close", "alert-mentions"]

urlpatterns = [
    *[path(f"{name}/", nothing, name=name) for name in OUTSIDE],
    *[path(f"w/<slug:workspace>/{name}/", nothing, name=name) for name in INSIDE],
    *[path(f"w/<slug:workspace>/<int:alert_id>/{name}/", nothing, name=name) for name in OF_AN_ALERT],
    path("w/<slug:workspace>/posts/<int:post_id>/", nothing, name="post"),
]
