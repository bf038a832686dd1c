"""How a practice colleague decides (pure): slowly like a person, once strictly, then content."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# How long each takes at speed 1, read and thought about.
THINKS = {
    "measure": timedelta(seconds=20),
    "statement": timedelta(seconds=40),
    "cosign": timedelta(seconds=45),
    "plan": timedelta(seconds=75),
    "publish": timedelta(seconds=20),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Go on, or not yet; `missing` are the elements that are asked for, `blanks` says that some are not filled in."""

    decision: Literal["agree", "object"]
    missing: tuple[str, ...] = ()
    blanks: bool = False


def is_time(kind: str, since: datetime, speed: float, now: datetime) -> bool:
    """Whether the colleague has thought long enough about what came at `since`."""
    return now >= since + THINKS[kind] / speed


def judge(missing: Sequence[str], *, blanks: bool, has_objected: bool) -> Verdict:
    """What is thought of words: a blank is never let through; what is missing is asked for once, since a check errs."""
    asked = tuple(dict.fromkeys(missing))
    if blanks or (asked and not has_objected):
        return Verdict("object", asked, blanks)
    return Verdict("agree")
