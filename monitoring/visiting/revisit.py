"""When a post that matters is looked at again: soon at first, ever more rarely, and not for ever (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

# The gaps between two visits of a post that was just captured: after 10 min, 30 min later, an hour later …
STEPS = tuple(timedelta(minutes=minutes) for minutes in (10, 30, 60, 120, 240, 480, 960))
DAILY = timedelta(days=1)
LASTS = timedelta(days=7)  # a post whose figures still grow is followed beyond
LONGEST = timedelta(days=30)  # and so is one that people are at work on
QUIET_ENDS_AFTER = timedelta(days=3)  # without any change
SHORTEST = timedelta(minutes=5)
HELD_GAP = timedelta(hours=4)  # the longest wait while an alert or a crisis rests on it
FAST_GROWTH = 0.5  # by half since the visit before
DRILL_PACE = 0.05  # a drill tells in half an hour what takes a day
FAILED_GAP = timedelta(minutes=30)  # the shortest wait after a visit that saw nothing
_COUNTED = ("reposts", "comments", "likes", "shares")
_SMALL = 10  # so that the first two likes are no explosion
_VIEWS_PER_ACT = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """How a post stands.

    `age` is the time since it was captured, `quiet` the time since anything of it last changed. `growth` is by what
    share its figures grew since the visit before. `is_urgent`: negative or sensitive; `is_held`: an alert or a crisis
    that is open rests on it; `failed`: the last visit saw nothing.
    """

    age: timedelta
    quiet: timedelta
    growth: float = 0.0
    is_urgent: bool = False
    is_held: bool = False
    failed: bool = False
    is_drill: bool = False


def next_gap(post: Standing) -> timedelta | None:
    """The wait until the post is looked at again; None where it is looked at no more."""
    if _is_over(post):
        return None
    gap = _step(post.age)
    if post.is_held:
        gap = min(gap, HELD_GAP)
    if post.is_urgent:
        gap /= 2
    if post.growth >= FAST_GROWTH:
        gap /= 2
    gap = max(gap, FAILED_GAP if post.failed else SHORTEST)
    return gap * DRILL_PACE if post.is_drill else gap


def _is_over(post: Standing) -> bool:
    if post.age >= LONGEST:
        return True
    if post.is_held:
        return False
    return post.quiet >= QUIET_ENDS_AFTER or (post.age >= LASTS and post.growth <= 0)


def _step(age: timedelta) -> timedelta:
    """The gap that is due at an age: the first whose end lies beyond it."""
    end = timedelta()
    for step in STEPS:
        end += step
        if age < end:
            return step
    return DAILY


def growth_of(before: Mapping[str, int], after: Mapping[str, int], new_replies: int = 0) -> float:
    """By what share figures grew, and not less than the new replies show; 0 where they did not grow."""
    old, new = _acts(before), _acts({**before, **after})  # what is not stated any more has not shrunk
    return max(new - old, float(new_replies), 0.0) / max(old, _SMALL)


def _acts(figures: Mapping[str, int]) -> float:
    """What people did with a post; looking at it is a small act."""
    return float(sum(figures.get(name, 0) for name in _COUNTED)) + figures.get("views", 0) / _VIEWS_PER_ACT
