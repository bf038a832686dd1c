"""What waits for a person's word, and what a person handed in and waits for."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from playbooks.models import (
    Cosign,
    EmergencyMeasure,
    Plan,
    Statement,
)
from playbooks.queries.owing import (
    Owed,
    Reader,
    Rows,
    Source,
    all_press,
    due_at_presses,
    late_by,
)
from playbooks.wording.codes import channel_word, statement_kind_word
from sentinel.core.permissions import Permission


def _cosign_rows(reader: Reader) -> Rows:
    asked = Cosign.objects.filter(Q(signer=reader.me) | Q(deputy=reader.me), answer="", plan__status="submitted")
    here = asked.filter(plan__crisis__workspace=reader.workspace, plan__crisis__closed_at__isnull=True)
    return here.select_related("plan__crisis", "signer")


def _cosign_line(reader: Reader, one: Cosign) -> Owed:
    stands_in = one.signer_id != reader.me
    return Owed(
        what=_("Co-signature as deputy") if stands_in else _("Co-signature"),
        text=_("Plan v%(number)s, %(department)s") % {"number": one.plan.number, "department": one.department},
        page="plan-approval",
        args=(one.plan_id,),
        crisis=one.plan.crisis,
        due_at=one.due_at,
        late_by=late_by(one.due_at, reader),
        note=_("for %(name)s") % {"name": one.signer.name} if stands_in else "",
    )


def _plan_rows(reader: Reader) -> Rows:
    plans = Plan.objects.filter(crisis__workspace=reader.workspace, status="submitted", crisis__closed_at__isnull=True)
    return plans.exclude(authors__user=reader.me).select_related("crisis", "submitted_by")


def _plan_line(reader: Reader, plan: Plan) -> Owed:
    return Owed(
        what=_("Plan to decide on"),
        text=_("Response plan v%(number)s") % {"number": plan.number},
        page="plan-approval",
        args=(plan.pk,),
        crisis=plan.crisis,
        since=plan.submitted_at,
        note=plan.submitted_by.name if plan.submitted_by else "",
    )


def _statement_rows(reader: Reader) -> Rows:
    words = Statement.objects.filter(crisis__workspace=reader.workspace, status="submitted", plan__isnull=True)
    others = words.exclude(created_by=reader.me).filter(crisis__closed_at__isnull=True)
    return others.select_related("crisis", "created_by")


def _statement_line(reader: Reader, one: Statement) -> Owed:
    return Owed(
        what=_("Statement to decide on"),
        text=f"{statement_kind_word(one.kind)} · {channel_word(one.channel)}",
        page="crisis-act",
        args=(one.crisis_id,),
        rest=f"#statement-{one.pk}",
        crisis=one.crisis,
        since=one.submitted_at,
        note=one.created_by.name,
    )


def _measure_rows(reader: Reader) -> Rows:
    measures = EmergencyMeasure.objects.filter(crisis__workspace=reader.workspace, status="proposed")
    return measures.filter(crisis__closed_at__isnull=True).select_related("crisis", "proposed_by")


def _measure_line(reader: Reader, one: EmergencyMeasure) -> Owed:
    return Owed(
        what=_("Emergency measure to decide on"),
        text=one.text,
        page="measure-list",
        args=(one.crisis_id,),
        crisis=one.crisis,
        since=one.proposed_at,
        note=one.proposed_by.name,
    )


WORK, APPROVE = Permission.WORK_CRISIS, Permission.APPROVE
DECISIONS = (
    Source(WORK, _cosign_rows, due_at_presses, _cosign_line),
    Source(APPROVE, _plan_rows, all_press, _plan_line),
    Source(APPROVE, _statement_rows, all_press, _statement_line),
    Source(APPROVE, _measure_rows, all_press, _measure_line),
)


def waited_for(reader: Reader) -> Iterator[Owed]:
    """What the reader handed in and others have not decided on."""
    mine: dict[str, Any] = {"crisis__workspace": reader.workspace, "crisis__closed_at__isnull": True}
    for plan in Plan.objects.filter(status="submitted", submitted_by=reader.me, **mine).select_related("crisis"):
        text = _("Response plan v%(number)s") % {"number": plan.number}
        yield Owed(_("Plan, submitted"), text, "crisis-plan", (plan.crisis_id,), plan.crisis, since=plan.submitted_at)
    words = Statement.objects.filter(status="submitted", created_by=reader.me, plan__isnull=True, **mine)
    for one in words.select_related("crisis"):
        text = f"{statement_kind_word(one.kind)} · {channel_word(one.channel)}"
        yield Owed(_("Statement, submitted"), text, "crisis-act", (one.crisis_id,), one.crisis, since=one.submitted_at)
    measures = EmergencyMeasure.objects.filter(status="proposed", proposed_by=reader.me, **mine)
    for measure in measures.select_related("crisis"):
        yield Owed(
            _("Emergency measure, proposed"),
            measure.text,
            "crisis-act",
            (measure.crisis_id,),
            measure.crisis,
            since=measure.proposed_at,
        )
