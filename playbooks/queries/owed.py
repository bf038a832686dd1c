"""What a person owes in a workspace: one source a kind of thing, each read as lines or counted in one query."""

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from typing import Any

from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from alerts.clocks import POSITION_WITHIN
from alerts.models import Alert
from playbooks.models import (
    CorrectiveAction,
    Crisis,
    EmergencyMeasure,
    Fact,
    Stakeholder,
    Statement,
    Task,
    Watch,
)
from playbooks.queries.decisions import DECISIONS
from playbooks.queries.owing import (
    Owed,
    Reader,
    Rows,
    Source,
    all_press,
    due_at_presses,
    due_on_presses,
    end_of,
    late_by,
)
from playbooks.wording.codes import stakeholder_word, task_kind_word
from sentinel.core.permissions import Permission
from sentinel.core.templatetags.sentinel import clock_text

WATCH_AHEAD = timedelta(days=7)  # a look back is announced so early


def _task_rows(reader: Reader) -> Rows:
    tasks = Task.objects.visible_to(reader.workspace).open().filter(owner=reader.me)
    return tasks.filter(crisis__closed_at__isnull=True).select_related("crisis")


def _task_line(reader: Reader, task: Task) -> Owed:
    is_promise = task.kind == "promise"
    return Owed(
        what=task_kind_word(task.kind),
        text=task.text,
        page="task-finish" if is_promise else "task-hand-over",
        args=(task.pk,),
        rest="?back=work",
        crisis=task.crisis,
        due_at=task.due_at,
        late_by=late_by(task.due_at, reader),
        note=_("done only with what shows it") if is_promise else "",
        verb="" if is_promise else "task-finish",
        verb_label=_("Done"),
        verb_id=task.pk,
    )


def _fact_rows(reader: Reader) -> Rows:
    facts = Fact.objects.filter(status="unknown", owner=reader.me, crisis__workspace=reader.workspace)
    return facts.filter(crisis__closed_at__isnull=True).select_related("crisis")


def _fact_line(reader: Reader, fact: Fact) -> Owed:
    return Owed(
        what=_("To find out"),
        text=fact.text,
        page="crisis-collect",
        args=(fact.crisis_id,),
        rest="#facts",
        crisis=fact.crisis,
        due_at=fact.due_at,
        late_by=late_by(fact.due_at, reader),
    )


def _stakeholder_rows(reader: Reader) -> Rows:
    """Until everybody is reached, where they are counted."""
    mine = Stakeholder.objects.filter(owner=reader.me, crisis__workspace=reader.workspace)
    waiting = Q(total__isnull=True) | Q(reached__lt=F("total"))
    return mine.filter(waiting, crisis__closed_at__isnull=True).select_related("crisis")


def _stakeholder_line(reader: Reader, one: Stakeholder) -> Owed:
    return Owed(
        what=stakeholder_word(one.kind),
        text=one.measure,
        page="crisis-assess",
        args=(one.crisis_id,),
        rest="#stakeholders",
        crisis=one.crisis,
        due_at=one.due_at,
        late_by=late_by(one.due_at, reader),
        note=_("%(reached)s of %(total)s reached") % {"reached": one.reached, "total": one.total} if one.total else "",
    )


def _ordered_rows(reader: Reader) -> Rows:
    measures = EmergencyMeasure.objects.filter(status="approved", crisis__workspace=reader.workspace)
    return measures.filter(owner=reader.me, crisis__closed_at__isnull=True).select_related("crisis")


def _ordered_line(reader: Reader, one: EmergencyMeasure) -> Owed:
    return Owed(
        what=_("Emergency measure, ordered"),
        text=one.text,
        page="measure-list",
        args=(one.crisis_id,),
        crisis=one.crisis,
        since=one.decided_at,
    )


def _action_rows(reader: Reader) -> Rows:
    actions = CorrectiveAction.objects.filter(owner=reader.me, done_at__isnull=True)
    return actions.filter(crisis__workspace=reader.workspace).select_related("crisis")


def _action_line(reader: Reader, one: CorrectiveAction) -> Owed:
    due_at = end_of(one.due_on)
    return Owed(
        what=_("Corrective action"),
        text=one.text,
        page="action-finish",
        args=(one.pk,),
        rest="?back=work",
        crisis=one.crisis,
        due_at=due_at,
        is_day=True,
        late_by=late_by(due_at, reader),
    )


def _watch_rows(reader: Reader) -> Rows:
    """The looks back of crises that the reader closed, commanded or commanded as deputy."""
    mine = Crisis.objects.filter(
        Q(closed_by=reader.me)
        | Q(team__user=reader.me, team__duty="commander")
        | Q(team__deputy=reader.me, team__duty="commander")
    )
    watches = Watch.objects.filter(checked_at__isnull=True, crisis__workspace=reader.workspace, crisis__in=mine)
    return watches.filter(due_on__lte=localdate(reader.now) + WATCH_AHEAD).select_related("crisis")


def _watch_line(reader: Reader, one: Watch) -> Owed:
    due_at = end_of(one.due_on)
    return Owed(
        what=_("Look back"),
        text=_("Has it come again, after %(days)s days?") % {"days": one.days},
        page="crisis-review",
        args=(one.crisis_id,),
        rest="#watches",
        crisis=one.crisis,
        due_at=due_at,
        is_day=True,
        late_by=late_by(due_at, reader),
    )


def _alert_rows(reader: Reader) -> Rows:
    """What the reader claimed and did not close; one that has a crisis is worked on there."""
    alerts = Alert.objects.filter(workspace=reader.workspace, claimed_by=reader.me, closed_at__isnull=True)
    has_crisis = Exists(Crisis.objects.filter(alert=OuterRef("pk")))
    started_at = Coalesce("earliest_post__published_at", "opened_at")
    within = ExpressionWrapper(Value(POSITION_WITHIN) / F("topic__pace"), output_field=DurationField())
    return alerts.exclude(has_crisis).annotate(
        due_at=ExpressionWrapper(started_at + within, output_field=DateTimeField())
    )


def _alert_line(reader: Reader, alert: Any) -> Owed:
    """Due is the public position, from the earliest captured publication."""
    return Owed(
        what=_("Alert, claimed"),
        text=alert.title,
        page="board",
        args=(),
        rest=f"?tab=mine&alert={alert.pk}",
        tier=alert.tier,
        due_at=alert.due_at,
        late_by=late_by(alert.due_at, reader),
        note=alert.label,
    )


def _update_rows(reader: Reader) -> Rows:
    """Statements whose promise of a next word is still to be kept, in crises that the reader leads or speaks for.

    As in `playbooks.clocks.update_clocks`: the first later publication that names another moment keeps it, and the same
    promise on several channels is one.
    """
    leads = Q(team__user=reader.me) | Q(team__deputy=reader.me)
    mine = (
        Crisis.objects.visible_to(reader.workspace).open().filter(leads, team__duty__in=["spokesperson", "commander"])
    )
    others = Statement.objects.filter(crisis=OuterRef("crisis"), published_at__isnull=False).exclude(pk=OuterRef("pk"))
    names_another = Q(next_update_at__isnull=True) | ~Q(next_update_at=OuterRef("next_update_at"))
    kept = Exists(others.filter(names_another, published_at__gt=OuterRef("published_at")))
    repeated = Exists(others.filter(next_update_at=OuterRef("next_update_at"), pk__lt=OuterRef("pk")))
    promised = Statement.objects.filter(crisis__in=mine, published_at__isnull=False, next_update_at__isnull=False)
    return promised.exclude(kept).exclude(repeated).select_related("crisis")


def _updates_press(rows: Rows, reader: Reader) -> Rows:
    return rows.filter(next_update_at__lt=reader.end_of_today)


def _update_line(reader: Reader, one: Statement) -> Owed:
    promised_at = clock_text(one.published_at) if one.published_at else ""
    return Owed(
        what=_("promised in public at %(time)s") % {"time": promised_at},
        text=_("Next public update"),
        page="statement-draft",
        args=(one.crisis_id,),
        rest="?kind=update&back=work",
        crisis=one.crisis,
        due_at=one.next_update_at,
        late_by=late_by(one.next_update_at, reader),
    )


WORK = Permission.WORK_CRISIS
OWN = (
    Source(Permission.CLAIM_ALERT, _alert_rows, due_at_presses, _alert_line),
    Source(WORK, _task_rows, due_at_presses, _task_line),
    Source(WORK, _fact_rows, due_at_presses, _fact_line),
    Source(WORK, _stakeholder_rows, due_at_presses, _stakeholder_line),
    Source(WORK, _ordered_rows, all_press, _ordered_line),
    Source(WORK, _action_rows, due_on_presses, _action_line),
    Source(WORK, _watch_rows, due_on_presses, _watch_line),
    Source(WORK, _update_rows, _updates_press, _update_line),
)
SOURCES = (*OWN, *DECISIONS)


def lines_of(reader: Reader) -> Iterator[Owed]:
    """Everything that the reader owes."""
    for source in _sources_of(reader):
        for row in source.rows(reader):
            yield source.line(reader, row)


def pressing_count(reader: Reader) -> int:
    """How much of it is overdue, due today or wanted now; one query."""
    counted = [source.pressing(source.rows(reader), reader).order_by().values("pk") for source in _sources_of(reader)]
    return reduce(lambda some, more: some.union(more, all=True), counted).count() if counted else 0


def _sources_of(reader: Reader) -> list[Source]:
    return [source for source in SOURCES if reader.membership.may(source.permission)]
