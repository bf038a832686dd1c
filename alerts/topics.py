"""What the pages of topics and rules read, in few queries, as values that templates draw."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts import board as read
from alerts.models import Evaluation, Rule, RuleVersion
from alerts.operations.evaluations import reasons_of
from alerts.rules import Situation
from alerts.wording import held_text, reason_of, rule_help, rule_name, rule_words, threshold_text
from monitoring.models import BackMatch, Measure, Topic, TopicVersion
from monitoring.operations.mentions import bucket_of
from monitoring.text.differences import Part, differences
from sentinel.core.models import Workspace

DAY = timedelta(hours=24)
SPARK_STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a new version got over the earlier posts; None as `share` before it counted them."""

    seen: int
    total: int

    @property
    def share(self) -> float | None:
        return min(self.seen / self.total, 1.0) if self.total else None


@dataclass(frozen=True, slots=True)
class Day:
    """24 hours of a topic, from the measures; `spark` is oldest first."""

    total: int
    negative: int
    sensitive: int
    spark: tuple[int, ...]

    @property
    def negative_share(self) -> float | None:
        return self.negative / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic of the list."""

    topic: Topic
    day: Day
    walk: Walk | None
    rules: Sequence[str]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One published version of a query, with what it changed."""

    version: TopicVersion
    changes: Sequence[Part]
    is_live: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of a topic: its thresholds from the mildest tier, and what it says of the last look."""

    kind: str
    name: str
    help: str
    version: RuleVersion
    thresholds: Sequence[tuple[int, str]]
    now: read.Reason | None
    held: str  # why a value that is high enough does not speak


@dataclass(frozen=True, slots=True)
class RuleVersionLine:
    """One published version of a rule."""

    version: RuleVersion
    thresholds: Sequence[tuple[int, str]]
    is_live: bool


def topic_lines(workspace: Workspace, now: datetime) -> list[TopicLine]:
    """The live topics, those about us first."""
    topics = list(
        Topic.objects.active().filter(workspace=workspace).select_related("current").order_by("-is_own", "name", "pk")
    )
    days, walks, rules = days_of(topics, now), walks_of(topics), _rules_by_topic(topics)
    return [
        TopicLine(
            topic,
            days[topic.pk],
            walks.get(topic.pk),
            [rule_words(rule.current.definition) for rule in rules.get(topic.pk, []) if rule.current],
        )
        for topic in topics
    ]


def days_of(topics: Iterable[Topic], now: datetime) -> dict[int, Day]:
    """By topic, its last 24 hours."""
    start = bucket_of(now) - DAY
    figures: dict[int, list[int]] = {topic.pk: [0, 0, 0] for topic in topics}
    sparks: dict[int, list[int]] = {pk: [0] * int(DAY / SPARK_STEP) for pk in figures}
    for measure in Measure.objects.filter(topic__in=figures, bucket__gt=start, bucket__lte=now):
        for index, value in enumerate((measure.total, measure.negative, measure.sensitive)):
            figures[measure.topic_id][index] += value
        step = min(int((measure.bucket - start) / SPARK_STEP), int(DAY / SPARK_STEP) - 1)
        sparks[measure.topic_id][step] += measure.total
    return {
        pk: Day(total, negative, sensitive, tuple(sparks[pk])) for pk, (total, negative, sensitive) in figures.items()
    }


def walks_of(topics: Iterable[Topic]) -> dict[int, Walk]:
    """By topic whose live version still walks over earlier posts, how far it got."""
    by_version = {topic.current_id: topic.pk for topic in topics}
    rows = BackMatch.objects.filter(topic_version__in=by_version, due_at__isnull=False, parked_at__isnull=True)
    return {by_version[row.topic_version_id]: Walk(row.seen, row.total) for row in rows}


def _rules_by_topic(topics: Iterable[Topic]) -> dict[int, list[Rule]]:
    rules: dict[int, list[Rule]] = defaultdict(list)
    for rule in Rule.objects.active().filter(topic__in=list(topics)).select_related("current").order_by("pk"):
        rules[rule.topic_id].append(rule)
    return rules


def version_lines(topic: Topic) -> list[VersionLine]:
    """The versions of a topic's query, newest first."""
    lines: list[VersionLine] = []
    before = ""
    for version in topic.versions.select_related("created_by").order_by("number"):
        changes = differences(before, version.query) if before else [(version.query, "")]
        lines.append(VersionLine(version, changes, version.pk == topic.current_id))
        before = version.query
    return lines[::-1]


def rule_lines(topic: Topic) -> list[RuleLine]:
    """The rules of a topic, and what they say of the last look."""
    reasons = {reason.kind: reason for reason in reasons_of(topic, situation_of(topic))}
    rules = Rule.objects.active().filter(topic=topic).select_related("current", "current__created_by").order_by("pk")
    return [
        RuleLine(
            kind=rule.kind,
            name=rule_name(rule.kind),
            help=rule_help(rule.kind),
            version=rule.current,
            thresholds=thresholds_of(rule.current.definition),
            now=reason_of(asdict(reasons[rule.kind])) if rule.kind in reasons else None,
            held=held_text(reasons[rule.kind].held_by) if rule.kind in reasons else "",
        )
        for rule in rules
        if rule.current
    ]


def situation_of(topic: Topic) -> Situation:
    """The figures of the last look at a topic; zeros before the first."""
    evaluation = Evaluation.objects.filter(topic=topic).first()
    return Situation(**evaluation.situation) if evaluation and evaluation.situation else Situation()


def looked_at(topic: Topic) -> datetime | None:
    """When the rules last looked at a topic."""
    return Evaluation.objects.filter(topic=topic).values_list("evaluated_at", flat=True).first()


def rule_version_lines(rule: Rule) -> list[RuleVersionLine]:
    """The versions of a rule, newest first."""
    versions = rule.versions.select_related("created_by").order_by("-number")
    return [RuleVersionLine(one, thresholds_of(one.definition), one.pk == rule.current_id) for one in versions]


def thresholds_of(definition: dict[str, Any]) -> list[tuple[int, str]]:
    """The thresholds in words, the mildest tier first."""
    return [(tier, threshold_text(definition["kind"], definition["thresholds"][str(tier)])) for tier in (4, 3, 2, 1)]
