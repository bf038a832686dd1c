"""Alerts: opened, raised, claimed, closed. Each change is one conditional write, one event, one push."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from alerts.clocks import claim_deadline
from alerts.models import Alert, AlertEvent, Delivery, Outlet
from alerts.rules import Reason
from alerts.tiers import Tier, should_reopen
from monitoring.models import Mention, Topic
from sentinel.core import audit
from sentinel.core.live import announce
from sentinel.core.models import User, Workspace
from sentinel.core.operations import WrongStateError
from sentinel.core.wakes import wake

CLOSE_REASONS = ("handled", "no-action", "false-alarm")
TITLE_LENGTH = 80
LOOK_BACK = timedelta(days=1)


@transaction.atomic
def raise_alert(*, topic: Topic, tier: Tier, reasons: Sequence[Reason], now: datetime) -> Alert | None:
    """Open the topic's alert, or raise the open one to a worse tier; None where nothing changes."""
    Workspace.objects.select_for_update(no_key=True).get(pk=topic.workspace_id)  # one opener at a time
    alert = Alert.objects.open().filter(workspace=topic.workspace_id, topic=topic).first()
    if alert is None:
        return _open(topic, tier, reasons, now)
    if tier >= alert.tier:
        return None
    before, alert.tier = alert.tier, tier
    alert.reasons, alert.raised_at = [asdict(reason) for reason in reasons], now
    alert.claim_due_at = min(alert.claim_due_at, claim_deadline(tier, now))
    alert.save(update_fields=["tier", "reasons", "raised_at", "claim_due_at"])
    _note(alert, "raised", now=now, tier_before=before)
    return alert


def _open(topic: Topic, tier: Tier, reasons: Sequence[Reason], now: datetime) -> Alert | None:
    if topic.current is None:
        return None  # never published, so nothing can match
    last = Alert.objects.filter(workspace=topic.workspace_id, topic=topic).order_by("-closed_at").first()
    if last is not None and last.closed_at and not should_reopen(Tier(last.tier), last.closed_at, tier, now):
        return None
    lead = _lead_mention(topic, now)
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
        claim_due_at=claim_deadline(tier, now),
        earliest_post=lead.post if lead else None,
    )
    _note(alert, "opened", now=now)
    return alert


def _lead_mention(topic: Topic, now: datetime) -> Mention | None:
    """The earliest captured mention of the last day that is sensitive, else negative, else any."""
    recent = topic.mentions.filter(placed_at__gt=now - LOOK_BACK, is_history=False)
    ordered = recent.select_related("post").order_by("placed_at", "pk")
    return ordered.filter(sensitive__gt=0).first() or ordered.filter(label="neg").first() or ordered.first()


def _headline(lead: Mention | None, topic: Topic) -> str:
    text = (lead.post.title or lead.post.text) if lead else topic.name
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


@transaction.atomic
def claim_alert(*, alert: Alert, by: User, now: datetime) -> None:
    """Take an alert on; the first wins, everyone else gets WrongStateError('claimed' or 'closed')."""
    claimed = Alert.objects.unclaimed().filter(pk=alert.pk).update(claimed_at=now, claimed_by=by)
    alert.refresh_from_db()
    if not claimed:
        raise WrongStateError("closed" if alert.closed_at else "claimed")
    audit.record(verb="claim", subject=alert, by=by, now=now, workspace=alert.workspace)
    _note(alert, "claimed", now=now, by=by)


@transaction.atomic
def close_alert(*, alert: Alert, reason: str, note: str, by: User, now: datetime) -> None:
    """Close an alert with a reason (see CLOSE_REASONS); raises WrongStateError('closed')."""
    if reason not in CLOSE_REASONS:
        raise ValueError(reason)
    closed = Alert.objects.open().filter(pk=alert.pk)
    if not closed.update(closed_at=now, closed_by=by, close_reason=reason, close_note=note.strip()):
        raise WrongStateError("closed")
    alert.refresh_from_db()
    audit.record(
        verb="close",
        subject=alert,
        by=by,
        now=now,
        workspace=alert.workspace,
        data={"reason": reason, "note": alert.close_note},
    )
    _note(alert, "closed", now=now, by=by)


def _note(alert: Alert, kind: str, *, now: datetime, by: User | None = None, tier_before: int | None = None) -> None:
    """Write the event down, hand it to the outlets, ring the browsers; the last statements of a transaction."""
    event = AlertEvent.objects.create(
        alert=alert, kind=kind, at=now, by=by, tier=alert.tier, tier_before=tier_before, reasons=alert.reasons
    )
    outlets = Outlet.objects.filter(workspace=alert.workspace_id, disabled_at__isnull=True, least_tier__gte=alert.tier)
    Delivery.objects.bulk_create(
        [Delivery(outlet=outlet, event=event, due_at=now, created_at=now) for outlet in outlets]
    )
    wake("alerts.changed")
    announce(
        workspace_id=alert.workspace_id,
        kind=f"alert.{kind}",
        object_id=alert.pk,
        tier=alert.tier,
        counts=open_counts(alert.workspace_id),
        now=now,
    )


def open_counts(workspace_id: int) -> dict[str, int]:
    """Open alerts by tier (`"1"` … `"4"`) and how many of them nobody claimed."""
    open_alerts = list(Alert.objects.open().filter(workspace=workspace_id).values_list("tier", "claimed_at"))
    by_tier = {str(tier.value): sum(1 for found, _ in open_alerts if found == tier) for tier in Tier}
    return {**by_tier, "unclaimed": sum(1 for _, claimed_at in open_alerts if claimed_at is None)}
