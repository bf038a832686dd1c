"""The course of a crisis: monitored volume in buckets, what happened, what we did, before and after it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from unicodedata import east_asian_width

from django.db.models import Count, Q
from django.db.models.functions import TruncMinute
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from alerts.models import AlertEvent
from alerts.wording import tier_name
from monitoring.models import Measure, Mention, Subscription
from monitoring.queries.names import is_from
from playbooks import effect
from playbooks.models import Crisis
from playbooks.queries.volume import undercount_words
from playbooks.wording.codes import statement_kind_word
from sentinel.core import charts

BUCKET = effect.BUCKET
STEPS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 240, 1440))
MOST_BUCKETS = 150
LEAD = timedelta(minutes=40)  # shown before the earliest captured post
# A story that has just begun is shown by the minute, counted from its posts.
MINUTE, YOUNG, YOUNG_LEAD = timedelta(minutes=1), timedelta(minutes=45), timedelta(minutes=10)
LEARNED = timedelta(days=7)
LEAST_LEARNED = timedelta(days=1)
LABEL = 12  # columns of a measure's name beside its diamond; a Chinese character takes two
LONGEST_EFFECT, SHORTEST_EFFECT = timedelta(minutes=60), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CourseBucket:
    """Posts of one interval by sentiment."""

    at: datetime
    neg: int
    neu: int
    pos: int

    @property
    def total(self) -> int:
        return self.neg + self.neu + self.pos


@dataclass(frozen=True, slots=True)
class Mark:
    """Something at a moment, as it is labelled; `name` is it without the time."""

    at: datetime
    name: str

    @property
    def text(self) -> str:
        return f"{localtime(self.at):%H:%M} {self.name}"


@dataclass(frozen=True, slots=True)
class EffectLine:
    """Before and after one action, in equal spans; a sequence in time, which proves no cause."""

    name: str
    minutes: int
    before: int
    after: int
    negative_before: float | None
    negative_after: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """What the chart of a crisis shows; `buckets` are in the reader's zone, oldest first."""

    buckets: tuple[CourseBucket, ...]
    chart: charts.CourseChart
    minutes: int
    is_last_open: bool
    actions: tuple[Mark, ...]
    effect: EffectLine | None
    undercount: str  # which sources make the figures too low


def course_of(crisis: Crisis, now: datetime) -> Course | None:
    """The course until now (or the closing); None where the crisis watches no topic."""
    if crisis.topic_id is None:
        return None
    end = crisis.closed_at or now
    began = min(crisis.started_at, end)
    start = effect.bucket_start(began - LEAD)
    step = next((one for one in STEPS if (end - start) / one <= MOST_BUCKETS), STEPS[-1])
    measures = _measures(crisis.topic_id, start - LEARNED, end)
    if end - began <= YOUNG:
        start, step = (began - YOUNG_LEAD).replace(second=0, microsecond=0), MINUTE
        buckets = _buckets(_minutes(crisis.topic_id, start, end), start, end, step)
    else:
        buckets = _buckets(measures, start, end, step)
    actions = actions_of(crisis)
    is_open = crisis.closed_at is None
    return Course(
        buckets=buckets,
        chart=charts.course_chart(
            buckets,
            _marks(crisis),
            [replace(action, name=_short(action.name)) for action in actions],
            usual=None if step == MINUTE else _usual_limit(measures, start, step),
            is_last_open=is_open,
        ),
        minutes=int(step / timedelta(minutes=1)),
        is_last_open=is_open,
        actions=actions,
        effect=effect_of(measures, actions, now),
        undercount=undercount_words(crisis.workspace, now) if is_open else "",
    )


def _short(name: str) -> str:
    """The beginning of a name that fits beside a diamond."""
    room, kept = LABEL, ""
    for letter in name:
        room -= 2 if east_asian_width(letter) in "WF" else 1
        if room < 0:
            return f"{kept}…"
        kept += letter
    return name


def _minutes(topic: int, since: datetime, until: datetime) -> dict[datetime, Measure]:
    """What the measures of single minutes would be."""
    posts = Mention.objects.counted().filter(topic=topic, placed_at__gte=since, placed_at__lte=until)
    counted = posts.values(at=TruncMinute("placed_at")).annotate(
        total=Count("pk"), negative=Count("pk", filter=Q(label="neg")), positive=Count("pk", filter=Q(label="pos"))
    )
    return {
        row["at"]: Measure(total=row["total"], negative=row["negative"], positive=row["positive"])
        for row in counted.order_by("at")
    }


def _measures(topic: int, since: datetime, until: datetime) -> dict[datetime, Measure]:
    found = Measure.objects.filter(topic=topic, bucket__gte=since, bucket__lte=until)
    return {measure.bucket: measure for measure in found}


def _buckets(
    measures: Mapping[datetime, Measure], start: datetime, end: datetime, step: timedelta
) -> tuple[CourseBucket, ...]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for at, measure in measures.items():
        if at >= start:
            place = sums[int((at - start) / step)]
            for index, value in enumerate((measure.negative, measure.total, measure.positive)):
                place[index] += value
    zone = timezone.get_current_timezone()
    buckets = []
    for index in range(int((end - start) / step) + 1):
        negative, total, positive = sums[index]
        at = (start + index * step).astimezone(zone)
        buckets.append(CourseBucket(at, negative, total - negative - positive, positive))
    return tuple(buckets)


def _usual_limit(measures: Mapping[datetime, Measure], start: datetime, step: timedelta) -> float | None:
    """What nineteen of twenty intervals of the week before stayed below; None while less than a day is known."""
    sums: dict[int, int] = defaultdict(int)
    for at, measure in measures.items():
        if at < start:
            sums[int((start - at - BUCKET) / step)] += measure.total
    known = max(sums, default=-1) + 1
    if known * step < LEAST_LEARNED:
        return None
    ordered = sorted(sums[index] for index in range(known))
    return float(ordered[int(len(ordered) * 0.95)])


def _marks(crisis: Crisis) -> list[Mark]:
    """The earliest captured post, the first article of a news source, the worst level of the alert, and what people
    assessed otherwise; the log has every step."""
    marks = []
    if crisis.earliest_post_id:
        marks.append(Mark(crisis.started_at, _("earliest captured")))
    marks += _first_article(crisis)
    if crisis.alert:
        risen = AlertEvent.objects.filter(alert=crisis.alert, kind__in=["opened", "raised"])
        worst = risen.order_by("tier", "at").first()
        marks += [Mark(worst.at, tier_name(worst.tier))] if worst else []
    before = crisis.alert.tier if crisis.alert else None
    for assessment in crisis.assessments.order_by("number"):
        if assessment.level != before:
            marks.append(Mark(assessment.made_at, tier_name(assessment.level)))
        before = assessment.level
    return marks


def _first_article(crisis: Crisis) -> list[Mark]:
    since = crisis.started_at
    news = is_from(crisis.workspace, "news")
    found = Mention.objects.counted().filter(news, topic=crisis.topic_id, placed_at__gte=since, is_history=False)
    first = found.order_by("placed_at", "pk").first()
    if first is None or first.post_id == crisis.earliest_post_id:
        return []
    named = Subscription.objects.filter(workspace=crisis.workspace_id, source=first.source_id).first()
    return [Mark(first.placed_at, _("first in %(source)s") % {"source": named.name})] if named else []


def actions_of(crisis: Crisis) -> tuple[Mark, ...]:
    """What we did that could be seen: emergency measures that were let go, and what was published; oldest first."""
    marks = [
        Mark(measure.decided_at, measure.text)
        for measure in crisis.measures.filter(status__in=["approved", "done"])
        if measure.decided_at
    ]
    spoken: dict[tuple[str, datetime], Mark] = {}
    for statement in crisis.statements.filter(status="published").order_by("published_at"):
        if statement.published_at:
            minute = statement.published_at.replace(second=0, microsecond=0)
            mark = Mark(statement.published_at, statement_kind_word(statement.kind))
            spoken.setdefault((statement.kind, minute), mark)
    return tuple(sorted([*marks, *spoken.values()], key=lambda mark: mark.at))


def effect_of(measures: Mapping[datetime, Measure], actions: Sequence[Mark], now: datetime) -> EffectLine | None:
    """Before and after the newest action that has enough time behind it; None where none has."""
    buckets = [effect.Bucket(at, measure.total, measure.negative) for at, measure in measures.items()]
    for action in reversed(actions):
        passed = now - effect.bucket_start(action.at) - BUCKET
        span = min(passed - passed % BUCKET, LONGEST_EFFECT)
        if span < SHORTEST_EFFECT:
            continue
        found = effect.before_after(buckets, action.at, span, now)
        if found.comparable:
            return EffectLine(
                name=action.name,
                minutes=int(span / timedelta(minutes=1)),
                before=found.volume_before,
                after=found.volume_after,
                negative_before=found.negative_share_before,
                negative_after=found.negative_share_after,
            )
    return None
