"""The evaluation stage: the rules look at a topic whenever its measures change, and once a minute while it is busy."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from alerts.models import Evaluation, Rule
from alerts.operations.alerts import raise_alert
from alerts.rules import Reason, Situation, busiest_hour, evaluate
from alerts.tiers import tier_of
from monitoring.measuring.surprise import Point, State
from monitoring.models import BUCKET, HISTORY_AFTER, BackMatch, Measure, Meter, Topic
from monitoring.operations.mentions import bucket_of
from sentinel.core.stages import Stage

HOUR = timedelta(hours=1)
LEARNED = timedelta(days=28)
LATEST = HISTORY_AFTER + HOUR  # what is older when captured is history
LOOK_AGAIN = timedelta(seconds=60)


def adopt_changed_topics(now: datetime) -> None:
    """Make an evaluation for every topic that was measured, and due where its meter is ahead of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO alerts_evaluation AS evaluation
                      (topic_id, due_at, attempt, error, evaluated_revision, surprise, situation)
               SELECT meter.topic_id, %s, 0, '', 0, '{}', '{}' FROM monitoring_meter AS meter
                 LEFT JOIN alerts_evaluation AS known ON known.topic_id = meter.topic_id
                WHERE known.id IS NULL
                   OR (meter.revision > known.evaluated_revision AND (known.due_at IS NULL OR known.due_at > %s)
                       AND known.attempt = 0)
                ORDER BY meter.topic_id
               ON CONFLICT (topic_id) DO UPDATE SET due_at = EXCLUDED.due_at""",
            [now, now],
        )


def evaluate_topics(rows: Sequence[Evaluation], now: datetime) -> dict[Evaluation, datetime]:
    """Let each topic's rules look at its present; alerts open or rise in the same transaction."""
    again = {}
    for row in rows:
        meter = Meter.objects.filter(topic=row.topic_id).first()
        row.evaluated_revision = meter.revision if meter else 0
        situation = situation_of(row, now)
        row.situation, row.evaluated_at = asdict(situation), now
        row.save(update_fields=["surprise", "settled_until", "situation", "evaluated_at"])
        look(row.topic, situation, now)
        if situation.total_1h:
            again[row] = now + LOOK_AGAIN
    return again


def look(topic: Topic, situation: Situation, now: datetime) -> None:
    """Compare the situation with the topic's rules and raise an alert where they say so."""
    if topic.archived_at:
        return
    reasons = reasons_of(topic, situation)
    tier = tier_of(reasons)
    if tier is not None:
        raise_alert(topic=topic, tier=tier, reasons=reasons, now=now)


def reasons_of(topic: Topic, situation: Situation) -> list[Reason]:
    """Every rule's value against its threshold, reached or not."""
    rules = Rule.objects.active().filter(topic=topic).select_related("current").order_by("pk")
    return [
        evaluate(rule.current.definition, situation, rule_version=rule.current.pk) for rule in rules if rule.current
    ]


def hour_begins(now: datetime) -> datetime:
    """The beginning of the twelve buckets that count as the last hour, the open one last."""
    return bucket_of(now) - HOUR + BUCKET


def situation_of(row: Evaluation, now: datetime) -> Situation:
    """The figures of the last hour, and how unusual they are."""
    topic, settled = row.topic, bucket_of(now).replace(minute=0) - HOUR
    state = _settled_state(row, settled, now)
    recent = list(Measure.objects.filter(topic=topic, bucket__gte=settled, bucket__lte=now).order_by("bucket"))
    points = [_point(measure) for measure in recent]
    open_bucket = bucket_of(now)
    if not recent or recent[-1].bucket < open_bucket:
        points.append(Point(at=open_bucket.timestamp(), value=0, negative=0))
    reading = state.peek(points)
    hour = [measure for measure in recent if measure.bucket >= hour_begins(now)]
    sensitive, authors = _sensitive_hour(topic, now)
    return Situation(
        total_1h=sum(measure.total for measure in hour),
        negative_1h=sum(measure.negative for measure in hour),
        sensitive_1h=sensitive,
        authors_1h=authors,
        usual_1h=reading.usual_1h if reading else 0.0,
        surprise=max(reading.recent, reading.heat) if reading else 0.0,
    )


def _sensitive_hour(topic: Topic, now: datetime) -> tuple[int, int]:
    """The sensitive posts and their authors of the worst hour that anything captured in the last hour belongs to.

    What is captured late counts in the hour in which it was published, so that it warns and yet is not exaggerated.
    """
    mentions = topic.mentions.filter(sensitive__gt=0, is_history=False, placed_at__gt=now - LATEST)
    fresh = mentions.filter(captured_at__gt=now - HOUR)
    first = fresh.aggregate(first=Min("placed_at"))["first"]
    if first is None:
        return 0, 0
    around = mentions.filter(placed_at__gt=first - HOUR).order_by("placed_at")
    rows = around.values_list("placed_at", "captured_at", "source", "post__author", "post")
    return busiest_hour(
        # Nameless posts are taken for as many people.
        [
            (placed, captured > now - HOUR, (source, author) if author else post)
            for placed, captured, source, author, post in rows
        ]
    )


def _settled_state(row: Evaluation, settled: datetime, now: datetime) -> State:
    """What was learned of the topic up to `settled`; learned anew every hour, since late posts change the past."""
    version = row.topic.current_id
    if row.settled_until == settled and row.surprise.get("version") == version:
        return State.from_json(row.surprise["state"])
    past = Measure.objects.filter(topic=row.topic, bucket__lt=settled, bucket__gte=now - LEARNED).order_by("bucket")
    points = [_point(measure) for measure in past]
    known_since = min([point.at for point in points[:1]] + [row.topic.created_at.timestamp(), settled.timestamp()])
    state = State(since=known_since, with_negative=True)
    for point in points:
        state.update(point)
    state.settle(settled.timestamp())
    walking = BackMatch.objects.filter(topic_version=version, due_at__isnull=False).exists()
    row.surprise = {"version": None if walking else version, "state": state.to_json()}
    row.settled_until = settled
    return state


def _point(measure: Measure) -> Point:
    return Point(at=measure.bucket.timestamp(), value=measure.total, negative=measure.negative)


EVALUATIONS: Stage[Evaluation] = Stage(
    name="evaluation",
    label=_("Rules"),
    model=Evaluation,
    workspaces="topic__workspace",
    handle=evaluate_topics,
    adopt=adopt_changed_topics,
    related=("topic__workspace", "topic__current"),
    batch=1,  # an alert takes locks of its workspace: no transaction holds those of two
)
