"""The audit trail: every write by a person leaves one entry, inside the write's own transaction."""

from datetime import datetime
from typing import Any

from django.db import models

from sentinel.core.models import AuditEntry, User, Workspace


def record(
    *,
    verb: str,
    subject: models.Model,
    by: User | None,
    now: datetime,
    workspace: Workspace | None = None,
    data: dict[str, Any] | None = None,
    thread: str = "",
    is_drill: bool = False,
) -> AuditEntry:
    """Write down that `by` (None: Sentinel itself) did `verb` to `subject`; `data` holds what changed, no secrets.

    `thread` names the larger thing whose log the entry belongs to, for example `crisis:12`; what was done in a drill
    stays marked when the drill's rows are gone.
    """
    return AuditEntry.objects.create(
        at=now,
        workspace_id=workspace.pk if workspace else None,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "",
        verb=verb,
        object_kind=subject._meta.model_name or "",
        object_id=str(subject.pk),
        object_label=str(subject)[:200],
        thread=thread,
        data={**(data or {}), "drill": True} if is_drill else data or {},
    )
