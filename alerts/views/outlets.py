"""Who is told outside the browser, and whether it arrived."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.forms import OutletForm
from alerts.models import Delivery, Outlet
from alerts.operations import deliveries, outlets
from alerts.outbox import delivery_page, outlet_rows
from alerts.outlets.kinds import KINDS
from alerts.outlets.webhook import new_secret
from sentinel.core.access import WorkspaceRequest, in_workspace, needs
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission
from sentinel.core.secrets import decrypt, encrypt

FRESH_KEY = "fresh-signing-key"  # in the session until it is shown, encrypted


@require_GET
@needs(Permission.VIEW)
def outlet_list(request: WorkspaceRequest) -> HttpResponse:
    """Every outlet with its last receipt, and what waits or failed."""
    rows = outlet_rows(request.workspace)
    return render(request, "alerts/outlet_list.html", {"rows": rows, "trouble": sum(row.in_trouble for row in rows)})


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_OUTLETS)
def outlet_add(request: WorkspaceRequest, kind: str) -> HttpResponse:
    """A new outlet; its signing key is made here and shown on the page that follows."""
    if kind not in KINDS:
        raise Http404
    form = OutletForm(kind, request.POST or None, initial={"least_tier": 4, "language": request.user.language})
    if request.method == "POST" and form.is_valid():
        secret = new_secret() if KINDS[kind].is_signed else ""
        try:
            added = outlets.add_outlet(
                workspace=request.workspace,
                kind=kind,
                secret=secret,
                **form.cleaned_data,
                by=request.user,
                now=timezone.now(),
            )
        except WrongStateError:
            form.add_error("name", _("Another outlet has this name."))
        else:
            if secret:
                _remember_key(request, added, secret)
            messages.success(request, _("Added. Send a test to see that it arrives."))
            return _to_outlet(request, added)
    return _form_page(request, form, outlet=None)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_OUTLETS)
def outlet_edit(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """Change an outlet."""
    outlet = _outlet(request, outlet_id)
    initial = {name: getattr(outlet, name) for name in ("name", "address", "least_tier", "language")}
    form = OutletForm(outlet.kind, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            outlets.edit_outlet(outlet=outlet, **form.cleaned_data, by=request.user, now=timezone.now())
        except WrongStateError:
            form.add_error("name", _("Another outlet has this name."))
        else:
            messages.success(request, _("Saved."))
            return _to_outlet(request, outlet)
    return _form_page(request, form, outlet=_outlet(request, outlet_id))


def _form_page(request: WorkspaceRequest, form: OutletForm, *, outlet: Outlet | None) -> HttpResponse:
    context = {"form": form, "outlet": outlet, "kinds": KINDS, "has_mail_server": bool(settings.EMAIL_HOST)}
    return render(request, "alerts/outlet_form.html", context, status=422 if form.is_bound else 200)


@require_GET
@needs(Permission.VIEW)
def delivery_list(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """One outlet and its messages, newest first; as a fragment the messages alone."""
    outlet = _outlet(request, outlet_id)
    page = delivery_page(outlet, before=_mark(request, outlet, "before"), after=_mark(request, outlet, "after"))
    context: dict[str, Any] = {"outlet": outlet, "page": page}
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "alerts/delivery_list.html#deliveries", context)
    (row,) = outlet_rows(request.workspace, outlet=outlet)
    return render(
        request, "alerts/delivery_list.html", {**context, "row": row, "fresh_key": _fresh_key(request, outlet)}
    )


@require_POST
@needs(Permission.EDIT_OUTLETS)
def outlet_test(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """Send a test message."""
    outlet = _outlet(request, outlet_id)
    try:
        outlets.send_test(outlet=outlet, by=request.user, now=timezone.now())
        messages.success(request, _("A test is on its way. Its receipt appears below."))
    except WrongStateError:
        messages.error(request, _("This outlet is switched off. Switch it on, then test it."))
    return _to_outlet(request, outlet)


@require_POST
@needs(Permission.EDIT_OUTLETS)
def outlet_key(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """A new signing key beside the one before."""
    outlet = _outlet(request, outlet_id)
    if not KINDS[outlet.kind].is_signed:
        raise Http404
    secret = new_secret()
    outlets.change_signing_key(outlet=outlet, secret=secret, by=request.user, now=timezone.now())
    _remember_key(request, outlet, secret)
    return _to_outlet(request, outlet)


@require_POST
@needs(Permission.EDIT_OUTLETS)
def outlet_disable(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """Send nothing more for now."""
    outlet = _outlet(request, outlet_id)
    outlets.disable_outlet(outlet=outlet, why="person", by=request.user, now=timezone.now())
    messages.success(request, _("Switched off. What waits is kept; alerts from now on are not sent to it."))
    return _to_outlet(request, outlet)


@require_POST
@needs(Permission.EDIT_OUTLETS)
def outlet_enable(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """Send again, first what waited."""
    outlet = _outlet(request, outlet_id)
    outlets.enable_outlet(outlet=outlet, by=request.user, now=timezone.now())
    messages.success(request, _("Switched on. What waited is being sent."))
    return _to_outlet(request, outlet)


@require_POST
@needs(Permission.EDIT_OUTLETS)
def outlet_remove(request: WorkspaceRequest, outlet_id: int) -> HttpResponse:
    """Remove an outlet with its receipts."""
    outlet = _outlet(request, outlet_id)
    outlets.remove_outlet(outlet=outlet, by=request.user, now=timezone.now())
    messages.success(request, _("%(name)s is removed.") % {"name": outlet.name})
    return redirect("outlet-list", workspace=request.workspace.slug)


@require_POST
@needs(Permission.EDIT_OUTLETS)
def delivery_again(request: WorkspaceRequest, delivery_id: int) -> HttpResponse:
    """Try an undelivered message at once."""
    mine = Delivery.objects.filter(outlet__workspace=request.workspace).select_related("outlet")
    delivery = mine.filter(pk=delivery_id).first()
    if delivery is None:
        raise Http404
    try:
        deliveries.send_again(delivery=delivery, by=request.user, now=timezone.now())
        messages.success(request, _("It is being sent. Its receipt appears below."))
    except WrongStateError as error:
        messages.error(request, _refused_text(error.code))
    return _to_outlet(request, delivery.outlet)


def _refused_text(code: str) -> str:
    return {
        "delivered": _("This message has arrived already."),
        "disabled": _("This outlet is switched off. Switch it on, then send again."),
        "sending": _("This message is being sent right now."),
    }[code]


def _outlet(request: WorkspaceRequest, outlet_id: int) -> Outlet:
    return in_workspace(request, Outlet.objects.select_related("workspace"), outlet_id)


def _to_outlet(request: WorkspaceRequest, outlet: Outlet) -> HttpResponse:
    return redirect("delivery-list", workspace=request.workspace.slug, outlet_id=outlet.pk)


def _mark(request: WorkspaceRequest, outlet: Outlet, name: str) -> Delivery | None:
    """The message that a cursor names; None for what is no cursor of this outlet."""
    asked = request.GET.get(name, "")
    return outlet.deliveries.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None


def _remember_key(request: WorkspaceRequest, outlet: Outlet, secret: str) -> None:
    request.session[FRESH_KEY] = [outlet.pk, encrypt(secret)]


def _fresh_key(request: WorkspaceRequest, outlet: Outlet) -> str:
    """The signing key just made for this outlet; asking for it forgets it."""
    pk, secret = request.session.get(FRESH_KEY, (None, ""))
    if pk != outlet.pk or not request.membership.may(Permission.EDIT_OUTLETS):
        return ""
    del request.session[FRESH_KEY]
    return decrypt(secret)
