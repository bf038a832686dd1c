"""What pages, reports and the keeper read of drills, as values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from alerts.models import Alert, AlertEvent
from alerts.tiers import Tier
from monitoring.models import Mention, Source, Subscription
from playbooks.models import Crisis, CrisisQuerySet, Statement
from sentinel.core.models import Workspace
from sentinel.drill.models import Drill, ScenarioFile
from sentinel.drill.report import Facts, Line, report_lines
from sentinel.drill.scenario import Scenario, ScenarioError, builtin_scenarios, read_scenario
from sentinel.drill.storyline import Names, PublishedStatement, Run, phase

PAST_SHOWN = 12


def run_of(drill: Drill) -> Run:
    """The course of a drill, with what the team published in it."""
    published = Statement.objects.filter(crisis__in=crises_of(drill), published_at__isnull=False)
    statements = tuple(
        PublishedStatement(at=one.published_at, text=one.text, channel=one.channel, title=one.title)
        for one in published.order_by("published_at", "pk")
        if one.published_at
    )
    return Run(
        scenario=read_scenario(drill.text),
        started_at=drill.started_at,
        speed=drill.speed,
        names=Names(drill.brand, drill.competitor),
        statements=statements,
        seed=drill.seed,
    )


def crises_of(drill: Drill) -> CrisisQuerySet:
    """The crises that people opened in a drill: of its topic, or by hand while it ran."""
    in_its_time = Q(opened_at__gte=drill.started_at)
    if drill.ended_at is not None:
        in_its_time &= Q(opened_at__lte=drill.ended_at)
    of_its_topic = Q(topic=drill.topic_id) | Q(alert__topic=drill.topic_id) if drill.topic_id else Q()
    mine = Crisis.objects.filter(workspace=drill.workspace_id, is_drill=True)
    return mine.filter(of_its_topic | (Q(topic__isnull=True, alert__isnull=True) & in_its_time))


# --- the report


def facts_of(drill: Drill) -> Facts:
    """When each thing of a drill happened, from its rows."""
    alerts = list(Alert.objects.filter(topic=drill.topic_id).select_related("earliest_post").order_by("pk"))
    crisis = crises_of(drill).order_by("opened_at", "pk").first()
    published = _publications(drill)
    captured = _captured_at(drill)
    earliest = alerts[0].earliest_post if alerts else None
    tasks = list(crisis.tasks.filter(cancelled_at__isnull=True)) if crisis else []
    done = [task.done_at for task in tasks if task.done_at]
    return Facts(
        complaint_at=drill.first_complaint_at,
        captured_at=captured,
        published_at=earliest.published_at if earliest else None,
        rises=_rises(drill),
        claimed_at=min((alert.claimed_at for alert in alerts if alert.claimed_at), default=None),
        crisis_at=crisis.opened_at if crisis else None,
        reply_at=published[0][0] if published else None,
        assessed_at=_first(crisis.assessments.values_list("made_at", flat=True)) if crisis else None,
        submitted_at=_first(crisis.plans.values_list("submitted_at", flat=True)) if crisis else None,
        decided_at=_first(crisis.plans.values_list("approval__decided_at", flat=True)) if crisis else None,
        position_at=next((at for at, kind in published if kind != "holding"), None),
        tasks_done_at=max(done) if tasks and len(done) == len(tasks) else None,
        tasks=(len(done), len(tasks)),
        closed_at=crisis.closed_at if crisis else None,
    )


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _publications(drill: Drill) -> list[tuple[datetime, str]]:
    published = Statement.objects.filter(crisis__in=crises_of(drill), published_at__isnull=False)
    return [(at, kind) for at, kind in published.order_by("published_at").values_list("published_at", "kind") if at]


def _captured_at(drill: Drill) -> datetime | None:
    """When the first complaint was captured: the first sensitive, else negative, mention that came after it was out."""
    after = Mention.objects.filter(
        topic=drill.topic_id, is_history=False, captured_at__gte=drill.first_complaint_at
    ).order_by("captured_at", "pk")
    first = after.filter(sensitive__gt=0).first() or after.filter(label="neg").first()
    return first.captured_at if first else None


def _rises(drill: Drill) -> list[tuple[Tier, datetime]]:
    events = AlertEvent.objects.filter(alert__topic=drill.topic_id, kind__in=["opened", "raised"]).order_by("at", "pk")
    return [(Tier(tier), at) for tier, at in events.values_list("tier", "at")]


def lines_of(drill: Drill, now: datetime) -> list[Line]:
    """The report as it stands; after the removal, as it was kept."""
    if drill.removed_at is not None:
        return [Line.of(kept) for kept in drill.report]
    return report_lines(facts_of(drill), speed=drill.speed, now=now, is_over=drill.ended_at is not None)


# --- pages


@dataclass(frozen=True, slots=True)
class Choice:
    """A scenario that can be started: one that comes with Sentinel, or the workspace's own `file`."""

    value: str
    scenario: Scenario
    text: str
    file: ScenarioFile | None = None


def choices_of(workspace: Workspace) -> list[Choice]:
    """Every scenario that the workspace can start, its own last; one that can no longer be read is left out."""
    built_in = [Choice(key, read_scenario(text), text) for key, text in builtin_scenarios().items()]
    own = []
    for file in ScenarioFile.objects.filter(workspace=workspace).order_by("name"):
        scenario = _readable(file.text)
        if scenario is not None:
            own.append(Choice(f"own-{file.pk}", scenario, file.text, file))
    return built_in + own


def _readable(text: str) -> Scenario | None:
    try:
        return read_scenario(text)
    except ScenarioError:
        return None


def running_drill(workspace: Workspace) -> Drill | None:
    """The drill that runs in a workspace; there is at most one."""
    return Drill.objects.visible_to(workspace).running().first()


def taken_ports() -> frozenset[int]:
    """The ports of every drill that runs, on whatever machine it is served."""
    return frozenset(
        port for ports in Drill.objects.running().values_list("ports", flat=True) for port in ports.values()
    )


def past_drills(workspace: Workspace) -> list[Drill]:
    """The drills that ended, newest first."""
    return list(Drill.objects.visible_to(workspace).exclude(ended_at=None).newest_first()[:PAST_SHOWN])


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a drill is. `phase` is a code of `storyline.phase`; `left` is None once it is over."""

    drill: Drill
    scenario: Scenario
    phase: str
    elapsed: timedelta
    left: timedelta | None
    share: float  # of its length, 0..1


def progress_of(drill: Drill, now: datetime) -> Progress:
    """Where the story stands."""
    run = run_of(drill)
    length, elapsed = drill.ends_at - drill.started_at, max(now - drill.started_at, timedelta())
    left = drill.ends_at - now
    return Progress(
        drill=drill,
        scenario=run.scenario,
        phase=phase(run, now),
        elapsed=elapsed,
        left=left if left > timedelta() else None,
        share=min(elapsed / length, 1.0),
    )


@dataclass(frozen=True, slots=True)
class Site:
    """A site of the drill's web and how it is read."""

    subscription: Subscription
    source: Source
    posts: int


def sites_of(drill: Drill) -> list[Site]:
    """The sites of a drill in the order in which they were added."""
    counted = dict(
        Source.objects.filter(pk__in=drill.sources).annotate(captured=Count("posts")).values_list("pk", "captured")
    )
    subscriptions = (
        Subscription.objects.filter(workspace=drill.workspace_id, source__in=drill.sources)
        .select_related("source")
        .order_by("pk")
    )
    return [Site(one, one.source, counted.get(one.source_id, 0)) for one in subscriptions]


def compared(drills: Sequence[Drill], now: datetime) -> list[tuple[Drill, Mapping[str, Line]]]:
    """Each drill with the lines of its report by code."""
    return [(drill, {line.code: line for line in lines_of(drill, now)}) for drill in drills]
