"""Codes of the pure rules in the reader's language."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from alerts import board as read
from alerts.models import Alert


def tier_name(tier: int) -> str:
    """Colour and word of a tier, as in «Orange · serious»."""
    return {
        1: _("Red · particularly serious"),
        2: _("Orange · serious"),
        3: _("Yellow · fairly serious"),
        4: _("Blue · ordinary"),
    }[tier]


def close_reason_text(code: str) -> str:
    """Why an alert was closed."""
    return {
        "handled": pgettext("close reason", "Handled"),
        "no-action": pgettext("close reason", "No action needed"),
        "false-alarm": pgettext("close reason", "False alarm"),
        "": "",
    }[code]


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
    """A rule's value against its threshold, as the board shows it."""
    raise NotImplementedError(reason)
