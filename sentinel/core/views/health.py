"""Answers for whoever watches the installation."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sentinel.core.health import readiness


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The web process serves."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, migrations, workers and beat are well, or what is not."""
    answer = readiness(timezone.now())
    response = JsonResponse(answer, status=200 if answer["ok"] else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # whoever asked is told; the log need not repeat it
    return response
