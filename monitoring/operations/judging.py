"""What people say of a post: is it true, what is its mood, is it about us. Every word is kept, the last counts."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from monitoring.models import MOODS, VERDICTS, Judgement, Mention, MoodCorrection, Post
from monitoring.operations.analyses import lock_analyses
from monitoring.operations.mentions import change_mentions, label_of_mood
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError


@transaction.atomic
def judge_post(*, post: Post, workspace: Workspace, verdict: str, by: User, now: datetime) -> Judgement:
    """Say whether what the post claims is true; saying the same again changes nothing.

    Raises WrongStateError('unknown-verdict') for anything but pending, true, inaccurate and malicious.
    """
    if verdict not in VERDICTS:
        raise WrongStateError("unknown-verdict")
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    before = Judgement.objects.filter(workspace=workspace, post=post).order_by("-judged_at", "-pk").first()
    if before is not None and before.verdict == verdict:
        return before
    judgement = Judgement.objects.create(workspace=workspace, post=post, verdict=verdict, judged_by=by, judged_at=now)
    _write_down("judge", post, workspace, by, now, {"verdict": verdict})
    return judgement


@transaction.atomic
def correct_mood(*, post: Post, workspace: Workspace, mood: str, by: User, now: datetime) -> None:
    """Give the post its mood for this workspace; measures follow at once, the computed probability stays.

    Raises WrongStateError('unknown-mood') for anything but neg, neu, pos and unclear.
    """
    if mood not in MOODS:
        raise WrongStateError("unknown-mood")
    mentions = _locked_mentions(post, workspace)
    before = MoodCorrection.objects.filter(workspace=workspace, post=post).order_by("-corrected_at", "-pk").first()
    if before is not None and before.mood == mood:
        return
    MoodCorrection.objects.create(workspace=workspace, post=post, mood=mood, corrected_by=by, corrected_at=now)

    def relabel(mention: Mention) -> None:
        mention.label = label_of_mood(mood)

    change_mentions(mentions, relabel, fields=["label"], now=now)
    _write_down("correct-mood", post, workspace, by, now, {"mood": mood})


@transaction.atomic
def dismiss_post(*, post: Post, workspace: Workspace, by: User, now: datetime) -> int:
    """Say that the post is not about what the workspace watches: it leaves lists and measures. How many mentions."""
    mentions = [mention for mention in _locked_mentions(post, workspace) if mention.dismissed_at is None]

    def dismiss(mention: Mention) -> None:
        mention.dismissed_at, mention.dismissed_by = now, by

    return _turn("dismiss", mentions, dismiss, post, workspace, by, now)


@transaction.atomic
def restore_post(*, post: Post, workspace: Workspace, by: User, now: datetime) -> int:
    """Take a dismissal back: the post is listed and counted again. How many mentions."""
    mentions = [mention for mention in _locked_mentions(post, workspace) if mention.dismissed_at is not None]

    def restore(mention: Mention) -> None:
        mention.dismissed_at = mention.dismissed_by = None

    return _turn("restore", mentions, restore, post, workspace, by, now)


def _locked_mentions(post: Post, workspace: Workspace) -> list[Mention]:
    lock_analyses([post.pk])
    mentions = Mention.objects.visible_to(workspace).filter(post=post)
    return list(mentions.select_related("topic").order_by("pk"))


def _turn(
    verb: str,
    mentions: list[Mention],
    change: Callable[[Mention], None],
    post: Post,
    workspace: Workspace,
    by: User,
    now: datetime,
) -> int:
    if mentions:
        change_mentions(mentions, change, fields=["dismissed_at", "dismissed_by"], now=now)
        _write_down(verb, post, workspace, by, now, {})
    return len(mentions)


def _write_down(verb: str, post: Post, workspace: Workspace, by: User, now: datetime, data: dict[str, str]) -> None:
    audit.record(verb=verb, subject=post, by=by, now=now, workspace=workspace, data=data, is_drill=post.source.is_drill)
