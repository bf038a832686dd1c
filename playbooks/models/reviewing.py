"""The review: cause, lessons, corrective actions, and the watch after closing."""

from django.db import models
from django.db.models import Q

from alerts.models import RuleVersion
from monitoring.models import TopicVersion
from playbooks.models.crises import Crisis
from sentinel.core.models import User

DEPARTMENTS = [
    (code, code)
    for code in ("production", "quality", "supply", "logistics", "sales", "marketing", "service", "it", "pr", "other")
]
WATCH_DAYS = (7, 30, 90)


class Review(models.Model):
    """What caused it, down to the department, and how we handled it; `revision` grows with every saved edit."""

    crisis = models.OneToOneField(Crisis, on_delete=models.CASCADE, related_name="review")
    cause = models.TextField(blank=True)
    department = models.CharField(max_length=12, choices=DEPARTMENTS, blank=True)
    department_note = models.CharField(max_length=200, blank=True)
    went_well = models.TextField(blank=True)
    went_badly = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.crisis)


class CorrectiveAction(models.Model):
    """What will be different from now on; one can become a keyword or a rule, which then points back here."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="actions")
    number = models.PositiveIntegerField()
    text = models.CharField(max_length=300)
    department = models.CharField(max_length=12, choices=DEPARTMENTS, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=500, blank=True)
    topic_version = models.ForeignKey(TopicVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    rule_version = models.ForeignKey(RuleVersion, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crisis", "number"], name="action_number_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(result="")),
                name="action_done_by_someone_with_a_result",
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.text


class Watch(models.Model):
    """A look back after closing (長期關注): has it come again?"""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="watches")
    days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, blank=True, choices=[("quiet", "quiet"), ("relapse", "relapse")])
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "watches"
        constraints = [
            models.UniqueConstraint(fields=["crisis", "days"], name="watch_once"),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True, outcome="")
                | (Q(checked_at__isnull=False, checked_by__isnull=False) & ~Q(outcome="")),
                name="watch_checked_by_someone",
            ),
        ]
        ordering = ["days"]

    def __str__(self) -> str:
        return f"{self.crisis.label} +{self.days}"
