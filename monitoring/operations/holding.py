"""What people are at work on is kept beyond its term, and looked at again: posts of an alert, posts of a crisis."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from monitoring.models import PostHold, Revisit, Topic
from monitoring.visiting.revisit import HELD_GAP, LONGEST
from sentinel.core.models import Workspace

HELD_FROM = timedelta(days=1)
MOST_HELD = 200  # posts of an alert
HELD_AT_ONCE = 2000  # posts of a crisis, at each sweep
MOST_FOLLOWED = 500  # of the posts of a crisis: those that weigh most


@transaction.atomic
def hold_mentions(*, topic: Topic, reason: str, now: datetime) -> None:
    """Keep and follow the topic's mentions of the last day for as long as something rests on them, and look at once.

    `reason` names what it is (alert:12), for `release_posts`.
    """
    recent = topic.mentions.filter(placed_at__gt=now - HELD_FROM, is_history=False, dismissed_at__isnull=True)
    posts = list(recent.order_by("-sensitive", "-placed_at", "-pk").values_list("post_id", flat=True)[:MOST_HELD])
    _hold(topic.workspace_id, reason, posts, followed=posts, now=now)
    _look_at_once(Q(post__in=posts), now)


def release_posts(*, workspace: Workspace, reason: str) -> None:
    """End what `hold_mentions` began."""
    PostHold.objects.filter(workspace=workspace, reason=reason).delete()


@transaction.atomic
def hold_topic(
    *, workspace: Workspace, topic: Topic | None, reason: str, since: datetime, on_file: Collection[int], now: datetime
) -> int:
    """Keep every mention of the topic that was published from `since` on, and follow those that weigh most.

    The posts `on_file` (by id) are followed in any case. To be called again and again: it keeps some thousand at a
    time, and how many it kept is the answer.
    """
    mine = PostHold.objects.filter(workspace=workspace, reason=reason)
    followed, fresh = set(on_file), []
    if topic is not None:
        mentions = topic.mentions.counted().filter(placed_at__gte=since)
        young = mentions.filter(captured_at__gt=now - LONGEST, post__reply_to__isnull=True)
        weighty = young.order_by("-sensitive", "-negative", "-placed_at", "-pk").values_list("post_id", flat=True)
        followed |= set(weighty[:MOST_FOLLOWED])
        missing = mentions.filter(~Exists(mine.filter(post=OuterRef("post")))).order_by("-placed_at", "-pk")
        fresh = list(missing.values_list("post_id", flat=True)[:HELD_AT_ONCE])
        _hold(workspace.pk, reason, fresh, followed=followed, now=now)
    mine.filter(is_followed=True).exclude(post__in=followed).update(is_followed=False)
    mine.filter(is_followed=False, post__in=followed).update(is_followed=True)
    unseen = Q(visited_at__isnull=True) | Q(visited_at__lt=now - HELD_GAP)
    _look_at_once(unseen & Q(post__in=followed), now)
    return len(fresh)


def end_following(*, workspace: Workspace, reason: str) -> None:
    """What is held stays, and is followed for this reason no longer."""
    PostHold.objects.filter(workspace=workspace, reason=reason).update(is_followed=False)


def _hold(workspace_id: int, reason: str, posts: Iterable[int], *, followed: Collection[int], now: datetime) -> None:
    PostHold.objects.bulk_create(
        [
            PostHold(post_id=one, workspace_id=workspace_id, reason=reason, held_at=now, is_followed=one in followed)
            for one in sorted(posts)
        ],
        ignore_conflicts=True,
    )


def _look_at_once(posts: Q, now: datetime) -> None:
    followed = Revisit.objects.filter(posts, due_at__gt=now, lease_until__isnull=True)
    rows = list(followed.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True))
    Revisit.objects.filter(pk__in=rows).update(due_at=now)
