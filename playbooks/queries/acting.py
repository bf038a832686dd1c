"""What the act page shows: tasks by what is due, statements with what keeps them from going out, measures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from playbooks.models import Crisis, EmergencyMeasure, Plan, Statement, Task
from playbooks.queries.emergency import EmergencyRow, emergency_row
from playbooks.queries.plans import CheckedText, checked
from playbooks.queries.progress import newest_assessment
from playbooks.statements import has_open_blank
from playbooks.strategy import Verdict
from playbooks.wording.codes import (
    audience_word,
    channel_word,
    statement_kind_word,
    statement_status_word,
    task_kind_word,
)
from playbooks.wording.statements import obstacle_text
from sentinel.core.models import Membership
from sentinel.core.permissions import Permission

DONE_SHOWN = 50


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task, what it comes from, and how late it is."""

    task: Task
    kind: str
    late_by: timedelta | None  # None: in time, or without a time

    @property
    def is_late(self) -> bool:
        return self.late_by is not None

    @property
    def is_promise(self) -> bool:
        return self.task.kind == "promise"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One statement with what the reader may do to it; `obstacle` says why it cannot go out, "" where it can."""

    statement: Statement
    kind: str
    status: str
    channel: str
    audience: str
    checks: CheckedText
    obstacle: str
    may_edit: bool
    may_decide: bool
    may_publish: bool
    is_own: bool  # the reader wrote it, and so does not decide on it


@dataclass(frozen=True, slots=True)
class PlanStatements:
    """The statements of one version of the plan."""

    plan: Plan
    lines: Sequence[StatementLine]
    published: int


@dataclass(frozen=True, slots=True)
class Acting:
    """Everything of the act page."""

    tasks: Sequence[TaskLine]
    finished: Sequence[TaskLine]
    late: int
    of_plan: PlanStatements | None
    statements: Sequence[StatementLine]  # outside a plan, those that wait for somebody first
    published: Sequence[StatementLine]  # all that are out, the newest first
    measures: Sequence[EmergencyMeasure]
    emergency: EmergencyRow


def acting_of(crisis: Crisis, membership: Membership, now: datetime) -> Acting:
    """The act page for one reader."""
    tasks = task_lines(crisis.tasks.open().soonest_first(), now)
    finished = crisis.tasks.filter(done_at__isnull=False).order_by("-done_at")[:DONE_SHOWN]
    lines = statement_lines(crisis, membership)
    emergency = emergency_row(crisis)
    order = {"submitted": 0, "approved": 1, "draft": 2}
    own = [line for line in lines if line.statement.plan_id is None and line.statement.status in order]
    return Acting(
        tasks=tasks,
        finished=task_lines(finished, now),
        late=sum(line.is_late for line in tasks),
        of_plan=_of_plan(crisis, lines),
        statements=sorted(own, key=lambda line: order[line.statement.status]),
        published=sorted(
            (line for line in lines if line.statement.published_at),
            key=lambda line: line.statement.published_at or now,
            reverse=True,
        ),
        measures=emergency.measures,
        emergency=emergency,
    )


# --- tasks ------------------------------------------------------------------------------------------------------------


def task_lines(tasks: "QuerySet[Task]", now: datetime) -> list[TaskLine]:
    """Tasks with what they come from, in the order given."""
    return [task_line(task, now) for task in tasks.select_related("owner", "done_by", "crisis")]


def task_line(task: Task, now: datetime) -> TaskLine:
    """One of them."""
    is_open = task.done_at is None and task.cancelled_at is None
    late_by = now - task.due_at if is_open and task.due_at and task.due_at < now else None
    return TaskLine(task, task_kind_word(task.kind), late_by)


# --- statements -------------------------------------------------------------------------------------------------------


def verdict_now(crisis: Crisis, kind: str = "update") -> Verdict:
    """What a statement of this kind follows: a holding statement is said while nothing is known."""
    assessment = newest_assessment(crisis)
    return Verdict(assessment.verdict) if assessment and kind != "holding" else Verdict.PENDING


def statement_lines(crisis: Crisis, membership: Membership) -> list[StatementLine]:
    """Every statement of the crisis that counts: all outside plans, those of the newest version, all that are out."""
    newest = crisis.plans.order_by("-number").values_list("pk", flat=True).first()
    rows = crisis.statements.select_related("plan", "created_by", "approved_by", "published_by", "crisis")
    wanted = [one for one in rows if one.plan_id in (None, newest) or one.status in ("published", "approved")]
    return [_line(one, crisis, membership) for one in wanted]


def _line(statement: Statement, crisis: Crisis, membership: Membership) -> StatementLine:
    is_open = crisis.closed_at is None
    may_work = is_open and membership.may(Permission.WORK_CRISIS)
    may_approve = is_open and membership.may(Permission.APPROVE)
    is_own = statement.created_by_id == membership.user_id
    obstacle = _obstacle(statement, crisis, may_approve)
    alone = statement.plan_id is None
    (checks,) = checked([statement], _verdict_of(statement, crisis))
    return StatementLine(
        statement=statement,
        kind=statement_kind_word(statement.kind),
        status=statement_status_word(statement.status),
        channel=channel_word(statement.channel),
        audience=audience_word(statement.audience),
        checks=checks,
        obstacle=obstacle_text(obstacle) if obstacle else "",
        may_edit=may_work and alone and statement.status == "draft",
        may_decide=may_approve and alone and statement.status == "submitted" and not is_own,
        may_publish=statement.status == "approved" and not obstacle,
        is_own=is_own,
    )


def _verdict_of(statement: Statement, crisis: Crisis) -> Verdict:
    """What its words follow: the assessment of its plan, else the newest."""
    assessment = statement.plan.assessment if statement.plan else None
    return Verdict(assessment.verdict) if assessment else verdict_now(crisis, statement.kind)


def _obstacle(statement: Statement, crisis: Crisis, may_approve: bool) -> str:
    """The code of what keeps a statement that is not out from going out now."""
    if statement.status == "published":
        return ""
    if statement.plan and statement.plan.status != "approved":
        status = statement.plan.status
        return "void" if status == "void" else f"plan-{status}"
    if statement.status != "approved":
        return ""
    if crisis.closed_at:
        return "closed"
    if has_open_blank(statement.text):
        return "blank-left"
    return "" if may_approve else "needs-approver"


def _of_plan(crisis: Crisis, lines: Iterable[StatementLine]) -> PlanStatements | None:
    """The statements of the version that stands as approved, else of the newest one; void ones stay to be seen."""
    plans = crisis.plans.order_by("number")
    plan = plans.filter(status="approved").first() or plans.last()
    if plan is None:
        return None
    own = [line for line in lines if line.statement.plan_id and line.statement.status != "published"]
    of_plan = [line for line in own if line.statement.plan_id == plan.pk]
    void = [line for line in own if line.statement.plan_id != plan.pk]
    published = plan.statements.filter(status="published").count()
    return PlanStatements(plan, [*of_plan, *void], published)
