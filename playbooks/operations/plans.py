"""Response plans: drafted in versions, co-signed, decided by somebody who wrote none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from playbooks.models import Approval, Candidate, Cosign, Crisis, Plan, PlanAuthor, PlanItem, Statement
from playbooks.operations.files import check, lock, write_down
from playbooks.operations.prefilling import first_draft
from playbooks.operations.tasks import tasks_of_plan
from playbooks.plan_drafts import PlanDraft
from sentinel.core.models import User

AUDITED_AFTER_SECONDS = 300  # an author's saves within this are one entry of the log


@dataclass(frozen=True, slots=True)
class CosignAsk:
    """Whose co-signature is asked for, in what capacity, and who may stand in."""

    user: User
    department: str
    deputy: User | None = None


@transaction.atomic
def draft_plan(*, crisis: Crisis, by: User, now: datetime) -> Plan:
    """The next version, with the words of the last one, or those that follow the verdict.

    Raises WrongStateError('plan-open') beside a draft or a submitted one, 'plan-approved' beside an approved one (see
    `revise_plan`).
    """
    crisis = lock(crisis)
    check(not crisis.plans.filter(status__in=["draft", "submitted"]).exists(), "plan-open")
    check(not crisis.plans.filter(status="approved").exists(), "plan-approved")
    plan = _new_version(crisis, crisis.plans.order_by("number").last(), by=by, now=now)
    write_down(crisis, "draft", plan, by=by, now=now, version=plan.number)
    return plan


def _new_version(crisis: Crisis, base: Plan | None, *, by: User, now: datetime) -> Plan:
    assessment = crisis.assessments.order_by("number").last()
    number = crisis.plans.aggregate(last=Max("number"))["last"] or 0
    plan = Plan.objects.create(
        crisis=crisis,
        number=number + 1,
        based_on=base,
        assessment=assessment,
        created_at=now,
        created_by=by,
        changed_at=now,
        changed_by=by,
    )
    authors = {author.user_id for author in base.authors.all()} if base else set()
    PlanAuthor.objects.bulk_create(PlanAuthor(plan=plan, user_id=user) for user in sorted({*authors, by.pk}))
    _write(plan, draft_of(base) if base else first_draft(crisis, assessment, by), by=by, now=now)
    return plan


def draft_of(plan: Plan) -> PlanDraft:
    """The content of a version, to edit or to compare."""
    return PlanDraft.of(plan, plan.candidates.all(), plan.items.select_related("owner"), plan.statements.all())


def _write(plan: Plan, draft: PlanDraft, *, by: User, now: datetime) -> None:
    plan.stance, plan.risks = draft.stance.strip(), draft.risks.strip()
    plan.save(update_fields=["stance", "risks"])
    plan.candidates.all().delete()
    plan.items.all().delete()
    plan.statements.all().delete()
    Candidate.objects.bulk_create(
        Candidate(plan=plan, position=position, **candidate.fields())
        for position, candidate in enumerate(draft.candidates, start=1)
    )
    PlanItem.objects.bulk_create(PlanItem(plan=plan, **item.fields()) for item in draft.items)
    Statement.objects.bulk_create(
        Statement(
            crisis_id=plan.crisis_id,
            plan=plan,
            kind="position",
            created_at=now,
            created_by=by,
            **statement.fields(),
        )
        for statement in draft.statements
    )


@transaction.atomic
def save_plan(*, plan: Plan, revision: int, draft: PlanDraft, by: User, now: datetime) -> Plan:
    """Keep an edit of a draft; who saves is an author from then on.

    Raises WrongStateError('not-draft'), or 'edited-meanwhile' where `revision` is not the newest.
    """
    crisis = lock(plan.crisis)
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    check(plan.status == "draft", "not-draft")
    check(plan.revision == revision, "edited-meanwhile")
    is_same_hand = plan.changed_by_id == by.pk and (now - plan.changed_at).total_seconds() < AUDITED_AFTER_SECONDS
    PlanAuthor.objects.get_or_create(plan=plan, user=by)
    plan.revision += 1
    plan.changed_at, plan.changed_by = now, by
    plan.save(update_fields=["revision", "changed_at", "changed_by"])
    _write(plan, draft, by=by, now=now)
    if not is_same_hand or plan.revision == 2:
        write_down(crisis, "edit", plan, by=by, now=now, version=plan.number)
    return plan


def _locked(plan: Plan, status: str, code: str) -> Plan:
    lock(plan.crisis)
    plan = Plan.objects.select_related("crisis__workspace", "crisis__topic").get(pk=plan.pk)
    check(plan.status == status, code)
    return plan


@transaction.atomic
def submit_plan(
    *, plan: Plan, cosigns: Sequence[CosignAsk], cosign_due_at: datetime | None, by: User, now: datetime
) -> None:
    """Ask for the decision, and for co-signatures on this version.

    Raises WrongStateError('not-draft', 'no-candidate', 'no-recommendation', 'no-statement' or 'cosign-undated').
    What a statement lacks is no hindrance: the approver sees it.
    """
    plan = _locked(plan, "draft", "not-draft")
    candidates = list(plan.candidates.all())
    check(bool(candidates), "no-candidate")
    check(any(candidate.is_recommended for candidate in candidates), "no-recommendation")
    check(plan.statements.exists(), "no-statement")
    check(not cosigns or cosign_due_at is not None, "cosign-undated")
    plan.status, plan.submitted_at, plan.submitted_by = "submitted", now, by
    plan.assessment = plan.crisis.assessments.order_by("number").last()  # the facts may have turned since it was begun
    plan.save(update_fields=["status", "submitted_at", "submitted_by", "assessment"])
    Cosign.objects.bulk_create(
        Cosign(plan=plan, department=ask.department, signer=ask.user, deputy=ask.deputy, due_at=cosign_due_at or now)
        for ask in cosigns
    )
    write_down(plan.crisis, "submit", plan, by=by, now=now, version=plan.number)


@transaction.atomic
def withdraw_plan(*, plan: Plan, by: User, now: datetime) -> None:
    """Take it back before the decision; its co-signatures were for what was submitted, and go.

    Raises WrongStateError('not-submitted').
    """
    plan = _locked(plan, "submitted", "not-submitted")
    plan.status, plan.submitted_at, plan.submitted_by = "draft", None, None
    plan.save(update_fields=["status", "submitted_at", "submitted_by"])
    plan.cosigns.all().delete()
    write_down(plan.crisis, "withdraw", plan, by=by, now=now, version=plan.number)


def _for_decision(plan: Plan, by: User) -> Plan:
    plan = _locked(plan, "submitted", "not-submitted")
    check(not plan.authors.filter(user=by).exists(), "author")
    return plan


@transaction.atomic
def approve_plan(*, plan: Plan, candidate: Candidate, reason: str, by: User, now: datetime) -> Approval:
    """Choose a candidate and let it go: its statements may be published, its items become tasks.

    Raises WrongStateError('not-submitted', 'author' or 'candidate-unknown').
    """
    plan = _for_decision(plan, by)
    check(candidate.plan_id == plan.pk, "candidate-unknown")
    approval = Approval.objects.create(
        plan=plan, decision="approve", candidate=candidate, reason=reason.strip(), decided_at=now, decided_by=by
    )
    plan.status = "approved"
    plan.save(update_fields=["status"])
    plan.statements.update(status="approved", submitted_at=plan.submitted_at, approved_at=now, approved_by=by)
    tasks_of_plan(plan, by=by, now=now)
    told = {"version": plan.number, "candidate": str(candidate), "note": reason.strip()}
    write_down(plan.crisis, "approve", plan, by=by, now=now, **told)
    return approval


@transaction.atomic
def return_plan(*, plan: Plan, reason: str, by: User, now: datetime) -> Approval:
    """Send it back; raises WrongStateError('reason-missing', 'not-submitted' or 'author')."""
    check(bool(reason.strip()), "reason-missing")
    plan = _for_decision(plan, by)
    approval = Approval.objects.create(
        plan=plan, decision="return", reason=reason.strip(), decided_at=now, decided_by=by
    )
    plan.status = "returned"
    plan.save(update_fields=["status"])
    write_down(plan.crisis, "return", plan, by=by, now=now, version=plan.number, note=approval.reason)
    return approval


@transaction.atomic
def revise_plan(*, plan: Plan, by: User, now: datetime) -> Plan:
    """Edit what was decided: the next version begins with its words, and an approval is void from now on.

    Raises WrongStateError('plan-open' or 'not-decided').
    """
    crisis = lock(plan.crisis)
    check(not crisis.plans.filter(status__in=["draft", "submitted"]).exists(), "plan-open")
    plan = Plan.objects.get(pk=plan.pk)
    check(plan.status in ("approved", "returned", "void"), "not-decided")
    standing = crisis.plans.filter(status="approved").first()
    if standing:
        Approval.objects.filter(plan=standing, voided_at__isnull=True).update(voided_at=now, voided_by=by)
        standing.status = "void"
        standing.save(update_fields=["status"])
        write_down(crisis, "void", standing, by=by, now=now, version=standing.number)
    made = _new_version(crisis, plan, by=by, now=now)
    write_down(crisis, "draft", made, by=by, now=now, version=made.number)
    return made


@transaction.atomic
def answer_cosign(*, cosign: Cosign, answer: str, comment: str, by: User, now: datetime) -> None:
    """Agree or object, as signer or deputy, while the version is up for decision.

    Raises WrongStateError('not-signer', 'reason-missing', 'answered' or 'not-submitted').
    """
    check(by.pk in (cosign.signer_id, cosign.deputy_id), "not-signer")
    check(answer != "object" or bool(comment.strip()), "reason-missing")
    plan = _locked(cosign.plan, "submitted", "not-submitted")
    waiting = Cosign.objects.filter(pk=cosign.pk, answer="")
    done = waiting.update(answer=answer, comment=comment.strip(), answered_at=now, answered_by=by)
    cosign.refresh_from_db()
    check(bool(done), "answered")
    told = {"version": plan.number, "answer": answer, "department": cosign.department, "note": cosign.comment}
    write_down(plan.crisis, "cosign", plan, by=by, now=now, **told)
