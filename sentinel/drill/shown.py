"""What the pages of a drill show, in words: the banner, the rail of its phases, the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.source_wording import outcome_text
from sentinel.core.models import Workspace
from sentinel.drill.models import Drill
from sentinel.drill.queries import Choice, Progress, Site, compared, lines_of, progress_of, running_drill, sites_of
from sentinel.drill.report import COMPARED, Line, kept_clocks
from sentinel.drill.report_wording import (
    asked_text,
    clock_span,
    line_name,
    line_since,
    line_state,
    phase_text,
    speed_text,
    tasks_text,
    verdict_text,
)
from sentinel.drill.scenario import CLARIFICATION
from sentinel.drill.storyline import PHASES


@dataclass(frozen=True, slots=True)
class Banner:
    """What every page of the workspace says while a drill runs."""

    title: str
    phase: str
    started_at: datetime
    ends_at: datetime
    elapsed: timedelta
    left: timedelta | None


def banner_of(workspace: Workspace, now: datetime) -> Banner | None:
    """The banner; None while no drill runs."""
    drill = running_drill(workspace)
    if drill is None:
        return None
    progress = progress_of(drill, now)
    return Banner(
        title=drill.title,
        phase=phase_text(progress.phase),
        started_at=drill.started_at,
        ends_at=drill.ends_at,
        elapsed=progress.elapsed,
        left=progress.left,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One phase on the rail."""

    name: str
    is_past: bool
    is_now: bool


def rail_of(progress: Progress) -> list[Step]:
    """The phases that the scenario has, with where it stands."""
    told = {"calm", CLARIFICATION, "over", *dict(progress.scenario.phases)}
    at = PHASES.index(progress.phase)
    return [Step(phase_text(code), index < at, index == at) for index, code in enumerate(PHASES) if code in told]


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site with how its last visit went."""

    site: Site
    outcome: str
    is_bad: bool


def site_lines(drill: Drill) -> list[SiteLine]:
    """The sites of a drill, in words."""
    return [
        SiteLine(
            site,
            outcome_text(site.source.outcome, site.source.outcome_detail) if site.source.outcome else "",
            bool(site.source.failures),
        )
        for site in sites_of(drill)
    ]


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the report, in words."""

    line: Line
    name: str
    since: str
    took: str
    within: str
    state: str
    tasks: str


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a drill: `met` of `clocks` were kept."""

    drill: Drill
    lines: Sequence[ReportLine]
    met: int
    clocks: int
    speed: str


def report_of(drill: Drill, now: datetime) -> Report:
    """The report, in words."""
    lines = lines_of(drill, now)
    met, clocks = kept_clocks(lines)
    return Report(drill, [_worded(line) for line in lines], met, clocks, speed_text(drill.speed))


def _worded(line: Line) -> ReportLine:
    return ReportLine(
        line=line,
        name=line_name(line.code),
        since=line_since(line.code) if line.took is not None else "",
        took=clock_span(line.took),
        within=clock_span(line.within),
        state=line_state(line),
        tasks=tasks_text(line) if line.code == "tasks" and line.figures[1] else "",
    )


@dataclass(frozen=True, slots=True)
class Past:
    """A drill that ended, beside others: the times by which it is compared, in the order of `compared_names`."""

    drill: Drill
    speed: str
    met: int
    clocks: int
    cells: Sequence[ReportLine]


def compared_names() -> list[str]:
    """The headings of the comparison."""
    return [line_name(code) for code in COMPARED]


def past_of(drills: Sequence[Drill], now: datetime) -> list[Past]:
    """Past drills side by side."""
    return [_past(drill, lines) for drill, lines in compared(drills, now)]


def _past(drill: Drill, lines: Mapping[str, Line]) -> Past:
    met, clocks = kept_clocks(list(lines.values()))
    cells = [_worded(lines[code]) for code in COMPARED]
    return Past(drill, speed_text(drill.speed), met, clocks, cells)


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """A scenario to choose, in words; its length is at speed 1."""

    choice: Choice
    verdict: str
    asked: str
    length: timedelta


def choice_lines(choices: Sequence[Choice]) -> list[ChoiceLine]:
    """What can be started."""
    return [
        ChoiceLine(one, verdict_text(one.scenario.verdict), asked_text(one.scenario.verdict), one.scenario.length)
        for one in choices
    ]
