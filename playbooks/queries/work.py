"""My work: what a person owes, by how much it presses, and what they wait for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from playbooks.queries import owed
from playbooks.queries.decisions import waited_for
from playbooks.queries.owing import Owed, Reader
from sentinel.core.models import Membership


@dataclass(frozen=True, slots=True)
class Group:
    """Overdue, now, today, later, without a time."""

    code: str
    label: str
    lines: Sequence[Owed]


@dataclass(frozen=True, slots=True)
class Work:
    """Everything of the page; `pressing` counts what is overdue, wanted now or due today."""

    groups: Sequence[Group]
    waiting: Sequence[Owed]
    pressing: int
    late: int


def work_of(membership: Membership, now: datetime) -> Work:
    """What the person owes, overdue first."""
    reader = Reader(membership, now)
    lines = sorted(owed.lines_of(reader), key=_order)
    end = reader.end_of_today
    late = [line for line in lines if line.late_by is not None]
    wanted = [line for line in lines if line.since is not None]
    today = [line for line in lines if line.due_at and now <= line.due_at < end]
    later = [line for line in lines if line.due_at and line.due_at >= end]
    undated = [line for line in lines if line.due_at is None and line.since is None]
    groups = [
        Group("late", _("Overdue"), late),
        Group("now", _("Waits for you"), wanted),
        Group("today", _("Today"), today),
        Group("later", _("Later"), later),
        Group("undated", _("Without a time"), undated),
    ]
    return Work(
        groups=[group for group in groups if group.lines],
        waiting=sorted(waited_for(reader), key=_order),
        pressing=len(late) + len(wanted) + len(today),
        late=len(late),
    )


def pressing_count(membership: Membership, now: datetime) -> int:
    """How much is overdue, wanted now or due today."""
    return owed.pressing_count(Reader(membership, now))


def _order(line: Owed) -> tuple[float, str]:
    at = line.due_at or line.since
    return (at.timestamp() if at else math.inf, line.text)
