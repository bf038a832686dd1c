"""Sources, posts, topics, mentions and measures: what was said, who said it where, and how much of it there is."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from sentinel.core.models import StageRow, User, Workspace

HISTORY_AFTER = timedelta(hours=24)
BUCKET = timedelta(minutes=5)
PRECISIONS = ["second", "minute", "hour", "day", "month", ""]
DOWN_AFTER = 3  # failures in a row
HIDING_OUTCOMES = ("blocked", "robots", "layout")  # what hides a source at the first failure


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(subscriptions__workspace=workspace)

    def wanted(self) -> Self:
        """Sources that at least one workspace reads and has not paused."""
        return self.filter(Exists(Subscription.objects.filter(source=OuterRef("pk"), paused_at__isnull=True)))


class Source(models.Model):
    """A place that is read: shared by all workspaces and crawled once, unless `owner` keeps it private."""

    kind = models.CharField(max_length=20)
    definition = models.JSONField()
    definition_hash = models.CharField(max_length=64)
    owner = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, related_name="+")
    url = models.URLField(max_length=2000)
    zone = models.CharField(max_length=40, default="Asia/Taipei")
    interval = models.PositiveIntegerField(default=300)  # seconds between visits: the most eager reader's
    state = models.JSONField(default=dict)  # ETag and Last-Modified per address
    missed = models.JSONField(default=dict)  # detail pages that could not be read; see monitoring.visiting.missed
    created_at = models.DateTimeField(default=timezone.now)  # since when this address is read
    # What the last visits said; written by the visit's own transaction.
    last_visit_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_item_at = models.DateTimeField(null=True)  # when the newest item was captured
    outcome = models.CharField(max_length=30, blank=True)
    outcome_detail = models.CharField(max_length=300, blank=True)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition_hash", "owner"], name="source_defined_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(interval__gte=5), name="source_interval_at_least_5s"),
        ]

    def __str__(self) -> str:
        return self.url


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        return self.filter(paused_at__isnull=True)

    def failing(self) -> Self:
        """Those that are read, but whose last visit failed or whose visits stopped by our fault."""
        return self.active().filter(_is_failing())

    def blind(self) -> Self:
        """Those of which nothing is seen: refused, down, or stopped by our fault."""
        return self.active().filter(_is_blind())

    def tally(self) -> dict[str, int]:
        """How many are read, how many of them fail, and how many see nothing, in one question."""
        return self.active().aggregate(
            total=Count("pk"), failing=Count("pk", filter=_is_failing()), blind=Count("pk", filter=_is_blind())
        )


def _is_failing() -> Q:
    return Q(source__failures__gt=0) | Q(_visits_are_parked())


def _is_blind() -> Q:
    hidden = Q(source__failures__gt=0, source__outcome__in=HIDING_OUTCOMES)
    return hidden | Q(source__failures__gte=DOWN_AFTER) | Q(_visits_are_parked())


def _visits_are_parked() -> Exists:
    return Exists(Visit.objects.open().filter(source=OuterRef("source"), parked_at__isnull=False))


class Subscription(models.Model):
    """A workspace's reading of a source: its name for it, whether it pauses, how long it keeps posts."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="subscriptions")
    name = models.CharField(max_length=80)
    interval = models.PositiveIntegerField(default=300)  # seconds between visits that this workspace wishes
    retention_days = models.PositiveIntegerField(default=180)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "source"], name="subscription_once"),
        ]

    def __str__(self) -> str:
        return self.name


class VisitQuerySet(models.QuerySet["Visit"]):
    def open(self) -> Self:
        return self.filter(finished_at__isnull=True)

    def finished(self) -> Self:
        return self.filter(finished_at__isnull=False)


class Visit(StageRow):
    """One visit of one source: planned (`due_at`), leased, finished. A source has exactly one that is not finished."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="visits")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)
    outcome_detail = models.CharField(max_length=300, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    requests = models.PositiveIntegerField(default=0)
    bytes_received = models.PositiveIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    new_posts = models.PositiveIntegerField(default=0)
    log = models.JSONField(default=list)

    objects = VisitQuerySet.as_manager()

    class Meta(StageRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *StageRow.Meta.constraints,
            models.UniqueConstraint(fields=["source"], condition=Q(finished_at__isnull=True), name="visit_one_open"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *StageRow.Meta.indexes,
            models.Index(fields=["source", "-finished_at"], name="visit_history"),
        ]

    def __str__(self) -> str:
        return str(self.source)


class Host(models.Model):
    """The next moment at which any worker may ask this host for something, and its robots.txt."""

    name = models.CharField(max_length=255, primary_key=True)
    free_at = models.DateTimeField()
    robots = models.TextField(null=True)
    robots_status = models.PositiveSmallIntegerField(null=True)
    robots_fetched_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class AllowedHost(models.Model):
    """A private address, by host and port, that an operator opened to the crawler."""

    address = models.CharField(max_length=260, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.address


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
    content_hash = models.BinaryField(max_length=32)
    revision = models.PositiveIntegerField(default=1)
    revised_at = models.DateTimeField(null=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["source", "-captured_at"]),
            models.Index(fields=["captured_at"]),
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


class TopicQuerySet(models.QuerySet["Topic"]):
    def active(self) -> Self:
        return self.filter(archived_at__isnull=True, current__isnull=False)


class Topic(models.Model):
    """What a workspace watches: keywords and excluded words, versioned."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="topics")
    name = models.CharField(max_length=80)
    is_own = models.BooleanField(default=True)  # about us; a competitor's volume stays out of the pulse
    current = models.ForeignKey("TopicVersion", on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = TopicQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], condition=Q(archived_at__isnull=True), name="topic_name_once"
            ),
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


class MentionQuerySet(models.QuerySet["Mention"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

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
