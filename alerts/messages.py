"""What is told to the outlets, in the outlet's language."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from alerts.models import AlertEvent, Delivery
from alerts.outlets import Message
from alerts.wording import close_reason_text, reason_of, tier_name


def message_of(delivery: Delivery) -> Message:
    """The message of a delivery, the same at every try; one without an event is a test."""
    if delivery.event is None:
        workspace = delivery.outlet.workspace
        return Message(
            kind="test",
            subject=_("Sentinel test for %(workspace)s") % {"workspace": workspace.name},
            lines=(
                _("This is a test. Alerts of %(workspace)s will arrive like this.") % {"workspace": workspace.name},
            ),
            url=settings.PUBLIC_URL + reverse("outlet-list", args=[workspace.slug]),
            at=delivery.created_at,
            data={"workspace": workspace.slug, "outlet": delivery.outlet.name},
        )
    return _alert_message(delivery.event)


def _alert_message(event: AlertEvent) -> Message:
    alert = event.alert
    reasons = [(reason, reason_of(reason)) for reason in event.reasons]
    url = f"{settings.PUBLIC_URL}{reverse('board', args=[alert.workspace.slug])}?alert={alert.pk}"
    level = f"{event.tier} {tier_name(event.tier)}"
    is_drill = alert.topic.is_drill
    happened = f"{_drill_mark()} {_happened(event)}" if is_drill else _happened(event)
    said = [f"{read.label}: {read.value_text} / {read.threshold_text}" for _raw, read in reasons if read.reached]
    return Message(
        kind=f"alert.{event.kind}",
        subject=f"{happened} [{level}] {alert.title}",
        lines=(
            f"{happened} · {alert.workspace.name} · {alert.topic.name}",
            level,
            alert.title,
            *said,
            date_format(localtime(event.at), "Y-m-d H:i"),
        ),
        url=url,
        at=event.at,
        data={
            "workspace": alert.workspace.slug,
            "drill": is_drill,
            "alert": _alert_data(event, url),
            "reasons": [
                {"kind": raw["kind"], "value": raw["value"], "threshold": raw["threshold"], "reached": read.reached}
                for raw, read in reasons
            ],
        },
    )


def _drill_mark() -> str:
    """What stands first in every message of a drill, so that nobody takes it for real."""
    return _("[Drill]")


def _happened(event: AlertEvent) -> str:
    name = event.by.name if event.by else ""
    return {
        "opened": _("New alert"),
        "raised": _("Alert raised"),
        "claimed": _("Alert claimed by %(name)s") % {"name": name},
        "closed": _("Alert closed: %(reason)s") % {"reason": close_reason_text(event.alert.close_reason)},
    }[event.kind]


def _alert_data(event: AlertEvent, url: str) -> dict[str, Any]:
    alert, closed = event.alert, event.kind == "closed"
    return {
        "id": alert.pk,
        "number": alert.label,
        "tier": event.tier,
        "tier_before": event.tier_before,
        "level": tier_name(event.tier),
        "title": alert.title,
        "topic": alert.topic.name,
        "opened_at": alert.opened_at.isoformat(),
        "by": event.by.name if event.by else None,
        "close_reason": alert.close_reason if closed else None,
        "url": url,
    }
