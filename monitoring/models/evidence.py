"""What was received, byte for byte, and what must be kept or be gone."""

from django.db import models

from monitoring.models.posts import Post
from monitoring.models.sources import Source
from sentinel.core.models import User, Workspace


class Body(models.Model):
    """The bytes of an answer or an attachment, compressed with zlib: once, however often they came; never changed."""

    sha256 = models.BinaryField(max_length=32, unique=True)  # of the bytes as received, decompressed
    data = models.BinaryField()
    size = models.PositiveIntegerField()  # of the bytes as received

    def __str__(self) -> str:
        return bytes(self.sha256).hex()


class Capture(models.Model):
    """An answer as it was received: when, from where, with which headers; never changed."""

    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="captures")
    source = models.ForeignKey(Source, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False)
    url = models.TextField()
    http_status = models.PositiveSmallIntegerField(null=True)  # None: nobody asked a server for it
    headers = models.JSONField(default=dict)
    captured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.url} {self.captured_at:%Y-%m-%d %H:%M:%S}"


class PostCapture(models.Model):
    """A revision of a post was read from this answer."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="captures")
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="posts")
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "capture"], name="post_capture_once")]

    def __str__(self) -> str:
        return f"{self.post_id}#{self.revision}"


class PostHold(models.Model):
    """A workspace needs a post beyond its retention: it is evidence."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="holds")
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=80)  # the thread that needs it: crisis:12
    held_at = models.DateTimeField()
    is_followed = models.BooleanField(default=True, db_default=True)  # it is looked at again while people work on it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "workspace", "reason"], name="post_hold_once")]

    def __str__(self) -> str:
        return f"{self.post_id}: {self.reason}"


class Expired(models.Model):
    """A post that its term took away: its key alone, so that a site which still lists it does not bring it back."""

    key = models.BinaryField(max_length=32, primary_key=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.key).hex()[:8]


class Erasure(models.Model):
    """The tombstone of a deletion on request: what, when, by whom; whoever it names is not captured again."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=[("author", "author"), ("address", "address")])
    subject_hash = models.BinaryField(max_length=32)  # keyed, so that it names nobody
    reason = models.TextField(blank=True)
    touched = models.JSONField(default=dict)  # how many posts, mentions, captures … went
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["workspace", "subject_hash"], name="erasure_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {bytes(self.subject_hash).hex()[:8]}"
