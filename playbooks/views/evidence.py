"""Evidence: captured posts put on file."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from monitoring.models import Post
from monitoring.queries.posts import find_post
from playbooks.operations.collecting import file_evidence
from playbooks.queries.evidence import crises_of_post, open_to_post
from playbooks.views.room import address, crisis_of, refused
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


class EvidenceForm(forms.Form):
    """Which post, and a word on why."""

    post = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    note = forms.CharField(required=False, max_length=200)


@require_POST
@needs(Permission.WORK_CRISIS)
def evidence_file(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Put a captured post on file as it stands now, and go back to where one came from."""
    crisis = crisis_of(request, crisis_id)
    back = _back(request) or address(request, "crisis-collect", crisis) + "#evidence"
    form = EvidenceForm(request.POST)
    if not form.is_valid():
        return refused(request, _("Choose a captured post, with a note of at most 200 characters."), to=back)
    post = find_post(request.workspace, form.cleaned_data["post"])
    if post is None:
        return refused(request, _("This post is no longer stored, so it cannot be put on file."), to=back)
    try:
        file_evidence(crisis=crisis, post=post, note=form.cleaned_data["note"], by=request.user, now=timezone.now())
    except WrongStateError as error:
        return refused(request, wrong_state_text(error.code), to=back)
    messages.success(request, _("On file as it stands now; a later edit does not change it."))
    return redirect(back)


@require_GET
@needs(Permission.VIEW)
def post_crises(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The open crises that a post belongs to, with a button to put it on file: a part of the post's page."""
    post = _post(request, post_id)
    context = {
        "post": post,
        "found": crises_of_post(request.workspace, post),
        "may_work": request.membership.may(Permission.WORK_CRISIS),
        "back": _post_address(request, post),
    }
    return render(request, "playbooks/parts/post_crises.html", context)


@require_GET
@needs(Permission.WORK_CRISIS)
def post_evidence(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """The button that puts a post on file in an open crisis, chosen where there are several: a part of its page."""
    post = _post(request, post_id)
    context = {"post": post, "open_to": open_to_post(request.workspace, post), "back": _post_address(request, post)}
    return render(request, "playbooks/parts/post_evidence.html", context)


def _post_address(request: WorkspaceRequest, post: Post) -> str:
    """The post's page, which still knows the list that the reader came from."""
    kept = {name: request.GET[name] for name in ("back", "in") if request.GET.get(name)}
    return reverse("post", args=[request.workspace.slug, post.pk]) + (f"?{urlencode(kept)}" if kept else "")


def _post(request: WorkspaceRequest, post_id: int) -> Post:
    found = find_post(request.workspace, post_id)
    if found is None:
        raise Http404
    return found


def _back(request: WorkspaceRequest) -> str:
    given = request.POST.get("back", "")
    is_ours = given.startswith(f"/w/{request.workspace.slug}/")
    return given if is_ours and url_has_allowed_host_and_scheme(given, allowed_hosts=None) else ""
