"""What people and other programs bring: tokens of the API, files, and how their columns are read."""

from django.db import models
from django.db.models import Q

from monitoring.models.posts import Post
from monitoring.models.sources import Source
from sentinel.core.models import StageRow, User, Workspace


class IngestToken(models.Model):
    """Lets a program bring posts to one pushed source; only the token's hash is kept."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    free_at = models.DateTimeField(null=True)  # when its allowance of requests is whole again
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True) | Q(revoked_at__isnull=False), name="ingest_token_revoked_at"
            )
        ]

    def __str__(self) -> str:
        return self.label


class FileImport(StageRow):
    """A file of posts on its way in: read in batches, so that it survives a restart and shows how far it is."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=200)  # of the file
    format = models.CharField(max_length=10, choices=[("jsonl", "jsonl"), ("csv", "csv"), ("xlsx", "xlsx")])
    mapping = models.JSONField(default=dict)  # field of a post → column
    sheets = models.JSONField(default=list, db_default=[])  # of a workbook, which are read; empty: the likeliest one
    zone = models.CharField(max_length=40, default="Asia/Taipei")
    size = models.PositiveIntegerField()  # bytes
    rows = models.PositiveIntegerField(null=True)  # in all, once counted
    done = models.PositiveIntegerField(default=0)
    new_posts = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)  # why the file as a whole could not be read

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return self.name


class FilePiece(models.Model):
    """The bytes of an uploaded file, in pieces; gone when it has been read."""

    file_import = models.ForeignKey(FileImport, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file_import", "number"], name="file_piece_once")]

    def __str__(self) -> str:
        return f"{self.file_import_id}#{self.number}"


class RejectedRow(models.Model):
    """A row that could not be taken, as it stood in the file, and why."""

    file_import = models.ForeignKey(FileImport, on_delete=models.CASCADE, related_name="rejections")
    sheet = models.CharField(max_length=100, blank=True, default="", db_default="")  # of a workbook
    number = models.PositiveIntegerField()  # of the row in the file or sheet, from 1
    row = models.JSONField()
    problems = models.JSONField()  # [{"field": …, "code": …}…]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file_import", "sheet", "number"], name="rejected_row_once")]

    def __str__(self) -> str:
        return f"{self.file_import_id}#{self.number}"


class ColumnMapping(models.Model):
    """How a workspace reads files with these columns; remembered for the next one."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)  # hash of the column names
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "signature"], name="column_mapping_once")]

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.signature[:8]}"


class Enquiry(models.Model):
    """A journalist's question, which is a post, and until when it wants an answer."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="enquiry")
    answer_by = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.post_id}: {self.answer_by:%Y-%m-%d %H:%M}"
