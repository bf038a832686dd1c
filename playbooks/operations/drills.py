"""What a drill leaves in the crisis room, taken away again."""

from django.db import transaction
from django.db.models import QuerySet

from playbooks.models import Crisis, Plan


@transaction.atomic
def forget_crises(*, crises: "QuerySet[Crisis]") -> None:
    """Delete the crises of a drill with everything on file; the caller audits, and the audit trail stays."""
    mine = list(crises.filter(is_drill=True).values_list("pk", flat=True))
    Plan.objects.filter(crisis__in=mine).delete()  # first: a plan cites an assessment
    Crisis.objects.filter(pk__in=mine).delete()
