"""Response plans in versions: candidates side by side, co-signatures, and the decision.

Triggers (see the migration) refuse what the operations never do: a change of what was submitted, an approval by an
author, a plan that stands as approved without one, a new version beside an approved one.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext

from playbooks.models.assessing import Assessment
from playbooks.models.crises import Crisis
from sentinel.core.models import User

PLAN_STATUSES = [(code, code) for code in ("draft", "submitted", "approved", "returned", "void")]
MOST_CANDIDATES = 4


def candidate_letter(position: int) -> str:
    """How the candidate at a position, from 1, is called in the reader's language."""
    return pgettext("candidates", "ABCD")[position - 1]


class Plan(models.Model):
    """One version of a crisis's response plan; only a draft can be edited.

    `revision` grows with every saved edit, so that two who edit at once do not overwrite each other.
    """

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="plans")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=PLAN_STATUSES, default="draft")
    based_on = models.ForeignKey("Plan", on_delete=models.SET_NULL, null=True, related_name="+")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, null=True, related_name="+")
    stance = models.TextField(blank=True)
    risks = models.TextField(blank=True)  # one a line
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crisis", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["crisis"], condition=Q(status__in=["draft", "submitted"]), name="plan_one_open"
            ),
            models.UniqueConstraint(fields=["crisis"], condition=Q(status="approved"), name="plan_one_approved"),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at__isnull=True, submitted_by__isnull=True)
                | (~Q(status="draft") & Q(submitted_at__isnull=False, submitted_by__isnull=False)),
                name="plan_submitted_by_someone",
            ),
        ]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.crisis.label} v{self.number}"


class PlanAuthor(models.Model):
    """Somebody whose words are in this version; authors do not decide on it."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="authors")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "user"], name="plan_author_once")]

    def __str__(self) -> str:
        return str(self.user)


class Candidate(models.Model):
    """One feasible way (甲, 乙, 丙 …); they go up together and the commander chooses one. Costs in whole units."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="candidates")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    strategies = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    scope = models.CharField(max_length=300, blank=True)
    remedy = models.CharField(max_length=300, blank=True)  # for consumers
    cost_low = models.PositiveBigIntegerField(null=True)
    cost_high = models.PositiveBigIntegerField(null=True)
    cost_note = models.CharField(max_length=120, blank=True)
    risk = models.CharField(max_length=300, blank=True)
    authority = models.CharField(max_length=80, blank=True)  # who has to agree
    is_recommended = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="candidate_position_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(is_recommended=True), name="candidate_one_recommended"
            ),
            models.CheckConstraint(
                condition=Q(cost_low__isnull=True) | Q(cost_high__isnull=True) | Q(cost_low__lte=F("cost_high")),
                name="candidate_cost_in_order",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_CANDIDATES), name="candidate_position_in_range"
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.letter} {self.title}"

    @property
    def letter(self) -> str:
        """甲, 乙, 丙 or 丁; A, B, C or D to who reads English."""
        return candidate_letter(self.position)


class PlanItem(models.Model):
    """Something that the plan has somebody do; a promise is what the public will hold us to."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="items")
    text = models.CharField(max_length=200)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    is_promise = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text


class Cosign(models.Model):
    """A co-signature (會簽) on one version, by the signer or the deputy, until a deadline."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="cosigns")
    department = models.CharField(max_length=40)
    signer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField()
    answer = models.CharField(max_length=8, blank=True, choices=[("agree", "agree"), ("object", "object")])
    comment = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "signer"], name="cosign_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="cosign_answered_by_someone",
            ),
            models.CheckConstraint(condition=~Q(answer="object") | ~Q(comment=""), name="cosign_objects_with_a_reason"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | Q(answered_by=F("signer")) | Q(answered_by=F("deputy")),
                name="cosign_by_signer_or_deputy",
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.plan} {self.department}"


class Approval(models.Model):
    """The decision on one version: approved with one candidate, or sent back with a reason."""

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, related_name="approval")
    decision = models.CharField(max_length=8, choices=[("approve", "approve"), ("return", "return")])
    candidate = models.ForeignKey(Candidate, on_delete=models.CASCADE, null=True, related_name="+")
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True)  # an edit came after it
    voided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="approve") | (~Q(reason="") & Q(candidate__isnull=True)),
                name="approval_sent_back_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, voided_by__isnull=True)
                | Q(voided_at__isnull=False, voided_by__isnull=False, decision="approve"),
                name="approval_voided_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.decision}"
