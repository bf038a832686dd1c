"""How far a crisis is: what `playbooks.readiness` decides on, and the times that the clocks run from."""

from collections.abc import Iterable
from datetime import datetime

from alerts.clocks import Clock
from alerts.tiers import Tier
from playbooks.clocks import DEFAULT_CLOCKS, CoSigning, CrisisTimes, Publication, crisis_clocks
from playbooks.models import Assessment, Cosign, Crisis, Plan, Review, Statement, TeamMember
from playbooks.readiness import Progress


def newest_assessment(crisis: Crisis) -> Assessment | None:
    """The one that counts."""
    return crisis.assessments.order_by("-number").first()


def newest_plan(crisis: Crisis) -> Plan | None:
    """The version that people work on or decided on last."""
    return crisis.plans.order_by("-number").first()


def seat_of(team: Iterable[TeamMember], duty: str) -> TeamMember | None:
    """Who has the commander's or the spokesperson's seat."""
    return next((member for member in team if member.duty == duty), None)


def is_position(statement: Statement) -> bool:
    """Whether it is an approved public position; a holding statement is not."""
    return statement.kind == "position" or (statement.plan_id is not None and statement.kind != "holding")


def progress_of(
    crisis: Crisis,
    *,
    assessment: Assessment | None,
    team: Iterable[TeamMember],
    published: Iterable[Statement],
    position_due_at: datetime | None,
) -> Progress:
    """How far everything is, in few queries."""
    team = list(team)
    commander, spokesperson = seat_of(team, "commander"), seat_of(team, "spokesperson")
    review = Review.objects.filter(crisis=crisis).first()
    tasks = list(crisis.tasks.filter(cancelled_at__isnull=True).values_list("done_at", flat=True))
    has_position = any(is_position(statement) for statement in published)
    return Progress(
        has_earliest=crisis.earliest_post_id is not None,
        evidence=crisis.evidence.count(),
        facts=crisis.facts.count(),
        commander=commander.user.name if commander else "",
        spokesperson=spokesperson.user.name if spokesperson else "",
        is_assessed=assessment is not None,
        verdict=assessment.verdict if assessment else "pending",
        responsibility=assessment.responsibility if assessment else "unknown",
        stakeholder_kinds=frozenset(crisis.stakeholders.exclude(measure="").values_list("kind", flat=True)),
        has_diagnosis=bool(assessment and assessment.diagnosis),
        has_approved_plan=crisis.plans.filter(status="approved").exists(),
        open_measures=crisis.measures.filter(status__in=["proposed", "approved"]).count(),
        has_position=has_position,
        tasks=len(tasks),
        open_tasks=tasks.count(None),
        has_cause=bool(review and review.cause),
        has_department=bool(review and review.department),
        has_lessons=bool(review and (review.went_well or review.went_badly)),
        actions=crisis.actions.count(),
        position_due_at=None if has_position else position_due_at,
    )


def clocks_of(crisis: Crisis, published: Iterable[Statement], cosigns: Iterable[Cosign]) -> list[Clock]:
    """All clocks of the crisis, met or not; a person's clock of a co-signature counts once for all who are asked."""
    asked = list(cosigns)
    return crisis_clocks(
        Tier(crisis.level),
        CrisisTimes(
            noticed_at=crisis.alert.opened_at if crisis.alert else crisis.opened_at,
            earliest_published_at=crisis.started_at,
            reached_at=crisis.reached_at,
            progress_at=crisis.progress_at,
            closed_at=crisis.closed_at,
            publications=[
                Publication(statement.published_at, is_position(statement), statement.next_update_at)
                for statement in published
                if statement.published_at
            ],
            co_signings=[_co_signing(asked)] if asked else [],
        ),
        DEFAULT_CLOCKS.at_pace(crisis.pace),
    )


def _co_signing(asked: list[Cosign]) -> CoSigning:
    """One for all: due with the first that waits, signed when the last one answered."""
    waiting = [cosign for cosign in asked if not cosign.answer]
    due_at = min(cosign.due_at for cosign in waiting or asked)
    signed_at = None if waiting else max(cosign.answered_at for cosign in asked if cosign.answered_at)
    submitted_at = asked[0].plan.submitted_at
    return CoSigning(submitted_at or due_at, due_at, signed_at)
