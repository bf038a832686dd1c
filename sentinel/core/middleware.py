"""What holds for every request."""

from collections.abc import Callable
from contextlib import closing
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from sentinel.core.bodies import IS_CUT

INTERFACES = "/api/"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # WhiteNoise has no types
    """The stylesheets, scripts and fonts, each answered whole: ASGI warns of a file that is streamed from a thread."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """The file, or 304 where the browser has it, with the headers that WhiteNoise gives it and no other."""
        answer = static_file.get_response(request.method, request.META)
        with closing(answer.file or BytesIO()) as file:
            response = HttpResponse(file.read(), status=int(answer.status))
        del response["content-type"]
        for name, value in answer.headers:
            response[name] = value
        return response


def own_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A signed-in person reads their own language, whatever the browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
        return get_response(request)

    return middleware


def refuse_cut_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Nobody acts upon the beginning of a form. Interfaces for programs refuse it in their own words."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_cut = getattr(request, "scope", {}).get(IS_CUT, False)
        if is_cut and not request.path.startswith(INTERFACES):
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware
