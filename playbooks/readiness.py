"""What a stage has and what is missing before the next one: it advises, it never blocks (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from playbooks.strategy import Responsibility, Verdict
from playbooks.workflow import Stage

STAKEHOLDER_KINDS = frozenset({"victims", "authorities", "partners", "media", "public"})


class Item(StrEnum):
    """Something that a stage should have; an edge words it and knows where it is done."""

    EARLIEST = "earliest"  # the earliest captured post is known
    EVIDENCE = "evidence"
    FACTS = "facts"
    COMMANDER = "commander"
    SPOKESPERSON = "spokesperson"
    ASSESSMENT = "assessment"
    VERDICT = "verdict"
    RESPONSIBILITY = "responsibility"
    STAKEHOLDERS = "stakeholders"  # each of the five kinds has a measure
    DIAGNOSIS = "diagnosis"
    PLAN = "plan"
    MEASURES = "measures"  # every emergency measure is decided and finished
    POSITION = "position"
    TASKS = "tasks"
    CAUSE = "cause"
    DEPARTMENT = "department"
    LESSONS = "lessons"
    ACTIONS = "actions"


ITEMS: dict[Stage, tuple[Item, ...]] = {
    Stage.COLLECT: (Item.EARLIEST, Item.EVIDENCE, Item.FACTS, Item.COMMANDER, Item.SPOKESPERSON),
    Stage.ASSESS: (
        Item.ASSESSMENT,
        Item.VERDICT,
        Item.RESPONSIBILITY,
        Item.STAKEHOLDERS,
        Item.DIAGNOSIS,
        Item.PLAN,
    ),
    Stage.ACT: (Item.MEASURES, Item.POSITION, Item.TASKS),
    Stage.REVIEW: (Item.CAUSE, Item.DEPARTMENT, Item.LESSONS, Item.ACTIONS),
}
# Whose they are: everything else is the commander's.
_SPOKEN = frozenset({Item.POSITION})
_BEFORE_POSITION = frozenset({Item.ASSESSMENT, Item.PLAN, Item.POSITION})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crisis is. Names are empty where nobody has the seat; `position_due_at` is the golden four hours'
    end, None when the position is out."""

    has_earliest: bool = False
    evidence: int = 0
    facts: int = 0
    commander: str = ""
    spokesperson: str = ""
    is_assessed: bool = False
    verdict: str = Verdict.PENDING
    responsibility: str = Responsibility.UNKNOWN
    stakeholder_kinds: frozenset[str] = frozenset()
    has_diagnosis: bool = False
    has_approved_plan: bool = False
    open_measures: int = 0
    has_position: bool = False
    tasks: int = 0
    open_tasks: int = 0
    has_cause: bool = False
    has_department: bool = False
    has_lessons: bool = False
    actions: int = 0
    position_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing, until when it is needed, and whose it is ("" where nobody has the seat)."""

    code: Item
    due_at: datetime | None
    owner: str


def ready(progress: Progress) -> frozenset[Item]:
    """Everything that is there, of whatever stage."""
    there = {
        Item.EARLIEST: progress.has_earliest,
        Item.EVIDENCE: progress.evidence > 0,
        Item.FACTS: progress.facts > 0,
        Item.COMMANDER: bool(progress.commander),
        Item.SPOKESPERSON: bool(progress.spokesperson),
        Item.ASSESSMENT: progress.is_assessed,
        Item.VERDICT: progress.is_assessed and progress.verdict != Verdict.PENDING,
        Item.RESPONSIBILITY: progress.is_assessed and progress.responsibility != Responsibility.UNKNOWN,
        Item.STAKEHOLDERS: progress.stakeholder_kinds >= STAKEHOLDER_KINDS,
        Item.DIAGNOSIS: progress.has_diagnosis,
        Item.PLAN: progress.has_approved_plan,
        Item.MEASURES: progress.open_measures == 0,
        Item.POSITION: progress.has_position,
        Item.TASKS: progress.tasks > 0 and progress.open_tasks == 0,
        Item.CAUSE: progress.has_cause,
        Item.DEPARTMENT: progress.has_department,
        Item.LESSONS: progress.has_lessons,
        Item.ACTIONS: progress.actions > 0,
    }
    return frozenset(item for item, is_there in there.items() if is_there)


def gaps(stage: Stage, progress: Progress) -> tuple[Gap, ...]:
    """What is missing before the stage after `stage` (before closing, in the last), in the order to do it."""
    there = ready(progress)
    return tuple(_gap(item, progress) for item in ITEMS[stage] if item not in there)


def _gap(item: Item, progress: Progress) -> Gap:
    owner = progress.spokesperson if item in _SPOKEN else progress.commander
    return Gap(item, progress.position_due_at if item in _BEFORE_POSITION else None, owner)


def next_stage(stage: Stage) -> Stage | None:
    """The stage after this one; None after the last."""
    stages = list(Stage)
    place = stages.index(stage) + 1
    return stages[place] if place < len(stages) else None
