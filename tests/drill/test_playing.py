"""Practice colleagues: they decide like people, a little later, once strictly, in a drill and nowhere else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.models import Crisis, Plan, Statement
from playbooks.operations.crises import open_crisis
from playbooks.operations.emergency import propose_measure
from playbooks.operations.plans import CosignAsk, draft_of, draft_plan, revise_plan, save_plan, submit_plan
from playbooks.operations.statements import draft_statement, submit_statement
from sentinel.core.models import Membership, User
from sentinel.core.permissions import Role
from sentinel.drill.models import Drill
from sentinel.drill.operations.drills import remove_drill
from sentinel.drill.player import play_parts
from sentinel.drill.practice import THINKS, is_time, judge
from tests.drill.stage import started
from tests.factories import NOW, Cast
from tests.playbooks.stage import plan_words

COMPLETE = (
    "各位消費者關心的鮮乳問題，我們非常重視，對讓大家擔心深感不安，關心每一位受影響的朋友。目前我們已將同批產品下架並送驗，正在查明原因。"
    "若您買到這批產品，請與我們聯絡，客服專線 0800-000-123。最遲今天下午三點前，我們會再說明最新進度。"
)
LONG = timedelta(hours=1)


# --- what is thought ----------------------------------------------------------------------------


@given(st.lists(st.sampled_from(["care", "doing", "contact"])), st.booleans(), st.booleans())
def test_blanks_are_never_let_through_and_gaps_are_objected_to_once(
    missing: list[str], blanks: bool, has_objected: bool
) -> None:
    found = judge(missing, blanks=blanks, has_objected=has_objected)
    assert (found.decision == "object") == (blanks or (bool(missing) and not has_objected))
    assert len(found.missing) == len(set(found.missing))


@given(st.sampled_from(sorted(THINKS)), st.floats(0.25, 60))
def test_thinking_takes_its_time_divided_by_the_speed(kind: str, speed: float) -> None:
    takes = THINKS[kind] / speed
    assert not is_time(kind, NOW, speed, NOW + takes - timedelta(milliseconds=1))
    assert is_time(kind, NOW, speed, NOW + takes)


# --- what is done -------------------------------------------------------------------------------


@pytest.fixture
def drill(cast: Cast) -> Drill:
    return started(cast, with_colleagues=True)


def colleague(drill: Drill, part: str) -> User:
    return User.objects.get(pk=drill.practice[part])


def opened(cast: Cast, drill: Drill | None) -> Crisis:
    topic = drill.topic if drill else None
    return open_crisis(workspace=cast.workspace, title="變質", level=1, summary="", topic=topic, by=cast.staff, now=NOW)


def submitted(crisis: Crisis, by: User, *cosigners: User, text: str = COMPLETE, base: Plan | None = None) -> Plan:
    plan = revise_plan(plan=base, by=by, now=NOW) if base else draft_plan(crisis=crisis, by=by, now=NOW)
    words = plan_words(text) if base is None else replace(draft_of(plan), statements=plan_words(text).statements)
    plan = save_plan(plan=plan, revision=plan.revision, draft=words, by=by, now=NOW)
    asks = [CosignAsk(user=one, department="法務") for one in cosigners]
    submit_plan(plan=plan, cosigns=asks, cosign_due_at=NOW + LONG, by=by, now=NOW)
    return plan


def state(plan: Plan) -> str:
    return Plan.objects.get(pk=plan.pk).status


def after(kind: str, times: int = 1) -> datetime:
    return NOW + times * THINKS[kind]


def test_a_complete_plan_is_approved_with_its_recommended_candidate_after_a_while(cast: Cast, drill: Drill) -> None:
    plan = submitted(opened(cast, drill), cast.staff)
    assert play_parts(now=after("plan") - timedelta(seconds=1)) == 0
    assert play_parts(now=after("plan")) == 1
    assert state(plan) == "approved"
    approval = Plan.objects.get(pk=plan.pk).approval
    assert approval.decided_by == colleague(drill, "manager")
    assert approval.candidate is not None
    assert approval.candidate.is_recommended
    assert play_parts(now=after("plan")) == 0


def test_a_plan_that_lacks_something_goes_back_once_and_says_what(cast: Cast, drill: Drill) -> None:
    crisis = opened(cast, drill)
    first = submitted(crisis, cast.staff, text="我們知道了。")
    play_parts(now=after("plan"))
    assert state(first) == "returned"
    assert len(Plan.objects.get(pk=first.pk).approval.reason) > 10
    second = submitted(crisis, cast.staff, text="我們知道了。", base=first)
    play_parts(now=after("plan"))
    assert state(second) == "approved"


def test_a_blank_goes_back_every_time(cast: Cast, drill: Drill) -> None:
    crisis = opened(cast, drill)
    base = None
    for _turn in range(2):
        base = submitted(crisis, cast.staff, text=COMPLETE + "【發生了什麼】", base=base)
        play_parts(now=after("plan"))
        assert state(base) == "returned"


def test_legal_objects_once_with_a_reason_and_the_manager_waits_for_legal(cast: Cast, drill: Drill) -> None:
    crisis, legal = opened(cast, drill), colleague(drill, "legal")
    plan = submitted(crisis, cast.staff, legal, text="我們知道了。")
    assert play_parts(now=after("cosign")) == 1
    answer = plan.cosigns.get()
    assert (answer.answer, answer.answered_by) == ("object", legal)
    assert answer.comment
    assert play_parts(now=after("cosign") + THINKS["plan"] - timedelta(seconds=1)) == 0
    assert play_parts(now=after("cosign") + THINKS["plan"]) == 1
    again = submitted(crisis, cast.staff, legal, text="我們知道了。", base=plan)
    play_parts(now=after("cosign"))
    assert again.cosigns.get().answer == "agree"


def test_measures_and_holding_statements_are_let_go_quickly(cast: Cast, drill: Drill) -> None:
    crisis = opened(cast, drill)
    measure = propose_measure(crisis=crisis, text="同批下架", by=cast.staff, now=NOW)
    holding = draft_statement(
        crisis=crisis,
        kind="holding",
        channel="site",
        audience="public",
        language="zh-hant",
        text="我們正在了解。",
        by=cast.staff,
        now=NOW,
    )
    submit_statement(statement=holding, by=cast.staff, now=NOW)
    play_parts(now=after("measure"))
    measure.refresh_from_db()
    assert measure.status == "approved"
    play_parts(now=after("statement"))
    holding = Statement.objects.get(pk=holding.pk)
    assert (holding.status, holding.published_by) == ("published", colleague(drill, "manager"))


def test_the_manager_too_signs_where_asked(cast: Cast, drill: Drill) -> None:
    plan = submitted(opened(cast, drill), cast.staff, colleague(drill, "manager"))
    play_parts(now=after("cosign"))
    assert plan.cosigns.get().answer == "agree"


def test_a_person_who_may_publish_does_so_and_where_there_is_none_the_colleague_does(cast: Cast, drill: Drill) -> None:
    crisis = opened(cast, drill)
    submitted(crisis, cast.staff)
    play_parts(now=after("plan"))
    play_parts(now=NOW + LONG)
    assert Statement.objects.get(crisis=crisis).status == "approved"
    Membership.objects.filter(user=cast.manager).update(roles=[Role.ADMIN.value])
    play_parts(now=NOW + LONG)
    assert Statement.objects.get(crisis=crisis).status == "published"


def test_a_real_crisis_in_the_same_workspace_is_never_touched(cast: Cast, drill: Drill) -> None:
    crisis = opened(cast, None)
    plan = submitted(crisis, cast.staff, colleague(drill, "legal"))
    propose_measure(crisis=crisis, text="下架", by=cast.staff, now=NOW)
    assert play_parts(now=NOW + LONG) == 0
    assert state(plan) == "submitted"


def test_without_practice_colleagues_nobody_acts(cast: Cast) -> None:
    plan = submitted(opened(cast, started(cast)), cast.staff)
    assert play_parts(now=NOW + LONG) == 0
    assert state(plan) == "submitted"


def test_a_crisis_that_was_worked_through_is_removed_whole(cast: Cast, drill: Drill) -> None:
    crisis = opened(cast, drill)
    submitted(crisis, cast.staff, colleague(drill, "legal"))
    propose_measure(crisis=crisis, text="下架", by=cast.staff, now=NOW)
    for minutes in (1, 2, 3, 5):
        play_parts(now=NOW + timedelta(minutes=minutes))
    people = list(drill.practice.values())
    remove_drill(drill=drill, by=cast.manager, now=NOW + LONG)
    assert not Crisis.objects.exists()
    assert not User.objects.filter(pk__in=people).exists()
