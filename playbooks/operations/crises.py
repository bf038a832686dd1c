"""Crises: opened, led, moved along, closed, opened again."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from alerts.models import Alert
from alerts.operations.alerts import close_alert, lead_mention
from monitoring.models import Post, Topic
from monitoring.operations.holding import end_following
from playbooks.models import Crisis, TeamMember, Watch
from playbooks.models.reviewing import WATCH_DAYS
from playbooks.operations.collecting import file_earliest, refresh_earliest
from playbooks.operations.files import check, lock, may, write_down
from playbooks.operations.following import hold_crisis
from playbooks.workflow import Stage
from sentinel.core.models import Membership, User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Permission


@transaction.atomic
def open_crisis(
    *, workspace: Workspace, title: str, level: int, summary: str, by: User, now: datetime, topic: Topic | None = None
) -> Crisis:
    """Open a file by hand; its earliest post is the topic's, where a topic is given."""
    lead = lead_mention(topic, now) if topic else None
    return _open(
        workspace=workspace,
        title=title,
        level=level,
        summary=summary,
        topic=topic,
        alert=None,
        earliest=lead.post if lead else None,
        by=by,
        now=now,
    )


@transaction.atomic
def open_crisis_from_alert(*, alert: Alert, title: str, by: User, now: datetime) -> Crisis:
    """Open a file on a claimed alert; raises WrongStateError('unclaimed', 'alert-closed' or 'has-crisis')."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("topic", "workspace").get(pk=alert.pk)
    check(alert.closed_at is None, "alert-closed")
    check(alert.claimed_at is not None, "unclaimed")
    check(not Crisis.objects.filter(alert=alert).exists(), "has-crisis")
    return _open(
        workspace=alert.workspace,
        title=title or alert.title,
        level=alert.tier,
        summary="",
        topic=alert.topic,
        alert=alert,
        earliest=alert.earliest_post,
        by=by,
        now=now,
    )


def _open(
    *,
    workspace: Workspace,
    title: str,
    level: int,
    summary: str,
    topic: Topic | None,
    alert: Alert | None,
    earliest: Post | None,
    by: User,
    now: datetime,
) -> Crisis:
    Workspace.objects.select_for_update(no_key=True).get(pk=workspace.pk)  # one number at a time
    number = Crisis.objects.filter(workspace=workspace).aggregate(last=Max("number"))["last"] or 0
    crisis = Crisis.objects.create(
        workspace=workspace,
        number=number + 1,
        title=title.strip(),
        summary=summary.strip(),
        topic=topic,
        alert=alert,
        is_drill=topic is not None and topic.is_drill,
        level=level,
        earliest_post=earliest,
        started_at=earliest.placed_at if earliest else now,
        opened_at=now,
        opened_by=by,
    )
    if earliest:
        file_earliest(crisis, earliest, now=now)
    leads = may(by, workspace, Permission.APPROVE)
    duty = "commander" if leads else "member"
    TeamMember.objects.create(crisis=crisis, user=by, duty=duty, created_at=now)
    if leads:
        Crisis.objects.filter(pk=crisis.pk).update(reached_at=now)
        crisis.reached_at = now
    hold_crisis(crisis, now=now)
    write_down(crisis, "open", crisis, by=by, now=now, alert=alert.label if alert else "", level=level)
    return crisis


@transaction.atomic
def edit_crisis(
    *, crisis: Crisis, title: str, summary: str, by: User, now: datetime, topic: Topic | None = None
) -> None:
    """Another title or summary; a crisis that watches no topic can be given one, and its earliest post with it."""
    crisis = lock(crisis)
    crisis.title, crisis.summary = title.strip(), summary.strip()
    crisis.topic = crisis.topic or topic
    crisis.save(update_fields=["title", "summary", "topic"])
    write_down(crisis, "edit", crisis, by=by, now=now)
    refresh_earliest(crisis=crisis, now=now)


@transaction.atomic
def move_stage(*, crisis: Crisis, stage: Stage, by: User, now: datetime) -> None:
    """Say where the work stands; every stage can be reached from every other."""
    crisis = lock(crisis)
    before, crisis.stage = crisis.stage, Stage(stage).value
    if before == crisis.stage:
        return
    crisis.save(update_fields=["stage"])
    write_down(crisis, "move", crisis, by=by, now=now, before=before, after=crisis.stage)


@transaction.atomic
def seat(
    *,
    crisis: Crisis,
    user: User,
    duty: str,
    department: str,
    deputy: User | None,
    limits: str,
    by: User,
    now: datetime,
) -> TeamMember:
    """Give a member of the workspace a seat in the control centre, or change it.

    Raises WrongStateError('not-a-member', 'duty-taken' or 'deputy-is-self').
    """
    crisis = lock(crisis)
    people = [person.pk for person in (user, deputy) if person]
    members = Membership.objects.filter(workspace=crisis.workspace, user__in=people).count()
    check(deputy != user, "deputy-is-self")
    check(members == len(people), "not-a-member")
    fields = {"duty": duty, "department": department.strip(), "deputy": deputy, "limits": limits.strip()}
    try:
        with transaction.atomic():
            member, _created = TeamMember.objects.update_or_create(
                crisis=crisis, user=user, defaults=fields, create_defaults={**fields, "created_at": now}
            )
    except IntegrityError as error:
        raise WrongStateError("duty-taken") from error
    write_down(crisis, "seat", member, by=by, now=now, duty=duty, department=member.department)
    return member


@transaction.atomic
def unseat(*, member: TeamMember, by: User, now: datetime) -> None:
    """Take somebody out of the control centre."""
    crisis = lock(member.crisis)
    write_down(crisis, "unseat", member, by=by, now=now, duty=member.duty)
    member.delete()


@transaction.atomic
def take_charge(*, crisis: Crisis, by: User, now: datetime) -> None:
    """The commander, or the deputy, has it: the clock of reaching somebody responsible ends.

    Raises WrongStateError('not-commander' or 'reached').
    """
    crisis = lock(crisis)
    commander = crisis.team.filter(duty="commander").first()
    check(commander is not None and by.pk in (commander.user_id, commander.deputy_id), "not-commander")
    check(crisis.reached_at is None, "reached")
    crisis.reached_at = now
    crisis.save(update_fields=["reached_at"])
    write_down(crisis, "take-charge", crisis, by=by, now=now)


@transaction.atomic
def report_progress(*, crisis: Crisis, text: str, by: User, now: datetime) -> None:
    """Say how far it is; the clock of the next report starts again."""
    crisis = lock(crisis)
    crisis.progress_at = now
    crisis.save(update_fields=["progress_at"])
    write_down(crisis, "report-progress", crisis, by=by, now=now, note=text.strip())


@transaction.atomic
def write_note(*, crisis: Crisis, text: str, by: User, now: datetime) -> None:
    """A line in the log."""
    crisis = lock(crisis, even_closed=True)
    write_down(crisis, "note", crisis, by=by, now=now, note=text.strip())


@transaction.atomic
def close_crisis(*, crisis: Crisis, note: str, by: User, now: datetime) -> None:
    """Close the file and its alert, and plan the looks back; raises WrongStateError('crisis-closed')."""
    crisis = lock(crisis)
    crisis.closed_at, crisis.closed_by, crisis.close_note = now, by, note.strip()
    crisis.save(update_fields=["closed_at", "closed_by", "close_note"])
    for days in WATCH_DAYS:
        due = (now + timedelta(days=days)).date()
        watch, _created = Watch.objects.get_or_create(crisis=crisis, days=days, defaults={"due_on": due})
        if watch.checked_at is None and watch.due_on != due:
            watch.due_on = due
            watch.save(update_fields=["due_on"])
    if crisis.alert and crisis.alert.closed_at is None:
        close_alert(alert=crisis.alert, reason="handled", note=crisis.label, may_close_red=True, by=by, now=now)
    end_following(workspace=crisis.workspace, reason=crisis.thread)
    write_down(crisis, "close", crisis, by=by, now=now, note=crisis.close_note)


@transaction.atomic
def reopen_crisis(*, crisis: Crisis, note: str, by: User, now: datetime) -> None:
    """It has come again, or was closed too early; raises WrongStateError('crisis-open')."""
    crisis = lock(crisis, even_closed=True)
    check(crisis.closed_at is not None, "crisis-open")
    crisis.closed_at, crisis.closed_by, crisis.close_note = None, None, ""
    crisis.save(update_fields=["closed_at", "closed_by", "close_note"])
    hold_crisis(crisis, now=now)
    write_down(crisis, "reopen", crisis, by=by, now=now, note=note.strip())
