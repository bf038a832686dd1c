"""What a drill showed: when each thing happened, against its clock (pure).

The clocks are those of the real board (`alerts.clocks`) and the two promises of detection, divided by the drill's
speed: a drill at 4× asks for everything in a quarter of the time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from alerts.clocks import CLAIM_WITHIN, POSITION_WITHIN, REPLY_WITHIN
from alerts.tiers import Tier

BLUE_WITHIN = timedelta(minutes=1)
RED_WITHIN = timedelta(minutes=4)

State = Literal["met", "late", "done", "open", "not-done"]
CODES = (
    "complaint",
    "captured",
    "blue",
    "yellow",
    "orange",
    "red",
    "claimed",
    "crisis",
    "reply",
    "assessed",
    "submitted",
    "decided",
    "position",
    "tasks",
    "closed",
)
COMPARED = ("blue", "red", "claimed", "reply", "decided", "position")  # what past drills are compared by


@dataclass(frozen=True, slots=True)
class Facts:
    """When each thing happened; None where it did not. Aware datetimes.

    `reached` holds by tier when the alert first stood at it or worse; `rises` are the tiers in order of time;
    `published_at` is the earliest captured publication, from which the public counts.
    """

    complaint_at: datetime
    captured_at: datetime | None = None
    published_at: datetime | None = None
    rises: Sequence[tuple[Tier, datetime]] = ()
    claimed_at: datetime | None = None
    crisis_at: datetime | None = None
    reply_at: datetime | None = None
    assessed_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    position_at: datetime | None = None
    tasks_done_at: datetime | None = None
    tasks: tuple[int, int] = (0, 0)  # done, of
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: when, how long after `since`, until when it was due, and how that ended."""

    code: str
    at: datetime | None
    since: datetime | None = None
    due_at: datetime | None = None
    state: State = "done"
    figures: tuple[int, ...] = field(default=())

    @property
    def took(self) -> timedelta | None:
        return self.at - self.since if self.at and self.since else None

    @property
    def within(self) -> timedelta | None:
        return self.due_at - self.since if self.due_at and self.since else None

    def as_json(self) -> dict[str, Any]:
        """For keeping; `Line.of` reads it again."""
        moments = {name: getattr(self, name) for name in ("at", "since", "due_at")}
        return {
            "code": self.code,
            "state": self.state,
            "figures": list(self.figures),
            **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Line":
        """What `as_json` wrote."""
        moments = {
            name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in ("at", "since", "due_at")
        }
        return cls(code=kept["code"], state=kept["state"], figures=tuple(kept["figures"]), **moments)


def first_at(rises: Sequence[tuple[Tier, datetime]], tier: Tier) -> datetime | None:
    """When the alert first stood at `tier` or worse."""
    return min((at for reached, at in rises if reached <= tier), default=None)


def claim_due(rises: Sequence[tuple[Tier, datetime]], speed: float, until: datetime | None) -> datetime | None:
    """Until when the alert had to be claimed: the earliest deadline of the tiers that it reached before `until`."""
    before = [at + CLAIM_WITHIN[tier] / speed for tier, at in rises if until is None or at <= until]
    return min(before, default=None)


def report_lines(facts: Facts, *, speed: float, now: datetime, is_over: bool) -> list[Line]:
    """The report, in the order in which things should happen; what is missing is open until the drill is over."""
    complaint, public = facts.complaint_at, facts.published_at or facts.captured_at
    happened = complaint if complaint <= now else None
    rises = facts.rises
    opened = min((at for _tier, at in rises), default=None)

    def line(
        code: str,
        at: datetime | None,
        since: datetime | None = None,
        within: timedelta | None = None,
        due_at: datetime | None = None,
    ) -> Line:
        due = since + within / speed if since and within else due_at
        return Line(code, at, since, due, _state(at, due, is_over))

    done, of = facts.tasks
    return [
        line("complaint", happened),
        line("captured", facts.captured_at, happened),
        line("blue", first_at(rises, Tier.BLUE), happened, BLUE_WITHIN),
        line("yellow", first_at(rises, Tier.YELLOW), happened),
        line("orange", first_at(rises, Tier.ORANGE), happened),
        line("red", first_at(rises, Tier.RED), happened, RED_WITHIN),
        line("claimed", facts.claimed_at, opened, due_at=claim_due(rises, speed, facts.claimed_at)),
        line("crisis", facts.crisis_at, opened),
        line("reply", facts.reply_at, public, REPLY_WITHIN),
        line("assessed", facts.assessed_at, facts.crisis_at),
        line("submitted", facts.submitted_at, facts.crisis_at),
        line("decided", facts.decided_at, facts.submitted_at),
        line("position", facts.position_at, public, POSITION_WITHIN),
        Line(
            "tasks", facts.tasks_done_at, facts.crisis_at, None, _state(facts.tasks_done_at, None, is_over), (done, of)
        ),
        line("closed", facts.closed_at, facts.crisis_at),
    ]


def _state(at: datetime | None, due: datetime | None, is_over: bool) -> State:
    if at is None:
        return "not-done" if is_over else "open"
    if due is None:
        return "done"
    return "met" if at <= due else "late"


def kept_clocks(lines: Sequence[Line]) -> tuple[int, int]:
    """How many of the clocks were met, of how many."""
    clocks = [line for line in lines if line.due_at is not None or line.code in ("blue", "red", "claimed")]
    return sum(line.state == "met" for line in clocks), len(clocks)
