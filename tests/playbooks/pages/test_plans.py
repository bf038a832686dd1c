"""A plan's pages: nothing typed is lost, checks follow the verdict, who wrote it does not decide on it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from playbooks.forms.plans import commanded
from playbooks.models import Approval, Crisis, Plan, PlanAuthor
from playbooks.operations.assessing import assess
from playbooks.operations.crises import close_crisis
from playbooks.operations.plans import (
    answer_cosign,
    approve_plan,
    draft_of,
    draft_plan,
    return_plan,
    revise_plan,
    save_plan,
    submit_plan,
    withdraw_plan,
)
from playbooks.plan_drafts import PlanDraft
from playbooks.queries.approvals import change_lines, changes_for, figures_at, waiting_for
from sentinel.core.access import membership_of
from sentinel.core.models import User
from sentinel.core.permissions import Role
from tests.factories import NOW, Cast, join, make_user
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

FETCH = {"X-Requested-With": "fetch"}


def of(plan: Plan, verb: str = "") -> str:
    return f"/w/yaori/plans/{plan.pk}/{verb}"


def fields_of(response: HttpResponse, form: str = "#plan-form") -> dict[str, Any]:
    """What a browser would send of the form as it is shown."""
    found = LexborHTMLParser(response.content.decode()).css_first(form)
    assert found is not None
    sent: dict[str, Any] = {}
    for node in found.css("input[name], textarea[name], select[name]"):
        name, kind = str(node.attributes["name"]), node.attributes.get("type")
        if kind in ("radio", "checkbox"):
            if "checked" in node.attributes:
                sent.setdefault(name, []).append(node.attributes.get("value") or "on")
        elif node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            sent[name] = chosen.attributes.get("value") or "" if chosen else ""
        else:
            sent[name] = node.text() if node.tag == "textarea" else node.attributes.get("value") or ""
    return sent


def editing(user: User, plan: Plan) -> tuple[Client, dict[str, Any]]:
    """The person's browser with the plan open, and what its form holds."""
    client = signed_in(user)
    return client, fields_of(client.get(of(plan)))


# --- drafting


def test_a_crisis_without_a_plan_invites_to_draft_one(cast: Cast, crisis: Crisis) -> None:
    client = signed_in(cast.staff)
    page = client.get(f"/w/yaori/crises/{crisis.pk}/plan/")
    assert "There is no plan yet" in text_of(page)
    answer = client.post(f"/w/yaori/crises/{crisis.pk}/plan/draft/")
    plan = crisis.plans.get()
    assert answer.headers["Location"] == of(plan)
    assert plan.status == "draft"


def test_the_first_texts_follow_the_verdict_with_their_blanks_to_see(cast: Cast, crisis: Crisis) -> None:
    plan = draft_plan(crisis=crisis, by=cast.staff, now=NOW)
    pending = text_of(signed_in(cast.staff).get(of(plan)))
    assert "admit and deny no fault" in pending
    assert "【聯絡方式】" in pending
    assert "Missing: Apology" not in pending


def assessed(cast: Cast, crisis: Crisis, verdict: str) -> None:
    assess(
        crisis=crisis, level=1, level_reason="影片屬實", verdict=verdict, verdict_evidence="檢驗報告",
        responsibility="preventable", responsibility_reason="清洗程序", has_history=False, reputation="neutral",
        victims="", damage="", impact="", diagnosis="", by=cast.staff, now=NOW,
    )  # fmt: skip


def test_a_turn_of_facts_is_told_to_who_decides_and_the_next_draft_follows_it(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    assessed(cast, crisis, "true")
    for address in (of(plan), of(plan, "approve/")):
        assert "The facts have turned: the verdict is now “True”." in text_of(signed_in(cast.manager).get(address))
    withdraw_plan(plan=plan, by=cast.staff, now=NOW)
    shown = text_of(signed_in(cast.staff).get(of(plan)))
    assert "The facts have turned" not in shown
    assert "Missing: Apology" in shown


def test_a_drill_is_marked_on_every_page_of_its_plan(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis)
    Crisis.objects.filter(pk=crisis.pk).update(is_drill=True)
    for address in (of(plan), of(plan, "approve/"), "/w/yaori/plans/"):
        assert b"drill-tag" in signed_in(cast.manager).get(address).content


def test_a_true_verdict_asks_for_an_apology(cast: Cast, crisis: Crisis) -> None:
    assessed(cast, crisis, "true")
    plan = draft_plan(crisis=crisis, by=cast.staff, now=NOW)
    save_plan(plan=plan, revision=plan.revision, draft=plan_words(), by=cast.staff, now=NOW)
    shown = text_of(signed_in(cast.staff).get(of(plan)))
    assert "It is true: apologise" in shown
    assert "Missing: Apology" in shown


def test_the_form_sends_back_what_was_kept(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    before = draft_of(plan)
    client, form = editing(cast.staff, plan)
    client.post(of(plan, "save/"), form)
    assert draft_of(plan) == before


def test_the_order_in_which_strategies_were_chosen_is_no_difference(cast: Cast, crisis: Crisis) -> None:
    words = plan_words()
    first = replace(words.candidates[0], strategies=["adjusting", "instructing"])
    turned = replace(words, candidates=(first, *words.candidates[1:]))
    assert list(change_lines(words, turned)) == []
    plan = make_draft(cast, crisis)
    save_plan(plan=plan, revision=plan.revision, draft=turned, by=cast.staff, now=NOW)
    client, form = editing(cast.manager, plan)
    client.post(of(plan, "save/"), form)
    assert not PlanAuthor.objects.filter(plan=plan, user=cast.manager).exists()


def test_what_changes_nothing_makes_nobody_an_author(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.manager, plan)
    client.post(of(plan, "save/"), form, headers=FETCH)
    assert not PlanAuthor.objects.filter(plan=plan, user=cast.manager).exists()
    client.post(of(plan, "save/"), {**form, "stance": "另一種立場"}, headers=FETCH)
    assert PlanAuthor.objects.filter(plan=plan, user=cast.manager).exists()


def test_a_save_by_script_answers_with_the_parts_and_the_next_revision(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    text = "我們高度重視。請撥 0800-000-117。"
    answer = client.post(of(plan, "save/"), {**form, "statements-0-text": text}, headers=FETCH)
    plan.refresh_from_db()
    assert f'data-revision="{plan.revision}"' in answer.content.decode()
    assert plan.statements.get().text == text
    assert "Official language: “高度重視” Say what was done, and when." in text_of(answer)
    assert "Missing: How to reach us" not in text_of(answer)


def test_checking_keeps_nothing(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    answer = client.post(of(plan, "check/"), {**form, "statements-0-text": "聯絡：【聯絡方式】"}, headers=FETCH)
    assert "Still to fill in: 【聯絡方式】" in text_of(answer)
    plan.refresh_from_db()
    assert plan.statements.get().text == plan_words().statements[0].text


def test_what_cannot_be_kept_is_said_and_stays_in_the_form(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    wrong = {**form, "candidates-0-cost_low": "9", "candidates-0-cost_high": "1", "stance": "不能丟"}
    page = client.post(of(plan, "save/"), wrong)
    assert page.status_code == 422
    assert "The upper end of the cost lies below the lower one." in text_of(page)
    assert fields_of(page)["stance"] == "不能丟"
    assert client.post(of(plan, "save/"), wrong, headers=FETCH).status_code == 422


def test_when_somebody_saved_meanwhile_both_texts_are_kept(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    mine, form = editing(cast.staff, plan)
    theirs, other = editing(cast.manager, plan)
    theirs.post(of(plan, "save/"), {**other, "stance": "志明的立場"})
    typed = {**form, "stance": "雅婷的立場"}
    assert mine.post(of(plan, "save/"), typed, headers=FETCH).status_code == 409
    page = mine.post(of(plan, "save/"), typed)
    assert page.status_code == 409
    assert "陳志明 saved another text" in text_of(page)
    assert "志明的立場" in text_of(page)
    again = fields_of(page)
    assert again["stance"] == "雅婷的立場"
    plan.refresh_from_db()
    assert plan.stance == "志明的立場"
    mine.post(of(plan, "save/"), again)
    plan.refresh_from_db()
    assert plan.stance == "雅婷的立場"


# --- rows


def test_buttons_add_move_and_remove_rows_and_keep_what_is_typed(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    client, form = editing(cast.staff, plan)
    client.post(of(plan, "save/"), {**form, "do": "candidate-add", "stance": "順便改的"})
    plan.refresh_from_db()
    assert (plan.candidates.count(), plan.stance) == (3, "順便改的")
    client.post(of(plan, "save/"), {**editing(cast.staff, plan)[1], "do": "statement-add", "new_channel": "press"})
    press = plan.statements.get(channel="press")
    assert "曜日乳業" in press.text
    assert press.audience == "media"


def words_after(command: str) -> PlanDraft:
    return commanded(plan_words(), command)


def test_a_candidate_moves_with_its_recommendation() -> None:
    moved = words_after("candidate-right:0").candidates
    assert [(one.title, one.is_recommended) for one in moved] == [("主動召回", False), ("維持停售，公開檢驗", True)]


@pytest.mark.parametrize(
    "command", ["", "candidate-left:0", "candidate-right:1", "item-remove:9", "nonsense:1", "item-remove:x"]
)
def test_a_command_that_does_not_fit_changes_nothing(command: str) -> None:
    assert words_after(command) == plan_words()


def test_there_are_four_candidates_at_most() -> None:
    draft = plan_words()
    for _time in range(4):
        draft = commanded(draft, "candidate-add")
    assert len(draft.candidates) == 4


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


# --- lists


def test_the_list_begins_with_what_waits_for_the_reader(cast: Cast, crisis: Crisis) -> None:
    plan = make_submitted(cast, crisis, cast.manager)
    shown = text_of(signed_in(cast.manager).get("/w/yaori/plans/"))
    assert shown.index("Waiting for your decision 1") < shown.index("Waiting for your co-signature 1")
    theirs = text_of(signed_in(cast.staff).get("/w/yaori/plans/"))
    assert "Nothing waits for your decision." in theirs
    assert "Submitted 1" in theirs
    answer_cosign(cosign=plan.cosigns.get(), answer="agree", comment="", by=cast.manager, now=NOW)
    assert "co-signature" not in text_of(signed_in(cast.manager).get("/w/yaori/plans/"))


def test_what_waits_is_a_fragment_for_other_pages(cast: Cast, crisis: Crisis) -> None:
    assert signed_in(cast.manager).get("/w/yaori/plans/waiting/").content.strip() == b""
    make_submitted(cast, crisis)
    assert "Decide on plan v1" in text_of(signed_in(cast.manager).get("/w/yaori/plans/waiting/"))
    assert signed_in(cast.staff).get("/w/yaori/plans/waiting/").content.strip() == b""


def test_one_s_own_plan_waits_for_somebody_else(cast: Cast, crisis: Crisis) -> None:
    plan = make_draft(cast, crisis)
    words = plan_words("志明寫的")
    save_plan(plan=plan, revision=plan.revision, draft=words, by=cast.manager, now=NOW)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=cast.staff, now=NOW)
    assert not waiting_for(membership_of(cast.manager, "yaori")).exists()
    assert "Nobody else can: invite another manager." in text_of(signed_in(cast.manager).get(of(plan, "approve/")))
