"""What a handling report (處理報告) says about a crisis, read once and then only set (pure).

Everything that people wrote or that has a name is in the reader's language already; codes are worded by the labels of
`playbooks.reports.wording`. Datetimes are aware and in the workspace's zone. An empty tuple, "" or None means that
nothing was recorded, and the report says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

MarkKind = Literal["earliest", "tier", "action"]


@dataclass(frozen=True, slots=True)
class Level:
    """A level, 1 (the worst) to 4, and its colour and word: "紅色 · 特別重大"."""

    tier: int
    name: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What the report is about, who made it and when; `zone` as people read it: "Asia/Taipei (UTC+8)"."""

    brand: str
    number: str
    title: str
    classification: str
    is_drill: bool
    language: str
    zone: str
    generated_at: datetime
    generated_by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure of the summary; `note` says where it counts less than there is."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The one page for those who read only one."""

    level: Level | None
    verdict: str
    stage: str
    what_happened: str
    where_it_stands: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class FirstPost:
    """The earliest captured post with its evidence: `sha256` of what was captured, in hexadecimal."""

    source: str
    author: str
    text: str
    url: str
    published_at: datetime | None
    captured_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Something due (`kind`: claim, reach, reply, position, next-update, closure); `met_at` None where never done."""

    kind: str
    started_at: datetime
    due_at: datetime
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the crisis team."""

    name: str
    role: str
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """When it began and ended, with whom, and which clocks were met."""

    opened_at: datetime
    opened_by: str
    origin: str
    closed_at: datetime | None
    closed_by: str
    close_note: str
    first_post: FirstPost | None
    clocks: tuple[Clock, ...]
    team: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Bucket:
    """Posts of one interval of the chart."""

    at: datetime
    neg: int
    neu: int
    pos: int

    @property
    def total(self) -> int:
        return self.neg + self.neu + self.pos


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to point at on the chart."""

    at: datetime
    text: str
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Channel:
    """How much one source brought."""

    name: str
    kind: str
    posts: int
    negative: int


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post of a list; `figures` in words ("1,204 reposts"), "" where the source tells none."""

    at: datetime
    source: str
    author: str
    text: str
    url: str = ""
    figures: str = ""


@dataclass(frozen=True, slots=True)
class Spread:
    """How it spread, as far as we read; `usual` is what most intervals of the week before stayed below."""

    buckets: tuple[Bucket, ...]
    step: timedelta
    usual: float | None
    marks: tuple[Mark, ...]
    channels: tuple[Channel, ...]
    media: tuple[PostLine, ...]
    top_posts: tuple[PostLine, ...]
    undercount: str = ""

    @property
    def total(self) -> int:
        return sum(bucket.total for bucket in self.buckets)

    @property
    def negative(self) -> int:
        return sum(bucket.neg for bucket in self.buckets)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known, unknown or disproved (`state`); `contradicts` says what speaks against it."""

    state: str
    text: str
    sources: tuple[str, ...]
    owner: str
    at: datetime | None
    contradicts: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One version of the assessment."""

    number: int
    at: datetime
    by: str
    level: Level
    level_reason: str
    verdict: str
    verdict_evidence: str
    responsibility: str
    strategies: tuple[str, ...]
    strategy_reason: str
    victims: str
    damage: str
    diagnosis: str = ""


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """A group that is touched, and what is done for it."""

    group: str
    measure: str
    owner: str
    done: str = ""


@dataclass(frozen=True, slots=True)
class Emergency:
    """A measure that stopped harm at once."""

    text: str
    asked_by: str
    asked_at: datetime
    decision: str
    decided_by: str
    decided_at: datetime | None
    done_at: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a version, and why."""

    decision: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of a plan with what was decided about it."""

    plan: str
    number: int
    author: str
    submitted_at: datetime | None
    content: tuple[tuple[str, str], ...]
    state: str
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement in full."""

    title: str
    kind: str
    channels: str
    audience: str
    text: str
    state: str
    written_by: str
    approved_by: str
    approved_at: datetime | None
    published_by: str
    published_at: datetime | None
    url: str
    next_update_at: datetime | None


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody had to do."""

    title: str
    owner: str
    due_at: datetime | None
    done_at: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Volume:
    """Posts of a window; `share` of negative ones is None without posts."""

    posts: int
    negative: int

    @property
    def share(self) -> float | None:
        return self.negative / self.posts if self.posts else None


@dataclass(frozen=True, slots=True)
class Effect:
    """Volume before and after a public action, over windows of equal length; a correlation, never a cause."""

    action: str
    at: datetime
    window: timedelta
    before: Volume
    after: Volume | None


@dataclass(frozen=True, slots=True)
class CorrectiveAction:
    """What will be different next time; `linked` names the rule, keyword or plan that came of it."""

    text: str
    owner: str
    due_on: date | None
    done_at: datetime | None
    linked: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """A look at the story some days after closing."""

    days: int
    due_on: date
    looked_at: datetime | None
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What was learned."""

    cause: str
    department: str
    went_well: str
    went_badly: str
    actions: tuple[CorrectiveAction, ...]
    watches: tuple[Watch, ...]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the audit trail, in words."""

    at: datetime
    by: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """How well a source was read; latencies are published → captured, None where no post tells."""

    name: str
    kind: str
    state: str
    is_trouble: bool
    posts: int
    median: timedelta | None
    p95: timedelta | None
    blind: str = ""


@dataclass(frozen=True, slots=True)
class HandlingReport:
    """The whole report, in the order in which it is read."""

    cover: Cover
    summary: Summary
    overview: Overview
    spread: Spread
    facts: tuple[Fact, ...]
    assessments: tuple[Assessment, ...]
    stakeholders: tuple[Stakeholder, ...]
    emergencies: tuple[Emergency, ...]
    plans: tuple[PlanVersion, ...]
    statements: tuple[Statement, ...]
    tasks: tuple[Task, ...]
    effects: tuple[Effect, ...]
    review: Review | None
    timeline: tuple[TimelineEntry, ...]
    sources: tuple[SourceLine, ...]
