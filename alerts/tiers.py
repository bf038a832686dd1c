"""The four levels of an alert, and how the rules' levels become one (pure)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Protocol

REOPEN_COOL_DOWN = timedelta(hours=4)


class Tier(IntEnum):
    """How grave an alert is. 1 is the worst, so a worse tier is a smaller number; never inverted."""

    RED = 1  # 特別重大
    ORANGE = 2  # 重大
    YELLOW = 3  # 較大
    BLUE = 4  # 一般


class HasTier(Protocol):
    """Anything that says which tier it speaks for; None: for none."""

    @property
    def tier(self) -> Tier | None: ...


def worse(first: Tier, second: Tier) -> Tier:
    """The graver of the two."""
    return min(first, second)


def is_worse(first: Tier, second: Tier) -> bool:
    """Whether `first` is graver than `second`."""
    return first < second


def tier_of(reasons: Iterable[HasTier]) -> Tier | None:
    """The tier of an alert from the tiers that its rules reached; None where none was reached.

    One rule alone counts one step less, since any single measure can be wrong; two rules that agree count in full. With
    r1 the worst and r2 the second worst: min(r2, r1 + 1), and never less than blue.
    """
    reached = sorted(reason.tier for reason in reasons if reason.tier is not None)
    if not reached:
        return None
    alone = Tier(min(reached[0] + 1, Tier.BLUE))
    return alone if len(reached) == 1 else worse(reached[1], alone)


def should_reopen(
    last: Tier, closed_at: datetime, new: Tier, now: datetime, cool_down: timedelta = REOPEN_COOL_DOWN
) -> bool:
    """Whether a subject whose alert was closed at `closed_at` with the tier `last` gets a new one of tier `new`: soon
    after closing only a worse one, later any."""
    return is_worse(new, last) or now - closed_at >= cool_down
