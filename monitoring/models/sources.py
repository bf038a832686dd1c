"""Where we read: sources, who reads them, and their visits."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, Max, OuterRef, Q
from django.utils import timezone

from sentinel.core.models import StageRow, User, Workspace

DOWN_AFTER = 3  # failures in a row
HIDING_OUTCOMES = ("blocked", "login", "robots", "layout")  # what hides a source at the first failure


WEAK_KINDS = ("empty", "quiet")  # notices of sources whose visits go well and that yet bring too little

CHANNELS = ("news", "forum", "social", "search", "inbox")  # search: hot lists and result pages; inbox: our own


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(subscriptions__workspace=workspace)

    def wanted(self) -> Self:
        """Sources to visit: at least one workspace reads them and has not paused, and they are not pushed to us."""
        reading = Subscription.objects.filter(source=OuterRef("pk"), paused_at__isnull=True)
        return self.filter(Exists(reading), is_pushed=False)


class Source(models.Model):
    """A place that is read: shared by all workspaces and crawled once, unless `owner` keeps it private."""

    kind = models.CharField(max_length=20)
    definition = models.JSONField()
    definition_hash = models.CharField(max_length=64)
    owner = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, related_name="+")
    is_drill = models.BooleanField(default=False, db_default=False)  # rehearsed: only drill topics match its posts
    url = models.URLField(max_length=2000)
    domain = models.CharField(max_length=255, blank=True, default="", db_default="")  # the Host whose turn it needs
    zone = models.CharField(max_length=40, default="Asia/Taipei")
    preset = models.CharField(max_length=40, blank=True, default="", db_default="")  # the ready definition it began as
    version = models.PositiveIntegerField(default=1, db_default=1)  # of the definition; see SourceVersion
    secrets = models.TextField(blank=True, default="", db_default="")  # encrypted JSON: the kind's secret fields
    is_pushed = models.BooleanField(default=False, db_default=False)  # its posts come by themselves: never visited
    delay = models.FloatField(null=True)  # seconds between two requests to its domain; None: the default
    interval = models.PositiveIntegerField(default=300)  # seconds between visits: the most eager reader's
    rhythm = models.JSONField(default=dict, db_default={})  # how often it publishes; see monitoring.visiting.schedule
    filled = models.JSONField(default=dict, db_default={})  # how often each field is filled; tells a changed layout
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
    rest_until = models.DateTimeField(null=True)  # the site asked to be left alone until then

    objects = SourceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition_hash", "owner"], name="source_defined_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(interval__gte=5), name="source_interval_at_least_5s"),
            models.CheckConstraint(
                condition=Q(is_drill=False) | Q(owner__isnull=False), name="source_drill_is_private"
            ),
            models.CheckConstraint(condition=Q(secrets="") | Q(owner__isnull=False), name="source_secrets_are_private"),
            models.CheckConstraint(
                condition=Q(is_pushed=False) | Q(owner__isnull=False), name="source_pushed_is_private"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class SourceVersion(models.Model):
    """What a source's definition was, from this version on; never changed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    zone = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="source_version_once")]

    def __str__(self) -> str:
        return f"{self.source_id} v{self.number}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self) -> Self:
        return self.filter(paused_at__isnull=True)

    def real(self) -> Self:
        """Without those of drills."""
        return self.filter(source__is_drill=False)

    def failing(self) -> Self:
        """Those that are read, but whose last visit failed or whose visits stopped by our fault."""
        return self.active().filter(_is_failing())

    def blind(self) -> Self:
        """Those of which nothing is seen: refused, down, or stopped by our fault."""
        return self.active().filter(_is_blind())

    def weak(self) -> Self:
        """Those whose visits go well and that bring far less than they usually do."""
        return self.active().filter(_is_weak())

    def unseen_names(self) -> tuple[list[str], list[str]]:
        """The names of those of which nothing is seen, and of those that bring too little."""
        hidden = ExpressionWrapper(_is_blind(), output_field=models.BooleanField())
        unseen = self.active().filter(_is_blind() | _is_weak()).annotate(is_hidden=hidden).order_by("name")
        found = list(unseen.values_list("is_hidden", "name"))
        return [name for is_hidden, name in found if is_hidden], [name for is_hidden, name in found if not is_hidden]

    def tally(self) -> dict[str, Any]:
        """How many there are; of those that are read, how many fail, see nothing or bring too little, and when one of
        them was visited last; in one query."""
        read = Q(paused_at__isnull=True)
        return self.aggregate(
            total=Count("pk"),
            failing=Count("pk", filter=read & _is_failing()),
            blind=Count("pk", filter=read & _is_blind()),
            weak=Count("pk", filter=read & _is_weak()),
            paused=Count("pk", filter=~read),
            last_visit_at=Max("source__last_visit_at", filter=read),
        )


def _is_failing() -> Q:
    return Q(source__failures__gt=0) | Q(_visits_are_parked())


def _is_blind() -> Q:
    hidden = Q(source__failures__gt=0, source__outcome__in=HIDING_OUTCOMES)
    return hidden | Q(source__failures__gte=DOWN_AFTER) | Q(_visits_are_parked())


def _is_weak() -> Q:
    told = SourceNotice.objects.filter(source=OuterRef("source"), kind__in=WEAK_KINDS, ended_at__isnull=True)
    return Q(Exists(told)) & ~_is_failing()


def _visits_are_parked() -> Exists:
    return Exists(Visit.objects.open().filter(source=OuterRef("source"), parked_at__isnull=False))


class Subscription(models.Model):
    """A workspace's reading of a source: its name for it, whether it pauses, how long it keeps posts."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="subscriptions")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="subscriptions")
    name = models.CharField(max_length=80)
    channel = models.CharField(
        max_length=10, choices=[(one, one) for one in CHANNELS], default="news", db_default="news"
    )
    interval = models.PositiveIntegerField(null=True)  # seconds between visits that it wishes; None: automatic
    retention_days = models.PositiveIntegerField(default=180)
    legal_note = models.TextField(blank=True, default="", db_default="")  # on what ground it is read and kept
    paused_at = models.DateTimeField(null=True)
    paused_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    paused_until = models.DateTimeField(null=True)  # read again by itself from then on; None: when somebody says so
    pause_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
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
    """One visit of one source: planned (`due_at`), leased, finished. A source has exactly one that is not finished.

    A finished row may stand for several that went alike one after the other: see `repeats`.
    """

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
    is_watched = models.BooleanField(default=False, db_default=False)  # somebody waits for it: its log grows as it goes
    log = models.JSONField(default=list)
    repeats = models.PositiveIntegerField(default=1, db_default=1)  # visits that this row stands for

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
    """The next moment at which any worker may ask a registrable domain for something; or a `host:port`'s robots.txt."""

    name = models.CharField(max_length=255, primary_key=True)
    free_at = models.DateTimeField()
    busy_until = models.DateTimeField(null=True)  # a worker holds the one connection until then at the latest
    robots = models.TextField(null=True)
    robots_status = models.PositiveSmallIntegerField(null=True)
    robots_fetched_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class AllowedHost(models.Model):
    """A private address, by host and port, that an operator opened to the crawler, or a drill to its own sources."""

    address = models.CharField(max_length=260, unique=True)
    is_drill = models.BooleanField(default=False, db_default=False)  # open to the visits of drill sources alone
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.address


class KeyRation(models.Model):
    """What tests took of the quota of a customer's key, which is known by a keyed hash alone."""

    key = models.BinaryField(max_length=32, unique=True)
    spent_until = models.DateTimeField()  # visits with the key are paid for until then

    def __str__(self) -> str:
        return f"{bytes(self.key).hex()[:8]} until {self.spent_until:%m-%d %H:%M}"


class Volume(models.Model):
    """How many new posts a source brought in an hour, for its habit; kept when posts are gone."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()  # its beginning
    posts = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "hour"], name="volume_once")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.hour:%m-%d %H}: {self.posts}"


class SourceNotice(models.Model):
    """What admins are told of a source: that it went quiet against its habit, is blocked, down, or changed."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)  # quiet, empty, or how its visits fail: see monitoring.models.health
    detail = models.JSONField(default=dict)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind"], condition=Q(ended_at__isnull=True), name="source_notice_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.kind}"


class BackRead(StageRow):
    """A source is read back as far as it goes, once: what is left to ask for, and how far it got."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="back_read")
    waiting = models.JSONField(default=list)  # requests: [{"url": …, "method": …, "headers": …}…]
    pages = models.PositiveIntegerField(default=0)
    posts = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0, db_default=0)  # articles whose own page could not be read
    oldest_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return str(self.source)
