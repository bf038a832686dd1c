"""Posts that nobody keeps go, with all that was received of them: what retention and deletion on request share."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Exists, OuterRef

from monitoring.models import Body, Capture, Mention, Post, PostCapture, PostHold


def kept_elsewhere(post_ids: Collection[int], workspace_id: int) -> set[int]:
    """Those of the posts that another workspace has as a mention or holds."""
    mentioned = Mention.objects.filter(post__in=post_ids).exclude(workspace=workspace_id)
    held = PostHold.objects.filter(post__in=post_ids).exclude(workspace=workspace_id)
    return {*mentioned.values_list("post", flat=True), *held.values_list("post", flat=True)}


def captures_to_go(post_ids: Collection[int], *, spare_shared: bool, workspace_id: int | None = None) -> set[int]:
    """The answers that go with the posts.

    With `spare_shared` an answer stays that shows any other post; without it only one that shows a post which another
    workspace than `workspace_id` keeps, since it is that workspace's evidence as well.
    """
    captures = set(PostCapture.objects.filter(post__in=post_ids).values_list("capture", flat=True))
    beside = PostCapture.objects.filter(capture__in=captures).exclude(post__in=post_ids)
    if not spare_shared:
        others = Mention.objects.filter(post=OuterRef("post")).exclude(workspace=workspace_id)
        held = PostHold.objects.filter(post=OuterRef("post")).exclude(workspace=workspace_id)
        beside = beside.filter(Exists(others) | Exists(held))
    return captures - set(beside.values_list("capture", flat=True))


def discard(post_ids: Collection[int], captures: Collection[int]) -> tuple[int, int]:
    """Delete posts, and answers with the bodies that nothing else refers to; how many of either went."""
    PostCapture.objects.filter(capture__in=captures).delete()
    PostCapture.objects.filter(post__in=post_ids).delete()
    bodies = set(Capture.objects.filter(pk__in=captures).values_list("body", flat=True))
    gone_captures = Capture.objects.filter(pk__in=captures).delete()[0]
    Post.objects.filter(pk__in=post_ids).delete()
    return gone_captures, _discard_bodies(bodies)


def _discard_bodies(bodies: Collection[int]) -> int:
    with connection.cursor() as cursor:
        # Locked first: whoever keeps the same bytes at this moment holds the row, and then refers to it.
        cursor.execute(
            """DELETE FROM monitoring_body WHERE id IN (
                   SELECT id FROM monitoring_body WHERE id = ANY(%s) ORDER BY sha256 FOR UPDATE SKIP LOCKED)
                  AND NOT EXISTS (SELECT 1 FROM monitoring_capture WHERE body_id = monitoring_body.id)""",
            [list(bodies)],
        )
        return int(cursor.rowcount)


def unreferenced(captures: Collection[int]) -> int:
    """How many bodies would go with these answers."""
    staying = Capture.objects.filter(body=OuterRef("pk")).exclude(pk__in=captures)
    return Body.objects.filter(~Exists(staying), captures__in=captures).distinct().count()
