"""A drill is started, ended and removed: each in one transaction, each once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from alerts.operations.drills import forget_alerts
from alerts.operations.rules import watch_topic
from monitoring.models import Subscription
from monitoring.operations.drills import (
    add_drill_source,
    close_drill_places,
    forget_drill,
    open_drill_places,
    pause_drill_sources,
)
from monitoring.operations.topics import archive_topic
from playbooks.operations.drills import forget_crises
from sentinel.core import audit
from sentinel.core.live import announce
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.drill.models import Drill
from sentinel.drill.operations.practice import Colleague, add_colleagues, dismiss_colleagues
from sentinel.drill.queries import crises_of, lines_of
from sentinel.drill.scenario import Scenario, read_scenario
from sentinel.drill.sources import places, source_definitions
from sentinel.drill.storyline import Names, Run, ends_at, topic_query

ENDS_BY_ITSELF_AFTER = timedelta(minutes=30)  # after the story
WAITS_FOR_THE_TEAM = timedelta(hours=4)  # after the story, while a crisis of the drill is open: it still listens


@transaction.atomic
def start_drill(
    *,
    workspace: Workspace,
    text: str,
    name: str,
    speed: float,
    seed: int,
    ports: Mapping[str, int],
    names: Names,
    tells_outlets: bool,
    colleagues: Mapping[str, Colleague],
    by: User,
    now: datetime,
) -> Drill:
    """Start a scenario: its topic with default rules, its private sources, its places open to them alone.

    `name` is the topic's, in which "%(number)s" becomes the drill's number; `colleagues` are the people whom Sentinel
    plays, by part. Raises scenario.ScenarioError, WrongStateError('running') where a drill runs already, and
    WrongStateError('name-taken').
    """
    scenario = read_scenario(text)
    run = Run(scenario=scenario, started_at=now, speed=speed, names=names, statements=(), seed=seed)
    drill = _row(workspace, scenario, text, run, ports, by)
    drill.tells_outlets = tells_outlets
    drill.topic = watch_topic(
        workspace=workspace,
        name=name % {"number": drill.number},
        query=topic_query(scenario, names),
        is_own=True,
        is_drill=True,
        pace=speed,
        tells_outlets=tells_outlets,
        by=by,
        now=now,
    )
    drill.sources = _sources(drill, run, by, now)
    drill.practice = add_colleagues(workspace=workspace, drill=drill.number, colleagues=colleagues, by=by, now=now)
    drill.save()
    _record("start-drill", drill, by, now, {"speed": speed, "tells_outlets": tells_outlets})
    announce(workspace_id=workspace.pk, kind="drill.started", object_id=drill.pk, now=now)
    return drill


def _row(workspace: Workspace, scenario: Scenario, text: str, run: Run, ports: Mapping[str, int], by: User) -> Drill:
    """The drill's row; raises WrongStateError('running')."""
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)  # one number at a time
    last = Drill.objects.filter(workspace=workspace).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            return Drill.objects.create(
                workspace=workspace,
                number=last + 1,
                scenario_key=scenario.key,
                title=scenario.title,
                text=text,
                speed=run.speed,
                seed=run.seed,
                brand=run.names.brand,
                competitor=run.names.competitor,
                ports=dict(ports),
                started_at=run.started_at,
                started_by=by,
                first_complaint_at=run.started_at + scenario.first_complaint / run.speed,
                ends_at=ends_at(run),
            )
    except IntegrityError as error:
        raise WrongStateError("running") from error


def _sources(drill: Drill, run: Run, by: User, now: datetime) -> list[int]:
    """The sources that the workspace reads while the drill runs, and their places open to them."""
    open_drill_places(places=places(drill.ports), workspace=drill.workspace, by=by, now=now)
    added = [
        add_drill_source(
            workspace=drill.workspace,
            drill=str(drill.pk),
            kind=one.kind,
            definition=one.definition,
            url=one.url,
            zone=one.zone,
            interval=one.interval,
            name=one.name,
            channel=one.channel,
            by=by,
            now=now,
        )
        for one in source_definitions(run, drill.ports)
    ]
    return [subscription.source_id for subscription in added]


@transaction.atomic
def end_drill(*, drill: Drill, by: User | None, now: datetime) -> bool:
    """Read nothing more and watch nothing more; what was captured stays to look at. Whether it still ran."""
    if not Drill.objects.running().filter(pk=drill.pk).update(ended_at=now, ended_by=by):
        return False
    drill.refresh_from_db()
    workspace = drill.workspace
    pause_drill_sources(
        subscriptions=Subscription.objects.filter(workspace=workspace, source__in=drill.sources), by=by, now=now
    )
    close_drill_places(places=places(drill.ports), workspace=workspace, by=by, now=now)
    topic = drill.topic
    if topic is not None and topic.archived_at is None:
        archive_topic(topic=topic, by=by, now=now)
    _record("end-drill", drill, by, now)
    announce(workspace_id=workspace.pk, kind="drill.ended", object_id=drill.pk, now=now)
    return True


@transaction.atomic
def remove_drill(*, drill: Drill, by: User, now: datetime) -> bool:
    """Take away everything that a drill brought, in one step; its row stays with the figures of its report.

    One that still runs is ended first. Whether there was anything to remove.
    """
    drill = Drill.objects.select_for_update(of=("self",)).select_related("workspace", "topic").get(pk=drill.pk)
    if drill.removed_at is not None:
        return False
    end_drill(drill=drill, by=by, now=now)
    drill.refresh_from_db()
    drill.report = [line.as_json() for line in lines_of(drill, now)]
    topic = drill.topic
    forget_crises(crises=crises_of(drill))
    if topic is not None:
        forget_alerts(topic=topic)
    dismiss_colleagues(workspace=drill.workspace, people=list(drill.practice.values()), by=by, now=now)
    drill.topic, drill.removed_at, drill.removed_by = None, now, by
    drill.save(update_fields=["topic", "removed_at", "removed_by", "report"])
    forget_drill(sources=drill.sources, topic=topic, places=places(drill.ports))
    _record("remove-drill", drill, by, now)
    announce(workspace_id=drill.workspace_id, kind="drill.removed", object_id=drill.pk, now=now)
    return True


def end_what_is_over(*, now: datetime) -> int:
    """End the drills whose story was over a while ago and whose team is not at work any more; how many there were."""
    told = Drill.objects.running().filter(ends_at__lt=now - ENDS_BY_ITSELF_AFTER).select_related("workspace")
    over = [one for one in told if one.ends_at < now - WAITS_FOR_THE_TEAM or not crises_of(one).open().exists()]
    return sum(end_drill(drill=drill, by=None, now=now) for drill in over)


def _record(verb: str, drill: Drill, by: User | None, now: datetime, data: dict[str, object] | None = None) -> None:
    audit.record(
        verb=verb,
        subject=drill,
        by=by,
        now=now,
        workspace=drill.workspace,
        data=data,
        thread=drill.thread,
        is_drill=True,
    )
