"""What was said: posts with their revisions, what their text says, and the topics that they mention."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from monitoring.models.sources import Source
from monitoring.models.topics import Topic, TopicVersion
from sentinel.core.models import StageRow, User, Workspace

HISTORY_AFTER = timedelta(hours=24)
PRECISIONS = ["second", "minute", "hour", "day", "month", ""]


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(Exists(Mention.objects.filter(post=OuterRef("pk"), workspace=workspace)))


class Post(models.Model):
    """A captured document, stored once whatever how many sources or retries bring it."""

    key = models.BinaryField(max_length=32, unique=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="posts")  # the first that brought it
    url = models.TextField()
    site_id = models.CharField(max_length=200, blank=True)
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    author = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)
    precision = models.CharField(max_length=8, blank=True, choices=[(p, p) for p in PRECISIONS])
    captured_at = models.DateTimeField()
    placed_at = models.DateTimeField()  # where it stands in time: publication where known well enough, else capture
    is_history = models.BooleanField(default=False)  # older than 24 h when captured: fills history, never alerts
    figures = models.JSONField(default=dict)
    reply_to = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="replies", db_index=False)
    gone_at = models.DateTimeField(null=True)  # when we noticed that the site no longer shows it
    content_hash = models.BinaryField(max_length=32)
    revision = models.PositiveIntegerField(default=1)
    revised_at = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["source", "-captured_at"]),
            models.Index(fields=["captured_at"]),
            models.Index(fields=["reply_to"], condition=Q(reply_to__isnull=False), name="post_replies"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:40]


class PostRevision(models.Model):
    """What a post said before an edit; never overwritten."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    title = models.TextField(blank=True)
    text = models.TextField(blank=True)
    content_hash = models.BinaryField(max_length=32)
    captured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "number"], name="post_revision_once")]

    def __str__(self) -> str:
        return f"{self.post_id}#{self.number}"


class Citation(models.Model):
    """A post links to another or quotes it: the key of what it points at, which need not be captured yet."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="citations")
    key = models.BinaryField(max_length=32)  # see monitoring.crawling.citations

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "post"], name="citation_once")]

    def __str__(self) -> str:
        return f"{self.post_id} → {bytes(self.key).hex()[:8]}"


class Sighting(models.Model):
    """A source brought a post; the workspaces that read this source may match it."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="sightings")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    captured_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "source"], name="sighting_once")]
        indexes = [models.Index(fields=["source", "-captured_at"], name="sighting_latest")]

    def __str__(self) -> str:
        return f"{self.post_id}@{self.source_id}"


class Analysis(StageRow):
    """What the text says: one row per post, pending while `evaluated_revision` is behind the post's `revision`."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="+")
    negative = models.FloatField(null=True)  # P(negative) 0..1
    snownlp = models.FloatField(null=True)
    label = models.CharField(max_length=8, blank=True)
    sensitive = models.JSONField(default=list)  # hits: term, category, start, end, negated
    analysed_at = models.DateTimeField(null=True)

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return str(self.post)


class MentionQuerySet(models.QuerySet["Mention"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def counted(self) -> Self:
        """Without those that somebody dismissed as being about something else."""
        return self.filter(dismissed_at__isnull=True)

    def newest_first(self) -> Self:
        return self.order_by("-placed_at", "-pk")

    def since(self, moment: datetime) -> Self:
        return self.filter(placed_at__gte=moment)


class Mention(models.Model):
    """A post that matches a workspace's topic: which version matched, and where in the text."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="mentions")
    topic_version = models.ForeignKey(TopicVersion, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    post_revision = models.PositiveIntegerField()
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    spans = models.JSONField(default=list)  # [[start, end]…] in code points of the post's text
    title_spans = models.JSONField(default=list)
    negative = models.FloatField()
    label = models.CharField(max_length=8)
    sensitive = models.PositiveSmallIntegerField(default=0)  # sensitive terms that are not negated
    placed_at = models.DateTimeField()
    captured_at = models.DateTimeField()
    is_history = models.BooleanField(default=False)
    dismissed_at = models.DateTimeField(null=True)  # somebody said that it is not about the topic: it counts nowhere
    dismissed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "post"], name="mention_once")]
        indexes = [
            models.Index(fields=["workspace", "-placed_at", "-id"], name="mention_latest"),
            models.Index(fields=["topic", "-placed_at", "-id"], name="mention_topic_latest"),
            models.Index(fields=["topic", "-placed_at"], condition=Q(sensitive__gt=0), name="mention_sensitive"),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}:{self.post_id}"


class Filing(models.Model):
    """Somebody filed a post under a topic by hand, whatever its words: a mention without a match."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    filed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "topic"], name="filing_once")]

    def __str__(self) -> str:
        return f"{self.topic_id}:{self.post_id}"
