"""What a stage has and what is missing: advice that only ever shrinks as things come to be there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.readiness import ITEMS, STAKEHOLDER_KINDS, Item, Progress, gaps, next_stage, ready
from playbooks.workflow import Stage

DUE = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
EVERYTHING = Progress(
    has_earliest=True,
    evidence=1,
    facts=1,
    commander="志明",
    spokesperson="雅婷",
    is_assessed=True,
    verdict="true",
    responsibility="preventable",
    stakeholder_kinds=STAKEHOLDER_KINDS,
    has_diagnosis=True,
    has_approved_plan=True,
    has_position=True,
    tasks=2,
    has_cause=True,
    has_department=True,
    has_lessons=True,
    actions=1,
)
GIVEN = st.fixed_dictionaries(
    {
        name: st.just(getattr(EVERYTHING, name)) | st.just(getattr(Progress(), name))
        for name in Progress.__dataclass_fields__
        if name not in ("open_measures", "open_tasks", "position_due_at")
    }
)


def codes(stage: Stage, progress: Progress) -> list[Item]:
    return [gap.code for gap in gaps(stage, progress)]


@pytest.mark.parametrize("stage", list(Stage))
def test_where_everything_is_there_nothing_is_missing(stage: Stage) -> None:
    assert gaps(stage, EVERYTHING) == ()


def test_a_fresh_crisis_lacks_everything_but_what_nobody_has_begun() -> None:
    assert ready(Progress()) == {Item.MEASURES}


@pytest.mark.parametrize("stage", list(Stage))
@given(given=GIVEN)
def test_what_is_missing_is_what_is_not_ready_in_the_order_of_the_stage(stage: Stage, given: dict[str, Any]) -> None:
    progress = Progress(**given)
    assert codes(stage, progress) == [item for item in ITEMS[stage] if item not in ready(progress)]


@given(given=GIVEN)
def test_more_that_is_there_never_lacks_more(given: dict[str, Any]) -> None:
    assert ready(Progress(**given)) <= ready(EVERYTHING)


def test_every_item_belongs_to_one_stage() -> None:
    assert sorted(item for items in ITEMS.values() for item in items) == sorted(Item)


def test_a_verdict_that_is_pending_is_no_verdict() -> None:
    assert codes(Stage.ASSESS, replace(EVERYTHING, verdict="pending")) == [Item.VERDICT]


def test_each_kind_of_stakeholder_needs_a_measure() -> None:
    some = replace(EVERYTHING, stakeholder_kinds=STAKEHOLDER_KINDS - {"media"})
    assert codes(Stage.ASSESS, some) == [Item.STAKEHOLDERS]


def test_an_open_task_or_measure_keeps_the_stage_of_acting_open() -> None:
    assert codes(Stage.ACT, replace(EVERYTHING, open_tasks=1)) == [Item.TASKS]
    assert codes(Stage.ACT, replace(EVERYTHING, open_measures=1)) == [Item.MEASURES]


def test_the_plan_is_the_commanders_and_due_before_the_position() -> None:
    [gap] = gaps(Stage.ASSESS, replace(EVERYTHING, has_approved_plan=False, position_due_at=DUE))
    assert (gap.code, gap.owner, gap.due_at) == (Item.PLAN, "志明", DUE)


def test_the_position_is_the_spokespersons() -> None:
    [gap] = gaps(Stage.ACT, replace(EVERYTHING, has_position=False, position_due_at=DUE))
    assert (gap.owner, gap.due_at) == ("雅婷", DUE)


def test_the_stages_follow_each_other() -> None:
    assert [next_stage(stage) for stage in Stage] == [Stage.ASSESS, Stage.ACT, Stage.REVIEW, None]
