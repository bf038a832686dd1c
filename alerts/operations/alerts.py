"""Alerts: opened, raised, claimed, closed. Each change is one conditional write, one event, one push."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from alerts.clocks import claim_deadline
from alerts.models import Alert, AlertEvent, Delivery, Outlet
from alerts.rules import Reason
from alerts.tiers import Tier, should_reopen
from monitoring.models import Mention, Topic
from monitoring.operations.holding import hold_mentions, release_posts
from sentinel.core import audit
from sentinel.core.live import announce
from sentinel.core.models import LiveCounter, User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.wakes import wake

CLOSE_REASONS = ("handled", "no-action", "false-alarm")
TITLE_LENGTH = 80
LOOK_BACK = timedelta(days=1)


@transaction.atomic
def raise_alert(*, topic: Topic, tier: Tier, reasons: Sequence[Reason], now: datetime) -> Alert | None:
    """Open the topic's alert, or raise the open one to a worse tier; None where nothing changes."""
    Workspace.objects.select_for_update(no_key=True).get(pk=topic.workspace_id)  # one opener at a time
    open_alerts = Alert.objects.open().filter(workspace=topic.workspace_id, topic=topic)
    alert = open_alerts.select_for_update(no_key=True).first()  # who closes it meanwhile is waited for
    if alert is None:
        return _open(topic, tier, reasons, now)
    if tier >= alert.tier:
        return None
    before, alert.tier = alert.tier, tier
    alert.reasons, alert.raised_at = [asdict(reason) for reason in reasons], now
    alert.topic_version = topic.current or alert.topic_version
    alert.claim_due_at = min(alert.claim_due_at, claim_deadline(tier, now, topic.pace))
    alert.save(update_fields=["tier", "reasons", "raised_at", "topic_version", "claim_due_at"])
    hold_mentions(topic=topic, reason=_hold_of(alert), now=now)
    _note(alert, "raised", now=now, tier_before=before)
    return alert


def _open(topic: Topic, tier: Tier, reasons: Sequence[Reason], now: datetime) -> Alert | None:
    if topic.current is None:
        return None  # never published, so nothing can match
    last = Alert.objects.filter(workspace=topic.workspace_id, topic=topic).order_by("-closed_at").first()
    if last is not None and last.closed_at and not should_reopen(Tier(last.tier), last.closed_at, tier, now):
        return None
    lead = lead_mention(topic, now)
    number = Alert.objects.filter(workspace=topic.workspace_id).aggregate(last=Max("number"))["last"] or 0
    alert = Alert.objects.create(
        workspace_id=topic.workspace_id,
        number=number + 1,
        topic=topic,
        topic_version=topic.current,
        tier=tier,
        title=_headline(lead, topic),
        reasons=[asdict(reason) for reason in reasons],
        opened_at=now,
        raised_at=now,
        claim_due_at=claim_deadline(tier, now, topic.pace),
        earliest_post=lead.post if lead else None,
    )
    hold_mentions(topic=topic, reason=_hold_of(alert), now=now)
    _note(alert, "opened", now=now)
    return alert


def _hold_of(alert: Alert) -> str:
    """Why posts are kept and followed while the alert is open."""
    return f"alert:{alert.pk}"


def lead_mention(topic: Topic, now: datetime) -> Mention | None:
    """The earliest captured mention of the last day that is sensitive, else negative, else any."""
    recent = topic.mentions.filter(placed_at__gt=now - LOOK_BACK, is_history=False, dismissed_at=None)
    ordered = recent.select_related("post").order_by("placed_at", "pk")
    return ordered.filter(sensitive__gt=0).first() or ordered.filter(label="neg").first() or ordered.first()


def _headline(lead: Mention | None, topic: Topic) -> str:
    text = (lead.post.title or lead.post.text) if lead else topic.name
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


@transaction.atomic
def claim_alert(*, alert: Alert, by: User, now: datetime) -> None:
    """Take an alert on; the first wins, everyone else gets WrongStateError('claimed' or 'closed').

    Claiming what is one's own already changes nothing. `alert` is read afresh in any case, so that it says who has it.
    """
    claimed = Alert.objects.unclaimed().filter(pk=alert.pk).update(claimed_at=now, claimed_by=by)
    alert.refresh_from_db()
    if not claimed and alert.closed_at is None and alert.claimed_by_id == by.pk:
        return
    if not claimed:
        raise WrongStateError("closed" if alert.closed_at else "claimed")
    audit.record(verb="claim", subject=alert, by=by, now=now, workspace=alert.workspace, is_drill=alert.topic.is_drill)
    _note(alert, "claimed", now=now, by=by)


@transaction.atomic
def close_alert(*, alert: Alert, reason: str, note: str, may_close_red: bool, by: User, now: datetime) -> None:
    """Close an alert with a reason (see CLOSE_REASONS); raises WrongStateError('closed' or 'red-needs-manager').

    The tier counts that the alert has now, not the one that somebody saw. `alert` is read afresh in any case.
    """
    if reason not in CLOSE_REASONS:
        raise ValueError(reason)
    allowed = Q() if may_close_red else Q(tier__gt=Tier.RED)
    closed = Alert.objects.open().filter(allowed, pk=alert.pk)
    done = closed.update(closed_at=now, closed_by=by, close_reason=reason, close_note=note.strip())
    alert.refresh_from_db()
    if not done:
        raise WrongStateError("closed" if alert.closed_at else "red-needs-manager")
    audit.record(
        verb="close",
        subject=alert,
        by=by,
        now=now,
        workspace=alert.workspace,
        data={"reason": reason, "note": alert.close_note},
        is_drill=alert.topic.is_drill,
    )
    release_posts(workspace=alert.workspace, reason=_hold_of(alert))
    _note(alert, "closed", now=now, by=by)


def _note(alert: Alert, kind: str, *, now: datetime, by: User | None = None, tier_before: int | None = None) -> None:
    """Write the event down, hand it to the outlets, ring the browsers; the last statements of a transaction."""
    event = AlertEvent.objects.create(
        alert=alert, kind=kind, at=now, by=by, tier=alert.tier, tier_before=tier_before, reasons=alert.reasons
    )
    if alert.topic.tells_outlets:
        outlets = Outlet.objects.filter(
            workspace=alert.workspace_id, disabled_at__isnull=True, least_tier__gte=alert.tier
        )
        Delivery.objects.bulk_create(
            [Delivery(outlet=outlet, event=event, due_at=now, created_at=now) for outlet in outlets]
        )
    wake("alerts.changed")
    # Counted under the lock of the sequence: the event with the highest number tells the newest counts.
    LiveCounter.objects.select_for_update(no_key=True).filter(pk=alert.workspace_id).first()
    announce(
        workspace_id=alert.workspace_id,
        kind=f"alert.{kind}",
        object_id=alert.pk,
        tier=alert.tier,
        counts={**open_counts(alert.workspace_id), "drill": alert.topic.is_drill},
        now=now,
    )


def open_counts(workspace_id: int) -> dict[str, int]:
    """Open alerts by tier (`"1"` … `"4"`), and how many alerts and red alerts nobody claimed."""
    open_alerts = list(Alert.objects.open().filter(workspace=workspace_id).values_list("tier", "claimed_at"))
    unclaimed = [tier for tier, claimed_at in open_alerts if claimed_at is None]
    by_tier = {str(tier.value): sum(1 for found, _ in open_alerts if found == tier) for tier in Tier}
    return {**by_tier, "unclaimed": len(unclaimed), "unclaimed_red": unclaimed.count(Tier.RED)}
