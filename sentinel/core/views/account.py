"""A person's own settings."""

from typing import Any

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from sentinel.core import operations
from sentinel.core.forms import AccountForm, PasswordForm
from sentinel.core.models import Membership


@login_required
@require_http_methods(["GET", "POST"])
def account(request: Any) -> HttpResponse:
    """Name, language, appearance, keys, sound."""
    form = AccountForm(request.POST) if request.method == "POST" else AccountForm.of(request.user)
    if request.method == "POST" and form.is_valid():
        operations.save_preferences(user=request.user, **form.cleaned_data, now=timezone.now())
        translation.activate(request.user.language)
        messages.success(request, _("Saved."))
        return redirect("account")
    return _page(request, form, PasswordForm(request.user))


@login_required
@sensitive_post_parameters()
@require_POST
def password(request: Any) -> HttpResponse:
    """Another password; every other session ends."""
    form = PasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _page(request, AccountForm.of(request.user), form)
    operations.change_password(user=request.user, password=form.cleaned_data["new_password"], now=timezone.now())
    auth.update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
    return redirect("account")


def _page(request: Any, form: AccountForm, password_form: PasswordForm) -> HttpResponse:
    memberships = Membership.objects.filter(user=request.user).select_related("workspace").order_by("workspace__name")
    return render(
        request,
        "core/account.html",
        {"form": form, "password_form": password_form, "memberships": memberships},
        status=422 if form.is_bound or password_form.is_bound else 200,
    )
