"""Signing in and out, the way to one's own board, and the language of the pages."""

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sentinel.core import operations
from sentinel.core.forms import LoginForm
from sentinel.core.live import recheck_access
from sentinel.core.models import Membership, User


def safe_next(request: HttpRequest, default: str) -> str:
    """Where `next` asks to go, if it is an address of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else default


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Who are you?"""
    if request.user.is_authenticated:
        return redirect(safe_next(request, settings.LOGIN_REDIRECT_URL))
    if not User.objects.exists():
        return render(request, "core/not_set_up.html")
    form = LoginForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        auth.login(request, form.get_user())
        return redirect(safe_next(request, settings.LOGIN_REDIRECT_URL))
    return render(
        request,
        "core/login.html",
        {"form": form, "next": safe_next(request, "")},
        status=422 if form.is_bound else 200,
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; its sockets close."""
    user_id = request.user.pk
    auth.logout(request)
    if user_id is not None:
        recheck_access(user_id)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_required
def home(request: Any) -> HttpResponse:
    """The board of the person's first workspace."""
    membership = Membership.objects.filter(user=request.user).select_related("workspace").order_by("created_at").first()
    if membership is None:
        return render(request, "core/home_empty.html")
    return redirect("board", workspace=membership.workspace.slug)


@require_POST
def choose_language(request: Any) -> HttpResponse:
    """Read on in another language: for a signed-in person everywhere, else in this browser."""
    response = HttpResponseRedirect(safe_next(request, "/"))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        operations.choose_language(user=request.user, language=language, now=timezone.now())
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response
