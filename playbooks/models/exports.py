"""The evidence of a crisis on its way out as an archive."""

from django.db import models

from playbooks.models.crises import Crisis
from sentinel.core.models import StageRow, User


class EvidenceExport(StageRow):
    """An archive that somebody asked for: built by a worker, kept for a day, then gone with its pieces."""

    crisis = models.ForeignKey(Crisis, on_delete=models.CASCADE, related_name="exports")
    with_names = models.BooleanField()  # of authors, instead of pseudonyms
    language = models.CharField(max_length=10)  # of its index page
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)  # posts that are in it so far
    posts = models.PositiveIntegerField(null=True)  # in all, once counted
    finished_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(null=True)  # bytes
    manifest_sha256 = models.CharField(max_length=64, blank=True)

    class Meta(StageRow.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.crisis.label} {self.asked_at:%m-%d %H:%M}"


class ExportPiece(models.Model):
    """The bytes of an archive, in pieces: workers and the web may run on different machines."""

    export = models.ForeignKey(EvidenceExport, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["export", "number"], name="export_piece_once")]

    def __str__(self) -> str:
        return f"{self.export_id}#{self.number}"
