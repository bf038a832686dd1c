"""How sources are doing: what each usually brings, and who has seen what admins were told of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from monitoring.models.sources import DOWN_AFTER, HIDING_OUTCOMES, WEAK_KINDS, Source, SourceNotice
from sentinel.core.models import User, Workspace

NOTICE_KINDS = ("blocked", "login", "robots", "layout", "down", *WEAK_KINDS)
OTHER_LAYOUTS = ("malformed", "web-page", "details")  # what answers is no longer what we read


def failure_kind(outcome: str, failures: int) -> str:
    """What a source that failed so often in a row is called: one of NOTICE_KINDS, `retrying` before that is sure."""
    if outcome in HIDING_OUTCOMES:
        return outcome
    if failures < DOWN_AFTER:
        return "retrying"
    return "layout" if outcome in OTHER_LAYOUTS else "down"


class SourceHabit(models.Model):
    """Posts per hour of a source in the last six weeks, and what the present hours usually bring; learned hourly.

    See `monitoring.measuring.habit`: `posts[i]` is the hour `hour - len(posts) + i`, -1 where nobody looked. `band` is
    [10th percentile, expected, 90th percentile] of the 24 hours before `hour` and of the one that it begins; `three`
    the same for three hours that end when that one begins and when it ends. Both are empty where too little is known.
    """

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="habit")
    hour = models.DateTimeField(db_index=True)
    offset = models.SmallIntegerField()  # hours that the source's clocks are ahead of UTC
    posts = ArrayField(models.IntegerField())
    band = models.JSONField(default=list)
    three = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True, db_index=True)  # whether it is quiet

    def __str__(self) -> str:
        return str(self.source_id)


class Outage(models.Model):
    """A stretch in which Sentinel itself did not run: what came then says nothing of anybody's habit."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.began_at:%m-%d %H:%M}–{self.ended_at:%m-%d %H:%M}"


class NoticeReceipt(models.Model):
    """Somebody of a workspace has seen a notice: its admins are no longer asked to look."""

    notice = models.ForeignKey(SourceNotice, on_delete=models.CASCADE, related_name="receipts")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    seen_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "workspace"], name="notice_seen_once")]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.seen_at:%m-%d %H:%M}"
