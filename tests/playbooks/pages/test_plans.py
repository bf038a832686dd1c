"""A plan's pages: nothing typed is lost, checks follow the verdict, the list begins with what waits."""

from dataclasses import replace

import pytest

from playbooks.forms.plans import commanded
from playbooks.models import Crisis, PlanAuthor
from playbooks.operations.assessing import assess
from playbooks.operations.plans import (
    answer_cosign,
    draft_of,
    draft_plan,
    save_plan,
    submit_plan,
    withdraw_plan,
)
from playbooks.plan_drafts import PlanDraft
from playbooks.queries.approvals import change_lines, waiting_for
from sentinel.core.access import membership_of
from tests.factories import NOW, Cast
from tests.playbooks.pages.plan_forms import FETCH, editing, fields_of, of
from tests.playbooks.stage import (
    make_draft,
    make_submitted,
    plan_words,
)
from tests.reading import signed_in, text_of

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
