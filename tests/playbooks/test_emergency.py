"""Stopping the harm at any stage, through one fast approver; statements outside a plan."""

import pytest
from django.db import IntegrityError, transaction

from playbooks.channels import Language
from playbooks.drafts import holding_draft
from playbooks.models import Crisis, EmergencyMeasure, HoldingText, Statement
from playbooks.operations.emergency import (
    approve_measure,
    authorise_holding_text,
    decline_measure,
    finish_measure,
    propose_measure,
    release_holding,
)
from playbooks.operations.statements import (
    approve_statement,
    discard_statement,
    draft_statement,
    edit_statement,
    publish_statement,
    return_statement,
    submit_statement,
)
from playbooks.operations.tasks import add_task, cancel_task, finish_task, hand_over, reopen_task
from sentinel.core.operations import WrongStateError
from tests.factories import NOW, Cast
from tests.playbooks.stage import LATER, make_draft

pytestmark = pytest.mark.django_db
HOLDING = holding_draft(Language.ZH_HANT, {}).text


def draft(cast: Cast, crisis: Crisis, text: str = "下午三點前再說明。") -> Statement:
    return draft_statement(
        crisis=crisis,
        kind="update",
        channel="site",
        audience="public",
        language="zh-hant",
        text=text,
        by=cast.staff,
        now=NOW,
    )


def holding_text(cast: Cast) -> HoldingText:
    return authorise_holding_text(workspace=cast.workspace, language="zh-hant", text=HOLDING, by=cast.manager, now=NOW)


def test_a_measure_is_proposed_approved_and_done(cast: Cast, crisis: Crisis) -> None:
    measure = propose_measure(crisis=crisis, text="通路暫停販售", owner=cast.staff, by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="not-approved"):
        finish_measure(measure=measure, result="", by=cast.staff, now=NOW)
    approve_measure(measure=measure, by=cast.manager, now=NOW)
    finish_measure(measure=measure, result="四家已下架", by=cast.staff, now=LATER)
    measure.refresh_from_db()
    assert (measure.status, measure.decided_by, measure.done_by) == ("done", cast.manager, cast.staff)
    with pytest.raises(WrongStateError, match="decided"):
        decline_measure(measure=measure, note="太晚", by=cast.manager, now=LATER)


def test_a_manager_alone_at_night_may_order_a_measure(cast: Cast, crisis: Crisis) -> None:
    measure = propose_measure(crisis=crisis, text="停機檢查", by=cast.manager, now=NOW)
    approve_measure(measure=measure, by=cast.manager, now=NOW)
    measure.refresh_from_db()
    assert measure.status == "approved"


def test_declining_says_why(cast: Cast, crisis: Crisis) -> None:
    measure = propose_measure(crisis=crisis, text="全面召回", by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="reason-missing"):
        decline_measure(measure=measure, note=" ", by=cast.manager, now=NOW)
    decline_measure(measure=measure, note="批號未明", by=cast.manager, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyMeasure.objects.filter(pk=measure.pk).update(decision_note="")


def test_the_holding_statement_that_was_authorised_ahead_goes_out_in_one_step(cast: Cast, crisis: Crisis) -> None:
    words = holding_text(cast)
    given = {"crisis": crisis, "holding_text": words, "channel": "site", "audience": "public"}
    with pytest.raises(WrongStateError, match="blank-left"):
        release_holding(**given, text=words.text, next_update_at=LATER, by=cast.manager, now=NOW)
    statement = release_holding(**given, text="我們看到了影片。", next_update_at=LATER, by=cast.manager, now=NOW)
    statement.refresh_from_db()
    assert (statement.status, statement.published_by, statement.next_update_at) == ("published", cast.manager, LATER)


def test_the_newest_text_that_was_authorised_counts(cast: Cast) -> None:
    assert [holding_text(cast).number, holding_text(cast).number] == [1, 2]


def test_a_statement_goes_out_after_somebody_else_approved_it(cast: Cast, crisis: Crisis) -> None:
    statement = draft(cast, crisis)
    with pytest.raises(WrongStateError, match="not-approved"):
        publish_statement(statement=statement, url="", by=cast.manager, now=NOW)
    submit_statement(statement=statement, by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="author"):
        approve_statement(statement=statement, by=cast.staff, now=NOW)
    approve_statement(statement=statement, by=cast.manager, now=NOW)
    publish_statement(statement=statement, url="https://yaori.example/1", by=cast.manager, now=LATER)
    statement.refresh_from_db()
    assert (statement.status, statement.published_at) == ("published", LATER)


def test_who_edits_a_statement_wrote_it(cast: Cast, crisis: Crisis) -> None:
    statement = draft(cast, crisis)
    words = {"channel": "site", "audience": "public", "title": "", "next_update_at": None}
    edit_statement(statement=statement, **words, text="志明改的。", by=cast.manager, now=NOW)  # type: ignore[arg-type]
    submit_statement(statement=statement, by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="author"):
        approve_statement(statement=statement, by=cast.manager, now=NOW)


def test_a_statement_comes_back_with_a_reason_and_as_a_draft(cast: Cast, crisis: Crisis) -> None:
    statement = draft(cast, crisis)
    submit_statement(statement=statement, by=cast.staff, now=NOW)
    return_statement(statement=statement, reason="少了聯絡方式", by=cast.manager, now=NOW)
    statement.refresh_from_db()
    assert (statement.status, statement.return_reason) == ("draft", "少了聯絡方式")
    discard_statement(statement=statement, by=cast.staff, now=NOW)
    assert not Statement.objects.filter(pk=statement.pk).exists()


def test_one_of_a_plan_is_decided_with_its_plan(cast: Cast, crisis: Crisis) -> None:
    statement = make_draft(cast, crisis).statements.get()
    with pytest.raises(WrongStateError, match="part-of-plan"):
        submit_statement(statement=statement, by=cast.staff, now=NOW)


FORBIDDEN = {
    "approving one's own words": {"status": "approved", "approved_at": NOW, "approved_by": "staff"},
    "publishing without approval": {"status": "published", "published_at": NOW, "published_by": "manager"},
}


@pytest.mark.parametrize("deed", FORBIDDEN)
def test_the_database_refuses_on_a_statement(cast: Cast, crisis: Crisis, deed: str) -> None:
    statement = draft(cast, crisis)
    fields = {
        name: getattr(cast, value, value) if name.endswith("_by") else value for name, value in FORBIDDEN[deed].items()
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(**fields)


def test_the_database_keeps_what_was_published(cast: Cast, crisis: Crisis) -> None:
    words = holding_text(cast)
    statement = release_holding(
        crisis=crisis,
        holding_text=words,
        text="我們看到了影片。",
        channel="site",
        audience="public",
        next_update_at=None,
        by=cast.manager,
        now=NOW,
    )
    for change in ({"text": "別的"}, {"published_at": LATER}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Statement.objects.filter(pk=statement.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).delete()


def test_a_task_is_handed_over_done_and_opened_again(cast: Cast, crisis: Crisis) -> None:
    task = add_task(crisis=crisis, text="通知通路", owner=None, due_at=None, by=cast.staff, now=NOW)
    hand_over(task=task, owner=cast.manager, due_at=LATER, by=cast.staff, now=NOW)
    finish_task(task=task, result="", by=cast.manager, now=NOW)
    with pytest.raises(WrongStateError, match="done"):
        finish_task(task=task, result="", by=cast.manager, now=NOW)
    reopen_task(task=task, by=cast.staff, now=NOW)
    cancel_task(task=task, by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="cancelled"):
        finish_task(task=task, result="", by=cast.staff, now=NOW)


def test_a_public_promise_is_done_when_something_shows_it(cast: Cast, crisis: Crisis) -> None:
    promise = add_task(
        crisis=crisis, kind="promise", text="公布檢驗結果", owner=cast.staff, due_at=LATER, by=cast.staff, now=NOW
    )
    with pytest.raises(WrongStateError, match="result-missing"):
        finish_task(task=promise, result=" ", by=cast.staff, now=NOW)
    finish_task(task=promise, result="官網報告 2026-03-02", by=cast.staff, now=NOW)
