"""What the review page shows: the course, the measured effect, the lessons, corrective actions, looks back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.timezone import localdate

from alerts.models import Rule
from alerts.wording import rule_name
from monitoring.models import Measure, Topic
from monitoring.text.differences import Part
from playbooks import effect
from playbooks.differences import marked
from playbooks.models import CorrectiveAction, Crisis, Review, Watch
from playbooks.queries.course import actions_of
from playbooks.queries.log import LogLine, whole_log
from playbooks.wording.codes import department_word, outcome_word
from playbooks.wording.reviews import effect_state_text, review_field_word
from sentinel.core.models import Membership, Workspace
from sentinel.core.permissions import Permission

MINUTE = timedelta(minutes=1)
SPANS = (15, 30, 60, 240)  # minutes before and after an action, of which the reader chooses
USUAL_SPAN, SPAN_OF_DRILL = 60, 15  # a rehearsed story is over within minutes
FIELDS = ("cause", "department_note", "went_well", "went_badly")


@dataclass(frozen=True, slots=True)
class EffectRow:
    """Before and after one of our actions; `state` says why the two cannot be compared, "" where they can."""

    name: str
    at: datetime
    found: effect.Effect | None  # None: nothing is counted
    state: str
    is_running: bool  # the time after it is not over


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One corrective action and what became of it."""

    action: CorrectiveAction
    label: str  # CR-0001 · 2
    department: str
    is_late: bool
    topic: Topic | None
    rule: Rule | None
    rule_name: str


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One look back after closing."""

    watch: Watch
    outcome: str
    is_due: bool


@dataclass(frozen=True, slots=True)
class Reviewing:
    """Everything of the review page."""

    course: Sequence[LogLine]  # oldest first
    entries: int  # of the whole log
    effects: Sequence[EffectRow]
    minutes: int  # before and after an action
    review: Review | None
    department: str
    actions: Sequence[ActionLine]
    late: int
    watches: Sequence[WatchLine]


def span_of(crisis: Crisis, asked: str) -> int:
    """The minutes that are asked for, else the usual ones."""
    usual = SPAN_OF_DRILL if crisis.is_drill else USUAL_SPAN
    return next((minutes for minutes in SPANS if str(minutes) == asked), usual)


def reviewing_of(crisis: Crisis, now: datetime, *, minutes: int = USUAL_SPAN) -> Reviewing:
    """The review of a crisis at a moment; `minutes` are counted before and after each action."""
    log = whole_log(crisis, {}, group="", weighty=True)
    review = Review.objects.filter(crisis=crisis).select_related("changed_by").first()
    lines = action_lines(crisis.actions.all())
    return Reviewing(
        course=log.lines[::-1],
        entries=log.total,
        effects=effects_of(crisis, now, minutes * MINUTE),
        minutes=minutes,
        review=review,
        department=department_word(review.department) if review else "",
        actions=lines,
        late=sum(line.is_late for line in lines),
        watches=watch_lines(crisis.watches.select_related("checked_by")),
    )


# --- effect -----------------------------------------------------------------------------------------------------------


def effects_of(crisis: Crisis, now: datetime, span: timedelta) -> list[EffectRow]:
    """As long before as after each action that could be seen; a sequence in time, which proves no cause."""
    actions = actions_of(crisis)
    if crisis.topic_id is None:
        return [EffectRow(one.name, one.at, None, effect_state_text("no-topic"), False) for one in actions]
    if not actions:
        return []
    since, until = actions[0].at - span - effect.BUCKET, actions[-1].at + span + 2 * effect.BUCKET
    measures = Measure.objects.filter(topic=crisis.topic_id, bucket__gte=since, bucket__lte=until)
    buckets = [effect.Bucket(one.bucket, one.total, one.negative) for one in measures]
    rows = []
    for one in actions:
        found = effect.before_after(buckets, one.at, span, now)
        state = "running" if now < found.after_until else "compared" if found.comparable else "nothing-before"
        rows.append(EffectRow(one.name, one.at, found, effect_state_text(state), state == "running"))
    return rows


# --- corrective actions and looks back --------------------------------------------------------------------------------


def action_lines(actions: "QuerySet[CorrectiveAction]") -> list[ActionLine]:
    """Corrective actions with what they became; late are the open ones whose day is over."""
    rows = actions.select_related(
        "crisis", "owner", "done_by", "topic_version__topic", "rule_version__rule__topic"
    ).order_by("crisis__number", "number")
    today = localdate()
    return [
        _action_line(row, is_late=row.done_at is None and row.due_on is not None and row.due_on < today) for row in rows
    ]


def _action_line(action: CorrectiveAction, *, is_late: bool) -> ActionLine:
    rule = action.rule_version.rule if action.rule_version else None
    return ActionLine(
        action=action,
        label=f"{action.crisis.label} · {action.number}",
        department=department_word(action.department),
        is_late=is_late,
        topic=action.topic_version.topic if action.topic_version else None,
        rule=rule,
        rule_name=rule_name(rule.kind) if rule else "",
    )


def actions_of_topic(workspace: Workspace, topic: Topic) -> list[ActionLine]:
    """The corrective actions that a topic's versions come from."""
    rows = CorrectiveAction.objects.filter(crisis__workspace=workspace, topic_version__topic=topic)
    return action_lines(rows)


def actions_of_rule(workspace: Workspace, rule: Rule) -> list[ActionLine]:
    """The corrective actions that a rule's versions come from."""
    rows = CorrectiveAction.objects.filter(crisis__workspace=workspace, rule_version__rule=rule)
    return action_lines(rows)


def watch_lines(watches: "QuerySet[Watch]") -> list[WatchLine]:
    """The looks back, those of today and before as due."""
    today = localdate()
    return [
        WatchLine(one, outcome_word(one.outcome), one.checked_at is None and one.due_on <= today) for one in watches
    ]


def linkable(membership: Membership, *, to: str) -> bool:
    """Whether the reader may turn an action into a keyword (`to` is "topic") or a rule."""
    needed = Permission.EDIT_TOPICS if to == "topic" else Permission.EDIT_RULES
    return membership.may(Permission.WORK_CRISIS) and membership.may(needed)


# --- two who write at once --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people wrote: what is kept now, what the reader typed, and both as one."""

    name: str
    theirs: str
    parts: Sequence[Part]


def clashes(review: Review, typed: dict[str, str]) -> list[Clash]:
    """The fields in which what was typed differs from what is kept."""
    return [
        Clash(review_field_word(name), getattr(review, name), marked(getattr(review, name), typed.get(name, "")))
        for name in FIELDS
        if getattr(review, name).strip() != typed.get(name, "").strip()
    ]
