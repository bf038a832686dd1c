"""Every minute: what sources brought is counted, their habits are learned, and admins are told of what is wrong."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from monitoring.measuring import habit as habits
from monitoring.models import (
    WEAK_KINDS,
    NoticeReceipt,
    Outage,
    Source,
    SourceHabit,
    SourceNotice,
    Subscription,
    Visit,
    Volume,
    failure_kind,
)
from monitoring.operations.sources import resume_source
from sentinel.core import audit
from sentinel.core.live import announce
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission

RECOUNTED = timedelta(hours=2)  # hours that may still grow
LEARNED_AT_ONCE = 500
CHECKED_AT_ONCE = 1000
CHECKED_EVERY = timedelta(minutes=5)
EMPTY_AFTER = 3  # visits in a row that list nothing
COMPARED_VISITS = 40
OUTAGE_AFTER = timedelta(minutes=30)
MANY = 10**9  # posts

Cause = tuple[str, datetime, dict[str, Any]]  # kind of notice, since when, its particulars


def watch_sources(*, now: datetime) -> int:
    """Open and close what admins are told of sources, and read again what was paused until now; how much changed."""
    resumed = _resume_due(now)
    _note_outage(now)
    count_volumes(now=now)
    learn_habits(now=now)
    return resumed + _settle({**_failing(), **_weak(now)}, now)


# --- what came, and what usually comes --------------------------------------------------------------------------------


def count_volumes(*, now: datetime) -> None:
    """Write down how many posts each source brought in this hour and the one before, pushed ones too; never fewer."""
    since = _hour(now) - RECOUNTED + timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO monitoring_volume AS volume (source_id, hour, posts)
               SELECT sighting.source_id, date_trunc('hour', sighting.captured_at, 'UTC'), count(*)
                 FROM monitoring_source AS source
                 JOIN monitoring_sighting AS sighting
                   ON sighting.source_id = source.id AND sighting.captured_at >= %s AND sighting.captured_at <= %s
                 JOIN monitoring_post AS post ON post.id = sighting.post_id AND NOT post.is_history
                WHERE NOT source.is_drill AND (source.is_pushed OR source.last_item_at >= %s)
                GROUP BY 1, 2
                ON CONFLICT (source_id, hour) DO UPDATE SET posts = excluded.posts
                WHERE volume.posts < excluded.posts""",
            [since, now, since],
        )


def learn_habits(*, now: datetime) -> int:
    """Bring the habits that are older than this hour up to it; how many were."""
    hour = _hour(now)
    behind = _read().filter(Q(habit=None) | Q(habit__hour__lt=hour))
    sources = list(behind.order_by(F("habit__hour").asc(nulls_first=True), "pk")[:LEARNED_AT_ONCE])
    rows, unwatched = _rows_of(sources, hour), _unwatched(sources, now)
    learned = [_learned(source, rows.get(source.pk, {}), unwatched[source.pk], hour) for source in sources]
    SourceHabit.objects.bulk_create(
        learned,
        update_conflicts=True,
        unique_fields=["source"],
        update_fields=["hour", "offset", "posts", "band", "three"],
    )
    return len(learned)


def _learned(
    source: Source, rows: Mapping[int, int], unwatched: Iterable[tuple[int, int]], hour: datetime
) -> SourceHabit:
    end = floor(hours_of(hour))
    offset = round((hour.astimezone(ZoneInfo(source.zone)).utcoffset() or timedelta()) / timedelta(hours=1))
    first = max(min(rows, default=end), floor(hours_of(source.created_at)) + 1, end - habits.KEPT_HOURS)
    posts = habits.counts_of(rows, first=min(first, end), end=end, unwatched=unwatched, offset=offset)
    learned = habits.Habit(end, posts, offset)
    band = [_triple(habits.usual(learned, at, at + 1)) for at in range(end - 24, end + 1)]
    three = [_triple(habits.usual(learned, at - 3, at)) for at in (end, end + 1)]
    return SourceHabit(
        source=source,
        hour=hour,
        offset=offset,
        posts=posts,
        band=band if all(band) else [],
        three=three if all(three) else [],
    )


def _triple(known: habits.Usual | None) -> list[float]:
    return [round(known.low, 2), round(known.expected, 2), round(known.high, 2)] if known else []


def _rows_of(sources: list[Source], hour: datetime) -> dict[int, dict[int, int]]:
    """Posts by full hour since the epoch, of each source, in the hours before `hour` that are remembered."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT source_id, array_agg((EXTRACT(EPOCH FROM hour) / 3600)::int), array_agg(posts)
                 FROM monitoring_volume WHERE source_id = ANY(%s) AND hour >= %s AND hour < %s GROUP BY source_id""",
            [[source.pk for source in sources], hour - timedelta(hours=habits.KEPT_HOURS), hour],
        )
        return {source: dict(zip(hours, posts, strict=True)) for source, hours, posts in cursor.fetchall()}


def _unwatched(sources: list[Source], now: datetime) -> dict[int, list[tuple[int, int]]]:
    """The stretches in which a source was not seen, or brought too little: they are no part of its habit."""
    stretches: dict[int, list[tuple[int, int]]] = defaultdict(list)
    told = SourceNotice.objects.filter(source__in=sources)
    for source, began, ended in told.values_list("source_id", "began_at", "ended_at"):
        stretches[source].append((floor(hours_of(began)), floor(hours_of(ended or now)) + 1))
    for began, ended in Outage.objects.values_list("began_at", "ended_at"):
        for one in sources:
            stretches[one.pk].append((floor(hours_of(began)), floor(hours_of(ended)) + 1))
    return stretches


def _note_outage(now: datetime) -> None:
    """Note that nobody looked for a while: the machine was off, or nothing worked."""
    last = SourceHabit.objects.aggregate(last=Max("checked_at"))["last"]
    if last and now - last > OUTAGE_AFTER:
        Outage.objects.create(began_at=last, ended_at=now)
        Outage.objects.filter(ended_at__lt=now - timedelta(hours=habits.KEPT_HOURS)).delete()


# --- what is wrong ----------------------------------------------------------------------------------------------------


def _failing() -> dict[int, Cause | None]:
    """Why sources that are read fail, where that is sure."""
    causes: dict[int, Cause | None] = {}
    for source in _read().filter(is_pushed=False, failures__gt=0):
        kind = failure_kind(source.outcome, source.failures)
        if kind != "retrying":
            since = source.last_success_at or source.failing_since or source.created_at
            causes[source.pk] = (kind, since, {"outcome": source.outcome, "detail": source.outcome_detail})
    return causes


def _weak(now: datetime) -> dict[int, Cause | None]:
    """Which of the sources whose turn it is bring too little, though their visits go well; None where they do not."""
    due = Q(checked_at=None) | Q(checked_at__lt=now - CHECKED_EVERY)
    working = _read().filter(failures=0)
    found = SourceHabit.objects.filter(due, source__in=working).select_related("source")
    checked = list(found.order_by(F("checked_at").asc(nulls_first=True))[:CHECKED_AT_ONCE])
    ids = [one.pk for one in checked]
    seen = _seen(ids, now)
    open_ones = {one.source_id: one for one in SourceNotice.objects.filter(source__in=ids, ended_at=None)}
    SourceHabit.objects.filter(pk__in=ids).update(checked_at=now)
    back = Outage.objects.aggregate(last=Max("ended_at"))["last"]
    looked_since = hours_of(back) if back else 0.0
    return {one.pk: _weakness(one, seen.get(one.pk, {}), open_ones.get(one.pk), looked_since, now) for one in checked}


def _weakness(
    known: SourceHabit, seen: Mapping[int, int], told: SourceNotice | None, looked_since: float, now: datetime
) -> Cause | None:
    source = known.source

    def came(since: int) -> int:
        """Posts since an hour; more than any habit where we did not look at all of the time since."""
        return sum(posts for hour, posts in seen.items() if hour >= since) if since >= looked_since else MANY

    quiet = (
        habits.quiet(habits.Habit(floor(hours_of(known.hour)), known.posts, known.offset), hours_of(now), came)
        if _is_looked_at(source, now)
        else None
    )
    if quiet is None and told and told.kind in WEAK_KINDS and not _came_since(source, told):
        return told.kind, told.began_at, told.detail
    if (quiet or source.outcome == "empty") and (since := _lists_nothing_since(source)):
        return "empty", since, {"told_at": now.isoformat()}
    if quiet is None:
        return None
    usual = quiet.usual
    detail = {
        "seen": quiet.seen,
        "low": round(usual.low),
        "high": round(usual.high),
        "hours": round(hours_of(now) - quiet.since, 1),
        "days": usual.days,
        "alike": usual.alike,
        "told_at": now.isoformat(),
    }
    began = moment_of(quiet.since)
    nothing_since = source.last_item_at if not quiet.seen and source.last_item_at else began
    return "quiet", min(began, nothing_since), detail


def _is_looked_at(source: Source, now: datetime) -> bool:
    """Whether its visits come as planned: a source that is not visited brings nothing, and that is not its doing."""
    late = timedelta(seconds=2 * source.interval) + OUTAGE_AFTER
    return source.is_pushed or source.last_visit_at is None or now - source.last_visit_at <= late


def _came_since(source: Source, told: SourceNotice) -> bool:
    told_at = told.detail.get("told_at")
    return bool(source.last_item_at and told_at and source.last_item_at > datetime.fromisoformat(told_at))


def _lists_nothing_since(source: Source) -> datetime | None:
    """When a source that listed something on most visits listed something last; None where that is not so."""
    well = Visit.objects.finished().filter(source=source, outcome__in=["ok", "empty"]).order_by("-finished_at")
    rows = well.values_list("log", "finished_at", "repeats")[:COMPARED_VISITS]
    visits = [(_listed(log), at) for log, at, repeats in rows for _ in range(min(repeats, COMPARED_VISITS))]
    newest, before = visits[:EMPTY_AFTER], visits[EMPTY_AFTER:]
    with_items = [at for listed, at in before if listed]
    if len(newest) < EMPTY_AFTER or any(listed for listed, _at in newest) or len(with_items) * 2 < len(before):
        return None
    return with_items[0] if len(with_items) >= EMPTY_AFTER else None


def _listed(log: list[dict[str, Any]]) -> int:
    return sum(int(line["said"].get("count", 0)) for line in log if line["what"] == "items")


def _seen(sources: list[int], now: datetime) -> dict[int, dict[int, int]]:
    """Posts by full hour of the last day and this hour."""
    rows = Volume.objects.filter(source__in=sources, hour__gte=_hour(now) - timedelta(hours=24), hour__lte=now)
    seen: dict[int, dict[int, int]] = defaultdict(dict)
    for source, hour, posts in rows.values_list("source_id", "hour", "posts"):
        seen[source][floor(hours_of(hour))] = posts
    return seen


# --- what admins are told ---------------------------------------------------------------------------------------------


@transaction.atomic
def _settle(causes: Mapping[int, Cause | None], now: datetime) -> int:
    """End the notices whose cause is gone, open those that are new, and ring at the admins who read the source.

    A source that `causes` does not name was not looked at; one that nobody reads any more has no notice.
    """
    recovered = Q(source__failures=0) & ~Q(kind__in=WEAK_KINDS)
    gone = dict(
        SourceNotice.objects.filter(recovered | ~Q(source__in=_read()), ended_at=None).values_list("pk", "source_id")
    )
    ended, changed, opened = set(gone), set(gone.values()), []
    told = {(one.source_id, one.kind): one for one in SourceNotice.objects.filter(source__in=causes, ended_at=None)}
    for (source, kind), notice in told.items():
        cause = causes[source]
        if cause is None or cause[0] != kind:
            ended.add(notice.pk)
            changed.add(source)
    for source, cause in causes.items():
        if cause and (source, cause[0]) not in told:
            kind, since, detail = cause
            opened.append(SourceNotice(source_id=source, kind=kind, began_at=since, detail=detail))
            changed.add(source)
    SourceNotice.objects.filter(pk__in=ended, ended_at=None).update(ended_at=now)
    SourceNotice.objects.bulk_create(opened, ignore_conflicts=True)
    _ring(changed, now)
    return len(ended) + len(opened)


def _ring(sources: Iterable[int], now: datetime) -> None:
    reading = Subscription.objects.filter(source__in=list(sources)).order_by("workspace_id", "pk")
    first: dict[int, int] = {}
    for workspace, subscription in reading.values_list("workspace_id", "pk"):
        first.setdefault(workspace, subscription)
    for workspace, subscription in first.items():
        announce(
            workspace_id=workspace,
            kind="source.noticed",
            object_id=subscription,
            permission=Permission.EDIT_SOURCES,
            now=now,
        )


@transaction.atomic
def see_notice(*, notice: SourceNotice, workspace: Workspace, by: User, now: datetime) -> None:
    """Note that the workspace's admins know of it; a second time changes nothing."""
    _receipt, is_new = NoticeReceipt.objects.get_or_create(
        notice=notice, workspace=workspace, defaults={"seen_by": by, "seen_at": now}
    )
    if is_new:
        subscription = Subscription.objects.filter(workspace=workspace, source=notice.source_id).first()
        data = {"kind": notice.kind}
        audit.record(verb="see-notice", subject=subscription or notice, by=by, now=now, workspace=workspace, data=data)
        announce(workspace_id=workspace.pk, kind="source.noticed", permission=Permission.EDIT_SOURCES, now=now)


def show_progress(*, visit: Visit, log: list[dict[str, Any]]) -> None:
    """Write down how far a visit has come, for who asked for it and looks on; the truth comes with its end."""
    Visit.objects.open().filter(pk=visit.pk, lease_until=visit.lease_until).update(log=log)


def _resume_due(now: datetime) -> int:
    """Read again what was paused until a moment that has come."""
    due = Subscription.objects.filter(paused_at__isnull=False, paused_until__lte=now, source__is_drill=False)
    resumed = 0
    for subscription in due.select_related("workspace", "source").order_by("pk"):
        try:
            resume_source(subscription=subscription, by=None, now=now)
        except WrongStateError:
            continue  # somebody was faster
        resumed += 1
    return resumed


# --- what several of them use -----------------------------------------------------------------------------------------


def _read() -> "QuerySet[Source]":
    """Sources that at least one workspace reads, pushed ones too; drills rehearse and are not watched."""
    reading = Subscription.objects.active().filter(source=OuterRef("pk"))
    return Source.objects.filter(Exists(reading), is_drill=False)


def hours_of(moment: datetime) -> float:
    """Hours since the epoch."""
    return moment.timestamp() / 3600


def moment_of(hours: float) -> datetime:
    """The moment so many hours after the epoch."""
    return datetime.fromtimestamp(hours * 3600, UTC)


def _hour(now: datetime) -> datetime:
    return moment_of(floor(hours_of(now)))


@dataclass(frozen=True, slots=True)
class Missed:
    """How many posts a source is estimated to have kept from us since a moment, and from how many earlier days."""

    low: int
    high: int
    days: int


def missed_of(known: SourceHabit, since: datetime, seen: int, now: datetime) -> Missed | None:
    """What we did not see of a source between two moments; None where its habit says too little."""
    learned = habits.Habit(floor(hours_of(known.hour)), known.posts, known.offset)
    usual = habits.usual(learned, hours_of(since), hours_of(now))
    return Missed(*habits.missed(usual, seen), usual.days) if usual else None
