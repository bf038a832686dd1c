"""Statements: drafted, approved by somebody else, published."""

from datetime import datetime
from typing import Any

from django.db import transaction

from playbooks.models import Crisis, HoldingText, Statement
from playbooks.operations.files import check, lock, write_down
from playbooks.operations.tasks import tasks_of_promises
from playbooks.statements import has_open_blank
from playbooks.workflow import sources_of
from sentinel.core.models import User


def check_blanks(text: str) -> None:
    """Raise WrongStateError('blank-left') while the text still has a blank to fill in."""
    check(not has_open_blank(text), "blank-left")


def _locked(statement: Statement, verb: str, code: str) -> Statement:
    lock(statement.crisis)
    statement = Statement.objects.select_related("crisis__workspace", "plan").get(pk=statement.pk)
    check(statement.status in sources_of("statement", verb), code)
    return statement


def _alone(statement: Statement) -> None:
    """One of a plan is edited and decided with its plan."""
    check(statement.plan_id is None, "part-of-plan")


@transaction.atomic
def draft_statement(
    *,
    crisis: Crisis,
    kind: str,
    channel: str,
    audience: str,
    language: str,
    text: str,
    by: User,
    now: datetime,
    title: str = "",
    next_update_at: datetime | None = None,
    holding_text: HoldingText | None = None,
) -> Statement:
    """Words for one channel outside a plan: a holding statement, an update, a correction."""
    crisis = lock(crisis)
    statement = Statement.objects.create(
        crisis=crisis,
        kind=kind,
        channel=channel,
        audience=audience,
        language=language,
        title=title.strip(),
        text=text.strip(),
        next_update_at=next_update_at,
        holding_text=holding_text,
        created_at=now,
        created_by=by,
    )
    write_down(crisis, "draft", statement, by=by, now=now, channel=channel)
    return statement


@transaction.atomic
def edit_statement(
    *,
    statement: Statement,
    channel: str,
    audience: str,
    title: str,
    text: str,
    next_update_at: datetime | None,
    by: User,
    now: datetime,
) -> None:
    """Other words, by whom they then are; raises WrongStateError('not-draft' or 'part-of-plan')."""
    statement = _locked(statement, "submit", "not-draft")
    _alone(statement)
    fields: dict[str, Any] = {
        "channel": channel,
        "audience": audience,
        "title": title.strip(),
        "text": text.strip(),
        "next_update_at": next_update_at,
        "created_by": by,
    }
    for name, value in fields.items():
        setattr(statement, name, value)
    statement.save(update_fields=list(fields))
    write_down(statement.crisis, "edit", statement, by=by, now=now, channel=channel)


@transaction.atomic
def submit_statement(*, statement: Statement, by: User, now: datetime) -> None:
    """Ask for approval; raises WrongStateError('not-draft' or 'part-of-plan')."""
    statement = _locked(statement, "submit", "not-draft")
    _alone(statement)
    statement.status, statement.submitted_at = "submitted", now
    statement.save(update_fields=["status", "submitted_at"])
    write_down(statement.crisis, "submit", statement, by=by, now=now, channel=statement.channel)


@transaction.atomic
def return_statement(*, statement: Statement, reason: str, by: User, now: datetime) -> None:
    """Send it back; raises WrongStateError('reason-missing' or 'not-submitted')."""
    check(bool(reason.strip()), "reason-missing")
    statement = _locked(statement, "return", "not-submitted")
    statement.status, statement.return_reason, statement.submitted_at = "draft", reason.strip(), None
    statement.save(update_fields=["status", "return_reason", "submitted_at"])
    write_down(statement.crisis, "return", statement, by=by, now=now, channel=statement.channel, note=reason.strip())


@transaction.atomic
def approve_statement(*, statement: Statement, by: User, now: datetime) -> None:
    """Let it go out; raises WrongStateError('author' or 'not-submitted')."""
    statement = _locked(statement, "approve", "not-submitted")
    check(by.pk != statement.created_by_id or statement.holding_text_id is not None, "author")
    statement.status, statement.approved_at, statement.approved_by = "approved", now, by
    statement.save(update_fields=["status", "approved_at", "approved_by"])
    write_down(statement.crisis, "approve", statement, by=by, now=now, channel=statement.channel)


@transaction.atomic
def publish_statement(*, statement: Statement, url: str, by: User, now: datetime) -> None:
    """It is out; with a plan's first one, the plan's public promises become tasks.

    Raises WrongStateError('not-approved', 'plan-not-approved' or 'blank-left').
    """
    statement = _locked(statement, "publish", "not-approved")
    check(statement.plan is None or statement.plan.status == "approved", "plan-not-approved")
    check_blanks(statement.text)
    statement.status, statement.published_at, statement.published_by = "published", now, by
    statement.published_url = url.strip()
    statement.save(update_fields=["status", "published_at", "published_by", "published_url"])
    if statement.plan:
        tasks_of_promises(statement.plan, statement, by=by, now=now)
    write_down(
        statement.crisis, "publish", statement, by=by, now=now, channel=statement.channel, url=statement.published_url
    )


@transaction.atomic
def discard_statement(*, statement: Statement, by: User, now: datetime) -> None:
    """Throw a draft away; raises WrongStateError('not-draft' or 'part-of-plan')."""
    statement = _locked(statement, "discard", "not-draft")
    _alone(statement)
    write_down(statement.crisis, "discard", statement, by=by, now=now, channel=statement.channel)
    statement.delete()
