"""Crises: the file itself, its control centre, what is known, and the evidence."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from alerts.models import TIERS, Alert
from monitoring.models import Post, Topic
from playbooks.workflow import Stage
from sentinel.core.models import User, Workspace

STAGES = [(stage.value, stage.value) for stage in Stage]
DUTIES = [("commander", "commander"), ("spokesperson", "spokesperson"), ("member", "member")]
FACT_STATUSES = [("known", "known"), ("unknown", "unknown"), ("disproved", "disproved")]


class CrisisQuerySet(models.QuerySet["Crisis"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def newest_first(self) -> Self:
        return self.order_by("-opened_at", "-pk")


class Crisis(models.Model):
    """A file that people work through: collect → assess → act → review.

    `level` is 1 (red, the worst) to 4: the alert's until an assessment says otherwise. `earliest_post` is the earliest
    captured publication, from which the golden four hours run.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, related_name="+")
    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, null=True, related_name="+")
    is_drill = models.BooleanField(default=False)
    stage = models.CharField(max_length=8, choices=STAGES, default=Stage.COLLECT.value)
    level = models.PositiveSmallIntegerField(choices=TIERS)
    earliest_post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()  # the earliest captured publication as known, else the opening
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reached_at = models.DateTimeField(null=True)  # when the responsible person took it on
    progress_at = models.DateTimeField(null=True)  # when progress was last reported
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    close_note = models.TextField(blank=True)

    objects = CrisisQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "crises"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="crisis_number_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=4), name="crisis_level_1_to_4"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="crisis_closed_by_someone",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-opened_at"])]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """How people name it: CR-0019."""
        return f"CR-{self.number:04}"

    @property
    def pace(self) -> float:
        """How much faster than life its clocks run: 1 but in a drill that is told faster."""
        return self.topic.pace if self.topic else 1.0

    @property
    def thread(self) -> str:
        """Under which its log stands in the audit trail."""
        return f"crisis:{self.pk}"


class TeamMember(models.Model):
    """A seat in the control centre (戰情室): who, for what, who stands in, and how far the authority goes."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=12, choices=DUTIES, default="member")
    department = models.CharField(max_length=40, blank=True)
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    limits = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crisis", "user"], name="team_member_once"),
            models.UniqueConstraint(fields=["crisis"], condition=Q(duty="commander"), name="team_one_commander"),
            models.UniqueConstraint(fields=["crisis"], condition=Q(duty="spokesperson"), name="team_one_spokesperson"),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")), name="team_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Evidence(models.Model):
    """A captured post as it stood when it was put on file; what the post becomes later changes nothing here."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="evidence")
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    revision = models.PositiveIntegerField()
    source_name = models.CharField(max_length=80, blank=True)
    url = models.TextField()
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True)
    precision = models.CharField(max_length=8, blank=True)
    captured_at = models.DateTimeField()
    content_hash = models.BinaryField(max_length=32)
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["crisis", "post", "revision"], name="evidence_once")]
        ordering = ["published_at", "pk"]

    def __str__(self) -> str:
        return self.title or self.text[:40]


class Fact(models.Model):
    """Something that is known, unknown or disproved, with where it is from and who answers for it."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="facts")
    status = models.CharField(max_length=10, choices=FACT_STATUSES, default="unknown")
    text = models.CharField(max_length=300)
    correction = models.CharField(max_length=300, blank=True)  # what is true instead of what was disproved
    source = models.CharField(max_length=200, blank=True)
    second_source = models.CharField(max_length=200, blank=True)
    is_source_protected = models.BooleanField(default=False)  # an informant: named to nobody outside the file
    contradiction = models.CharField(max_length=300, blank=True)  # what speaks against it, while that is open
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)  # when it took its present status
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status="unknown") | ~Q(source=""), name="fact_settled_has_a_source"),
            models.CheckConstraint(
                condition=~Q(status="disproved") | ~Q(correction=""), name="fact_disproved_says_what_is_true"
            ),
        ]
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.text
