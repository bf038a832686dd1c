"""Deliveries: at least once, under a stable key, with a visible receipt."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from alerts.models import Delivery
from alerts.operations.outlets import disable_outlet
from sentinel.core import audit
from sentinel.core.models import User
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import Stage
from sentinel.core.wakes import wake


def _never_handled(rows: Sequence[Delivery], now: datetime) -> None:
    raise NotImplementedError("deliveries are sent by the task")


DELIVERIES: Stage[Delivery] = Stage(
    name="delivery",
    label=_("Deliveries"),
    model=Delivery,
    handle=_never_handled,
    related=("outlet__workspace", "event__alert__topic", "event__alert__workspace", "event__by"),
    batch=20,
    workspaces="outlet__workspace",
)


@transaction.atomic
def note_delivered(*, delivery: Delivery, receipt: str, now: datetime) -> None:
    """The outlet took the message; raises LeaseLostError when another worker sent it meanwhile."""
    DELIVERIES.finish([delivery])
    Delivery.objects.filter(pk=delivery.pk).update(
        delivered_at=now, due_at=None, receipt=receipt[:300], tries=F("tries") + 1
    )


@transaction.atomic
def note_failed(*, delivery: Delivery, receipt: str, now: datetime) -> None:
    """The outlet did not take it: it is sent again later, and parked where people see it when that does not help."""
    Delivery.objects.filter(pk=delivery.pk).update(receipt=receipt[:300], tries=F("tries") + 1)
    DELIVERIES.fail(delivery, receipt, now=now)


@transaction.atomic
def note_gone(*, delivery: Delivery, receipt: str, now: datetime) -> None:
    """The receiver says that it is gone for good (HTTP 410): the outlet is disabled, and says so."""
    note_failed(delivery=delivery, receipt=receipt, now=now)
    disable_outlet(outlet=delivery.outlet, why=receipt, by=None, now=now)


@transaction.atomic
def send_again(*, delivery: Delivery, by: User, now: datetime) -> None:
    """Try an undelivered message at once; raises WrongStateError('delivered')."""
    waiting = Delivery.objects.filter(pk=delivery.pk, delivered_at__isnull=True, lease_until__isnull=True)
    if not waiting.update(due_at=now, parked_at=None, attempt=0):
        raise WrongStateError("delivered")
    audit.record(verb="send-again", subject=delivery, by=by, now=now, workspace=delivery.outlet.workspace)
    wake("alerts.changed")
