"""What the pages of outlets read: each outlet with its last receipt, and its messages page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from alerts.models import Delivery, Outlet
from alerts.outlets.kinds import KINDS
from alerts.wording import event_text, kind_name, receipt_text
from sentinel.core.models import Workspace

PAGE = 50


@dataclass(frozen=True, slots=True)
class OutletRow:
    """An outlet as the list shows it; `last` is the message that was tried last."""

    outlet: Outlet
    kind: str
    icon: str
    address: str
    is_signed: bool
    waiting: int
    failed: int
    last: Delivery | None
    last_receipt: str
    trouble: str  # why nothing arrives, in words; empty when it does

    @property
    def in_trouble(self) -> bool:
        return bool(self.trouble or self.failed)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A message to an outlet; `state` is delivered, failed, held (its outlet is off), retry or due (on its way)."""

    delivery: Delivery
    what: str
    state: str
    receipt: str

    @property
    def due_at(self) -> datetime | None:
        return self.delivery.due_at


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page, newest first, with the cursors of its neighbours (0: none)."""

    rows: Sequence[DeliveryRow]
    newer: int
    older: int

    @property
    def is_moving(self) -> bool:
        """Whether a receipt is about to come."""
        return any(row.state == "due" for row in self.rows)


def outlet_rows(workspace: Workspace, outlet: Outlet | None = None) -> list[OutletRow]:
    """The workspace's outlets (or one of them), in the order in which they were added."""
    outlets = Outlet.objects.filter(workspace=workspace).with_counts().order_by("created_at", "pk")
    if outlet is not None:
        outlets = outlets.filter(pk=outlet.pk)
    tried = Delivery.objects.filter(outlet__in=outlets, tried_at__isnull=False)
    last = {one.outlet_id: one for one in tried.order_by("outlet", "-tried_at").distinct("outlet")}
    return [_row(one, last.get(one.pk)) for one in outlets]


def _row(outlet: Outlet, last: Delivery | None) -> OutletRow:
    kind = KINDS[outlet.kind]
    return OutletRow(
        outlet=outlet,
        kind=kind_name(outlet.kind),
        icon=kind.icon,
        address=kind.shown_address(outlet.address),
        is_signed=kind.is_signed,
        waiting=outlet.waiting,  # type: ignore[attr-defined]
        failed=outlet.failed,  # type: ignore[attr-defined]
        last=last,
        last_receipt=receipt_text(last) if last else "",
        trouble=_trouble(outlet, last),
    )


def _trouble(outlet: Outlet, last: Delivery | None) -> str:
    if outlet.disabled_why == "gone":
        return _("Switched off: the receiver says that it is gone for good (HTTP 410).")
    if outlet.disabled_at:
        return _("Switched off by a person.")
    if outlet.kind == "email" and not settings.EMAIL_HOST:
        return _("No mail server is configured (EMAIL_HOST), so nothing arrives.")
    return _("The last message did not arrive.") if last and last.delivered_at is None else ""


def delivery_page(outlet: Outlet, *, before: Delivery | None = None, after: Delivery | None = None) -> DeliveryPage:
    """The page before or after a message, by default the newest."""
    deliveries = outlet.deliveries.select_related("event__alert", "event__by")
    if after is not None:
        found = list(deliveries.after(after).order_by("created_at", "pk")[: PAGE + 1])
        shown, has_newer, has_older = found[:PAGE][::-1], len(found) > PAGE, True
    else:
        found = list((deliveries.before(before) if before else deliveries.all()).newest_first()[: PAGE + 1])
        shown, has_newer, has_older = found[:PAGE], before is not None, len(found) > PAGE
    rows = [DeliveryRow(one, event_text(one.event), _state(one, outlet), receipt_text(one)) for one in shown]
    newer = shown[0].pk if shown and has_newer else 0
    return DeliveryPage(rows, newer, shown[-1].pk if shown and has_older else 0)


def _state(delivery: Delivery, outlet: Outlet) -> str:
    if delivery.delivered_at:
        return "delivered"
    if delivery.parked_at:
        return "failed"
    if outlet.disabled_at:
        return "held"
    return "retry" if delivery.tries and delivery.attempt and delivery.lease_until is None else "due"
