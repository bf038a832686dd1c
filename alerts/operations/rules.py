"""Rules and their versions."""

from datetime import datetime
from typing import Any

from django.db import transaction

from alerts.models import Evaluation, Rule, RuleVersion
from alerts.rules import default_rules, validate_definition
from monitoring.models import Topic
from monitoring.operations.topics import create_topic
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError


@transaction.atomic
def watch_topic(
    *,
    workspace: Workspace,
    name: str,
    query: str,
    is_own: bool,
    by: User,
    now: datetime,
    is_drill: bool = False,
    pace: float = 1.0,
    tells_outlets: bool = True,
) -> Topic:
    """A new topic with sensible rules; raises WrongStateError('name-taken') and matching.QueryError."""
    topic = create_topic(
        workspace=workspace,
        name=name,
        query=query,
        is_own=is_own,
        is_drill=is_drill,
        pace=pace,
        tells_outlets=tells_outlets,
        by=by,
        now=now,
    )
    create_default_rules(topic=topic, by=by, now=now)
    return topic


@transaction.atomic
def create_default_rules(*, topic: Topic, by: User, now: datetime) -> list[Rule]:
    """Give a topic the rules that suit a brand: volume, negative share, sensitive terms."""
    Evaluation.objects.get_or_create(topic=topic, defaults={"due_at": now})
    return [
        publish_rule(topic=topic, kind=definition["kind"], definition=definition, by=by, now=now).rule
        for definition in default_rules()
    ]


@transaction.atomic
def publish_rule(
    *, topic: Topic, kind: str, definition: dict[str, Any], by: User, now: datetime, over: int | None = None
) -> RuleVersion:
    """Make `definition` the topic's live rule of this kind; `over` numbers the version that its writer had read.

    Raises rules.RuleError with the problems by field, and WrongStateError('newer-version').
    """
    clean = validate_definition(definition)
    Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
    rule, _created = Rule.objects.get_or_create(
        topic=topic, kind=kind, archived_at=None, defaults={"workspace_id": topic.workspace_id, "created_at": now}
    )
    newest = rule.versions.order_by("-number").first()
    if newest is not None and newest.definition == clean:
        return newest
    if over is not None and newest is not None and newest.number != over:
        raise WrongStateError("newer-version")
    version = RuleVersion.objects.create(
        rule=rule, number=newest.number + 1 if newest else 1, definition=clean, created_by=by, created_at=now
    )
    rule.current = version
    rule.save(update_fields=["current"])
    Evaluation.objects.update_or_create(topic=topic, defaults={"due_at": now})
    audit.record(
        verb="publish",
        subject=rule,
        by=by,
        now=now,
        workspace=topic.workspace,
        data={"version": version.number, "definition": clean},
    )
    return version


@transaction.atomic
def archive_rule(*, rule: Rule, by: User, now: datetime) -> None:
    """Stop a rule; alerts that it raised keep citing it."""
    if Rule.objects.filter(pk=rule.pk, archived_at__isnull=True).update(archived_at=now):
        audit.record(verb="archive", subject=rule, by=by, now=now, workspace=rule.workspace, data={"kind": rule.kind})
