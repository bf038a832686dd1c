"""Stopping the harm: possible at every stage, through one fast approver."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack

from django.db import transaction
from django.db.models import Max

from playbooks.models import Crisis, EmergencyMeasure, HoldingText, Statement
from playbooks.operations.files import check, lock, write_down
from playbooks.operations.statements import (
    approve_statement,
    check_blanks,
    draft_statement,
    publish_statement,
    submit_statement,
)
from playbooks.workflow import sources_of
from sentinel.core import audit
from sentinel.core.models import User, Workspace


def _locked(measure: EmergencyMeasure, verb: str, code: str) -> EmergencyMeasure:
    lock(measure.crisis)
    measure = EmergencyMeasure.objects.select_related("crisis__workspace").get(pk=measure.pk)
    check(measure.status in sources_of("measure", verb), code)
    return measure


@transaction.atomic
def propose_measure(
    *, crisis: Crisis, text: str, by: User, now: datetime, owner: User | None = None
) -> EmergencyMeasure:
    """Something that would stop the harm now."""
    crisis = lock(crisis)
    measure = EmergencyMeasure.objects.create(
        crisis=crisis, text=text.strip(), owner=owner, proposed_at=now, proposed_by=by
    )
    write_down(crisis, "propose", measure, by=by, now=now)
    return measure


@transaction.atomic
def approve_measure(*, measure: EmergencyMeasure, by: User, now: datetime) -> None:
    """Let it be done; a manager may order what he or she proposed. Raises WrongStateError('decided')."""
    measure = _locked(measure, "approve", "decided")
    measure.status, measure.decided_at, measure.decided_by = "approved", now, by
    measure.save(update_fields=["status", "decided_at", "decided_by"])
    write_down(measure.crisis, "approve", measure, by=by, now=now)


@transaction.atomic
def decline_measure(*, measure: EmergencyMeasure, note: str, by: User, now: datetime) -> None:
    """Not this one, and why; raises WrongStateError('reason-missing' or 'decided')."""
    check(bool(note.strip()), "reason-missing")
    measure = _locked(measure, "decline", "decided")
    measure.status, measure.decided_at, measure.decided_by = "declined", now, by
    measure.decision_note = note.strip()
    measure.save(update_fields=["status", "decided_at", "decided_by", "decision_note"])
    write_down(measure.crisis, "decline", measure, by=by, now=now, note=measure.decision_note)


@transaction.atomic
def finish_measure(*, measure: EmergencyMeasure, result: str, by: User, now: datetime) -> None:
    """It is done; raises WrongStateError('not-approved')."""
    measure = _locked(measure, "finish", "not-approved")
    measure.status, measure.done_at, measure.done_by, measure.result = "done", now, by, result.strip()
    measure.save(update_fields=["status", "done_at", "done_by", "result"])
    write_down(measure.crisis, "finish", measure, by=by, now=now, note=measure.result)


@transaction.atomic
def authorise_holding_text(*, workspace: Workspace, language: str, text: str, by: User, now: datetime) -> HoldingText:
    """Authorise ahead what may be said in the first minutes; the newest number counts."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)
    texts = HoldingText.objects.filter(workspace=workspace, language=language)
    number = texts.aggregate(last=Max("number"))["last"] or 0
    made = HoldingText.objects.create(
        workspace=workspace,
        language=language,
        number=number + 1,
        text=text.strip(),
        authorised_at=now,
        authorised_by=by,
    )
    data = {"language": language, "version": made.number}
    audit.record(verb="authorise", subject=made, by=by, now=now, workspace=workspace, data=data)
    return made


class HoldingWords(TypedDict):
    """What is said, on which authorised text it rests, to whom, and when the next word comes."""

    crisis: Crisis
    holding_text: HoldingText
    text: str
    audience: str
    next_update_at: datetime | None


@transaction.atomic
def release_holding(*, channel: str, by: User, now: datetime, **words: Unpack[HoldingWords]) -> Statement:
    """Publish the pre-authorised holding statement in one step; raises WrongStateError('blank-left')."""
    statement = _drafted(channel, words, by, now)
    statement.status, statement.approved_at, statement.approved_by = "approved", now, by
    statement.submitted_at = now
    statement.save(update_fields=["status", "approved_at", "approved_by", "submitted_at"])
    statement.status, statement.published_at, statement.published_by = "published", now, by
    statement.save(update_fields=["status", "published_at", "published_by"])
    write_down(statement.crisis, "publish", statement, by=by, now=now, channel=channel)
    return statement


@transaction.atomic
def release_holding_on(
    *, channels: Sequence[str], by: User, now: datetime, **words: Unpack[HoldingWords]
) -> list[Statement]:
    """Publish the same holding statement on several channels at once, or on none; raises as `release_holding`."""
    return [release_holding(channel=channel, by=by, now=now, **words) for channel in channels]


@transaction.atomic
def submit_holding(
    *, channels: Sequence[str], by: User, now: datetime, **words: Unpack[HoldingWords]
) -> list[Statement]:
    """Draft the holding statement and put it before the fast approver, one for each channel; raises as above."""
    statements = [_drafted(channel, words, by, now) for channel in channels]
    for statement in statements:
        submit_statement(statement=statement, by=by, now=now)
    return statements


def _drafted(channel: str, words: HoldingWords, by: User, now: datetime) -> Statement:
    check_blanks(words["text"])
    language = words["holding_text"].language
    return draft_statement(kind="holding", channel=channel, language=language, **words, by=by, now=now)


@transaction.atomic
def release_submitted(*, statement: Statement, by: User, now: datetime) -> None:
    """Let a submitted holding statement out in one step; raises WrongStateError('not-submitted' or 'blank-left')."""
    approve_statement(statement=statement, by=by, now=now)
    publish_statement(statement=statement, url="", by=by, now=now)
