"""Who is in a workspace, and who is invited."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from sentinel.core import operations
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.forms import InvitationForm, RolesForm
from sentinel.core.models import Invitation, Membership
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission
from sentinel.core.secrets import decrypt, encrypt

FRESH_LINK = "fresh-invitation"  # in the session until it is shown, encrypted


@require_GET
@needs(Permission.MANAGE_PEOPLE)
def people(request: WorkspaceRequest) -> HttpResponse:
    """Members with their roles, open invitations, and the link of the one just made."""
    return _page(request, InvitationForm(initial={"roles": ["staff"]}))


@require_POST
@needs(Permission.MANAGE_PEOPLE)
def invite(request: WorkspaceRequest) -> HttpResponse:
    """Make a one-time link; it is shown once, on the page that follows."""
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    invitation, token = operations.invite(
        workspace=request.workspace, **form.cleaned_data, by=request.user, now=timezone.now()
    )
    request.session[FRESH_LINK] = [invitation.pk, encrypt(token)]
    return _back(request)


@require_POST
@needs(Permission.MANAGE_PEOPLE)
def withdraw(request: WorkspaceRequest, invitation: int) -> HttpResponse:
    """Close an invitation that nobody has used."""
    found = in_workspace(request, Invitation.objects.all(), invitation)
    try:
        operations.withdraw_invitation(invitation=found, by=request.user, now=timezone.now())
        messages.success(request, _("The invitation is withdrawn: its link no longer works."))
    except WrongStateError:
        messages.error(request, _("This invitation was already used, withdrawn or has run out."))
    return _back(request)


@require_POST
@needs(Permission.MANAGE_PEOPLE)
def change_roles(request: WorkspaceRequest, member: int) -> HttpResponse:
    """Give a member other roles."""
    membership = in_workspace(request, Membership.objects.select_related("user", "workspace"), member)
    form = RolesForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose at least one role for %(name)s.") % {"name": membership.user.name})
        return _back(request)
    try:
        operations.change_roles(
            membership=membership, roles=form.cleaned_data["roles"], by=request.user, now=timezone.now()
        )
        messages.success(request, _("The roles of %(name)s are changed.") % {"name": membership.user.name})
    except WrongStateError:
        messages.error(request, _("A workspace needs an admin: make somebody else one first."))
    return _back(request)


@require_POST
@needs(Permission.MANAGE_PEOPLE)
def remove(request: WorkspaceRequest, member: int) -> HttpResponse:
    """End a membership."""
    membership = in_workspace(request, Membership.objects.select_related("user", "workspace"), member)
    try:
        operations.remove_member(membership=membership, by=request.user, now=timezone.now())
        messages.success(request, _("%(name)s no longer sees this workspace.") % {"name": membership.user.name})
    except WrongStateError:
        messages.error(request, _("A workspace needs an admin: make somebody else one first."))
    return _back(request)


def _back(request: WorkspaceRequest) -> HttpResponse:
    """To the page of people; who has just given up the right to see it goes home."""
    membership = Membership.objects.filter(workspace=request.workspace, user=request.user).first()
    if membership is None or not membership.may(Permission.MANAGE_PEOPLE):
        return redirect("home")
    return redirect("people", workspace=request.workspace.slug)


def _page(request: WorkspaceRequest, form: InvitationForm) -> HttpResponse:
    now = timezone.now()
    members = Membership.objects.filter(workspace=request.workspace).select_related("user").order_by("created_at", "pk")
    invitations = Invitation.objects.open(now).filter(workspace=request.workspace).select_related("created_by")
    context: dict[str, Any] = {
        "members": members,
        "invitations": invitations.order_by("-created_at"),
        "form": form,
        "fresh": _fresh_link(request),
    }
    return render(request, "core/people.html", context, status=422 if form.is_bound else 200)


def _fresh_link(request: HttpRequest) -> dict[str, Any] | None:
    """The address of the invitation just made; asking for it forgets it."""
    pk, token = request.session.pop(FRESH_LINK, (None, ""))
    invitation = Invitation.objects.filter(pk=pk).first()
    if invitation is None:
        return None
    address = reverse("invitation", args=[decrypt(token)])
    return {"invitation": invitation, "url": request.build_absolute_uri(address)}
