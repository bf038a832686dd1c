"""What a source brought last, as its page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitoring.models import Post, Sighting, Source
from monitoring.queries.names import author_code
from sentinel.core.models import Workspace

SHOWN = 5
AMONG = 1_000  # captured last: a visit brings posts in any order, and old ones are read back meanwhile


@dataclass(frozen=True, slots=True)
class ShownPost:
    """One of the newest posts of a source; its author goes by a pseudonym."""

    post: Post
    author: str
    latency: timedelta | None  # None where the time of publication is not known to the minute
    is_mention: bool  # the workspace has a page of it


def filled_in(posts: Sequence[Post]) -> dict[str, int]:
    """In how many of the posts a field is filled."""
    return {
        "time": sum(post.published_at is not None for post in posts),
        "text": sum(bool(post.text) for post in posts),
        "author": sum(bool(post.author) for post in posts),
        "figures": sum(bool(post.figures) for post in posts),
    }


def newest_of(source: Source) -> list[Sighting]:
    """The posts that were published last, of those that were captured last."""
    recent = Sighting.objects.filter(source=source).order_by("-captured_at", "-pk")[:AMONG]
    found = Sighting.objects.filter(pk__in=recent.values("pk")).select_related("post")
    return list(found.order_by("post__is_history", "-post__placed_at", "-pk")[:SHOWN])


def newest_posts(source: Source, workspace: Workspace) -> list[ShownPost]:
    """The same as a workspace sees them."""
    brought = newest_of(source)
    mine = Post.objects.visible_to(workspace).filter(pk__in=[one.post_id for one in brought])
    mentioned = set(mine.values_list("pk", flat=True))
    return [
        ShownPost(one.post, author_code(one.post, workspace.pk), _latency(one), is_mention=one.post_id in mentioned)
        for one in brought
    ]


def _latency(sighting: Sighting) -> timedelta | None:
    post = sighting.post
    is_timed = post.published_at is not None and post.precision in ("second", "minute")
    return sighting.captured_at - post.published_at if is_timed and post.published_at else None
