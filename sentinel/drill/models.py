"""Drills as they were started, and the scenarios that a workspace wrote itself."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from monitoring.models import Topic
from sentinel.core.models import User, Workspace

SLOWEST, FASTEST = 0.25, 60.0  # times the scenario's own pace


class ScenarioFile(models.Model):
    """A scenario that somebody of the workspace wrote; its text is a TOML file that was read without problems."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    text = models.TextField()
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], name="scenario_file_name_once")]

    def __str__(self) -> str:
        return self.name


class DrillQuerySet(models.QuerySet["Drill"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def running(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def newest_first(self) -> Self:
        return self.order_by("-started_at", "-pk")


class Drill(models.Model):
    """One rehearsal. What it shows is a function of this row, of what was published in its crisis, and of the time.

    `text` is the scenario as it was when the drill started; `ports` name the loopback port of each site; `sources` are
    the ids of those that it brought; `practice` are the ids of the people that Sentinel plays, by part. After the
    removal the row stays with the figures of its `report`.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    scenario_key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    text = models.TextField()
    speed = models.FloatField()
    seed = models.PositiveBigIntegerField()
    brand = models.CharField(max_length=60)
    competitor = models.CharField(max_length=60)
    ports = models.JSONField(default=dict)
    sources = models.JSONField(default=list)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_complaint_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")  # null: by itself
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    tells_outlets = models.BooleanField(default=False)
    practice = models.JSONField(default=dict)
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, related_name="+")
    report = models.JSONField(default=list)

    objects = DrillQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="drill_number_once"),
            models.UniqueConstraint(fields=["workspace"], condition=Q(ended_at__isnull=True), name="drill_one_running"),
            models.CheckConstraint(condition=Q(speed__gte=SLOWEST, speed__lte=FASTEST), name="drill_speed_in_range"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(ended_at__isnull=False), name="drill_removed_after_its_end"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="drill_ends_after_its_start"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def thread(self) -> str:
        """Under which its log stands in the audit trail."""
        return f"drill:{self.pk}"
