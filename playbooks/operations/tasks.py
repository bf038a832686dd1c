"""Tasks: who does what until when."""

from datetime import datetime

from django.db import transaction

from playbooks.models import Crisis, Plan, PlanItem, Statement, Task
from playbooks.operations.files import check, lock, write_down
from sentinel.core.models import User


@transaction.atomic
def add_task(
    *,
    crisis: Crisis,
    text: str,
    owner: User | None,
    due_at: datetime | None,
    by: User,
    now: datetime,
    kind: str = "hand",
) -> Task:
    """Something that somebody owes."""
    crisis = lock(crisis)
    task = Task.objects.create(
        crisis=crisis, kind=kind, text=text.strip(), owner=owner, due_at=due_at, created_at=now, created_by=by
    )
    write_down(crisis, "add", task, by=by, now=now, owner=owner.name if owner else "")
    return task


def tasks_of_plan(plan: Plan, *, by: User, now: datetime) -> None:
    """What an approved plan has people do; part of the approval's transaction."""
    _make(plan, "plan", None, by=by, now=now)


def tasks_of_promises(plan: Plan, statement: Statement, *, by: User, now: datetime) -> None:
    """What the public was promised; part of the publication's transaction, once."""
    _make(plan, "promise", statement, by=by, now=now)


def _make(plan: Plan, kind: str, statement: Statement | None, *, by: User, now: datetime) -> None:
    items = PlanItem.objects.filter(plan=plan, is_promise=kind == "promise")
    known = set(Task.objects.filter(item__in=items).values_list("item", flat=True))
    Task.objects.bulk_create(
        Task(
            crisis_id=plan.crisis_id,
            kind=kind,
            item=item,
            statement=statement,
            text=item.text,
            owner=item.owner,
            due_at=item.due_at,
            created_at=now,
            created_by=by,
        )
        for item in items
        if item.pk not in known
    )


def _locked(task: Task, *, is_open: bool) -> Task:
    lock(task.crisis)
    task = Task.objects.select_related("crisis__workspace").get(pk=task.pk)
    check(task.cancelled_at is None, "cancelled")
    check((task.done_at is None) is is_open, "done" if is_open else "not-done")
    return task


@transaction.atomic
def finish_task(*, task: Task, result: str, by: User, now: datetime) -> None:
    """It is done; a public promise says what shows it.

    Raises WrongStateError('done', 'cancelled' or 'result-missing').
    """
    task = _locked(task, is_open=True)
    check(task.kind != "promise" or bool(result.strip()), "result-missing")
    task.done_at, task.done_by, task.result = now, by, result.strip()
    task.save(update_fields=["done_at", "done_by", "result"])
    write_down(task.crisis, "finish", task, by=by, now=now, note=task.result)


@transaction.atomic
def reopen_task(*, task: Task, by: User, now: datetime) -> None:
    """It is not done after all; raises WrongStateError('not-done')."""
    task = _locked(task, is_open=False)
    task.done_at, task.done_by = None, None
    task.save(update_fields=["done_at", "done_by"])
    write_down(task.crisis, "reopen", task, by=by, now=now)


@transaction.atomic
def cancel_task(*, task: Task, by: User, now: datetime) -> None:
    """It is not needed any more; raises WrongStateError('done' or 'cancelled')."""
    task = _locked(task, is_open=True)
    task.cancelled_at = now
    task.save(update_fields=["cancelled_at"])
    write_down(task.crisis, "cancel", task, by=by, now=now)


@transaction.atomic
def hand_over(*, task: Task, owner: User | None, due_at: datetime | None, by: User, now: datetime) -> None:
    """Another owner, or another time; raises WrongStateError('done' or 'cancelled')."""
    task = _locked(task, is_open=True)
    task.owner, task.due_at = owner, due_at
    task.save(update_fields=["owner", "due_at"])
    write_down(task.crisis, "hand-over", task, by=by, now=now, owner=owner.name if owner else "")
