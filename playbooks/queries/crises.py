"""The list of a workspace's crises."""

from dataclasses import dataclass
from datetime import datetime

from alerts.clocks import Clock, most_urgent
from playbooks.models import Crisis
from playbooks.queries.progress import clocks_of, newest_assessment
from playbooks.wording.codes import stage_word, verdict_word
from playbooks.wording.crises import clock_word
from sentinel.core.models import Workspace

CLOSED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CrisisRow:
    """One crisis of the list; `clock` is the most urgent that runs."""

    crisis: Crisis
    stage: str
    verdict: str
    clock: Clock | None
    clock_label: str
    commander: str


def crisis_rows(workspace: Workspace, now: datetime) -> list[CrisisRow]:
    """Every open crisis, worst first, then the closed, newest first."""
    crises = Crisis.objects.visible_to(workspace).select_related("alert", "closed_by").newest_first()
    opened = sorted(crises.open(), key=lambda crisis: crisis.level)
    closed = list(crises.filter(closed_at__isnull=False).order_by("-closed_at")[:CLOSED_SHOWN])
    return [_row(crisis, now) for crisis in [*opened, *closed]]


def _row(crisis: Crisis, now: datetime) -> CrisisRow:
    assessment = newest_assessment(crisis)
    clock = None
    if crisis.closed_at is None:
        clock = most_urgent(clocks_of(crisis, list(crisis.statements.filter(status="published")), []), now)
    commander = crisis.team.filter(duty="commander").select_related("user").first()
    return CrisisRow(
        crisis=crisis,
        stage=stage_word(crisis.stage),
        verdict=verdict_word(assessment.verdict if assessment else "pending"),
        clock=clock,
        clock_label=clock_word(clock.kind) if clock else "",
        commander=commander.user.name if commander else "",
    )
