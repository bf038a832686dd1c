"""Volume and negativity before and after an action: a sequence in time, which proves no cause (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BUCKET = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Posts captured for one five-minute bucket; `at` is its start, aware."""

    at: datetime
    volume: int
    negative: int


@dataclass(frozen=True, slots=True)
class Effect:
    """Posts in equal spans before and after an action, and how many of them are negative.

    `comparable`: the span after is over, and something was captured before; until then the figures are of the part that
    has passed and say nothing beside each other. `before_from`, `at`, `after_until` are the bounds in whole buckets.
    """

    volume_before: int
    volume_after: int
    negative_before: int
    negative_after: int
    comparable: bool
    before_from: datetime
    at: datetime
    after_until: datetime

    @property
    def negative_share_before(self) -> float | None:
        """0..1; None where nothing was captured."""
        return self.negative_before / self.volume_before if self.volume_before else None

    @property
    def negative_share_after(self) -> float | None:
        """0..1; None where nothing was captured."""
        return self.negative_after / self.volume_after if self.volume_after else None


def bucket_start(at: datetime) -> datetime:
    """The start of the five-minute bucket that `at` falls into."""
    return at - (at - _EPOCH) % BUCKET


def before_after(buckets: Iterable[Bucket], at: datetime, span: timedelta, now: datetime) -> Effect:
    """What was captured in `span` before and after `at`, whole buckets of five minutes.

    The bucket in which the action falls holds both times, so neither side counts it. Empty buckets may be left out.
    Raises ValueError where `span` is not a positive number of whole buckets.
    """
    if span <= timedelta(0) or span % BUCKET:
        raise ValueError("the span must be a positive number of five-minute buckets")
    middle = bucket_start(at)
    before_from, after_from = middle - span, middle + BUCKET
    after_until = after_from + span
    kept = list(buckets)
    before = [bucket for bucket in kept if before_from <= bucket.at < middle]
    after = [bucket for bucket in kept if after_from <= bucket.at < after_until]
    volume_before = sum(bucket.volume for bucket in before)
    return Effect(
        volume_before=volume_before,
        volume_after=sum(bucket.volume for bucket in after),
        negative_before=sum(bucket.negative for bucket in before),
        negative_after=sum(bucket.negative for bucket in after),
        comparable=now >= after_until and volume_before > 0,
        before_from=before_from,
        at=at,
        after_until=after_until,
    )
