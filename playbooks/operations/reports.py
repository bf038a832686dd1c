"""Reports and archives that left the house."""

from datetime import datetime

from django.db import transaction

from playbooks.models import Crisis
from playbooks.operations.files import write_down
from sentinel.core.models import User


@transaction.atomic
def export_report(*, crisis: Crisis, by: User, now: datetime) -> None:
    """Somebody took the handling report out as a file."""
    write_down(crisis, "export", crisis, by=by, now=now)


@transaction.atomic
def export_evidence(
    *, crisis: Crisis, manifest_sha256: str, posts: int, with_names: bool, by: User, now: datetime
) -> None:
    """Somebody took the evidence out as an archive; the hash of its manifest proves later which one it was."""
    write_down(
        crisis,
        "export-evidence",
        crisis,
        by=by,
        now=now,
        sha256=manifest_sha256,
        count=posts,
        names="yes" if with_names else "no",
    )
