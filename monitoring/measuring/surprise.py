"""Early warning: how surprising the present volume of a series is, from its own past alone (pure).

Input is one point per five-minute bucket. Sums over the last 5, 10, 30 and 120 minutes are each compared, as square
roots (the root makes counts equally noisy at every volume), with what the same sum usually is (the median of the past
weeks) and with what it reaches when busy (its 99th percentile):

    excess = (√now - √usual) / (√busy - √usual)

so 1 means "as high as one time in a hundred". The range √busy - √usual is never smaller than pure chance makes it,
which is what protects small brands, and it is widened while a series is young. The strongest sum speaks. Cool-down: an
excess scores only while it is higher than everything in the last 24 hours, and clearly higher than an alert in them.
Where negativity is known, a surge of negative posts speaks at full strength and any other at a lower one; duplicates
and few authors are discounted.

The measure of its worth (Numenta Anomaly Benchmark, simulated repost cascades) is in tests/bench/test_surprise.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Self

from monitoring.measuring.levels import Levels

BUCKET_SECONDS = 300
BUCKETS_PER_HOUR = 12
# Buckets summed, and how much an excess of that sum counts: the longer, the less new it is.
HORIZONS = ((1, 1.0), (2, 0.9), (6, 0.9), (24, 0.8))
LONGEST = 24
# The excess that is worth an alert, which is a score of one half.
ALERT_EXCESS = 1.7
ALERT_SCORE = 0.5
USUAL_AND_BUSY = (0.5, 0.99)
# √count of a Poisson variable is about one above its median once in a hundred times.
CHANCE = 1.0
# Added below the root, so that a single mention after silence is no jump.
OFFSET = 0.4
HALF_LIFE_BUCKETS = 14 * 24 * BUCKETS_PER_HOUR
# At this age the range is still taken for twice as wide as it looks.
YOUTH_BUCKETS = 12 * BUCKETS_PER_HOUR
# Within a day of an alert, a further one must be this much above it.
RENEWED = 1.25
COOL_DOWN_HOURS = 24
# A longer silence is remembered as this much silence: 28 days.
LONGEST_GAP = 28 * 24 * BUCKETS_PER_HOUR
NEUTRAL_WEIGHT = 0.6
# Loud days are part of a brand's life; a crisis must not become the measure of the next one.
VOLUME_DOUBT, NEGATIVE_DOUBT = 0.0, 2.0
# A near-duplicate is this much of a post, and one author is heard at most so often in five minutes.
DUPLICATE_WEIGHT = 0.2
VOICES_PER_AUTHOR = 2.0


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket: `at` in epoch seconds (anywhere in the bucket), `value` posts, of which `negative` and `duplicates`
    (near-duplicates of earlier posts), by so many distinct `authors`; None where it is not known."""

    at: float
    value: float
    negative: float | None = None
    authors: float | None = None
    duplicates: float | None = None

    @property
    def bucket(self) -> int:
        """Number of the five-minute bucket since the epoch."""
        return int(self.at // BUCKET_SECONDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a point says. `score` (0..1) after cool-down, alert from 0.5; `heat` the same before cool-down;
    `recent` the highest score of the last hour, so that a rule need not catch the very bucket."""

    score: float
    heat: float
    recent: float
    usual_1h: float
    total_1h: float

    @property
    def alert(self) -> bool:
        """Whether this point is worth an alert."""
        return self.score >= ALERT_SCORE

    @property
    def multiple(self) -> float:
        """The last hour as a multiple of a usual one; a usual hour is taken to have at least one post."""
        return self.total_1h / max(self.usual_1h, 1.0)


def voices(point: Point) -> float:
    """How many people the posts of a bucket amount to: duplicates and few authors are discounted."""
    heard = point.value
    if point.duplicates:
        heard -= (1.0 - DUPLICATE_WEIGHT) * min(point.duplicates, heard)
    if point.authors:
        heard = min(heard, VOICES_PER_AUTHOR * point.authors)
    return heard


def score_of(excess: float) -> float:
    """An excess as a score: 0 → 0, `ALERT_EXCESS` → 0.5, ever more → 1."""
    return round(1.0 - 0.5 ** (excess / ALERT_EXCESS), 6) if excess > 0 else 0.0


class Track:
    """One count through time: its sums over the horizons, and what they usually are.

    A surge of that excess teaches excess^-doubt as much as a usual bucket does."""

    __slots__ = ("age", "doubt", "last", "levels", "ranges")

    def __init__(self, doubt: float) -> None:
        self.doubt = doubt
        self.age = 0
        self.last = [0.0] * LONGEST
        self.levels = [Levels(HALF_LIFE_BUCKETS) for _ in HORIZONS]
        self.ranges: list[tuple[float, float, float]] = []

    def take(self, count: float, *, learn: bool) -> float:
        """Take in the next count; returns how far the strongest sum that ends with it is out of its usual range (≥ 0),
        judged by what was learned before."""
        last = self.last
        del last[0]
        last.append(count)
        sums = [count if width == 1 else sum(last[-width:]) for width, _ in HORIZONS]
        highest = 0.0
        for total, (usual, width, weight) in zip(sums, self.ranges, strict=False):
            excess = weight * (sqrt(total + OFFSET) - usual) / width
            if excess > highest:
                highest = excess
        if learn:
            self._learn(sums, highest)
        return highest

    def _learn(self, sums: list[float], excess: float) -> None:
        lesson = excess**-self.doubt if excess > 1.0 else 1.0
        for levels, total in zip(self.levels, sums, strict=True):
            levels.add(total, lesson)
        self.age += 1
        if self.age % BUCKETS_PER_HOUR == 0:
            self._renew()

    def _renew(self) -> None:
        youth = 1.0 + (YOUTH_BUCKETS / self.age) ** 2
        self.ranges = []
        for levels, (_, weight) in zip(self.levels, HORIZONS, strict=True):
            usual, busy = (sqrt(count + OFFSET) for count in levels.quantiles(USUAL_AND_BUSY))
            self.ranges.append((usual, youth * max(busy - usual, CHANCE), weight))

    def to_json(self) -> dict[str, Any]:
        """A JSON object from which `from_json` continues."""
        return {
            "age": self.age,
            "last": self.last,
            "levels": [levels.to_json() for levels in self.levels],
            "ranges": [[round(usual, 6), round(width, 6)] for usual, width, _ in self.ranges],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any], doubt: float) -> Self:
        """What `to_json` wrote."""
        track = cls(doubt)
        track.age, track.last = data["age"], list(data["last"])
        track.levels = [Levels.from_json(levels, HALF_LIFE_BUCKETS) for levels in data["levels"]]
        track.ranges = [(*pair, weight) for pair, (_, weight) in zip(data["ranges"], HORIZONS, strict=False)]
        return track

    def ahead(self) -> "Track":
        """A copy that can take in counts without learning from them."""
        copy = Track.__new__(Track)
        copy.age, copy.doubt, copy.last = self.age, self.doubt, list(self.last)
        copy.levels, copy.ranges = self.levels, self.ranges
        return copy


class State:
    """All that is known of a series, in constant memory. Feed it closed buckets with `update`; ask with `peek` how the
    buckets that may still grow look. Buckets that are left out were empty."""

    __slots__ = ("bucket", "highs", "hours", "negative", "scores", "totals", "usual_1h", "volume")

    def __init__(self, since: float | None = None, *, with_negative: bool = False) -> None:
        """`since` (epoch seconds): from when on silence is known to be silence, and not that nobody looked; by default
        from the first point. `with_negative`: points tell how many are negative; by default the points decide."""
        self.bucket: int | None = None if since is None else int(since // BUCKET_SECONDS) - 1
        self.volume = Track(VOLUME_DOUBT)
        self.negative = Track(NEGATIVE_DOUBT) if with_negative else None
        # Highest excess of each hour of the cool-down, the present hour last.
        self.highs = [0.0] * (COOL_DOWN_HOURS + 1)
        # Scores and posts of the last hour, and what an hour's posts usually are.
        self.scores = [0.0] * BUCKETS_PER_HOUR
        self.totals = [0.0] * BUCKETS_PER_HOUR
        self.hours = Levels(HALF_LIFE_BUCKETS / BUCKETS_PER_HOUR)
        self.usual_1h = 0.0

    def update(self, point: Point) -> Reading:
        """Learn a closed bucket; returns what it says. ValueError where it is not later than the last one."""
        return self._take(point, learn=True)

    def settle(self, until: float) -> None:
        """Learn that nothing more was said before `until` (epoch seconds)."""
        if self.bucket is not None:
            self._pass_silence(int(until // BUCKET_SECONDS), learn=True)

    def peek(self, points: Iterable[Point]) -> Reading | None:
        """What the present says: `points` are the buckets after the last learned one, the open one last. The state
        stays as it is. None without points; ValueError where they are not in order."""
        ahead = self._ahead()
        reading = None
        for point in points:
            reading = ahead._take(point, learn=False)
        return reading

    def _take(self, point: Point, *, learn: bool) -> Reading:
        bucket = point.bucket
        if self.bucket is None:
            self.bucket = bucket - 1
        if bucket <= self.bucket:
            raise ValueError("points must come in order of time, at most one for each five minutes")
        if point.negative is not None and self.negative is None:
            self.negative = Track(NEGATIVE_DOUBT)
        self._pass_silence(bucket, learn=learn)
        self.bucket = bucket
        score, excess = self._step(point, learn=learn)
        return Reading(score, score_of(excess), max(self.scores), self.usual_1h, sum(self.totals))

    def _pass_silence(self, until: int, *, learn: bool) -> None:
        """Take in the empty buckets between the last one and `until`."""
        assert self.bucket is not None
        for silent in range(max(self.bucket + 1, until - LONGEST_GAP), until):
            self._step(Point(silent * BUCKET_SECONDS, 0.0), learn=learn)
            self.bucket = silent

    def _step(self, point: Point, *, learn: bool) -> tuple[float, float]:
        """Take in one bucket; returns its score and its excess before cool-down."""
        if point.bucket % BUCKETS_PER_HOUR == 0:
            self._next_hour(learn=learn)
        excess = self._excess(point, learn=learn)
        highs, scores, totals = self.highs, self.scores, self.totals
        before = max(highs)
        score = score_of(excess) if excess > before * (RENEWED if before >= ALERT_EXCESS else 1.0) else 0.0
        highs[-1] = max(highs[-1], excess)
        del scores[0], totals[0]
        scores.append(score)
        totals.append(point.value)
        return score, excess

    def _excess(self, point: Point, *, learn: bool) -> float:
        heard = voices(point)
        excess = self.volume.take(heard, learn=learn)
        if self.negative is None:
            return excess
        negative = min(point.negative or 0.0, point.value)
        credible = heard / point.value if point.value else 1.0
        return max(NEUTRAL_WEIGHT * excess, self.negative.take(negative * credible, learn=learn))

    def _next_hour(self, *, learn: bool) -> None:
        del self.highs[0]
        self.highs.append(0.0)
        if learn:
            self.hours.add(sum(self.totals))
            (self.usual_1h,) = self.hours.quantiles((0.5,))

    def _ahead(self) -> "State":
        copy = State()
        copy.bucket, copy.usual_1h = self.bucket, self.usual_1h
        copy.highs, copy.scores, copy.totals = list(self.highs), list(self.scores), list(self.totals)
        copy.volume = self.volume.ahead()
        copy.negative = self.negative and self.negative.ahead()
        return copy

    def to_json(self) -> dict[str, Any]:
        """A JSON object of a few kilobytes from which `from_json` continues (figures to six digits)."""
        return {
            "bucket": self.bucket,
            "volume": self.volume.to_json(),
            "negative": self.negative and self.negative.to_json(),
            "highs": [round(high, 6) for high in self.highs],
            "scores": self.scores,
            "totals": self.totals,
            "hours": self.hours.to_json(),
            "usual_1h": self.usual_1h,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What `to_json` wrote."""
        state = cls()
        state.bucket, state.usual_1h = data["bucket"], data["usual_1h"]
        state.volume = Track.from_json(data["volume"], VOLUME_DOUBT)
        state.negative = Track.from_json(data["negative"], NEGATIVE_DOUBT) if data["negative"] else None
        state.highs, state.scores, state.totals = list(data["highs"]), list(data["scores"]), list(data["totals"])
        state.hours = Levels.from_json(data["hours"], HALF_LIFE_BUCKETS / BUCKETS_PER_HOUR)
        return state


def surprise_of(history: Iterable[Point], present: Sequence[Point], since: float | None = None) -> Reading | None:
    """What `present` (the buckets that may still grow, the open one last) says after the closed buckets of `history`;
    both sparse and in order of time. Replays the whole history: keep a `State` where this is asked often."""
    state = State(since)
    for point in history:
        state.update(point)
    if present:
        state.settle(present[0].at)
    return state.peek(present)
