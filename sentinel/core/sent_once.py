"""A form that is sent twice by a double click is acted upon once.

A browser drops its first request when a second click comes before the answer; the server has had both. They say the
same and carry the same CSRF token, which is masked anew for every page, so that they come from one showing of one form:
the second waits for the first and is given its answer. Forms that scripts send are guarded by the scripts themselves.
What was answered is remembered in this process, as `./run` and the composition have one that serves.
"""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, cast

from django.contrib.messages import add_message, get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

REMEMBERED = 10.0  # seconds after the answer; who goes back and sends the form again later means it
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Answer:
    """What a form was answered with, and what the answer left for the next page."""

    status: int
    headers: dict[str, str]
    content: bytes
    session: dict[str, Any]
    messages: list[tuple[int, str, str]]  # level, text, tags


Sending = tuple[float, Future[Answer | None]]  # when it was sent, then when it was answered; and the answer


class SendOnce(MiddlewareMixin):
    """The last of the middlewares, so that a form is known to be genuine and its sender is known."""

    def __init__(self, get_response: View) -> None:
        super().__init__(get_response)
        self._lock = Lock()
        self._sent: dict[str, Sending] = {}

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """The view is called here: it and what is remembered of it run to their end even if the browser hangs up."""
        key = form_key(request, view)
        if key is None:
            return None
        with self._lock:
            self._forget(now := monotonic())
            known = self._sent.get(key)
            answered = known[1] if known else Future()
            if known is None:
                self._sent[key] = now, answered
        if known:
            answer = answered.result()
            return replayed(answer, request) if answer else None
        answer = None
        try:
            response = view(request, *args, **kwargs)
            answer = noted(response, request)
        finally:
            self._remember(key, answered, answer)
        return response

    def _remember(self, key: str, answered: "Future[Answer | None]", answer: Answer | None) -> None:
        """Let who waits go on; without an answer that can be given twice they do it themselves."""
        with self._lock:
            del self._sent[key]
            if answer:
                self._sent[key] = monotonic(), answered
        answered.set_result(answer)

    def _forget(self, now: float) -> None:
        """Answers are in the order in which they were given."""
        for key, (at, answered) in list(self._sent.items()):
            if answered.done() and now - at > REMEMBERED:
                del self._sent[key]


def form_key(request: HttpRequest, view: View) -> str | None:
    """What two requests of one showing of a form have in common; None for what is no such form of a person."""
    if request.method != "POST" or getattr(view, "csrf_exempt", False) or not request.user.is_authenticated:
        return None
    if request.headers.get("X-Requested-With") == "fetch" or "HX-Request" in request.headers:
        return None
    if not request.POST.get("csrfmiddlewaretoken"):
        return None
    files = [(name, one.name, one.size) for name, some in request.FILES.lists() for one in some]
    said = [request.user.pk, request.get_full_path(), sorted(request.POST.lists()), files]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def noted(response: HttpResponse, request: HttpRequest) -> Answer | None:
    """An answer that can be given again: a stream cannot."""
    if response.streaming:
        return None
    messages = cast(BaseStorage, get_messages(request))
    shown = messages.used
    left = [] if shown else [(one.level, str(one.message), one.extra_tags) for one in messages]
    messages.used = shown  # looking at them here has not shown them
    return Answer(response.status_code, dict(response.headers), response.content, dict(request.session.items()), left)


def replayed(answer: Answer, request: HttpRequest) -> HttpResponse:
    """The answer again, with what the first one left for the next page: the browser has not taken it from that."""
    request.session.update(answer.session)
    for level, text, tags in answer.messages:
        add_message(request, level, text, tags)
    return HttpResponse(answer.content, status=answer.status, headers=answer.headers)
