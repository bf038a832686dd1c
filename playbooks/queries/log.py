"""A crisis' log: what the audit trail holds of its thread, in plain words, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Q

from playbooks.models import Crisis
from playbooks.wording.log import ACTIONS, KEYS, WEIGHTY, entry_text, entry_title
from sentinel.core.models import AuditEntry, AuditEntryQuerySet

SHOWN = 9
PAGE = 200
Weight = Literal["", "key", "action"]
GROUPS: dict[str, tuple[str, ...]] = {
    "facts": ("fact", "evidence"),
    "assessment": ("assessment", "stakeholder"),
    "plan": ("plan",),
    "measures": ("emergencymeasure",),
    "statements": ("statement",),
    "tasks": ("task",),
    "people": ("teammember",),
    "review": ("review", "correctiveaction", "watch"),
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry; `weight` draws it as a decision (key), as something of ours that could be seen (action), or plain."""

    pk: int
    at: datetime
    title: str
    text: str
    by: str
    weight: Weight


@dataclass(frozen=True, slots=True)
class Log:
    """What is shown of a log, out of how many; `newer` and `older` are where the neighbouring pages begin."""

    lines: tuple[LogLine, ...]
    weighty: int
    total: int
    newer: int | None = None
    older: int | None = None


def log_of(crisis: Crisis) -> Log:
    """What weighs most of the log, and how much there is of it."""
    weighty = _entries(crisis).filter(_weighty())
    lines = tuple(_line(entry) for entry in weighty[:SHOWN])
    return Log(lines, weighty.count(), _entries(crisis).count())


def whole_log(crisis: Crisis, asked: Mapping[str, str], *, group: str, weighty: bool) -> Log:
    """The log as its page shows it: one group of `GROUPS` ("" for all), the weighty ones alone if asked for.

    `asked` names the page by "before" or "after", as `AuditEntryQuerySet.one_page` reads it.
    """
    entries = _entries(crisis)
    total = entries.count()
    if group in GROUPS:
        entries = entries.filter(object_kind__in=GROUPS[group])
    elif group == "notes":
        entries = entries.filter(object_kind="crisis", verb__in=["note", "report-progress"])
    if weighty:
        entries = entries.filter(_weighty())
    page = entries.one_page(asked, PAGE)
    return Log(tuple(_line(entry) for entry in page.entries), entries.count(), total, page.newer, page.older)


def _entries(crisis: Crisis) -> AuditEntryQuerySet:
    return AuditEntry.objects.filter(workspace_id=crisis.workspace_id, thread=crisis.thread).order_by("-at", "-pk")


def _weighty() -> Q:
    wanted = Q()
    for kind, verb in WEIGHTY:
        wanted |= Q(object_kind=kind, verb=verb)
    return wanted


def _line(entry: AuditEntry) -> LogLine:
    what = (entry.object_kind, entry.verb)
    weight: Weight = "action" if what in ACTIONS else "key" if what in KEYS else ""
    return LogLine(entry.pk, entry.at, entry_title(entry), entry_text(entry), entry.actor_name, weight)
