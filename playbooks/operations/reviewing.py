"""Review: the cause, corrective actions that reach the early warning, and the looks back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from alerts.models import Rule
from alerts.operations.rules import publish_rule
from monitoring.models import Topic
from monitoring.operations.topics import publish_version
from playbooks.models import CorrectiveAction, Crisis, Review, Watch
from playbooks.operations.files import check, lock, write_down
from sentinel.core.models import User


@transaction.atomic
def save_review(
    *,
    crisis: Crisis,
    revision: int,
    cause: str,
    department: str,
    department_note: str,
    went_well: str,
    went_badly: str,
    by: User,
    now: datetime,
) -> Review:
    """Write the review; `revision` is what its writer read, 0 for none. Raises WrongStateError('edited-meanwhile')."""
    crisis = lock(crisis, even_closed=True)
    review = Review.objects.filter(crisis=crisis).first() or Review(crisis=crisis, revision=0)
    check(review.revision == revision, "edited-meanwhile")
    review.revision += 1
    review.cause, review.department, review.department_note = cause.strip(), department, department_note.strip()
    review.went_well, review.went_badly = went_well.strip(), went_badly.strip()
    review.changed_at, review.changed_by = now, by
    review.save()
    write_down(crisis, "edit", review, by=by, now=now, department=department)
    return review


@transaction.atomic
def add_action(
    *, crisis: Crisis, text: str, department: str, owner: User | None, due_on: date | None, by: User, now: datetime
) -> CorrectiveAction:
    """What will be different from now on."""
    crisis = lock(crisis, even_closed=True)
    number = crisis.actions.aggregate(last=Max("number"))["last"] or 0
    action = CorrectiveAction.objects.create(
        crisis=crisis,
        number=number + 1,
        text=text.strip(),
        department=department,
        owner=owner,
        due_on=due_on,
        created_at=now,
        created_by=by,
    )
    write_down(crisis, "add", action, by=by, now=now, owner=owner.name if owner else "")
    return action


def _locked(action: CorrectiveAction, *, is_open: bool) -> CorrectiveAction:
    lock(action.crisis, even_closed=True)
    action = CorrectiveAction.objects.select_related("crisis__workspace").get(pk=action.pk)
    check((action.done_at is None) is is_open, "done" if is_open else "not-done")
    return action


@transaction.atomic
def edit_action(
    *,
    action: CorrectiveAction,
    text: str,
    department: str,
    owner: User | None,
    due_on: date | None,
    by: User,
    now: datetime,
) -> None:
    """Other words, another owner, another date; raises WrongStateError('done')."""
    action = _locked(action, is_open=True)
    action.text, action.department, action.owner, action.due_on = text.strip(), department, owner, due_on
    action.save(update_fields=["text", "department", "owner", "due_on"])
    write_down(action.crisis, "edit", action, by=by, now=now, owner=owner.name if owner else "")


@transaction.atomic
def finish_action(*, action: CorrectiveAction, result: str, by: User, now: datetime) -> None:
    """It is done, and what shows it; raises WrongStateError('done' or 'result-missing')."""
    action = _locked(action, is_open=True)
    check(bool(result.strip()), "result-missing")
    action.done_at, action.done_by, action.result = now, by, result.strip()
    action.save(update_fields=["done_at", "done_by", "result"])
    write_down(action.crisis, "finish", action, by=by, now=now, note=action.result)


@transaction.atomic
def reopen_action(*, action: CorrectiveAction, by: User, now: datetime) -> None:
    """It is not done after all; raises WrongStateError('not-done')."""
    action = _locked(action, is_open=False)
    action.done_at, action.done_by, action.result = None, None, ""
    action.save(update_fields=["done_at", "done_by", "result"])
    write_down(action.crisis, "reopen", action, by=by, now=now)


@transaction.atomic
def link_topic(
    *, action: CorrectiveAction, topic: Topic, query: str, by: User, now: datetime, over: int | None = None
) -> None:
    """Publish the lesson as the topic's next version, which the action then cites.

    `over` numbers the version that the writer had read. Raises matching.QueryError, WrongStateError('newer-version'),
    and WrongStateError('drill') where a drill's lesson would change what is real.
    """
    action = _locked(action, is_open=True)
    check(topic.is_drill == action.crisis.is_drill, "drill")
    version = publish_version(topic=topic, query=query, by=by, now=now, over=over)
    action.topic_version = version
    action.save(update_fields=["topic_version"])
    write_down(action.crisis, "link", action, by=by, now=now, topic=str(version))


@transaction.atomic
def link_rule(
    *,
    action: CorrectiveAction,
    rule: Rule,
    definition: dict[str, Any],
    by: User,
    now: datetime,
    over: int | None = None,
) -> None:
    """Publish the lesson as the rule's next version, which the action then cites.

    `over` numbers the version that the writer had read. Raises rules.RuleError, WrongStateError('newer-version'), and
    WrongStateError('drill') where a drill's lesson would change what is real.
    """
    action = _locked(action, is_open=True)
    check(rule.topic.is_drill == action.crisis.is_drill, "drill")
    version = publish_rule(topic=rule.topic, kind=rule.kind, definition=definition, by=by, now=now, over=over)
    action.rule_version = version
    action.save(update_fields=["rule_version"])
    write_down(action.crisis, "link", action, by=by, now=now, kind=rule.kind, topic=str(rule.topic))


@transaction.atomic
def check_watch(*, watch: Watch, outcome: str, note: str, by: User, now: datetime) -> None:
    """The look back on its day: quiet, or a relapse; raises WrongStateError('checked')."""
    crisis = lock(watch.crisis, even_closed=True)
    done = Watch.objects.filter(pk=watch.pk, checked_at__isnull=True).update(
        checked_at=now, checked_by=by, outcome=outcome, note=note.strip()
    )
    check(bool(done), "checked")
    watch.refresh_from_db()
    write_down(crisis, "check", watch, by=by, now=now, outcome=outcome, note=watch.note)
