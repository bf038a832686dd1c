"""Assess: level, verdict and responsibility in versions; stakeholders with their measures."""

from dataclasses import asdict
from datetime import datetime
from typing import Required, TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from alerts.tiers import Tier
from playbooks.models import Assessment, Crisis, Stakeholder
from playbooks.operations.files import check, lock, may, stripped, write_down
from playbooks.strategy import Advice, Reputation, Responsibility, Verdict, advise
from sentinel.core.models import User
from sentinel.core.permissions import Permission


class AssessmentFields(TypedDict, total=False):
    """What an assessment says; level, verdict and responsibility are always judged."""

    level: Required[int]
    level_reason: Required[str]
    verdict: Required[str]
    verdict_evidence: Required[str]
    responsibility: Required[str]
    responsibility_reason: str
    has_history: bool
    reputation: str
    victims: str
    damage: str
    impact: str
    diagnosis: str


class StakeholderFields(TypedDict, total=False):
    """Who is concerned, what is done for them, and how far it got."""

    kind: Required[str]
    name: Required[str]
    measure: Required[str]
    owner: User | None
    due_at: datetime | None
    reached: int
    total: int | None


@transaction.atomic
def assess(*, crisis: Crisis, by: User, now: datetime, **fields: Unpack[AssessmentFields]) -> Assessment:
    """The next version; the crisis takes its level.

    Raises WrongStateError('reason-missing', 'evidence-missing' or 'red-needs-manager').
    """
    crisis, clean = lock(crisis), stripped(fields)
    level, before = clean["level"], crisis.level
    check(bool(clean["level_reason"]), "reason-missing")
    check(clean["verdict"] == Verdict.PENDING or bool(clean["verdict_evidence"]), "evidence-missing")
    lowers_red = before == Tier.RED and level > Tier.RED
    check(not lowers_red or may(by, crisis.workspace, Permission.APPROVE), "red-needs-manager")
    number = crisis.assessments.aggregate(last=Max("number"))["last"] or 0
    assessment = Assessment(crisis=crisis, number=number + 1, made_at=now, made_by=by, **clean)
    assessment.advice = asdict(_advice(assessment))
    assessment.save()
    crisis.level = level
    crisis.save(update_fields=["level"])
    changed = {"level_before": before} if before != level else {}
    write_down(crisis, "assess", assessment, by=by, now=now, level=level, verdict=assessment.verdict, **changed)
    return assessment


def _advice(assessment: Assessment) -> Advice:
    return advise(
        Verdict(assessment.verdict),
        Responsibility(assessment.responsibility),
        history=assessment.has_history,
        reputation=Reputation(assessment.reputation),
    )


@transaction.atomic
def add_stakeholder(*, crisis: Crisis, by: User, now: datetime, **fields: Unpack[StakeholderFields]) -> Stakeholder:
    """Who is concerned, and what is done for them; raises WrongStateError('reached-over-total')."""
    crisis = lock(crisis)
    return _kept(Stakeholder(crisis=crisis), crisis, "add", fields, by=by, now=now)


@transaction.atomic
def edit_stakeholder(
    *, stakeholder: Stakeholder, by: User, now: datetime, **fields: Unpack[StakeholderFields]
) -> Stakeholder:
    """Another measure, or how far it got; what is not given stays. Raises as `add_stakeholder` does."""
    return _kept(stakeholder, lock(stakeholder.crisis), "edit", fields, by=by, now=now)


def _kept(
    stakeholder: Stakeholder, crisis: Crisis, verb: str, fields: StakeholderFields, *, by: User, now: datetime
) -> Stakeholder:
    for name, value in stripped(fields).items():
        setattr(stakeholder, name, value)
    check(stakeholder.total is None or stakeholder.reached <= stakeholder.total, "reached-over-total")
    stakeholder.changed_at, stakeholder.changed_by = now, by
    stakeholder.save()
    write_down(crisis, verb, stakeholder, by=by, now=now, group=stakeholder.kind)
    return stakeholder


@transaction.atomic
def remove_stakeholder(*, stakeholder: Stakeholder, by: User, now: datetime) -> None:
    """Take out what was written by mistake."""
    crisis = lock(stakeholder.crisis)
    write_down(crisis, "remove", stakeholder, by=by, now=now, group=stakeholder.kind)
    stakeholder.delete()
