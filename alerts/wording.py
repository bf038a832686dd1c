"""Codes of alerts, rules and deliveries in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alerts import board as read
from alerts.models import Alert, AlertEvent, Delivery
from sentinel.core import formats
from sentinel.core.templatetags.sentinel import tier_colour, tier_word
from sentinel.core.wording import fetch_error_text

# A value this many times its threshold fills its bar.
BAR_SPAN = 2.0


def tier_name(tier: int) -> str:
    """Colour and word of a tier, as in «Orange · Major»."""
    return f"{tier_colour(tier)} · {tier_word(tier)}"


def close_reason_text(code: str) -> str:
    """Why an alert was closed."""
    return {
        "handled": pgettext("close reason", "Handled"),
        "no-action": pgettext("close reason", "No action needed"),
        "false-alarm": pgettext("close reason", "False alarm"),
    }.get(code, code)


def wrong_state_text(code: str, alert: Alert) -> str:
    """Why a verb on an alert was refused, and what to do."""
    name = alert.claimed_by.name if alert.claimed_by else ""
    return {
        "claimed": _("%(name)s has already claimed this alert.") % {"name": name},
        "closed": _("This alert is closed already."),
        "red-needs-manager": _("Only a manager closes a red alert. Ask one to look at it."),
        "reason-missing": _("Say how the alert ended, then close it."),
    }[code]


def reason_of(reason: dict[str, Any]) -> read.Reason:
    """A rule's value against its threshold (`alerts.rules.Reason` as JSON), as the board and the messages show it."""
    kind, value, threshold = reason["kind"], float(reason["value"]), float(reason["threshold"])
    # A share has its natural scale; what has no end is drawn up to twice its threshold.
    full = 1.0 if kind == "negative" else max(BAR_SPAN * threshold, value)
    return read.Reason(
        kind=kind,
        label=_reason_label(kind, reason.get("held_by", "")),
        value_text=_figure(kind, value),
        threshold_text=_figure(kind, threshold),
        fraction=value / full,
        threshold_fraction=threshold / full,
        reached=reason["tier"] is not None,
    )


def _reason_label(kind: str, held_by: str) -> str:
    label = {
        "volume": _("Volume, times the usual"),
        "negative": _("Negative share, at least"),
        "sensitive": _("Sensitive posts in an hour"),
    }[kind]
    held = {"count": _("too few posts"), "surprise": _("nothing out of the ordinary")}.get(held_by)
    return _("%(label)s (%(held)s)") % {"label": label, "held": held} if held else label


def _figure(kind: str, value: float) -> str:
    if kind == "volume":
        return formats.multiple(value)
    return formats.percent(value) if kind == "negative" else formats.grouped(round(value))


def kind_name(kind: str) -> str:
    """What a kind of outlet is called."""
    return {"webhook": _("Webhook"), "email": _("E-mail")}[kind]


def event_text(event: AlertEvent | None) -> str:
    """What a message is about, in a few words; without an event it is a test."""
    if event is None:
        return _("Test")
    return {
        "opened": _("New alert"),
        "raised": _("Alert raised"),
        "claimed": pgettext("event", "Claimed"),
        "closed": pgettext("event", "Closed"),
    }[event.kind]


def receipt_text(delivery: Delivery) -> str:
    """What the last try ended with, in a sentence; empty before the first."""
    code, detail = delivery.outcome, delivery.receipt
    if code == "http":
        status, _space, said = detail.partition(" ")
        return f"HTTP {status} · {said}" if said else f"HTTP {status}"
    known = {
        "": "",
        "smtp": _("The mail server %(server)s took it.") % {"server": detail},
        "smtp-refused": _("The mail server refused it: %(reply)s") % {"reply": detail},
        "smtp-unreachable": _("The mail server %(server)s cannot be reached.") % {"server": detail},
        "no-mail-server": _("No mail server is configured (EMAIL_HOST)."),
        "failed": _("The message could not be made (%(error)s). The log of the worker says more.") % {"error": detail},
    }
    return known[code] if code in known else fetch_error_text(code, detail)
