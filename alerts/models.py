"""Rules, evaluations, alerts, outlets and deliveries."""

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from monitoring.models import Post, Topic, TopicVersion
from sentinel.core.models import LANGUAGES, StageRow, User, Workspace

TIERS = [(1, "red"), (2, "orange"), (3, "yellow"), (4, "blue")]


class RuleQuerySet(models.QuerySet["Rule"]):
    def active(self) -> Self:
        return self.filter(archived_at__isnull=True, current__isnull=False)


class Rule(models.Model):
    """What makes a topic's situation an alert, versioned; its definition is `alerts.rules`' own."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    current = models.ForeignKey("RuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "kind"], condition=Q(archived_at__isnull=True), name="rule_kind_once_per_topic"
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic)  # the audit trail keeps this beside the kind; a code would not be translated


class RuleVersion(models.Model):
    """A published definition of a rule; never changed, so that an alert can cite it."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class Evaluation(StageRow):
    """The rules' last look at a topic: pending while `evaluated_revision` is behind its meter's revision."""

    topic = models.OneToOneField(Topic, on_delete=models.CASCADE, related_name="+")
    surprise = models.JSONField(default=dict)  # the detector's state up to `settled_until`
    settled_until = models.DateTimeField(null=True)
    situation = models.JSONField(default=dict)  # the figures of the last look
    evaluated_at = models.DateTimeField(null=True)

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return str(self.topic)


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(workspace=workspace)

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def unclaimed(self) -> Self:
        return self.open().filter(claimed_at__isnull=True)


class Alert(models.Model):
    """Something that a person has to look at; at most one is open per workspace and subject.

    The subject is the topic until stories exist. `tier` is 1 (red, the worst) to 4 (blue).
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="alerts")
    number = models.PositiveIntegerField()
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    topic_version = models.ForeignKey(TopicVersion, on_delete=models.PROTECT, related_name="+")
    tier = models.PositiveSmallIntegerField(choices=TIERS)
    title = models.CharField(max_length=200)
    reasons = models.JSONField(default=list)  # of the look that set the tier: rule, version, value, threshold
    opened_at = models.DateTimeField()
    raised_at = models.DateTimeField()  # when it reached its present tier
    claim_due_at = models.DateTimeField()
    earliest_post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    close_reason = models.CharField(max_length=20, blank=True)
    close_note = models.TextField(blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="alert_number_once"),
            models.UniqueConstraint(
                fields=["workspace", "topic"], condition=Q(closed_at__isnull=True), name="alert_one_open_per_subject"
            ),
            models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="alert_tier_1_to_4"),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="alert_claimed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, close_reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(close_reason="")),
                name="alert_closed_by_someone_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "-opened_at"])]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    @property
    def label(self) -> str:
        """How people name it: AL-1042."""
        return f"AL-{self.number}"


class AlertEvent(models.Model):
    """A change of an alert: opened, raised, claimed, closed. What is told to the outlets."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    tier = models.PositiveSmallIntegerField()
    tier_before = models.PositiveSmallIntegerField(null=True)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.kind}"


class OutletQuerySet(models.QuerySet["Outlet"]):
    def with_counts(self) -> Self:
        """Each with `waiting` and `failed`, the numbers of its messages in that state."""
        undelivered = Q(deliveries__delivered_at__isnull=True)
        return self.annotate(
            waiting=Count("deliveries", filter=undelivered & Q(deliveries__parked_at__isnull=True)),
            failed=Count("deliveries", filter=undelivered & Q(deliveries__parked_at__isnull=False)),
        )


class Outlet(models.Model):
    """Where a workspace's alerts are sent, from `least_tier` upwards."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="outlets")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=2000)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="zh-hant")
    secret = models.TextField(blank=True)  # encrypted
    least_tier = models.PositiveSmallIntegerField(choices=TIERS, default=4)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.CharField(max_length=20, blank=True)  # "person", or "gone": the receiver answered 410
    created_at = models.DateTimeField(default=timezone.now)

    objects = OutletQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="outlet_name_once"),
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_why="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_why="")),
                name="outlet_disabled_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        """Not delivered, and on its way or held back while its outlet is off."""
        return self.filter(delivered_at__isnull=True, parked_at__isnull=True)

    def failed(self) -> Self:
        """Given up after many tries; somebody has to look."""
        return self.filter(delivered_at__isnull=True, parked_at__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def before(self, delivery: "Delivery") -> Self:
        """What comes after `delivery` when read newest first."""
        return self.filter(
            Q(created_at__lt=delivery.created_at) | Q(created_at=delivery.created_at, pk__lt=delivery.pk)
        )

    def after(self, delivery: "Delivery") -> Self:
        """What comes before `delivery` when read newest first."""
        return self.filter(
            Q(created_at__gt=delivery.created_at) | Q(created_at=delivery.created_at, pk__gt=delivery.pk)
        )


class Delivery(StageRow):
    """One message to one outlet: at least once, with a stable key and a receipt."""

    outlet = models.ForeignKey(Outlet, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(AlertEvent, on_delete=models.CASCADE, null=True, related_name="+")  # null: a test message
    key = models.UUIDField(default=uuid.uuid4, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    # What the last try ended with: "http", "smtp", a code of FetchError or of `alerts.deliverer`; and its detail.
    outcome = models.CharField(max_length=30, blank=True)
    receipt = models.CharField(max_length=300, blank=True)
    tried_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta(StageRow.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *StageRow.Meta.constraints,
            models.UniqueConstraint(fields=["outlet", "event"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(delivered_at__isnull=True) | Q(due_at__isnull=True, parked_at__isnull=True),
                name="delivery_delivered_is_done",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            *StageRow.Meta.indexes,
            models.Index(fields=["outlet", "-created_at"], name="delivery_latest"),
        ]

    def __str__(self) -> str:
        return str(self.outlet)
