"""What became of a post: its figures over time, when it was looked at again, and who answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.models import Figures, Mention, Post, Revisit
from monitoring.queries.names import author_code
from sentinel.core.models import Workspace

MOST_REPLIES = 200


@dataclass(frozen=True, slots=True)
class Point:
    """What a site counted for a post at a moment."""

    at: datetime
    figures: dict[str, int]


@dataclass(frozen=True, slots=True)
class Course:
    """How a post went on, oldest point first.

    `visits` counts how often it was looked at again, last at `visited_at` with `outcome` (ok, gone, missing: an error
    status that is not believed yet, closed: it cannot be looked at, or a failure's code; empty: not yet), whose
    `detail` are the site's own words or what failed. `due_at` is None when it is not looked at any more.
    """

    points: Sequence[Point]
    visits: int
    visited_at: datetime | None
    outcome: str
    detail: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a post; `author` is the pseudonym. `is_mention`: it matches a topic of the workspace by itself."""

    post: Post
    author: str
    is_mention: bool


def course_of(post: Post) -> Course:
    """The course of a post."""
    points = [Point(one.at, one.figures) for one in Figures.objects.filter(post=post).order_by("at")]
    revisit = Revisit.objects.filter(post=post).first() or Revisit(post=post, due_at=None)
    return Course(
        points=points,
        visits=revisit.visits,
        visited_at=revisit.visited_at,
        outcome=revisit.outcome,
        detail=revisit.outcome_detail,
        due_at=revisit.due_at,
    )


def replies_of(post: Post, workspace: Workspace) -> list[Reply]:
    """The oldest answers to a post that the workspace may see; whoever sees a post sees who answered it."""
    replies = list(post.replies.order_by("placed_at", "site_id", "url", "pk")[:MOST_REPLIES])
    mentioned = set(
        Mention.objects.visible_to(workspace).filter(post__in=replies, dismissed_at=None).values_list("post", flat=True)
    )
    return [Reply(one, author_code(one), one.pk in mentioned) for one in replies]
