"""What reading a source would come to, estimated from the times that one visit saw (pure)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from monitoring.visiting.schedule import Hints, automatic_interval, learned

FEWEST = 5  # posts with a time to the minute or better
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """`gap` is the middle wait between two posts and `interval` that between two visits, both in seconds; `posts` a day
    from and to; `requests` a day, without those that the manners add."""

    gap: float
    interval: float
    posts: tuple[int, int]
    requests: int


def estimate(times: Sequence[datetime], details: bool, wished: int | None, now: datetime) -> Estimate | None:
    """Estimate from publication `times`; `details`: each post has a page of its own. None where too little is known.

    The range of posts is a Poisson process's with the seen rate, at 80 %: n ± 1.28 √n over the time that they span.
    """
    known = sorted(moment for moment in times if moment <= now)
    if len(known) < FEWEST:
        return None
    span = (now - known[0]).total_seconds()
    gaps = sorted((after - before).total_seconds() for before, after in pairwise(known))
    if span < 60:
        return None
    spread = 1.28 * math.sqrt(len(known))
    low, high = (max(len(known) + side * spread, 0.0) / span * DAY for side in (-1, 1))
    rhythm = learned({}, published=known, undated=0, since=None, hints=Hints(), now=now)
    interval = float(wished or automatic_interval(rhythm, began=now, now=now))
    requests = DAY / interval + (len(known) / span * DAY if details else 0.0)
    return Estimate(gaps[len(gaps) // 2], interval, (math.floor(low), math.ceil(high)), round(requests))
