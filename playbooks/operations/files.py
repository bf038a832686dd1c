"""What every write on a crisis begins and ends with: its lock, its log, its push."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from playbooks.models import Crisis
from sentinel.core import audit
from sentinel.core.live import announce
from sentinel.core.models import Membership, User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


def lock(crisis: Crisis, *, even_closed: bool = False) -> Crisis:
    """The crisis read afresh and held until the transaction ends; raises WrongStateError('crisis-closed')."""
    locked = Crisis.objects.select_for_update(no_key=True, of=("self",)).select_related("workspace").get(pk=crisis.pk)
    if locked.closed_at and not even_closed:
        raise WrongStateError("crisis-closed")
    return locked


def write_down(
    crisis: Crisis, verb: str, subject: models.Model, *, by: User | None, now: datetime, **data: Any
) -> None:
    """One entry of the crisis's log, and a ring for its readers; the last statements of a transaction."""
    told = {name: value for name, value in data.items() if value not in (None, "", [])}
    audit.record(
        verb=verb,
        subject=subject,
        by=by,
        now=now,
        workspace=crisis.workspace,
        data=told,
        thread=crisis.thread,
        is_drill=crisis.is_drill,
    )
    ring(crisis, now=now)


def ring(crisis: Crisis, *, now: datetime) -> None:
    """Let the browsers of the workspace know that something about this crisis changed."""
    announce(workspace_id=crisis.workspace_id, kind="crisis.changed", object_id=crisis.pk, tier=crisis.level, now=now)


def may(user: User, workspace: Workspace, permission: Permission) -> bool:
    """Whether the person holds a permission in the workspace now."""
    membership = Membership.objects.filter(user=user, workspace=workspace).first()
    return membership is not None and membership.may(permission)


def check(condition: bool, code: str) -> None:
    """Raise WrongStateError(code) unless the condition holds."""
    if not condition:
        raise WrongStateError(code)


def stripped(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with no white space around their texts."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
