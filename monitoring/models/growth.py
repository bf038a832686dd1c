"""What becomes of a post: its figures over time, and the visits that look at it again."""

from django.db import models

from monitoring.models.posts import Post
from sentinel.core.models import StageRow


class Figures(models.Model):
    """What a site counted for a post at a moment: reposts, comments, likes, views; or its rank in a list."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="course")
    at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "at"], name="figures_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.at:%m-%d %H:%M}"


class Revisit(StageRow):
    """A post that matters is looked at again on a decaying schedule, until `due_at` is empty."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="revisit")
    visits = models.PositiveIntegerField(default=0)
    visited_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=30, blank=True)  # of the last: ok, unchanged, gone, or a failure's code
    outcome_detail = models.CharField(max_length=300, blank=True)
    doubt = models.BinaryField(max_length=32, null=True)  # hash of other words that were seen once: an edit if again
    reached = models.TextField(blank=True, default="", db_default="")  # how far the pages of its replies were read
    misses = models.PositiveIntegerField(default=0)  # times in a row that the page said it is gone

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return str(self.post)
