"""Assessments in versions, and the stakeholders with a measure for each."""

from django.db import models
from django.db.models import F, Q

from alerts.models import TIERS
from playbooks.models.crises import Crisis
from sentinel.core.models import User

VERDICTS = [(code, code) for code in ("pending", "true", "inaccurate", "rumour")]
RESPONSIBILITIES = [(code, code) for code in ("unknown", "victim", "accidental", "preventable")]
REPUTATIONS = [(code, code) for code in ("good", "neutral", "poor")]
STAKEHOLDERS = [(code, code) for code in ("victims", "authorities", "partners", "media", "public")]


class Assessment(models.Model):
    """One rating and verdict, for ever (a trigger refuses change): a turn of facts asks for the next number.

    `level` 1 (red, the worst) to 4; `verdict` decides the strategy; `responsibility` is the SCCT cluster; `advice` is
    what `playbooks.strategy` made of them at the time.
    """

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="assessments")
    number = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField(choices=TIERS)
    level_reason = models.TextField()
    verdict = models.CharField(max_length=10, choices=VERDICTS)
    verdict_evidence = models.TextField(blank=True)
    responsibility = models.CharField(max_length=12, choices=RESPONSIBILITIES)
    responsibility_reason = models.TextField(blank=True)
    has_history = models.BooleanField(default=False)
    reputation = models.CharField(max_length=8, choices=REPUTATIONS, default="neutral")
    advice = models.JSONField(default=dict)
    victims = models.TextField(blank=True)
    damage = models.TextField(blank=True)
    impact = models.TextField(blank=True)  # on the business
    diagnosis = models.TextField(blank=True)  # of the root cause, as far as seen
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crisis", "number"], name="assessment_number_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="assessment_level_1_to_4"),
            models.CheckConstraint(condition=~Q(level_reason=""), name="assessment_level_has_a_reason"),
            models.CheckConstraint(
                condition=Q(verdict="pending") | ~Q(verdict_evidence=""), name="assessment_verdict_has_evidence"
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.crisis.label} v{self.number}"


class Stakeholder(models.Model):
    """Who is concerned and what is done for them; `reached` of `total` counts how far it got."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="stakeholders")
    kind = models.CharField(max_length=12, choices=STAKEHOLDERS)
    name = models.CharField(max_length=120, blank=True)
    measure = models.CharField(max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    reached = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(reached__lte=F("total")), name="stakeholder_reached_within_total"
            )
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.measure
