"""The live board: what needs me now?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from alerts.board import BoardTab, PulseOf
from alerts.forms import CloseAlertForm
from alerts.models import Alert
from alerts.operations.alerts import claim_alert, close_alert
from alerts.queries import BoardReader
from alerts.wording import wrong_state_text
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

TABS: dict[str, BoardTab] = {"active": "active", "mine": "mine", "closed": "closed"}
PULSES: dict[str, PulseOf] = {"real": "real", "drill": "drill"}


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 19 else None


def _tier(request: WorkspaceRequest) -> int | None:
    """The level that the address asks for; what is none asks for all."""
    tier = _number(request.GET.get("tier"))
    return tier if tier in (1, 2, 3, 4) else None


def _reader(request: WorkspaceRequest) -> BoardReader:
    return BoardReader(request.membership, timezone.now(), PULSES.get(request.GET.get("pulse", "")))


def _tab(request: WorkspaceRequest) -> BoardTab:
    return TABS.get(request.GET.get("tab", ""), "active")


@require_GET
@needs(Permission.VIEW)
def board(request: WorkspaceRequest) -> HttpResponse:
    """The whole page."""
    chosen = _number(request.GET.get("alert"))
    read = _reader(request).board(tab=_tab(request), tier=_tier(request), alert_id=chosen)
    return render(request, "alerts/board.html", {"board": read, "section": "board"})


@require_GET
@needs(Permission.VIEW)
def queue(request: WorkspaceRequest) -> HttpResponse:
    """The rows under the tabs."""
    read = _reader(request).queue(tab=_tab(request), tier=_tier(request))
    return render(request, "alerts/board.html#queue", {"board": {"queue": read, "selected": None}})


@require_GET
@needs(Permission.VIEW)
def summary(request: WorkspaceRequest) -> HttpResponse:
    """The sentence, the counts, the pulse."""
    reader = _reader(request)
    return render(
        request, "alerts/board.html#summary", {"board": {"situation": reader.situation(), "pulse": reader.pulse()}}
    )


@require_GET
@needs(Permission.VIEW)
def preview(request: WorkspaceRequest, alert_id: int) -> HttpResponse:
    """One alert: why, since when, what was said."""
    return _preview(request, alert_id)


def _preview(request: WorkspaceRequest, alert_id: int) -> HttpResponse:
    detail = _reader(request).detail(alert_id)
    if detail is None:
        raise Http404
    return render(request, "alerts/board.html#preview", {"detail": detail})


@require_POST
@needs(Permission.CLAIM_ALERT)
def claim(request: WorkspaceRequest, alert_id: int) -> HttpResponse:
    """Take an alert on."""
    alert = in_workspace(request, Alert.objects.all(), alert_id)
    try:
        claim_alert(alert=alert, by=request.user, now=timezone.now())
    except WrongStateError as error:
        return _refused(request, alert, error)
    return _changed(request, alert)


@require_POST
@needs(Permission.CLOSE_ALERT)
def close(request: WorkspaceRequest, alert_id: int) -> HttpResponse:
    """Close an alert with a reason."""
    alert = in_workspace(request, Alert.objects.all(), alert_id)
    form = CloseAlertForm(request.POST)
    if not form.is_valid():
        return _refused(request, alert, WrongStateError("reason-missing"))
    try:
        close_alert(
            alert=alert,
            reason=form.cleaned_data["reason"],
            note=form.cleaned_data["note"],
            may_close_red=request.membership.may(Permission.CLOSE_RED_ALERT),
            by=request.user,
            now=timezone.now(),
        )
    except WrongStateError as error:
        return _refused(request, alert, error)
    return _changed(request, alert)


def _changed(request: WorkspaceRequest, alert: Alert) -> HttpResponse:
    if request.headers.get("X-Requested-With") == "fetch":
        return _preview(request, alert.pk)
    return redirect(reverse("board", args=[request.workspace.slug]) + f"?alert={alert.pk}")


def _refused(request: WorkspaceRequest, alert: Alert, error: WrongStateError) -> HttpResponse:
    sentence = wrong_state_text(error.code, alert)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(sentence, status=409, content_type="text/plain; charset=utf-8")
    messages.error(request, sentence)
    return redirect(reverse("board", args=[request.workspace.slug]) + f"?alert={alert.pk}")
