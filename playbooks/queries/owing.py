"""What one thing that is owed looks like, and how its kind is read: as lines, or counted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate, make_aware

from playbooks.models import Crisis
from sentinel.core.models import Membership, Workspace
from sentinel.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that is owed or waited for, with a due time, or `since` a moment and wanted now, or neither.

    `page` and `args` (after the workspace) name the address where it is done, `rest` what follows it; `verb` is an
    address that one click posts to with `verb_id`, where that is safe.
    """

    what: str
    text: str
    page: str
    args: tuple[int, ...]
    crisis: Crisis | None = None
    due_at: datetime | None = None
    since: datetime | None = None
    is_day: bool = False  # due on a day, not at a time
    tier: int | None = None
    note: str = ""
    rest: str = ""
    verb: str = ""
    verb_label: str = ""
    verb_id: int = 0
    late_by: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, where, when."""

    membership: Membership
    now: datetime

    @property
    def me(self) -> int:
        return self.membership.user_id

    @property
    def workspace(self) -> Workspace:
        return self.membership.workspace

    @property
    def end_of_today(self) -> datetime:
        """In the workspace's zone."""
        return make_aware(datetime.combine(localdate(self.now) + timedelta(days=1), time.min))


Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of thing: its rows, those that press (overdue, due today, wanted now), a row's line."""

    permission: Permission
    rows: Callable[[Reader], Rows]
    pressing: Callable[[Rows, Reader], Rows]
    line: Callable[[Reader, Any], Owed]


def late_by(due_at: datetime | None, reader: Reader) -> timedelta | None:
    return reader.now - due_at if due_at and due_at < reader.now else None


def end_of(day: date | None) -> datetime | None:
    """The end of a day in the workspace's zone: done on it is in time."""
    return make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(seconds=1) if day else None


def due_at_presses(rows: Rows, reader: Reader) -> Rows:
    return rows.filter(due_at__lt=reader.end_of_today)


def due_on_presses(rows: Rows, reader: Reader) -> Rows:
    return rows.filter(due_on__lte=localdate(reader.now))


def all_press(rows: Rows, reader: Reader) -> Rows:
    return rows
