"""What was brought: pictures of a post, files and tokens of a workspace."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from monitoring.intake.pictures import PictureError, read_picture
from monitoring.models import Capture, FileImport, IngestToken, Post, PostCapture, Source, Subscription
from monitoring.operations.retention import IMPORTS_WITHOUT_SOURCE, import_terms
from sentinel.core.models import Workspace


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture that somebody entered: its bytes, and what they really are."""

    data: bytes
    media_type: str


def attached_pictures(post: Post) -> list[Capture]:
    """The pictures that were entered with a post, in order."""
    captures = Capture.objects.filter(posts__post=post, source__kind="manual", headers__has_key="content-type")
    return [one for one in captures.order_by("pk") if str(one.headers["content-type"]).startswith("image/")]


def find_attachment(workspace: Workspace, capture_id: int) -> Attachment | None:
    """A picture on a post that the workspace sees, entered in the workspace itself; None: it does not exist."""
    linked = PostCapture.objects.filter(
        capture=capture_id,
        capture__source__owner=workspace,
        capture__source__kind="manual",
        post__in=Post.objects.visible_to(workspace),
    )
    found = linked.select_related("capture__body").first()
    if found is None:
        return None
    data = zlib.decompress(found.capture.body.data)
    try:
        return Attachment(data, read_picture(data).media_type)  # the bytes say what they are, not whoever sent them
    except PictureError:
        return None


def imports_of(workspace: Workspace) -> QuerySet[FileImport]:
    """The workspace's imports, newest first."""
    return FileImport.objects.filter(workspace=workspace).select_related("source", "created_by").order_by("-pk")


def kept_until(file_import: FileImport) -> datetime:
    """When a file and its rejected rows are deleted by their age."""
    term = import_terms().get((file_import.workspace_id, file_import.source_id), IMPORTS_WITHOUT_SOURCE)
    return file_import.created_at + term


def tokens_of(source: Source) -> QuerySet[IngestToken]:
    """The tokens of a source, those that open the door first."""
    return (
        IngestToken.objects.filter(source=source)
        .select_related("created_by", "revoked_by")
        .order_by("-revoked_at", "-pk")
    )


def fillable(workspace: Workspace) -> QuerySet[Subscription]:
    """The sources that a file can be imported into."""
    pushed = Subscription.objects.filter(workspace=workspace, source__is_pushed=True).exclude(source__kind="manual")
    return pushed.select_related("source").order_by("name", "pk")
