"""Statements (聲明): what we say, per channel and audience."""

from django.db import models
from django.db.models import F, Q
from django.utils.text import Truncator

from playbooks.models.crises import Crisis
from playbooks.models.emergency import HoldingText
from playbooks.models.plans import Plan
from sentinel.core.models import LANGUAGES, User

STATEMENT_KINDS = [(code, code) for code in ("holding", "position", "update", "correction")]
STATEMENT_STATUSES = [(code, code) for code in ("draft", "submitted", "approved", "published")]


class Statement(models.Model):
    """Words for one channel. One of a plan is approved with the plan; any other by a manager who did not write it,
    except the holding statement that was authorised ahead (`holding_text`), which a manager may fill in and release.

    A trigger refuses a publication without approval, and any change of what was published.
    """

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="statements")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, null=True, related_name="statements")
    holding_text = models.ForeignKey(HoldingText, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=STATEMENT_KINDS)
    status = models.CharField(max_length=10, choices=STATEMENT_STATUSES, default="draft")
    channel = models.CharField(max_length=12)  # see playbooks.statements
    audience = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="zh-hant")
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    next_update_at = models.DateTimeField(null=True)  # what it promises: the next word comes by then
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    return_reason = models.TextField(blank=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    published_url = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "channel"], condition=Q(plan__isnull=False), name="statement_channel_once_per_plan"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="statement_approved_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | ~Q(approved_by=F("created_by"))
                | Q(kind="holding", holding_text__isnull=False),
                name="statement_not_approved_by_its_author",
            ),
            models.CheckConstraint(
                condition=Q(status="published", published_at__isnull=False, published_by__isnull=False)
                | (~Q(status="published") & Q(published_at__isnull=True, published_by__isnull=True)),
                name="statement_published_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted"]) | Q(approved_at__isnull=False),
                name="statement_out_only_when_approved",
            ),
        ]
        indexes = [models.Index(fields=["crisis", "published_at"])]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title or Truncator(" ".join(self.text.split())).chars(60)
