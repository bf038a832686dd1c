"""What was brought: pictures of a post, files and tokens of a workspace."""

import zlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from monitoring.crawling.receipts import ATTACHED, LEFT_OUT
from monitoring.intake.pictures import PictureError, read_picture
from monitoring.models import Capture, FileImport, IngestToken, Post, PostCapture, Source, Subscription
from monitoring.operations.retention import IMPORTS_WITHOUT_SOURCE, import_terms
from sentinel.core.models import Workspace


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture that somebody entered: its bytes, and what they really are; or a file that came with a mail: `name`."""

    data: bytes
    media_type: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that came with a mail."""

    capture_id: int
    name: str
    size: int
    sha256: str


def attached_pictures(post: Post) -> list[Capture]:
    """The pictures that were entered with a post, in order."""
    captures = Capture.objects.filter(posts__post=post, source__kind="manual", headers__has_key="content-type")
    return [one for one in captures.order_by("pk") if str(one.headers["content-type"]).startswith("image/")]


def attached_files(workspace: Workspace, post: Post) -> list[AttachedFile]:
    """The files that came with a post to a source of the workspace's own, in order."""
    captures = Capture.objects.filter(posts__post=post, source__owner=workspace, headers__has_key=ATTACHED)
    return [
        AttachedFile(one.pk, str(one.headers[ATTACHED]), one.body.size, bytes(one.body.sha256).hex())
        for one in captures.select_related("body").defer("body__data").order_by("pk")
    ]


def left_out_files(workspace: Workspace, post: Post) -> str:
    """The names of files that came with a post and were too large or too many to be kept."""
    captures = Capture.objects.filter(posts__post=post, source__owner=workspace, headers__has_key=LEFT_OUT)
    found = captures.order_by("-pk").first()
    return str(found.headers[LEFT_OUT]) if found else ""


def find_attachment(workspace: Workspace, capture_id: int) -> Attachment | None:
    """A picture or file on a post that the workspace sees, of a source of its own; None: it does not exist."""
    entered = Q(capture__source__kind="manual") | Q(capture__headers__has_key=ATTACHED)
    linked = PostCapture.objects.filter(
        entered,
        capture=capture_id,
        capture__source__owner=workspace,
        post__in=Post.objects.visible_to(workspace),
    )
    found = linked.select_related("capture__body").first()
    if found is None:
        return None
    data = zlib.decompress(found.capture.body.data)
    if ATTACHED in found.capture.headers:
        return Attachment(data, "application/octet-stream", str(found.capture.headers[ATTACHED]))
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
