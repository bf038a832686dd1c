"""Outlets: where a workspace's alerts are sent."""

from datetime import datetime

from django.db import IntegrityError, transaction

from alerts.models import Delivery, Outlet
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.secrets import decrypt, encrypt
from sentinel.core.wakes import wake

MOST_KEYS = 2  # the new signing key and the one before it


def signing_keys(outlet: Outlet) -> list[str]:
    """The outlet's signing keys, newest first."""
    return decrypt(outlet.secret).split() if outlet.secret else []


@transaction.atomic
def add_outlet(
    *,
    workspace: Workspace,
    kind: str,
    name: str,
    address: str,
    secret: str,
    least_tier: int,
    language: str,
    by: User,
    now: datetime,
) -> Outlet:
    """A new outlet; raises WrongStateError('name-taken')."""
    try:
        with transaction.atomic():
            outlet = Outlet.objects.create(
                workspace=workspace,
                kind=kind,
                name=name.strip(),
                address=address.strip(),
                secret=encrypt(secret) if secret else "",
                least_tier=least_tier,
                language=language,
                created_at=now,
            )
    except IntegrityError as error:
        raise WrongStateError("name-taken") from error
    audit.record(verb="add", subject=outlet, by=by, now=now, workspace=workspace, data={"kind": kind})
    return outlet


@transaction.atomic
def edit_outlet(
    *, outlet: Outlet, name: str, address: str, least_tier: int, language: str, by: User, now: datetime
) -> None:
    """Change an outlet; raises WrongStateError('name-taken'). The audit trail names what changed, not the address."""
    after = {"name": name.strip(), "address": address.strip(), "least_tier": least_tier, "language": language}
    changed = sorted(field for field, value in after.items() if getattr(outlet, field) != value)
    if not changed:
        return
    for field in changed:
        setattr(outlet, field, after[field])
    try:
        with transaction.atomic():
            outlet.save(update_fields=changed)
    except IntegrityError as error:
        raise WrongStateError("name-taken") from error
    audit.record(verb="edit", subject=outlet, by=by, now=now, workspace=outlet.workspace, data={"changed": changed})


@transaction.atomic
def change_signing_key(*, outlet: Outlet, secret: str, by: User, now: datetime) -> None:
    """Sign with a new key; the one before keeps signing too, until the next change."""
    outlet = Outlet.objects.select_for_update(of=("self",)).select_related("workspace").get(pk=outlet.pk)
    outlet.secret = encrypt("\n".join([secret, *signing_keys(outlet)][:MOST_KEYS]))
    outlet.save(update_fields=["secret"])
    audit.record(verb="change-key", subject=outlet, by=by, now=now, workspace=outlet.workspace)


@transaction.atomic
def disable_outlet(*, outlet: Outlet, why: str, by: User | None, now: datetime) -> None:
    """Send nothing more through an outlet (`why`: "person" or "gone"); what waits is kept."""
    if Outlet.objects.filter(pk=outlet.pk, disabled_at__isnull=True).update(disabled_at=now, disabled_why=why):
        outlet.deliveries.filter(delivered_at__isnull=True).update(due_at=None)
        audit.record(verb="disable", subject=outlet, by=by, now=now, workspace=outlet.workspace, data={"why": why})


@transaction.atomic
def enable_outlet(*, outlet: Outlet, by: User, now: datetime) -> None:
    """Send through an outlet again; what waited goes out now."""
    if Outlet.objects.filter(pk=outlet.pk, disabled_at__isnull=False).update(disabled_at=None, disabled_why=""):
        outlet.deliveries.waiting().update(due_at=now, attempt=0)
        audit.record(verb="enable", subject=outlet, by=by, now=now, workspace=outlet.workspace)
        wake("alerts.changed")


@transaction.atomic
def remove_outlet(*, outlet: Outlet, by: User, now: datetime) -> None:
    """Remove an outlet with its receipts; the audit trail remembers it."""
    audit.record(verb="remove", subject=outlet, by=by, now=now, workspace=outlet.workspace)
    outlet.delete()


@transaction.atomic
def send_test(*, outlet: Outlet, by: User, now: datetime) -> Delivery:
    """Queue a test message; its receipt shows like any other. Raises WrongStateError('disabled')."""
    if not Outlet.objects.select_for_update().filter(pk=outlet.pk, disabled_at__isnull=True).exists():
        raise WrongStateError("disabled")
    delivery = Delivery.objects.create(outlet=outlet, event=None, due_at=now, created_at=now)
    audit.record(verb="test", subject=outlet, by=by, now=now, workspace=outlet.workspace)
    wake("alerts.changed")
    return delivery
