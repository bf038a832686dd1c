"""Stopping the harm (止血): measures through one fast approver, and the pre-authorised holding statement."""

from django.db import models
from django.db.models import Q

from playbooks.models.crises import Crisis
from sentinel.core.models import LANGUAGES, User, Workspace

MEASURE_STATUSES = [(code, code) for code in ("proposed", "approved", "declined", "done")]


class EmergencyMeasure(models.Model):
    """What stops the harm now; a manager decides alone, also on what he or she proposed: it is an order then."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="measures")
    text = models.CharField(max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=MEASURE_STATUSES, default="proposed")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decision_note = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="proposed", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(status="proposed") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="measure_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status="done", done_at__isnull=False, done_by__isnull=False)
                | (~Q(status="done") & Q(done_at__isnull=True, done_by__isnull=True)),
                name="measure_done_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined") | ~Q(decision_note=""), name="measure_declined_with_a_reason"
            ),
        ]
        ordering = ["proposed_at", "pk"]

    def __str__(self) -> str:
        return self.text


class HoldingText(models.Model):
    """The holding statement (先期聲明) that managers authorised ahead; the newest number of a language counts."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=8, choices=LANGUAGES, default="zh-hant")
    number = models.PositiveIntegerField()
    text = models.TextField()
    authorised_at = models.DateTimeField()
    authorised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "language", "number"], name="holding_text_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.language} v{self.number}"
