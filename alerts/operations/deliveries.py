"""Deliveries: at least once, under a stable key, with a visible receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from alerts.models import Delivery
from alerts.operations.outlets import disable_outlet
from sentinel.core import audit
from sentinel.core.models import User
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import LeaseLostError, Stage
from sentinel.core.wakes import wake


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one try ended with: a code (see `Delivery.outcome`) and a detail for people, with nothing secret in it."""

    outcome: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome}: {self.detail}" if self.detail else self.outcome


def _never_handled(rows: Sequence[Delivery], now: datetime) -> None:
    raise NotImplementedError("deliveries are sent by alerts.deliverer")


DELIVERIES: Stage[Delivery] = Stage(
    name="delivery",
    label=_("Deliveries"),
    model=Delivery,
    handle=_never_handled,
    related=("outlet__workspace", "event__alert__topic", "event__alert__workspace", "event__by"),
    batch=20,
    park_after=12,  # after two hours and a half
    workspaces="outlet__workspace",
)


def _note_try(delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """Write the receipt down; raises LeaseLostError when another worker has taken the delivery over."""
    claimed = Delivery.objects.filter(pk=delivery.pk, lease_until=delivery.lease_until)
    if not claimed.update(outcome=receipt.outcome, receipt=receipt.detail[:300], tried_at=now, tries=F("tries") + 1):
        raise LeaseLostError(DELIVERIES.name)


@transaction.atomic
def note_delivered(*, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """The outlet took the message; raises LeaseLostError when another worker sent it meanwhile."""
    _note_try(delivery, receipt, now)
    DELIVERIES.finish([delivery])
    Delivery.objects.filter(pk=delivery.pk).update(delivered_at=now, due_at=None)


@transaction.atomic
def note_failed(*, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """The outlet did not take it: it is sent again later, and parked where people see it when that does not help.

    Raises LeaseLostError.
    """
    _note_try(delivery, receipt, now)
    DELIVERIES.fail(delivery, str(receipt), now=now)
    Delivery.objects.filter(pk=delivery.pk, outlet__disabled_at__isnull=False).update(due_at=None)


@transaction.atomic
def note_gone(*, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """The receiver says that it is gone for good (HTTP 410): the outlet is disabled, and says so."""
    note_failed(delivery=delivery, receipt=receipt, now=now)
    disable_outlet(outlet=delivery.outlet, why="gone", by=None, now=now)


@transaction.atomic
def hold(*, delivery: Delivery) -> None:
    """Keep a claimed message until its outlet is enabled; raises LeaseLostError."""
    DELIVERIES.finish([delivery])


@transaction.atomic
def send_again(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Try an undelivered message at once; raises WrongStateError('delivered', 'disabled' or 'sending')."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("outlet__workspace").get(pk=delivery.pk)
    if delivery.delivered_at is not None:
        raise WrongStateError("delivered")
    if delivery.outlet.disabled_at is not None:
        raise WrongStateError("disabled")
    if delivery.lease_until is not None and delivery.lease_until > now:
        raise WrongStateError("sending")
    delivery.due_at, delivery.parked_at, delivery.attempt, delivery.lease_until = now, None, 0, None
    delivery.save(update_fields=["due_at", "parked_at", "attempt", "lease_until"])
    audit.record(verb="send-again", subject=delivery, by=by, now=now, workspace=delivery.outlet.workspace)
    wake("alerts.changed")
