"""A source's habit: what it usually brings in a stretch of time, and what we therefore did not see (pure).

Times are hours since the epoch, fractions of an hour allowed. Whatever stretch is asked about, the same stretch of each
of the 28 days before is summed up, and these sums speak: between the 10th and the 90th percentile is usual. Where there
are enough of them, workdays are compared with workdays and weekends with weekends. Days on which nobody looked say
nothing, and with less than a week that says something there is no answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor
from typing import Literal

DAYS = 28  # how far back the same stretch is looked up
KEPT_HOURS = 42 * 24  # of counts, so that two weeks of blindness still have four weeks before them
LEAST_DAYS = 7
LEAST_ALIKE = 6  # workdays or weekend days, before they are compared among themselves
UNWATCHED = -1
QUIET_STRETCHES = (3, 6, 12, 24)  # hours: a source that brings little is judged over more of them
QUIET_SHARE = 1 / 3  # of what is expected, at most
QUIET_ODDS = 1 / 5000  # of so little by chance

Alike = Literal["workdays", "weekends", "days"]


@dataclass(frozen=True, slots=True)
class Usual:
    """What the same stretch brought on `days` earlier days, in posts: 10th percentile, mean without its extremes, 90th
    percentile, and the least of all; `alike` says which days they are."""

    low: float
    expected: float
    high: float
    least: float
    variance: float
    days: int
    alike: Alike


@dataclass(frozen=True, slots=True)
class Quiet:
    """Far less than usual came since `since`."""

    since: int
    seen: int
    usual: Usual


class Habit:
    """Posts per hour of one source: `posts[i]` in the hour `end - len(posts) + i`, -1 where nobody looked.

    `offset` is how many hours the source's clocks are ahead of UTC: it says what is a weekend there.
    """

    __slots__ = ("_sums", "_unwatched", "begin", "end", "offset")

    def __init__(self, end: int, posts: Sequence[int], offset: int) -> None:
        self.end, self.begin, self.offset = end, end - len(posts), offset
        self._sums = [0, *accumulate(max(count, 0) for count in posts)]
        self._unwatched = [0, *accumulate(count < 0 for count in posts)]

    def total(self, since: float, until: float) -> float | None:
        """Posts between two moments, an hour that is touched counted in part; None where not all of it was watched."""
        first, last = floor(since), ceil(until)
        if first < self.begin or last > self.end or since >= until:
            return None
        if self._unwatched[last - self.begin] > self._unwatched[first - self.begin]:
            return None
        return self._until(until) - self._until(since)

    def _until(self, moment: float) -> float:
        place = floor(moment)
        sums = self._sums[place - self.begin]
        part = moment - place
        return sums + part * (self._sums[place - self.begin + 1] - sums) if part else float(sums)


def usual(habit: Habit, since: float, until: float) -> Usual | None:
    """What the stretch brought on earlier days; None where too few of them say something."""
    shortest = max(1, ceil((until - since) / 24))
    sums: dict[bool, list[float]] = {False: [], True: []}
    for days in range(shortest, DAYS + 1):
        total = habit.total(since - 24 * days, until - 24 * days)
        if total is not None:
            sums[_is_weekend(since - 24 * days, habit.offset)].append(total)
    is_weekend = _is_weekend(since, habit.offset)
    alike = sums[is_weekend]
    if len(alike) >= LEAST_ALIKE and until - since <= 24 and len(sums[False]) + len(sums[True]) >= LEAST_DAYS:
        return _usual_of(alike, "weekends" if is_weekend else "workdays")
    every = [*sums[False], *sums[True]]
    return _usual_of(every, "days") if len(every) >= LEAST_DAYS else None


def missed(known: Usual, seen: float) -> tuple[int, int]:
    """How many posts we estimate not to have seen, as a range, where `seen` came."""
    return max(floor(known.low - seen), 0), max(ceil(known.high - seen), 0)


def quiet(habit: Habit, now: float, seen: Callable[[int], int]) -> Quiet | None:
    """Whether a source brings far less than its habit; `seen(since)` are the posts since a full hour.

    So it is when what came is at most a third of what is expected, less than on any earlier day, and would come so by
    chance less than once in five thousand times.
    """
    for hours in QUIET_STRETCHES:
        since = floor(now) - hours
        known = usual(habit, since, now)
        if known is None:
            return None
        count = seen(since)
        is_little = count < known.least and count <= QUIET_SHARE * known.expected
        if is_little and chance_of(count, known.expected, known.variance) < QUIET_ODDS:
            return Quiet(since, count, known)
    return None


def chance_of(count: int, mean: float, variance: float) -> float:
    """P(X ≤ count) of a negative binomial, of a Poisson variable where counts vary no more than by chance."""
    spread = max(variance - mean, mean * mean / 1e4)
    size = mean * mean / spread if spread else 0.0
    share = mean / (mean + size) if mean else 0.0
    term: float = (1 - share) ** size
    total = term
    for number in range(count):
        term *= (number + size) / (number + 1) * share
        total += term
    return min(total, 1.0)


def counts_of(
    rows: Mapping[int, int], *, first: int, end: int, unwatched: Iterable[tuple[int, int]], offset: int
) -> list[int]:
    """The hours from `first` to `end` as Habit takes them: `rows` are posts by hour, one without a row brought none.

    `unwatched` are stretches [from, to) in which we saw nothing. A whole day without a post in the life of a source
    that brings some on most such days counts as unwatched too: the installation was off, or the source was paused.
    """
    posts = [rows.get(hour, 0) for hour in range(first, end)]
    for since, until in unwatched:
        for hour in range(max(since, first), min(until, end)):
            posts[hour - first] = UNWATCHED
    for weekend in (False, True):
        days = [day for day in _days(first, end, offset) if _is_weekend(day[0], offset) == weekend]
        empty = [day for day in days if not any(posts[hour - first] > 0 for hour in range(*day))]
        if len(empty) * 2 < len(days):
            for since, until in empty:
                posts[since - first : until - first] = [UNWATCHED] * (until - since)
    return posts


def _days(first: int, end: int, offset: int) -> list[tuple[int, int]]:
    """The local days that lie wholly between two hours."""
    begin = first + (-(first + offset)) % 24
    return [(hour, hour + 24) for hour in range(begin, end - 23, 24)]


def _is_weekend(moment: float, offset: int) -> bool:
    return (floor((moment + offset) / 24) + 3) % 7 >= 5  # the epoch was a Thursday


def _usual_of(sums: Sequence[float], alike: Alike) -> Usual:
    ordered = sorted(sums)
    low, high = _percentile(ordered, 0.1), _percentile(ordered, 0.9)
    held = [min(max(one, low), high) for one in ordered]
    mean = sum(held) / len(held)
    variance = sum((one - mean) ** 2 for one in held) / (len(held) - 1)
    return Usual(low, mean, high, ordered[0], variance, len(ordered), alike)


def _percentile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
