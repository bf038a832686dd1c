"""Tasks: who does what until when."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from playbooks.models.crises import Crisis
from playbooks.models.plans import PlanItem
from playbooks.models.statements import Statement
from sentinel.core.models import User, Workspace

TASK_KINDS = [(code, code) for code in ("hand", "plan", "promise", "measure", "stakeholder", "fact")]


class TaskQuerySet(models.QuerySet["Task"]):
    def visible_to(self, workspace: Workspace) -> Self:
        return self.filter(crisis__workspace=workspace)

    def open(self) -> Self:
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)

    def overdue(self, now: datetime) -> Self:
        return self.open().filter(due_at__lt=now)

    def soonest_first(self) -> Self:
        return self.order_by(models.F("due_at").asc(nulls_last=True), "pk")


class Task(models.Model):
    """One thing to do; a promise made in public is done only with a word on what shows it."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=12, choices=TASK_KINDS, default="hand")
    item = models.OneToOneField(PlanItem, on_delete=models.SET_NULL, null=True, related_name="+")
    statement = models.ForeignKey(Statement, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.CharField(max_length=200)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=500, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False, cancelled_at__isnull=True),
                name="task_done_by_someone",
            ),
            models.CheckConstraint(
                condition=~Q(kind="promise") | Q(done_at__isnull=True) | ~Q(result=""),
                name="task_promise_shows_its_result",
            ),
        ]
        indexes = [models.Index(fields=["owner", "due_at"], condition=Q(done_at__isnull=True), name="task_owed")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
