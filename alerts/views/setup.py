"""The first start: one page, shown once, from nothing to a watching workspace; and further workspaces."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from alerts.operations.setup import FirstTopic, set_up_installation, set_up_workspace
from alerts.rules import default_rules
from alerts.setup_form import SetupForm, WorkspaceForm
from alerts.setup_preview import preview_topic, try_sentence
from sentinel.core.access import needs_operator
from sentinel.core.models import SetupLink, User
from sentinel.core.operations import WrongStateError
from sentinel.core.secrets import token_hash

TRIALS = ("trial_1", "trial_2")
NEXT = {"source": "source-add", "people": "people"}
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Three steps in one form; all or nothing is written, and what was typed is kept."""
    if not SetupLink.objects.open(token_hash(token)).exists():
        return _closed(request)
    form = SetupForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _set_up(request, token, form.cleaned_data)
    return _page(request, form, lambda part: reverse("setup-preview", args=[token, part]))


@require_http_methods(["GET", "POST"])
@needs_operator
def workspace_add(request: HttpRequest) -> HttpResponse:
    """A further workspace: for the people who run the installation; its creator holds every role in it."""
    form = WorkspaceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        own, others = _first_topics(form.cleaned_data)
        workspace = set_up_workspace(
            name=form.cleaned_data["workspace"],
            time_zone=form.cleaned_data["time_zone"],
            brand=own,
            competitors=others,
            by=cast(User, request.user),
            now=timezone.now(),
        )
        return redirect(NEXT.get(request.POST.get("go", ""), "source-add"), workspace=workspace.slug)
    return _page(request, form, lambda part: reverse("workspace-preview", args=[part]))


def _page(request: HttpRequest, form: WorkspaceForm, preview_url: Callable[[str], str]) -> HttpResponse:
    context = {
        "form": form,
        "is_first": isinstance(form, SetupForm),
        "rules": len(default_rules()),
        "topic_url": preview_url("topic"),
        "trials": [{"name": name, "value": request.POST.get(name, ""), "url": preview_url(name)} for name in TRIALS],
        **_preview(request, form),
    }
    return render(request, "alerts/setup.html", context, status=422 if form.is_bound else 200)


@require_POST
def preview(request: HttpRequest, token: str, part: str) -> HttpResponse:
    """One part of the right pane (`topic`, `trial_1`, `trial_2`) for what is typed so far."""
    if not SetupLink.objects.open(token_hash(token)).exists():
        raise Http404
    return _part(request, part)


@require_POST
@needs_operator
def workspace_preview(request: HttpRequest, part: str) -> HttpResponse:
    """The same for a further workspace."""
    return _part(request, part)


def _part(request: HttpRequest, part: str) -> HttpResponse:
    if part not in ("topic", *TRIALS):
        raise Http404
    shown = _preview(request, WorkspaceForm(request.POST))
    if part == "topic":
        return render(request, "alerts/setup.html#topic", shown)
    return render(request, "alerts/setup.html#trial", {"trial": shown["results"][part]})


def _preview(request: HttpRequest, form: WorkspaceForm) -> dict[str, Any]:
    names = form.brand_names()
    return {
        "preview": preview_topic(names),
        "title": _topic_titles(form["workspace"].value() or (names[0] if names else ""))[0],
        "results": {name: try_sentence(names, request.POST.get(name, "")) for name in TRIALS},
    }


def _topic_titles(workspace: str) -> tuple[str, str]:
    name = workspace.strip()[:60] or "…"
    return _("%(name)s: brand") % {"name": name}, _("%(name)s: competitors") % {"name": name}


def _first_topics(wanted: dict[str, Any]) -> tuple[FirstTopic, FirstTopic | None]:
    """The brand's topic, and the competitors' where there are any."""
    own, others = _topic_titles(wanted["workspace"])
    competitors = FirstTopic(others, wanted["competitors"]) if wanted["competitors"] else None
    return FirstTopic(own, wanted["names"]), competitors


def _set_up(request: HttpRequest, token: str, wanted: dict[str, Any]) -> HttpResponse:
    own, others = _first_topics(wanted)
    try:
        user, workspace = set_up_installation(
            token=token,
            email=wanted["email"],
            name=wanted["name"],
            password=wanted["password"],
            language=translation.get_language() or "zh-hant",
            workspace=wanted["workspace"],
            time_zone=wanted["time_zone"],
            brand=own,
            competitors=others,
            now=timezone.now(),
        )
    except WrongStateError:
        return _closed(request)
    auth.login(request, user, backend=MODEL_BACKEND)
    return redirect(NEXT.get(request.POST.get("go", ""), "source-add"), workspace=workspace.slug)


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "alerts/setup_closed.html", status=410)
