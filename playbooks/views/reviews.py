"""The review: course, effect, cause and lessons, looks back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from playbooks.forms.reviews import ReviewForm, WatchForm
from playbooks.models import Crisis, Review, Watch
from playbooks.operations.reviewing import check_watch, save_review
from playbooks.queries.reviewing import SPANS, clashes, linkable, reviewing_of, span_of
from playbooks.views.room import answer, crisis_of, is_fetch, part_of, refused, show, way_back
from playbooks.wording.errors import wrong_state_text
from playbooks.workflow import permission_for
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@require_GET
@needs(Permission.VIEW)
def review(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """What happened, why, and what will be different."""
    return _page(request, crisis_of(request, crisis_id))


def _page(
    request: WorkspaceRequest,
    crisis: Crisis,
    *,
    form: ReviewForm | None = None,
    conflict: list[Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    minutes = span_of(crisis, request.GET.get("minutes", ""))
    read = reviewing_of(crisis, timezone.now(), minutes=minutes)
    context = {
        "reviewing": read,
        "spans": SPANS,
        "form": form or ReviewForm.of(read.review),
        "conflict": conflict or [],
        # corrective actions and looks back go on after the closing
        "may_review": request.membership.may(Permission.WORK_CRISIS),
        "may_link_topic": linkable(request.membership, to="topic"),
        "may_link_rule": linkable(request.membership, to="rule"),
    }
    return show(request, crisis, "playbooks/review.html", page="review", context=context, status=status)


@require_POST
@needs(Permission.WORK_CRISIS)
def review_save(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Keep cause and lessons; what somebody else kept meanwhile is shown beside, and nothing is lost."""
    crisis, form = crisis_of(request, crisis_id), ReviewForm(request.POST)
    if not form.is_valid():
        return _unwritten(request, crisis, form, status=422)
    try:
        saved = save_review(crisis=crisis, **form.cleaned_data, by=request.user, now=timezone.now())
    except WrongStateError as error:
        return _edited_meanwhile(request, crisis, form, error)
    if is_fetch(request):
        return HttpResponse(str(saved.revision), content_type="text/plain; charset=utf-8")
    messages.success(request, _("Saved."))
    return redirect(way_back(request, crisis, "crisis-review#lessons"))


def _unwritten(request: WorkspaceRequest, crisis: Crisis, form: ReviewForm, *, status: int) -> HttpResponse:
    if is_fetch(request):
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    return _page(request, crisis, form=form, status=status)


def _edited_meanwhile(
    request: WorkspaceRequest, crisis: Crisis, form: ReviewForm, error: WrongStateError
) -> HttpResponse:
    """Both texts, with leave to keep the reader's over the other's."""
    sentence = wrong_state_text(error.code)
    if is_fetch(request):
        return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
    theirs = Review.objects.select_related("changed_by").get(crisis=crisis)
    given: QueryDict = request.POST.copy()
    given["revision"] = str(theirs.revision)
    again = ReviewForm(given)
    again.add_error(None, sentence)
    return _page(request, crisis, form=again, conflict=clashes(theirs, form.cleaned_data), status=409)


@require_POST
@needs(permission_for("watch", "check"))
def watch_check(request: WorkspaceRequest, watch_id: int) -> HttpResponse:
    """The look back on its day: quiet, or it has come again."""
    watch: Watch = part_of(request, Watch.objects.all(), watch_id)
    crisis, form = watch.crisis, WatchForm(request.POST)
    page = "crisis-review#watches"
    if not form.is_valid():
        sentence = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return refused(request, sentence, to=way_back(request, crisis, page))
    outcome = form.cleaned_data["outcome"]
    done = _("Noted: it has come again. A manager can reopen the crisis.") if outcome == "relapse" else _("Noted.")
    return answer(
        request,
        crisis,
        lambda: check_watch(watch=watch, **form.cleaned_data, by=request.user, now=timezone.now()),
        page=page,
        done=done,
    )
