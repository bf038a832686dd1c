"""What the board shows: read models without logic, built by the view and drawn by `templates/alerts/board.html`.

Shares are 0..1, volumes are posts, times are aware; words are already in the reader's language.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

AlertState = Literal["open", "claimed", "closed"]
BoardTab = Literal["active", "mine", "closed"]
PulseOf = Literal["real", "drill"]
ClockKind = Literal["claim", "reply", "position"]


@dataclass(frozen=True, slots=True)
class TierCount:
    """How many active alerts (open or claimed) stand at a tier; all four tiers are always present, worst first."""

    tier: int
    active: int


@dataclass(frozen=True, slots=True)
class Situation:
    """The sentence at the top: what needs a person now."""

    counts: tuple[TierCount, ...]
    unclaimed: int
    worst_tier: int | None  # the worst tier among the unclaimed
    worst_unclaimed: int  # unclaimed alerts at that tier
    others: int  # unclaimed alerts below it
    overdue: int  # unclaimed alerts whose claim clock ran out
    overdue_by: timedelta | None  # how long the longest of them is overdue
    mine: int  # claimed by the reader and not closed
    sources_total: int
    sources_paused: int
    blind_sentence: str  # what cannot be seen right now; empty when nothing is hidden
    drill: int = 0  # unclaimed alerts that are rehearsed

    @property
    def active(self) -> int:
        """Alerts that are not closed, whoever has them."""
        return sum(count.active for count in self.counts)


@dataclass(frozen=True, slots=True)
class PulseBucket:
    """Captured posts of one interval by sentiment."""

    at: datetime
    neg: int
    neu: int
    pos: int


@dataclass(frozen=True, slots=True)
class PulseNote:
    """Something that happened, pinned to the pulse."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """24 hours of monitored volume: equally long buckets (15 min), oldest first."""

    buckets: tuple[PulseBucket, ...]
    usual: float | None  # the usual upper limit of a bucket; None while too little is known
    notes: tuple[PulseNote, ...] = ()
    of: PulseOf = "real"
    has_drill: bool = False  # a drill runs, so that the reader can switch between the two


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline; `done_at` is when it was met."""

    kind: ClockKind
    due_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert in the queue."""

    id: int
    number: str  # "AL-1042"
    tier: int
    title: str
    subtitle: str
    spark: tuple[int, ...]  # volume over 24 h, oldest first
    volume_1h: int
    multiple: float | None  # against the usual; None while too little is known
    negative_share: float | None
    state: AlertState
    clock: Clock | None  # the one that matters now
    opened_at: datetime
    closed_at: datetime | None = None
    claimed_by_initial: str = ""
    claimed_by_name: str = ""
    claimed_by_me: bool = False
    is_drill: bool = False
    is_new: bool = False  # opened since the reader's last look


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """The rows of one state, overdue first, then by tier and time left."""

    state: AlertState
    rows: tuple[AlertRow, ...]
    total: int
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """The list under the tabs; `tier` is the filter in the address."""

    tab: BoardTab
    groups: tuple[QueueGroup, ...]
    active: int
    mine: int
    closed: int
    tier: int | None = None
    is_empty: bool = False  # nothing under this tab and filter


@dataclass(frozen=True, slots=True)
class Reason:
    """A value against its threshold; the fractions place both on one bar."""

    kind: str
    label: str
    value_text: str
    threshold_text: str
    fraction: float
    threshold_fraction: float
    reached: bool
    note: str = ""  # what holds a value back that is high enough


@dataclass(frozen=True, slots=True)
class PostLine:
    """A captured post in one line; `precision` is second, minute, hour, day or month."""

    post_id: int
    published_at: datetime
    source: str
    author: str
    text: str
    precision: str = "minute"
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceShare:
    """How much of the alert's volume a source brought."""

    source_id: int
    name: str
    posts: int
    share: float
    undercount: str = ""  # why the figure is too low, if it is


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One step of the alert's course; `by` is empty for the system."""

    at: datetime
    text: str
    by: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """The preview pane."""

    row: AlertRow
    summary: str
    topic_name: str
    topic_version: int
    topic_id: int
    reasons: tuple[Reason, ...]
    reached: int  # how many of them
    counts_less: bool  # one condition alone counts one level less, and here it does
    clocks: tuple[Clock, ...]
    mentions: int  # captured mentions that the alert is about
    earliest: PostLine | None
    recent: tuple[PostLine, ...]
    sources: tuple[SourceShare, ...]
    timeline: tuple[TimelineEntry, ...]
    may_claim: bool
    may_close: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The whole page; `chosen` says that the reader asked for `selected`, which on a phone opens it."""

    situation: Situation
    pulse: Pulse
    queue: Queue
    selected: AlertDetail | None = None
    chosen: bool = field(default=False)
