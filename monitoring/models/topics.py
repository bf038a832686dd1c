"""What a workspace watches, and how much of it there is."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from sentinel.core.models import StageRow, User, Workspace

BUCKET = timedelta(minutes=5)


class TopicQuerySet(models.QuerySet["Topic"]):
    def active(self) -> Self:
        return self.filter(archived_at__isnull=True, current__isnull=False)

    def real(self) -> Self:
        """Without those of drills."""
        return self.filter(is_drill=False)


class Topic(models.Model):
    """What a workspace watches: keywords and excluded words, versioned."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=80)
    is_own = models.BooleanField(default=True)  # about us; a competitor's volume stays out of the pulse
    is_drill = models.BooleanField(default=False, db_default=False)  # rehearsed: matches posts of drill sources alone
    pace = models.FloatField(default=1.0, db_default=1.0)  # a drill is told so much faster, clocks too
    tells_outlets = models.BooleanField(default=True, db_default=True)  # whether its alerts leave the browser
    current = models.ForeignKey("TopicVersion", on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TopicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(archived_at__isnull=True), name="topic_name_once"
            ),
            models.CheckConstraint(condition=Q(pace__gt=0), name="topic_pace_goes_on"),
        ]

    def __str__(self) -> str:
        return self.name


class TopicVersion(models.Model):
    """A published query of a topic; never changed, so that a mention can cite it."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    query = models.TextField()  # in printed form
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "number"], name="topic_version_once")]

    def __str__(self) -> str:
        return f"{self.topic} v{self.number}"


class BackMatch(StageRow):
    """The walk of a newly published topic over the posts that were captured before it."""

    topic_version = models.OneToOneField(TopicVersion, on_delete=models.CASCADE, related_name="+")
    cursor = models.BigIntegerField(default=0)  # posts up to this id were matched
    last_id = models.BigIntegerField(default=0)  # where the walk ends
    seen = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return str(self.topic_version)


class Measure(models.Model):
    """How much was said about a topic in five minutes; kept, never counted by scanning."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    bucket = models.DateTimeField()  # its beginning
    total = models.IntegerField(default=0)
    negative = models.IntegerField(default=0)
    positive = models.IntegerField(default=0)
    sensitive = models.IntegerField(default=0)  # mentions with a sensitive term

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "bucket"], name="measure_once"),
            models.CheckConstraint(
                condition=Q(total__gte=0, negative__gte=0, positive__gte=0, sensitive__gte=0),
                name="measure_not_below_zero",
            ),
        ]
        indexes = [models.Index(fields=["bucket"])]

    def __str__(self) -> str:
        return f"{self.topic_id} {self.bucket:%m-%d %H:%M} {self.total}"


class Meter(models.Model):
    """Grows with every change of a topic's measures: what alerts compare with what they evaluated."""

    topic = models.OneToOneField(Topic, on_delete=models.CASCADE, primary_key=True, related_name="+")
    revision = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.topic_id}:{self.revision}"
