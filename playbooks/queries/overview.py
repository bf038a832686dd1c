"""The control centre: the course, the facts, who is concerned, what is owed, the team, the log, the emergency row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from playbooks.models import Crisis, Stakeholder, Task, TeamMember
from playbooks.queries.course import Course, course_of
from playbooks.queries.emergency import EmergencyRow, emergency_row
from playbooks.queries.facts import FactRow, fact_columns
from playbooks.queries.log import Log, log_of
from playbooks.queries.progress import seat_of
from playbooks.wording.codes import stakeholder_word, task_kind_word
from sentinel.core.models import Membership

FACTS_SHOWN = 3
TASKS_SHOWN = 5
KINDS = ("victims", "authorities", "partners", "media", "public")


@dataclass(frozen=True, slots=True)
class FactColumn:
    """The newest facts of one status, of `total`."""

    status: str
    rows: Sequence[FactRow]
    total: int


@dataclass(frozen=True, slots=True)
class StakeholderLine:
    """The first measure for one kind of stakeholder; `measure` is None where nobody thought of them yet."""

    label: str
    measure: Stakeholder | None
    more: int


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One open task."""

    task: Task
    kind: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Tasks:
    """The open tasks that are due first, and how many there are."""

    lines: Sequence[TaskLine]
    open: int
    late: int
    done: int


@dataclass(frozen=True, slots=True)
class Team:
    """The control centre: the two who lead and speak, then the members."""

    commander: TeamMember | None
    spokesperson: TeamMember | None
    members: Sequence[TeamMember]
    total: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything under the frame of the control centre."""

    course: Course | None
    facts: Sequence[FactColumn]
    stakeholders: Sequence[StakeholderLine]
    covered: int  # kinds of stakeholders with a measure, of five
    tasks: Tasks


@dataclass(frozen=True, slots=True)
class Side:
    """Beside it: who, what happened, what stops the harm."""

    team: Team
    log: Log
    emergency: EmergencyRow


def overview_of(crisis: Crisis, membership: Membership, now: datetime) -> Overview:
    """What the control centre shows."""
    lines = _stakeholders(crisis)
    return Overview(
        course=course_of(crisis, now),
        facts=[
            FactColumn(column.status, column.rows[-FACTS_SHOWN:][::-1], len(column.rows))
            for column in fact_columns(crisis, membership, now)
        ],
        stakeholders=lines,
        covered=sum(line.measure is not None for line in lines),
        tasks=_tasks(crisis, now),
    )


def side_of(crisis: Crisis, team: Sequence[TeamMember]) -> Side:
    """What stands beside it."""
    return Side(team_of(team), log_of(crisis), emergency_row(crisis))


def team_of(seats: Sequence[TeamMember]) -> Team:
    """The seats in order: who leads, who speaks, the others."""
    commander, spokesperson = seat_of(seats, "commander"), seat_of(seats, "spokesperson")
    members = [seat for seat in seats if seat.duty == "member"]
    return Team(commander, spokesperson, members, len(seats))


def _stakeholders(crisis: Crisis) -> list[StakeholderLine]:
    found = list(crisis.stakeholders.select_related("owner"))
    lines = []
    for kind in KINDS:
        measures = [one for one in found if one.kind == kind]
        lines.append(StakeholderLine(stakeholder_word(kind), next(iter(measures), None), max(0, len(measures) - 1)))
    return lines


def _tasks(crisis: Crisis, now: datetime) -> Tasks:
    open_tasks: QuerySet[Task] = crisis.tasks.open().soonest_first()
    shown = open_tasks.select_related("owner")[:TASKS_SHOWN]
    return Tasks(
        lines=[
            TaskLine(task, task_kind_word(task.kind), task.due_at is not None and task.due_at < now) for task in shown
        ],
        open=open_tasks.count(),
        late=crisis.tasks.overdue(now).count(),
        done=crisis.tasks.filter(done_at__isnull=False).count(),
    )
