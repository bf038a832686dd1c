"""Reports that left the house."""

from datetime import datetime

from django.db import transaction

from playbooks.models import Crisis
from playbooks.operations.files import write_down
from sentinel.core.models import User


@transaction.atomic
def export_report(*, crisis: Crisis, by: User, now: datetime) -> None:
    """Somebody took the handling report out as a file."""
    write_down(crisis, "export", crisis, by=by, now=now)
