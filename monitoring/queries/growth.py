"""How a post is followed: when it was looked at again, what was seen, and when it is looked at next."""

from dataclasses import dataclass
from datetime import datetime

from monitoring.models import Post, Revisit


@dataclass(frozen=True, slots=True)
class Followed:
    """Of a post that is looked at again: how often it was, last at `visited_at` (None: not yet), with what `outcome`.

    The outcome is ok, gone, missing (an error status that is not believed until it is seen again), closed (it cannot be
    looked at), or a failure's code; `detail` are the site's own words or what failed. `due_at` is None when it is not
    looked at any more.
    """

    visits: int
    visited_at: datetime | None
    outcome: str
    detail: str
    due_at: datetime | None


def followed(post: Post) -> Followed | None:
    """How a post is followed; None where it is not."""
    row = Revisit.objects.filter(post=post).first()
    return Followed(row.visits, row.visited_at, row.outcome, row.outcome_detail, row.due_at) if row else None
