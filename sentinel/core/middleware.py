"""What holds for every request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation


def own_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A signed-in person reads their own language, whatever the browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            translation.activate(request.user.language)
        return get_response(request)

    return middleware
