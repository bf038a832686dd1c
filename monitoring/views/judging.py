"""What people say of a post: verdict, mood, and whether it is about us."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from monitoring.models import Post
from monitoring.operations.judging import correct_mood, dismiss_post, judge_post, restore_post
from monitoring.views.posts import address_of, found_post
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@require_POST
@needs(Permission.JUDGE_POST)
def post_judge(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """Say whether what the post claims is true."""
    return _said(request, post_id, judge_post, verdict=request.POST.get("verdict", ""))


@require_POST
@needs(Permission.JUDGE_POST)
def post_mood(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """Correct the post's mood."""
    return _said(request, post_id, correct_mood, mood=request.POST.get("mood", ""))


@require_POST
@needs(Permission.JUDGE_POST)
def post_dismiss(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """Say that the post is about something else."""
    return _said(request, post_id, dismiss_post)


@require_POST
@needs(Permission.JUDGE_POST)
def post_restore(request: WorkspaceRequest, post_id: int) -> HttpResponse:
    """Take that back."""
    return _said(request, post_id, restore_post)


def _said(request: WorkspaceRequest, post_id: int, operation: Callable[..., Any], **words: str) -> HttpResponse:
    post: Post = found_post(request, post_id)
    now: datetime = timezone.now()
    try:
        operation(post=post, workspace=request.workspace, by=request.user, now=now, **words)
    except WrongStateError:
        messages.error(request, _("Choose one of the words that the page offers."))
    return redirect(address_of(request, post))
