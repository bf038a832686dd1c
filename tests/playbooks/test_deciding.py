"""Plans: one open version, decided by somebody who wrote none of it; an edit voids; the database refuses the rest."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from playbooks.models import Approval, Candidate, Cosign, Crisis, Plan, PlanAuthor, PlanItem, Statement, Task
from playbooks.operations.plans import (
    answer_cosign,
    approve_plan,
    draft_plan,
    return_plan,
    revise_plan,
    save_plan,
    submit_plan,
    withdraw_plan,
)
from playbooks.operations.statements import publish_statement
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Role
from tests.factories import NOW, Cast, join, make_user
from tests.playbooks.stage import make_crisis, make_draft, make_submitted, plan_words, recommended

pytestmark = pytest.mark.django_db


def approve(cast: Cast, plan: Plan) -> Approval:
    return approve_plan(plan=plan, candidate=recommended(plan), reason="", by=cast.manager, now=NOW)


def test_a_manager_approves_with_one_candidate_and_the_statements_may_go_out(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    approve(cast, plan)
    statement = plan.statements.get()
    assert (statement.status, statement.approved_by) == ("approved", cast.manager)
    publish_statement(statement=statement, url="", by=cast.manager, now=NOW)
    statement.refresh_from_db()
    assert statement.published_at == NOW


def test_items_become_tasks_with_the_approval_and_promises_with_the_publication(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    assert not Task.objects.exists()
    approve(cast, plan)
    assert [task.text for task in Task.objects.all()] == ["通知通路"]
    publish_statement(statement=plan.statements.get(), url="", by=cast.manager, now=NOW)
    assert [(task.text, task.kind) for task in Task.objects.order_by("pk")] == [
        ("通知通路", "plan"),
        ("公布初步檢驗結果", "promise"),
    ]


def test_who_wrote_a_word_of_it_does_not_decide(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    save_plan(plan=plan, revision=plan.revision, draft=plan_words("改了一句。"), by=cast.manager, now=NOW)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=NOW)
    for decide in (approve, lambda cast, plan: return_plan(plan=plan, reason="不行", by=cast.manager, now=NOW)):
        with pytest.raises(WrongStateError, match="author"):
            decide(cast, plan)


def test_authors_of_the_version_before_stay_authors(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    return_plan(plan=plan, reason="沒有證據", by=cast.manager, now=NOW)
    second_manager = make_user("周主任")
    join(cast.workspace, second_manager, Role.MANAGER)
    revised = revise_plan(plan=plan, by=second_manager, now=NOW)
    assert {author.user for author in revised.authors.all()} == {cast.staff, second_manager}


def test_sending_back_needs_a_reason_and_the_next_version_begins_with_its_words(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    with pytest.raises(WrongStateError, match="reason-missing"):
        return_plan(plan=plan, reason="  ", by=cast.manager, now=NOW)
    return_plan(plan=plan, reason="「請安心飲用」沒有證據", by=cast.manager, now=NOW)
    revised = revise_plan(plan=plan, by=cast.staff, now=NOW)
    assert (revised.number, revised.status, revised.based_on) == (2, "draft", plan)
    assert revised.statements.get().text == plan.statements.get().text
    assert Plan.objects.get(pk=plan.pk).status == "returned"


def test_an_edit_after_approval_voids_it_and_stops_what_is_not_published(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    approval = approve(cast, plan)
    revise_plan(plan=plan, by=cast.staff, now=NOW)
    approval.refresh_from_db()
    assert approval.voided_by == cast.staff
    with pytest.raises(WrongStateError, match="plan-not-approved"):
        publish_statement(statement=plan.statements.get(), url="", by=cast.manager, now=NOW)


def test_two_who_edit_at_once_do_not_overwrite_each_other(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    save_plan(plan=plan, revision=plan.revision, draft=plan_words("雅婷的。"), by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="edited-meanwhile"):
        save_plan(plan=plan, revision=plan.revision, draft=plan_words("志明的。"), by=cast.manager, now=NOW)
    assert plan.statements.get().text == "雅婷的。"


def test_one_version_is_open_at_a_time(cast: Cast, crisis: Crisis) -> None:
    make_draft(cast, crisis)
    with pytest.raises(WrongStateError, match="plan-open"):
        draft_plan(crisis=crisis, by=cast.manager, now=NOW)


def test_a_decision_is_made_once(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    approve(cast, plan)
    with pytest.raises(WrongStateError, match="not-submitted"):
        return_plan(plan=plan, reason="後悔", by=cast.manager, now=NOW)


def test_co_signatures_belong_to_the_version_that_was_submitted(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis, cast.admin)
    cosign = plan.cosigns.get()
    with pytest.raises(WrongStateError, match="not-signer"):
        answer_cosign(cosign=cosign, answer="agree", comment="", by=cast.manager, now=NOW)
    with pytest.raises(WrongStateError, match="reason-missing"):
        answer_cosign(cosign=cosign, answer="object", comment="", by=cast.admin, now=NOW)
    answer_cosign(cosign=cosign, answer="agree", comment="", by=cast.admin, now=NOW)
    with pytest.raises(WrongStateError, match="answered"):
        answer_cosign(cosign=cosign, answer="object", comment="再想想", by=cast.admin, now=NOW)
    withdraw_plan(plan=plan, by=cast.staff, now=NOW)
    assert not Cosign.objects.exists()


def test_a_first_plan_follows_the_verdict_and_its_blanks_keep_it_from_going_out(cast: Cast, crisis: Crisis) -> None:
    plan = draft_plan(crisis=crisis, by=cast.staff, now=NOW)
    assert [candidate.is_recommended for candidate in plan.candidates.all()] == [True]
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=NOW)
    approve(cast, plan)
    first = plan.statements.first()
    assert first is not None
    assert "【" in first.text
    with pytest.raises(WrongStateError, match="blank-left"):
        publish_statement(statement=first, url="", by=cast.manager, now=NOW)


def test_the_log_of_the_crisis_tells_it_all(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    return_plan(plan=plan, reason="沒有證據", by=cast.manager, now=NOW)
    verbs = list(AuditEntry.objects.in_thread(crisis.thread).values_list("verb", flat=True))
    assert verbs == ["open", "seat", "draft", "edit", "submit", "return"]


FORBIDDEN: dict[str, Callable[[Cast, Plan], object]] = {
    "another word in what was submitted": lambda cast, plan: Plan.objects.filter(pk=plan.pk).update(stance="別的"),
    "another word in its statement": lambda cast, plan: plan.statements.update(text="別的"),
    "another candidate in it": lambda cast, plan: Candidate.objects.create(plan=plan, position=3, title="丙"),
    "taking a candidate out of it": lambda cast, plan: plan.candidates.all().delete(),
    "another item in it": lambda cast, plan: PlanItem.objects.create(plan=plan, text="別的"),
    "taking an author out": lambda cast, plan: PlanAuthor.objects.filter(plan=plan).delete(),
    "an approval by an author": lambda cast, plan: Approval.objects.create(
        plan=plan, decision="approve", candidate=recommended(plan), decided_at=NOW, decided_by=cast.staff
    ),
    "standing as approved without approval": lambda cast, plan: Plan.objects.filter(pk=plan.pk).update(
        status="approved"
    ),
    "approving a statement whose plan is not": lambda cast, plan: plan.statements.update(
        status="approved", approved_at=NOW, approved_by=cast.manager
    ),
    "publishing without approval": lambda cast, plan: plan.statements.update(
        status="published", published_at=NOW, published_by=cast.manager
    ),
    "a second open version": lambda cast, plan: Plan.objects.create(
        crisis=plan.crisis, number=9, created_at=NOW, created_by=cast.staff, changed_at=NOW, changed_by=cast.staff
    ),
    "sending back without a reason": lambda cast, plan: Approval.objects.create(
        plan=plan, decision="return", decided_at=NOW, decided_by=cast.manager
    ),
    "an approval with another plan's candidate": lambda cast, plan: Approval.objects.create(
        plan=plan,
        decision="approve",
        candidate=recommended(make_submitted(cast, make_crisis(cast))),
        decided_at=NOW,
        decided_by=cast.manager,
    ),
}


@pytest.mark.parametrize("deed", FORBIDDEN)
def test_the_database_refuses_on_a_submitted_plan(cast: Cast, crisis: Crisis, deed: str) -> None:
    plan = make_submitted(cast, crisis)
    with pytest.raises(IntegrityError), transaction.atomic():
        FORBIDDEN[deed](cast, plan)


AFTER_APPROVAL: dict[str, Callable[[Cast, Plan], object]] = {
    "a new version beside the approval": lambda cast, plan: Plan.objects.create(
        crisis=plan.crisis, number=9, created_at=NOW, created_by=cast.staff, changed_at=NOW, changed_by=cast.staff
    ),
    "turning the decision": lambda cast, plan: Approval.objects.filter(plan=plan).update(decided_by=cast.admin),
    "deleting the decision": lambda cast, plan: Approval.objects.filter(plan=plan).delete(),
    "void without saying who": lambda cast, plan: Plan.objects.filter(pk=plan.pk).update(status="void"),
    "another word in an approved statement": lambda cast, plan: plan.statements.update(text="別的"),
    "throwing away an approved statement": lambda cast, plan: Statement.objects.filter(plan=plan).delete(),
}


@pytest.mark.parametrize("deed", AFTER_APPROVAL)
def test_the_database_refuses_on_an_approved_plan(cast: Cast, crisis: Crisis, deed: str) -> None:
    plan = make_submitted(cast, crisis)
    approve(cast, plan)
    with pytest.raises(IntegrityError), transaction.atomic():
        AFTER_APPROVAL[deed](cast, plan)
