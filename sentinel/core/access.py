"""Fetch and authorise in one place: a view of a workspace names the permission that it needs.

Somebody who is no member gets 404 for everything below `/w/<workspace>/`, whether the thing exists or not; a member
without the permission gets 403.
"""

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from sentinel.core.models import Membership, User, Workspace
from sentinel.core.permissions import Permission

View = Callable[..., HttpResponseBase]
Found = TypeVar("Found", bound=models.Model)


class WorkspaceRequest(HttpRequest):
    """A request by a member of a workspace; `needs` below makes it one."""

    user: User
    workspace: Workspace
    membership: Membership


def membership_of(user: User, slug: str) -> Membership:
    """The person's membership in the workspace; raises Http404 without telling whether the workspace exists."""
    membership = (
        Membership.objects.select_related("workspace", "user").filter(user_id=user.pk, workspace__slug=slug).first()
    )
    if membership is None:
        raise Http404
    return membership


def signed_in(view: View) -> View:
    """Open a view to people who are signed in; others sign in and come back to the page on which they were.

    That is the address itself, or for a form the page that it stood on, since what is posted cannot be gone to.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            return redirect_to_login(request.get_full_path())
        page = request.headers.get("Referer", "")
        ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
        return redirect_to_login(urlsplit(page)._replace(scheme="", netloc="").geturl() if ours else "/")

    return guarded


def needs(permission: Permission) -> Callable[[View], View]:
    """Open a view below `/w/<workspace>/` to members who hold `permission`."""

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: Any, workspace: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = membership_of(request.user, workspace)
            if not membership.may(permission):
                raise PermissionDenied
            request.membership, request.workspace = membership, membership.workspace
            with timezone.override(zoneinfo.ZoneInfo(membership.workspace.time_zone)):
                response = view(request, *args, **kwargs)
                # A lazily rendered response would leave the workspace's time zone before it is written.
                if hasattr(response, "render"):
                    response.render()
                return response

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def needs_operator(view: View) -> View:
    """Open a view to the people who run the installation; to everyone else it does not exist."""

    @signed_in
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_operator:
            raise Http404
        return view(request, *args, **kwargs)

    guarded.operator_only = True  # type: ignore[attr-defined]
    return guarded


def in_workspace(request: WorkspaceRequest, queryset: "models.QuerySet[Found]", pk: int) -> Found:
    """The object of the request's workspace, or Http404 as if it did not exist."""
    found = queryset.filter(workspace=request.workspace, pk=pk).first()
    if found is None:
        raise Http404
    return found
