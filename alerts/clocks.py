"""The clocks of an alert: what is due when, and whether it was met (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.tiers import Tier

CLAIM_WITHIN: Mapping[Tier, timedelta] = {
    Tier.RED: timedelta(minutes=5),
    Tier.ORANGE: timedelta(minutes=15),
    Tier.YELLOW: timedelta(minutes=30),
    Tier.BLUE: timedelta(minutes=120),
}
REPLY_WITHIN = timedelta(minutes=30)
# 黃金四小時: the first public position, counted from the earliest captured publication.
POSITION_WITHIN = timedelta(hours=4)
# A clock presses when this share of its time is left.
PRESSING_SHARE = 0.25


class ClockKind(StrEnum):
    """What a clock waits for."""

    CLAIM = "claim"
    REPLY = "reply"
    POSITION = "position"


class ClockState(StrEnum):
    """Where a clock stands: running, pressing (a quarter of the time is left), overdue, met in time, or met late."""

    RUNNING = "running"
    PRESSING = "pressing"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met-late"


@dataclass(frozen=True, slots=True)
class Clock:
    """Something that is due at a moment; `met_at` is when it was done, None while it is not. Aware datetimes.

    `kind` is a `ClockKind`, or what a higher room waits for.
    """

    kind: StrEnum
    started_at: datetime
    due_at: datetime
    met_at: datetime | None = None

    def left(self, now: datetime) -> timedelta:
        """Time left until it is due, negative when overdue; a met clock stands still at the moment it was met."""
        return self.due_at - (self.met_at or now)

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is due and not done."""
        return self.met_at is None and now >= self.due_at

    def state(self, now: datetime) -> ClockState:
        """Where the clock stands at `now`."""
        if self.met_at is not None:
            return ClockState.MET if self.met_at <= self.due_at else ClockState.MET_LATE
        if self.is_overdue(now):
            return ClockState.OVERDUE
        pressing = self.left(now) <= PRESSING_SHARE * (self.due_at - self.started_at)
        return ClockState.PRESSING if pressing else ClockState.RUNNING


def claim_deadline(tier: Tier, opened_at: datetime, pace: float = 1.0) -> datetime:
    """Until when an alert of this tier has to be claimed; in a drill time runs `pace` times as fast."""
    return opened_at + CLAIM_WITHIN[tier] / pace


def claim_clock(started_at: datetime, due_at: datetime, claimed_at: datetime | None = None) -> Clock:
    """Until somebody takes the alert on; `due_at` as kept with the alert, since a risen tier brings it forward."""
    return Clock(ClockKind.CLAIM, started_at, due_at, claimed_at)


def reply_clock(opened_at: datetime, replied_at: datetime | None = None, within: timedelta = REPLY_WITHIN) -> Clock:
    """Until the first reply to those who speak, from the alert's opening."""
    return Clock(ClockKind.REPLY, opened_at, opened_at + within, replied_at)


def position_clock(
    earliest_published_at: datetime, position_at: datetime | None = None, within: timedelta = POSITION_WITHIN
) -> Clock:
    """Until the first public position, from the EARLIEST captured publication and not from the alert."""
    return Clock(ClockKind.POSITION, earliest_published_at, earliest_published_at + within, position_at)


def most_urgent(clocks: list[Clock], now: datetime) -> Clock | None:
    """The unmet clock with the least time left (the overdue first); None where all are met."""
    return min((clock for clock in clocks if clock.met_at is None), key=lambda clock: clock.left(now), default=None)
