"""What people say of a post: is it true, and what is its mood. Every word is kept; the last one counts."""

from django.db import models

from monitoring.models.posts import Post
from sentinel.core.models import User, Workspace

VERDICTS = ("pending", "true", "inaccurate", "malicious")
MOODS = ("neg", "neu", "pos", "unclear")


class Judgement(models.Model):
    """A person's verdict on a post, for their workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=10, choices=[(one, one) for one in VERDICTS])
    judged_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "post", "-judged_at"], name="judgement_latest")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.verdict}"


class MoodCorrection(models.Model):
    """A person's correction of a post's mood, for their workspace; what a later model learns from."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    mood = models.CharField(max_length=8, choices=[(one, one) for one in MOODS])
    corrected_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    corrected_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["workspace", "post", "-corrected_at"], name="correction_latest")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.mood}"
