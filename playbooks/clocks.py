"""The clocks of a crisis, explicit per level: what is due when, and whether it was met (pure).

Three clocks of the handling: until the responsible person is reached, until that person reports progress, until the
crisis is closed. Two of the public word: the first reply, and the golden four hours to the first public position from
the EARLIEST captured publication. And what was promised or asked: the next update, a co-signature.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.clocks import CLAIM_WITHIN, POSITION_WITHIN, REPLY_WITHIN, Clock, position_clock, reply_clock
from alerts.tiers import Tier


class CrisisClockKind(StrEnum):
    """What a clock of a crisis waits for, beside `alerts.clocks.ClockKind`'s reply and position."""

    REACH = "reach"
    PROGRESS = "progress"
    CLOSURE = "closure"
    NEXT_UPDATE = "next-update"
    CO_SIGN = "co-sign"


@dataclass(frozen=True, slots=True)
class LevelTimes:
    """The three clocks of one level: to reach the responsible person, between progress reports, to closure."""

    reach: timedelta
    progress: timedelta
    closure: timedelta


_PROGRESS = {
    Tier.RED: timedelta(minutes=30),
    Tier.ORANGE: timedelta(hours=1),
    Tier.YELLOW: timedelta(hours=4),
    Tier.BLUE: timedelta(hours=24),
}
_CLOSURE = {
    Tier.RED: timedelta(hours=72),
    Tier.ORANGE: timedelta(days=5),
    Tier.YELLOW: timedelta(days=7),
    Tier.BLUE: timedelta(days=14),
}


def _default_levels() -> Mapping[Tier, LevelTimes]:
    return {tier: LevelTimes(CLAIM_WITHIN[tier], _PROGRESS[tier], _CLOSURE[tier]) for tier in Tier}


@dataclass(frozen=True, slots=True)
class CrisisClocks:
    """How long each thing may take; a workspace may have its own."""

    first_reply: timedelta = REPLY_WITHIN
    position: timedelta = POSITION_WITHIN
    levels: Mapping[Tier, LevelTimes] = field(default_factory=_default_levels)

    def at_pace(self, pace: float) -> "CrisisClocks":
        """The same, `pace` times as fast, as in a drill that is told faster than life."""
        levels = {
            tier: LevelTimes(times.reach / pace, times.progress / pace, times.closure / pace)
            for tier, times in self.levels.items()
        }
        return CrisisClocks(self.first_reply / pace, self.position / pace, levels)


DEFAULT_CLOCKS = CrisisClocks()


@dataclass(frozen=True, slots=True)
class Publication:
    """A statement that is out. `is_position`: it is the approved position; a holding statement (先期聲明) is not.
    `next_update_at`: when it promises the next word; None where it promises none."""

    published_at: datetime
    is_position: bool
    next_update_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CoSigning:
    """A co-signature (會簽) that was asked of somebody, with its deadline and when it was given."""

    asked_at: datetime
    due_at: datetime
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CrisisTimes:
    """When what happened; aware datetimes, None where it has not happened.

    `noticed_at`: when the alert opened (else the crisis). `earliest_published_at`: of the earliest captured post of it.
    `progress_at`: the latest report of the responsible person.
    """

    noticed_at: datetime
    earliest_published_at: datetime | None = None
    reached_at: datetime | None = None
    progress_at: datetime | None = None
    closed_at: datetime | None = None
    publications: Sequence[Publication] = ()
    co_signings: Sequence[CoSigning] = ()


def crisis_clocks(level: Tier, times: CrisisTimes, within: CrisisClocks = DEFAULT_CLOCKS) -> list[Clock]:
    """All clocks of a crisis of this level, met or not; `alerts.clocks.most_urgent` picks the one to show.

    A holding statement is a first reply; the golden four hours run on until the approved position is out.
    """
    return [
        *_handling_clocks(times, within.levels[level]),
        *_word_clocks(times, within),
        *update_clocks(times.publications),
        *(Clock(CrisisClockKind.CO_SIGN, each.asked_at, each.due_at, each.signed_at) for each in times.co_signings),
    ]


def _handling_clocks(times: CrisisTimes, within: LevelTimes) -> Iterable[Clock]:
    """Progress is asked of who was reached, from the latest report on, and of nobody after closing."""
    start = times.noticed_at
    yield Clock(CrisisClockKind.REACH, start, start + within.reach, times.reached_at)
    reported_at = times.progress_at or times.reached_at
    if reported_at is not None and times.closed_at is None:
        yield Clock(CrisisClockKind.PROGRESS, reported_at, reported_at + within.progress)
    yield Clock(CrisisClockKind.CLOSURE, start, start + within.closure, times.closed_at)


def _word_clocks(times: CrisisTimes, within: CrisisClocks) -> Iterable[Clock]:
    replied_at = min((each.published_at for each in times.publications), default=None)
    position_at = min((each.published_at for each in times.publications if each.is_position), default=None)
    yield reply_clock(times.noticed_at, replied_at, within.first_reply)
    yield position_clock(times.earliest_published_at or times.noticed_at, position_at, within.position)


def update_clocks(publications: Sequence[Publication]) -> list[Clock]:
    """One clock per promised moment, from the first publication that promised it until the next word.

    The same word on another channel repeats the promise and does not keep it: a promise is kept by the first later
    publication that no longer names the same moment.
    """
    ordered = sorted(publications, key=lambda each: each.published_at)
    clocks: dict[datetime, Clock] = {}
    for index, promise in enumerate(ordered):
        due_at = promise.next_update_at
        if due_at is None or due_at in clocks:
            continue
        kept = (later.published_at for later in ordered[index + 1 :] if later.next_update_at != due_at)
        clocks[due_at] = Clock(CrisisClockKind.NEXT_UPDATE, promise.published_at, due_at, next(kept, None))
    return list(clocks.values())
