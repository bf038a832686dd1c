"""The snapshots of a post: what was received, when, and whether somebody verified it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from monitoring.crawling.receipts import ATTACHED
from monitoring.crawling.snapshot import media_named
from monitoring.models import Capture, Mention, Post, PostCapture, Subscription
from monitoring.operations.suppression import suppressed_for
from sentinel.core.models import AuditEntry, Workspace


@dataclass(frozen=True, slots=True)
class Verified:
    """The last time that somebody computed the hash anew."""

    at: datetime
    by: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An answer that shows a revision of the post; `others` are the posts that stand in it as well."""

    capture_id: int
    revision: int
    at: datetime
    url: str
    http_status: int | None
    media: str  # html, json, xml, text, image or other
    size: int
    sha256: str
    others: int
    is_blotted: bool
    verified: Verified | None

    @property
    def sha256_groups(self) -> list[str]:
        """The hash in groups of eight, for the eye."""
        return [self.sha256[start : start + 8] for start in range(0, 64, 8)]


def captures_of(workspace: Workspace, post: Post) -> "QuerySet[PostCapture]":
    """The answers that show the post, of those that the workspace's own sources received; no attached files."""
    own = Subscription.objects.filter(workspace=workspace).values("source")
    through = Mention.objects.visible_to(workspace).filter(post=post).values("source")
    ours = Q(capture__source__isnull=True) | Q(capture__source__in=own) | Q(capture__source__in=through)
    return PostCapture.objects.filter(ours, post=post).exclude(capture__headers__has_key=ATTACHED)


def find_capture(workspace: Workspace, post: Post, capture_id: int) -> PostCapture | None:
    """The capture with its body, where the workspace may see it."""
    found = captures_of(workspace, post).filter(capture=capture_id).select_related("capture__body").first()
    return found if found is not None and not withheld(workspace, [found.capture_id]) else None


def withheld(workspace: Workspace, capture_ids: Iterable[int]) -> set[int]:
    """The captures that also show a post which the workspace had deleted: it does not see them."""
    shown = PostCapture.objects.filter(capture__in=list(capture_ids))
    posts = list(shown.values_list("capture", "post__author", "post__url"))
    suppressed = suppressed_for([workspace.pk], [(author, url) for _capture, author, url in posts])
    return {capture for capture, author, url in posts if (author, url) in suppressed}


def snapshots(workspace: Workspace, post: Post) -> tuple[list[Snapshot], int]:
    """The first answer that showed each revision, and the latest, newest first; and how many there are in all."""
    found = captures_of(workspace, post).order_by("capture__captured_at", "capture")
    all_ids = list(found.values_list("capture", "revision"))
    first_of = {revision: capture for capture, revision in reversed(all_ids)}
    wanted = {*first_of.values(), *(capture for capture, _revision in all_ids[-1:])}
    wanted -= withheld(workspace, wanted)
    rows = found.filter(capture__in=wanted).select_related("capture__body").defer("capture__body__data")
    shared = dict(
        Capture.objects.filter(pk__in=wanted).annotate(shown=Count("posts")).order_by().values_list("pk", "shown")
    )
    verified = _verified(workspace, post)
    return [_snapshot(row, shared, verified) for row in rows][::-1], len(all_ids)


def _snapshot(row: PostCapture, shared: dict[int, int], verified: dict[int, Verified]) -> Snapshot:
    capture = row.capture
    return Snapshot(
        capture_id=capture.pk,
        revision=row.revision,
        at=capture.captured_at,
        url=capture.url,
        http_status=capture.http_status,
        media=media_named(capture.headers.get("content-type", "")),
        size=capture.body.size,
        sha256=bytes(capture.body.sha256).hex(),
        others=shared.get(capture.pk, 1) - 1,
        is_blotted="x-sentinel-blotted" in capture.headers,
        verified=verified.get(capture.pk),
    )


def _verified(workspace: Workspace, post: Post) -> dict[int, Verified]:
    """By capture, the last verification that this workspace asked for."""
    entries = AuditEntry.objects.filter(
        workspace_id=workspace.pk, object_kind="post", object_id=str(post.pk), verb="verify"
    ).order_by("at", "pk")
    return {
        entry.data["capture"]: Verified(entry.at, entry.actor_name, entry.data.get("outcome") == "same")
        for entry in entries
        if "capture" in entry.data
    }
