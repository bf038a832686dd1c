"""Assess: level, verdict and responsibility in versions; stakeholders with their measures."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from alerts.tiers import Tier
from playbooks.models import Assessment, Crisis, Stakeholder
from playbooks.operations.files import check, lock, may, write_down
from playbooks.strategy import Reputation, Responsibility, Verdict, advise
from sentinel.core.models import User
from sentinel.core.permissions import Permission


@transaction.atomic
def assess(
    *,
    crisis: Crisis,
    level: int,
    level_reason: str,
    verdict: str,
    verdict_evidence: str,
    responsibility: str,
    by: User,
    now: datetime,
    responsibility_reason: str = "",
    has_history: bool = False,
    reputation: str = "neutral",
    victims: str = "",
    damage: str = "",
    impact: str = "",
    diagnosis: str = "",
) -> Assessment:
    """The next version; the crisis takes its level.

    Raises WrongStateError('reason-missing', 'evidence-missing' or 'red-needs-manager').
    """
    crisis = lock(crisis)
    check(bool(level_reason.strip()), "reason-missing")
    check(verdict == Verdict.PENDING or bool(verdict_evidence.strip()), "evidence-missing")
    lowers_red = crisis.level == Tier.RED and level > Tier.RED
    check(not lowers_red or may(by, crisis.workspace, Permission.APPROVE), "red-needs-manager")
    advice = advise(
        Verdict(verdict), Responsibility(responsibility), history=has_history, reputation=Reputation(reputation)
    )
    before = crisis.level
    number = crisis.assessments.aggregate(last=Max("number"))["last"] or 0
    assessment = Assessment.objects.create(
        crisis=crisis,
        number=number + 1,
        level=level,
        level_reason=level_reason.strip(),
        verdict=verdict,
        verdict_evidence=verdict_evidence.strip(),
        responsibility=responsibility,
        responsibility_reason=responsibility_reason.strip(),
        has_history=has_history,
        reputation=reputation,
        advice=asdict(advice),
        victims=victims.strip(),
        damage=damage.strip(),
        impact=impact.strip(),
        diagnosis=diagnosis.strip(),
        made_at=now,
        made_by=by,
    )
    crisis.level = level
    crisis.save(update_fields=["level"])
    changed = {"level_before": before} if before != level else {}
    write_down(crisis, "assess", assessment, by=by, now=now, level=level, verdict=verdict, **changed)
    return assessment


@transaction.atomic
def add_stakeholder(
    *,
    crisis: Crisis,
    kind: str,
    name: str,
    measure: str,
    by: User,
    now: datetime,
    owner: User | None = None,
    due_at: datetime | None = None,
    reached: int = 0,
    total: int | None = None,
) -> Stakeholder:
    """Who is concerned, and what is done for them; raises WrongStateError('reached-over-total')."""
    crisis = lock(crisis)
    check(total is None or reached <= total, "reached-over-total")
    stakeholder = Stakeholder.objects.create(
        crisis=crisis,
        kind=kind,
        name=name.strip(),
        measure=measure.strip(),
        owner=owner,
        due_at=due_at,
        reached=reached,
        total=total,
        changed_at=now,
        changed_by=by,
    )
    write_down(crisis, "add", stakeholder, by=by, now=now, group=kind)
    return stakeholder


@transaction.atomic
def edit_stakeholder(
    *,
    stakeholder: Stakeholder,
    kind: str,
    name: str,
    measure: str,
    by: User,
    now: datetime,
    owner: User | None = None,
    due_at: datetime | None = None,
    reached: int = 0,
    total: int | None = None,
) -> None:
    """Another measure, or how far it got; raises WrongStateError('reached-over-total')."""
    crisis = lock(stakeholder.crisis)
    check(total is None or reached <= total, "reached-over-total")
    stakeholder.kind, stakeholder.name, stakeholder.measure = kind, name.strip(), measure.strip()
    stakeholder.owner, stakeholder.due_at = owner, due_at
    stakeholder.reached, stakeholder.total = reached, total
    stakeholder.changed_at, stakeholder.changed_by = now, by
    stakeholder.save()
    write_down(crisis, "edit", stakeholder, by=by, now=now, group=kind)


@transaction.atomic
def remove_stakeholder(*, stakeholder: Stakeholder, by: User, now: datetime) -> None:
    """Take out what was written by mistake."""
    crisis = lock(stakeholder.crisis)
    write_down(crisis, "remove", stakeholder, by=by, now=now, group=stakeholder.kind)
    stakeholder.delete()
