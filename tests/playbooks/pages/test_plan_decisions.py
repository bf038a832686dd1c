"""A plan is submitted and decided on: what changed is shown, who wrote it does not decide, others sign along."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from playbooks.models import Approval, Crisis, Plan
from playbooks.operations.crises import close_crisis
from playbooks.operations.plans import (
    approve_plan,
    return_plan,
    revise_plan,
    save_plan,
    submit_plan,
    withdraw_plan,
)
from playbooks.queries.approvals import change_lines, changes_for, figures_at
from sentinel.core.permissions import Role
from tests.factories import NOW, Cast, join, make_user
from tests.playbooks.pages.plan_forms import FETCH, editing, fields_of, of
from tests.playbooks.stage import (
    MINUTE,
    make_crisis,
    make_draft,
    make_post,
    make_submitted,
    make_topic,
    plan_words,
    recommended,
)
from tests.reading import signed_in, text_of

# --- submitting


def test_submitting_asks_for_co_signatures_and_names_who_can_decide(cast: Cast, crisis: Crisis) -> None:
    signer = make_user("葉書安")
    join(cast.workspace, signer, Role.STAFF)
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    asked = {"cosigns-0-department": "法務", "cosigns-0-signer": signer.pk, "cosigns-0-deputy": cast.manager.pk}
    page = client.post(of(plan, "submit/"), {**form, **asked}, follow=True)
    assert "陳志明 can decide on it." in text_of(page)
    cosign = plan.cosigns.get()
    assert (cosign.department, cosign.signer, cosign.deputy) == ("法務", signer, cast.manager)


def test_what_is_missing_hinders_nobody_and_the_approver_reads_it(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    client.post(of(plan, "submit/"), form)
    plan.refresh_from_db()
    assert plan.status == "submitted"
    assert "Website: Care for those concerned" in text_of(signed_in(cast.manager).get(of(plan, "approve/")))


def test_without_a_recommendation_it_is_not_submitted_and_nothing_is_lost(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    del form["recommended"]
    page = client.post(of(plan, "submit/"), {**form, "stance": "還在"}, follow=True)
    assert "Recommend one of the candidates" in text_of(page)
    plan.refresh_from_db()
    assert (plan.status, plan.stance) == ("draft", "還在")


def test_who_is_asked_stays_in_the_form_until_then(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    client.post(of(plan, "save/"), {**form, "cosigns-0-department": "法務", "cosigns-0-signer": cast.manager.pk})
    again = fields_of(client.get(of(plan)))
    assert (again["cosigns-0-department"], again["cosigns-0-signer"]) == ("法務", str(cast.manager.pk))


def test_nobody_is_their_own_deputy(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    me = cast.manager.pk
    both = {**form, "cosigns-0-department": "法務", "cosigns-0-signer": me, "cosigns-0-deputy": me}
    assert "somebody else than the signer" in text_of(client.post(of(plan, "submit/"), both))
    assert not plan.cosigns.exists()


# --- deciding


def test_an_author_is_refused_in_words_and_by_the_database(cast: Cast, crisis: Crisis) -> None:
    cast.workspace.memberships.filter(user=cast.staff).update(roles=[Role.STAFF, Role.MANAGER])
    plan = make_submitted(cast, crisis)
    client = signed_in(cast.staff)
    shown = text_of(client.get(of(plan, "approve/")))
    assert "who wrote it does not decide on it" in shown
    assert "Can decide: 陳志明" in shown
    assert "Send back" not in shown
    answer = client.post(of(plan, "approve/decide/"), {"candidate": recommended(plan).pk})
    assert answer.status_code == 409
    assert "Ask another manager" in text_of(answer)
    with pytest.raises(IntegrityError, match="an author does not decide"), transaction.atomic():
        Approval.objects.create(
            plan=plan, decision="approve", candidate=recommended(plan), decided_at=NOW, decided_by=cast.staff
        )


def test_staff_are_told_who_decides(cast: Cast, crisis: Crisis) -> None:
    reader = make_user("許承恩")
    join(cast.workspace, reader, Role.STAFF)
    plan = make_submitted(cast, crisis)
    assert "Managers decide. Can decide: 陳志明" in text_of(signed_in(reader).get(of(plan, "approve/")))
    assert signed_in(reader).post(of(plan, "approve/decide/")).status_code == 403


def test_the_button_names_the_candidate_and_approving_it_begins_the_tasks(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    client = signed_in(cast.manager)
    assert "Approve A v1" in text_of(client.get(of(plan, "approve/")))
    page = client.post(
        of(plan, "approve/decide/"), {"candidate": recommended(plan).pk, "reason": "先止血"}, follow=True
    )
    assert "Candidate A of version 1 is approved." in text_of(page)
    assert crisis.tasks.get().text == "通知通路"


def test_sending_back_asks_for_a_reason_and_keeps_what_is_typed(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    client = signed_in(cast.manager)
    refused = client.post(of(plan, "return/"), {"reason": "寫明時間"})
    assert refused.status_code == 422
    assert "Choose a reason and say what should be changed." in text_of(refused)
    assert "寫明時間" in text_of(refused)
    client.post(of(plan, "return/"), {"quick": "Something is missing", "reason": "寫明時間"})
    assert plan.approval.reason == "Something is missing: 寫明時間"
    shown = text_of(signed_in(cast.staff).get(of(plan)))
    assert "Sent back: Something is missing: 寫明時間" in shown


def test_a_decision_that_comes_too_late_is_refused_in_a_sentence(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    client = signed_in(cast.manager)
    withdraw_plan(plan=plan, by=cast.staff, now=NOW)
    answer = client.post(of(plan, "approve/decide/"), {"candidate": recommended(plan).pk})
    assert answer.status_code == 409
    assert "This is not waiting for a decision any more." in text_of(answer)


def test_editing_an_approved_plan_says_that_it_voids_the_approval_and_does(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    approve_plan(plan=plan, candidate=recommended(plan), reason="", by=cast.manager, now=NOW)
    client = signed_in(cast.staff)
    assert "Editing voids the approval" in text_of(client.get(of(plan)))
    client.post(of(plan, "revise/"))
    plan.refresh_from_db()
    assert plan.status == "void"
    assert plan.approval.voided_by == cast.staff
    shown = text_of(client.get(of(plan, "approve/")))
    assert "which voided the approval" in shown
    assert "Draft" in text_of(client.get(f"/w/yaori/crises/{crisis.pk}/plan/"))


def test_a_version_that_is_no_draft_is_read_alone(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=NOW)
    assert b"plan-form" not in client.get(of(plan)).content
    assert client.post(of(plan, "save/"), form, headers=FETCH).status_code == 409


def test_a_closed_crisis_has_no_more_plans_to_write(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    close_crisis(crisis=crisis, note="落幕", by=cast.manager, now=NOW)
    shown = text_of(signed_in(cast.staff).get(of(plan)))
    assert "The crisis is closed." in shown
    assert "Submit v1" not in shown


# --- what changed, and how things stand


def second_version(cast: Cast, crisis: Crisis) -> Plan:
    """志明 sent the first back; 雅婷 named the time."""
    first = make_submitted(cast, crisis)
    return_plan(plan=first, reason="沒有證據", by=cast.manager, now=NOW)
    plan = revise_plan(plan=first, by=cast.staff, now=NOW)
    words = plan_words("我們正在查明，今天 15:00 前再說明。")
    save_plan(plan=plan, revision=plan.revision, draft=words, by=cast.staff, now=NOW)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=NOW)
    plan.refresh_from_db()
    return plan


def test_who_decides_reads_what_changed_since_they_last_decided(cast: Cast, crisis: Crisis) -> None:
    plan = second_version(cast, crisis)
    changes = changes_for(plan, cast.manager)
    assert changes.base is not None
    assert (changes.base.number, changes.decision is not None) == (1, True)
    assert [(line.old, line.new) for line in changes.shown] == [("下午三點", "今天 15:00")]
    shown = text_of(signed_in(cast.manager).get(of(plan, "approve/")))
    assert "against v1, which you sent back" in shown
    assert "Your reason: 沒有證據" in shown


def test_a_changed_candidate_tells_what_of_it_changed() -> None:
    words = plan_words()
    first, second = words.candidates
    dearer = replace(words, candidates=(first, replace(second, cost_high=1_300_000)))
    (line,) = change_lines(words, dearer)
    assert (line.old, line.new) == ("1,120,000–1,240,000", "1,120,000–1,300,000")


def test_two_versions_that_say_the_same_have_no_changes() -> None:
    assert list(change_lines(plan_words(), plan_words())) == []


def test_the_situation_is_counted_the_same_way_then_and_now(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    make_post(cast, at=NOW - 10 * MINUTE, topic=topic)
    make_post(cast, at=NOW + 10 * MINUTE, topic=topic)
    then, now = figures_at(crisis, NOW), figures_at(crisis, NOW + 20 * MINUTE)
    assert (then.volume, now.volume) == (1, 2)
    assert then.negative_share == 1.0
    assert figures_at(crisis, NOW + timedelta(hours=5)).negative_share is None


def test_without_a_word_of_an_authority_it_is_not_captured(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = make_crisis(cast, topic=topic)
    plan = make_submitted(cast, crisis)
    client = signed_in(cast.manager)
    assert "Authorities in public Not captured" in text_of(client.get(of(plan, "approve/")))
    post = make_post(cast, "衛生局：已派員稽查", at=timezone.now() - timedelta(minutes=5), topic=topic)
    post.url = "https://www.health.gov.tw/news/1"
    post.save(update_fields=["url"])
    assert "Authorities in public Not captured" not in text_of(client.get(of(plan, "approve/")))


# --- co-signing


def test_a_signer_objects_with_a_comment_alone(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis, cast.manager)
    cosign = plan.cosigns.get()
    client, address = signed_in(cast.manager), f"/w/yaori/cosigns/{cosign.pk}/answer/"
    assert "You are asked for 法務." in text_of(client.get(of(plan, "approve/")))
    refused = client.post(address, {"answer": "object", "comment": ""})
    assert (refused.status_code, "Give a reason." in text_of(refused)) == (409, True)
    client.post(address, {"answer": "object", "comment": "檢驗來不及"})
    cosign.refresh_from_db()
    assert (cosign.answer, cosign.comment) == ("object", "檢驗來不及")
    assert "檢驗來不及" in text_of(client.get(of(plan, "approve/")))


def test_nobody_signs_for_somebody_else(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis, cast.manager)
    answer = signed_in(cast.staff).post(f"/w/yaori/cosigns/{plan.cosigns.get().pk}/answer/", {"answer": "agree"})
    assert "Only the person asked or the deputy co-signs." in text_of(answer)
