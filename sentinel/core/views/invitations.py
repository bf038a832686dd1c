"""The page behind an invitation's link."""

from typing import Any

from django.contrib import auth, messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sentinel.core import operations
from sentinel.core.forms import PersonForm
from sentinel.core.models import Invitation, Membership
from sentinel.core.operations import WrongStateError
from sentinel.core.secrets import token_hash

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation(request: Any, token: str) -> HttpResponse:
    """A signed-in person joins; a new one makes an account and joins; a link that is used or too old says so."""
    invited = (
        Invitation.objects.open(timezone.now())
        .select_related("workspace", "created_by")
        .filter(token_hash=token_hash(token))
        .first()
    )
    if invited is None:
        return _closed(request)
    if request.user.is_authenticated:
        return _join(request, token) if request.method == "POST" else _page(request, invited, None)
    form = PersonForm(request.POST or None, initial={"name": invited.label})
    if request.method == "POST" and form.is_valid():
        return _join_as_new(request, invited, token, form)
    return _page(request, invited, form)


def _join(request: Any, token: str) -> HttpResponse:
    try:
        membership = operations.accept_invitation(token=token, by=request.user, now=timezone.now())
    except WrongStateError:
        return _closed(request)
    return _welcome(request, membership)


def _join_as_new(request: Any, invited: Invitation, token: str, form: PersonForm) -> HttpResponse:
    language = translation.get_language() or "zh-hant"
    try:
        membership = operations.join_with_new_account(
            token=token, **form.cleaned_data, language=language, now=timezone.now()
        )
    except WrongStateError as error:
        if error.code != "email-taken":
            return _closed(request)
        form.add_error("email", _("Somebody has an account with this e-mail. If it is you, sign in first."))
        return _page(request, invited, form)
    auth.login(request, membership.user, backend=MODEL_BACKEND)
    return _welcome(request, membership)


def _welcome(request: Any, membership: Membership) -> HttpResponse:
    messages.success(request, _("Welcome to %(workspace)s.") % {"workspace": membership.workspace.name})
    return redirect("board", workspace=membership.workspace.slug)


def _page(request: Any, invited: Invitation, form: PersonForm | None) -> HttpResponse:
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "core/invitation.html", {"invited": invited, "form": form}, status=status)


def _closed(request: Any) -> HttpResponse:
    return render(request, "core/invitation_closed.html", status=410)
