"""Topics and their versions, and the walk of a new version over what was captured before it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from monitoring.matching import parse, print_query
from monitoring.models import (
    Analysis,
    BackMatch,
    Mention,
    Post,
    PostQuerySet,
    Sighting,
    Subscription,
    Topic,
    TopicVersion,
)
from monitoring.operations.analyses import lock_analyses
from monitoring.operations.mentions import match_posts
from sentinel.core import audit
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.stages import Stage
from sentinel.core.wakes import wake

BACK_MATCHED = timedelta(days=30)
STEP = 500
WALKED = ("cursor", "last_id", "seen", "total")


@transaction.atomic
def create_topic(
    *,
    workspace: Workspace,
    name: str,
    query: str,
    by: User,
    now: datetime,
    is_own: bool = True,
    is_drill: bool = False,
    pace: float = 1.0,
    tells_outlets: bool = True,
) -> Topic:
    """A topic with its first version; raises WrongStateError('name-taken') and matching.QueryError."""
    parse(query)
    try:
        with transaction.atomic():
            topic = Topic.objects.create(
                workspace=workspace,
                name=name.strip(),
                is_own=is_own,
                is_drill=is_drill,
                pace=pace,
                tells_outlets=tells_outlets,
                created_at=now,
            )
    except IntegrityError as error:
        raise WrongStateError("name-taken") from error
    audit.record(verb="create", subject=topic, by=by, now=now, workspace=workspace)
    publish_version(topic=topic, query=query, by=by, now=now)
    return topic


@transaction.atomic
def publish_version(*, topic: Topic, query: str, by: User, now: datetime, over: int | None = None) -> TopicVersion:
    """Make `query` the topic's live version, which walks over the last 30 days; an archived topic lives again.

    Publishing what is live already changes nothing; an earlier query published again is a new version. `over` is the
    number of the version that the writer had read. Raises matching.QueryError, WrongStateError('newer-version') where
    somebody published since, and WrongStateError('name-taken') where another topic took an archived one's name.
    """
    printed = print_query(parse(query))
    archived_at = Topic.objects.select_for_update(no_key=True).get(pk=topic.pk).archived_at
    newest = topic.versions.order_by("-number").first()
    if newest is not None and newest.query == printed and archived_at is None:
        return newest
    if over is not None and newest is not None and newest.number != over:
        raise WrongStateError("newer-version")
    version = TopicVersion.objects.create(
        topic=topic, number=newest.number + 1 if newest else 1, query=printed, created_by=by, created_at=now
    )
    topic.current, topic.archived_at = version, None
    _save_named(topic, ["current", "archived_at"])
    BackMatch.objects.create(topic_version=version, due_at=now)
    audit.record(
        verb="publish",
        subject=topic,
        by=by,
        now=now,
        workspace=topic.workspace,
        data={"version": version.number, "query": printed},
    )
    wake("monitoring.topic-published")
    return version


def _save_named(topic: Topic, fields: list[str]) -> None:
    """Save a topic that is live from now on; raises WrongStateError('name-taken')."""
    try:
        with transaction.atomic():
            topic.save(update_fields=fields)
    except IntegrityError as error:
        raise WrongStateError("name-taken") from error


@transaction.atomic
def rename_topic(*, topic: Topic, name: str, by: User, now: datetime) -> None:
    """Give a topic another name; raises WrongStateError('name-taken')."""
    before, topic.name = topic.name, name.strip()
    _save_named(topic, ["name"])
    audit.record(verb="rename", subject=topic, by=by, now=now, workspace=topic.workspace, data={"before": before})


@transaction.atomic
def archive_topic(*, topic: Topic, by: User | None, now: datetime) -> None:
    """Stop watching a topic; its mentions stay. Raises WrongStateError('archived')."""
    if not Topic.objects.filter(pk=topic.pk, archived_at__isnull=True).update(archived_at=now):
        raise WrongStateError("archived")
    audit.record(verb="archive", subject=topic, by=by, now=now, workspace=topic.workspace)


def walk_again(*, workspace: Workspace, now: datetime) -> None:
    """Have every live topic walk over the earlier posts again, which a new subscription may have brought."""
    versions = Topic.objects.active().filter(workspace=workspace).values("current")
    BackMatch.objects.filter(topic_version__in=versions).update(
        cursor=0, last_id=0, seen=0, total=0, due_at=now, parked_at=None, attempt=0
    )
    wake("monitoring.topic-published")


def _earlier_posts(topic: Topic, now: datetime) -> PostQuerySet:
    """The posts of 30 days that the workspace reads, and those that are mentions already: they may have to go."""
    reading = Subscription.objects.active().filter(workspace=topic.workspace_id, source__is_drill=topic.is_drill)
    sources = reading.values_list("source", flat=True)
    read = Exists(Sighting.objects.filter(post=OuterRef("pk"), source__in=list(sources)))
    mentioned = Exists(Mention.objects.filter(post=OuterRef("pk"), topic=topic))
    return Post.objects.filter(Q(read, captured_at__gte=now - BACK_MATCHED) | Q(mentioned))


def back_match(rows: Sequence[BackMatch], now: datetime) -> dict[BackMatch, datetime]:
    """Walk each topic one step further; what is not through yet comes again at once."""
    again = {}
    for row in rows:
        topic = row.topic_version.topic
        if topic.current_id != row.topic_version_id or topic.archived_at:
            continue  # a later version walks instead
        # Locked and read again: the walk may have been started anew since this row was claimed.
        row.refresh_from_db(fields=list(WALKED), from_queryset=BackMatch.objects.select_for_update())
        posts = _earlier_posts(topic, now)
        if row.last_id == 0:
            row.last_id = Post.objects.aggregate(last=Max("pk"))["last"] or 0
            row.total = posts.count()
        ahead = posts.filter(pk__gt=row.cursor, pk__lte=row.last_id).order_by("pk")
        step = list(ahead.values_list("pk", flat=True)[:STEP])
        match_posts(analyses=_analysed(lock_analyses(step)), topics=[topic], now=now)
        row.cursor, row.seen = (step[-1] if step else row.last_id), row.seen + len(step)
        row.total = max(row.total, row.seen)
        row.save(update_fields=WALKED)
        if len(step) == STEP:
            again[row] = now
        row.evaluated_revision = 1
    return again


def _analysed(analyses: Sequence[Analysis]) -> list[Analysis]:
    """Those that were scored already; the others meet the topic when they are."""
    return [analysis for analysis in analyses if analysis.analysed_at is not None]


BACK_MATCHES: Stage[BackMatch] = Stage(
    name="back-match",
    label=_("Matching earlier posts"),
    model=BackMatch,
    workspaces="topic_version__topic__workspace",
    handle=back_match,
    related=("topic_version__topic__current", "topic_version__topic__workspace"),
    batch=1,
)
