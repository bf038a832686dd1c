"""A double click on a slow line: the form comes twice, is acted upon once, and answered alike."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.contrib import messages
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from sentinel.core import sent_once
from sentinel.core.models import User
from sentinel.core.sent_once import SendOnce


class Deed:
    """A view that counts how often it acts."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.times += 1
        messages.success(request, "Saved")
        request.session["fresh"] = "key"
        return redirect(f"/things/{self.times}/")


@pytest.fixture
def deed() -> Deed:
    return Deed()


@pytest.fixture
def guard() -> SendOnce:
    return SendOnce(lambda request: HttpResponse())


def form(token: str = "of this page", *, by: int = 1, path: str = "/things/add/", **fields: Any) -> HttpRequest:
    """A form as a browser sends it, and who sends it."""
    request = RequestFactory().post(path, {"csrfmiddlewaretoken": token, **fields})
    request.user, request.session = User(pk=by), {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    return request


def send(guard: SendOnce, view: Any, request: HttpRequest) -> HttpResponse:
    return guard.process_view(request, view, (), {}) or view(request)


def test_what_comes_twice_is_done_once_and_both_are_led_on(guard: SendOnce, deed: Deed) -> None:
    first, second = form(name="a"), form(name="a")
    assert send(guard, deed, first).headers["Location"] == "/things/1/"
    assert send(guard, deed, second).headers["Location"] == "/things/1/"
    assert deed.times == 1
    assert second.session["fresh"] == "key"
    assert [str(one) for one in get_messages(second)] == ["Saved"]
    assert [str(one) for one in get_messages(first)] == ["Saved"]


def test_the_second_waits_while_the_first_is_on_its_way(guard: SendOnce) -> None:
    begun, go_on, done = Event(), Event(), []

    def slow(request: HttpRequest) -> HttpResponse:
        begun.set()
        go_on.wait(20)
        done.append(1)
        return HttpResponse(b"the token, shown once")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(send, guard, slow, form())
        begun.wait(20)
        second = threads.submit(send, guard, slow, form())
        go_on.set()
        assert first.result(20).content == second.result(20).content == b"the token, shown once"
    assert done == [1]


@pytest.mark.parametrize(
    "other",
    [
        {"token": "of another page"},
        {"by": 2},
        {"path": "/things/add/?kind=b"},
        {"name": "b"},
        {"file": SimpleUploadedFile("b.csv", b"b")},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_form_is_another_deed(guard: SendOnce, deed: Deed, other: dict[str, Any]) -> None:
    given = {"name": "a", "file": SimpleUploadedFile("a.csv", b"a")}
    send(guard, deed, form(**given))
    send(guard, deed, form(**{**given, **other}))
    assert deed.times == 2


def test_who_goes_back_and_sends_it_again_later_means_it(
    guard: SendOnce, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock: Iterator[float] = iter([0.0, 4.0, 13.9, 14.1, 14.2])
    monkeypatch.setattr(sent_once, "monotonic", lambda: next(clock))
    send(guard, deed, form())  # sent at 0 s, answered at 4 s
    send(guard, deed, form())
    assert deed.times == 1
    send(guard, deed, form())
    assert deed.times == 2


def test_what_failed_is_tried_again(guard: SendOnce, deed: Deed) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        raise Http404

    with pytest.raises(Http404):
        send(guard, fail, form())
    send(guard, deed, form())
    assert deed.times == 1


def test_a_stream_is_not_given_twice(guard: SendOnce) -> None:
    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse([b"x"])

    for _click in range(2):
        assert b"".join(send(guard, stream, form()).streaming_content) == b"x"  # type: ignore[attr-defined]


@pytest.mark.parametrize("header", ["X-Requested-With", "HX-Request"])
def test_scripts_guard_their_own_forms(guard: SendOnce, deed: Deed, header: str) -> None:
    for _time in range(2):
        request = form()
        request.META[f"HTTP_{header.upper().replace('-', '_')}"] = "fetch"
        send(guard, deed, request)
    assert deed.times == 2


def test_what_no_page_of_ours_sends_is_left_alone(guard: SendOnce, deed: Deed) -> None:
    collector = csrf_exempt(deed)
    for _time in range(2):
        request = form()
        send(guard, collector, request)
    for _time in range(2):
        send(guard, deed, form(token=""))
    assert deed.times == 4


def test_many_clicks_at_once_are_one(guard: SendOnce, deed: Deed) -> None:
    together = Barrier(6)

    def click(_number: int) -> str:
        together.wait(20)
        return send(guard, deed, form()).headers["Location"]

    with ThreadPoolExecutor(6) as threads:
        assert set(threads.map(click, range(6))) == {"/things/1/"}
