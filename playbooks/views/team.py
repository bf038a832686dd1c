"""The control centre's team: seats, taking over, progress."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playbooks.forms.crises import ProgressForm, SeatForm
from playbooks.models import TeamMember
from playbooks.operations.crises import report_progress, seat, take_charge, unseat
from playbooks.queries.emergency import approvers_of
from playbooks.views.room import address, answer, crisis_of, part_of, refused, show
from playbooks.wording.codes import duty_word
from playbooks.wording.errors import wrong_state_text
from sentinel.core.access import WorkspaceRequest, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@require_http_methods(["GET"])
@needs(Permission.VIEW)
def team(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Who sits in the control centre, with duties, deputies and limits; `?seat=<id>` to change one."""
    chosen = request.GET.get("seat", "")
    found = crisis_of(request, crisis_id)
    member = found.team.filter(pk=int(chosen)).first() if chosen.isdigit() and len(chosen) < 19 else None
    initial = {
        name: getattr(member, name) for name in ("user", "duty", "department", "deputy", "limits") if member
    } or {"duty": "member"}
    return _page(request, crisis_id, SeatForm(crisis=found, initial=initial))


def _page(request: WorkspaceRequest, crisis_id: int, form: SeatForm, status: int = 200) -> HttpResponse:
    crisis = crisis_of(request, crisis_id)
    seats = crisis.team.select_related("user", "deputy").order_by("pk")
    order = {"commander": 0, "spokesperson": 1}
    context = {
        "seats": [(one, duty_word(one.duty)) for one in sorted(seats, key=lambda one: order.get(one.duty, 2))],
        "approvers": [user.name for user in approvers_of(crisis)],
        "form": form,
        "progress_form": ProgressForm(auto_id="progress_%s"),
    }
    return show(request, crisis, "playbooks/team.html", page="team", context=context, status=status)


@require_POST
@needs(Permission.WORK_CRISIS)
def team_seat(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Give somebody a seat, or change it."""
    crisis = crisis_of(request, crisis_id)
    form = SeatForm(request.POST, crisis=crisis)
    if not form.is_valid():
        return _page(request, crisis_id, form, status=422)
    given = form.cleaned_data
    try:
        seat(
            crisis=crisis,
            user=given["user"],
            duty=given["duty"],
            department=given["department"],
            deputy=given["deputy"],
            limits=given["limits"],
            by=request.user,
            now=timezone.now(),
        )
    except WrongStateError as error:
        form.add_error(None, wrong_state_text(error.code))
        return _page(request, crisis_id, form, status=422)
    return answer(request, crisis, lambda: None, page="crisis-team")


@require_POST
@needs(Permission.WORK_CRISIS)
def team_unseat(request: WorkspaceRequest, member_id: int) -> HttpResponse:
    """Take somebody out."""
    member: TeamMember = part_of(request, TeamMember.objects.select_related("user"), member_id)
    return answer(
        request, member.crisis, lambda: unseat(member=member, by=request.user, now=timezone.now()), page="crisis-team"
    )


@require_POST
@needs(Permission.WORK_CRISIS)
def crisis_take_charge(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """The commander or the deputy takes over."""
    crisis = crisis_of(request, crisis_id)
    return answer(
        request,
        crisis,
        lambda: take_charge(crisis=crisis, by=request.user, now=timezone.now()),
        page="crisis",
        done=_("You have taken over."),
    )


@require_POST
@needs(Permission.WORK_CRISIS)
def crisis_progress(request: WorkspaceRequest, crisis_id: int) -> HttpResponse:
    """Say how far it is; the clock of the next report begins again."""
    crisis, form = crisis_of(request, crisis_id), ProgressForm(request.POST)
    if not form.is_valid():
        return refused(request, _("Say how far it is, then report."), to=address(request, "crisis-team", crisis))
    text = form.cleaned_data["text"]
    return answer(
        request,
        crisis,
        lambda: report_progress(crisis=crisis, text=text, by=request.user, now=timezone.now()),
        page="crisis",
        done=_("The progress is reported."),
    )
