"""Codes of alerts, rules and deliveries in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

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
        label=rule_name(kind),
        value_text=figure_text(kind, value),
        threshold_text=figure_text(kind, threshold),
        fraction=value / full,
        threshold_fraction=threshold / full,
        reached=reason["tier"] is not None,
        note=held_text(reason["held_by"]),
    )


def held_text(held_by: str) -> str:
    """Why a value that is high enough does not speak; "" where nothing holds it back."""
    return {"count": _("too few posts"), "surprise": _("not clearly unusual yet"), "": ""}[held_by]


def rule_name(kind: str) -> str:
    """What a rule looks at."""
    return {
        "volume": _("Volume"),
        "negative": _("Negative share"),
        "sensitive": _("Sensitive posts"),
    }[kind]


def rule_help(kind: str) -> str:
    """How a rule's value comes about."""
    return {
        "volume": _(
            "Posts of the last hour as a multiple of a usual hour, and only while the rise is out of the ordinary for "
            "this topic, its time of day and its day of the week."
        ),
        "negative": _(
            "How much of the last hour is negative at least: the lower bound of the share, so that few posts do not "
            "count as many."
        ),
        "sensitive": _(
            "Posts of an hour with a sensitive term that the text does not deny; one author counts twice at most."
        ),
    }[kind]


def rule_unit(kind: str) -> str:
    """What stands behind a threshold in a form."""
    return {
        "volume": pgettext("unit", "× the usual"),
        "negative": pgettext("unit", "% negative"),
        "sensitive": pgettext("unit", "posts"),
    }[kind]


def rule_words(definition: dict[str, Any]) -> str:
    """A rule in one line: where it begins to speak and where it is worst."""
    kind, thresholds = definition["kind"], definition["thresholds"]
    said = {
        "volume": _("volume from %(blue)s, red from %(red)s"),
        "negative": _("negative from %(blue)s, red from %(red)s"),
        "sensitive": _("sensitive posts from %(blue)s, red from %(red)s"),
    }[kind]
    return said % {"blue": threshold_text(kind, thresholds["4"]), "red": threshold_text(kind, thresholds["1"])}


def threshold_text(kind: str, threshold: float) -> str:
    """A threshold as it was set: 3×, 42.5%, 20."""
    if kind == "negative":
        return f"{threshold * 100:.10g}%"
    return f"{threshold:,.10g}×" if kind == "volume" else f"{threshold:,.10g}"


# What alerts.rules.validate_definition says of a field.
RULE_PROBLEMS = (
    gettext_noop("Choose volume, negative or sensitive"),
    gettext_noop("Give a threshold for each of the four tiers"),
    gettext_noop("Give a number above 0"),
    gettext_noop("Give a whole number from 1"),
    gettext_noop("This can never be reached"),
    gettext_noop("A worse tier needs a higher threshold"),
)


def topic_refused_text(code: str, publisher: str = "", number: int = 0) -> str:
    """Why a verb on a topic or a rule was refused, and what to do."""
    return {
        "name-taken": _("Another topic has this name. Choose a different one."),
        "archived": _("This topic is archived already."),
        "newer-version": _(
            "%(name)s published version %(number)s while you were writing. Your text is still here: compare, then "
            "publish again."
        )
        % {"name": publisher or _("Somebody"), "number": number},
    }[code]


def figure_text(kind: str, value: float) -> str:
    """A rule's value or threshold: 8.4×, 71%, 3."""
    if kind == "volume":
        return formats.multiple(value)
    return formats.percent(value) if kind == "negative" else formats.grouped(round(value))


def kind_name(kind: str) -> str:
    """What a kind of outlet is called."""
    return {"webhook": _("Webhook"), "email": pgettext("outlet", "E-mail")}[kind]


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
