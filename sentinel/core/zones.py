"""Time zones as people choose them: those near Taiwan by name and distance from UTC, then all others."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

NEAR_ZONES = {
    "Asia/Taipei": _("Taipei"),
    "Asia/Shanghai": _("Beijing, Shanghai"),
    "Asia/Hong_Kong": _("Hong Kong"),
    "Asia/Macau": _("Macau"),
    "Asia/Singapore": _("Singapore"),
    "Asia/Kuala_Lumpur": _("Kuala Lumpur"),
    "Asia/Tokyo": _("Tokyo"),
    "UTC": _("UTC"),
}
OTHER_ZONES = sorted(available_timezones() - set(NEAR_ZONES))


def zone_choices() -> list[Any]:
    """The zones near Taiwan with their distance from UTC, then all others by name."""
    near = [(zone, _with_offset(str(label), zone, timezone.now())) for zone, label in NEAR_ZONES.items()]
    return [*near, (gettext("Elsewhere"), [(zone, zone) for zone in OTHER_ZONES])]


def _with_offset(label: str, zone: str, now: datetime) -> str:
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    hours = offset.total_seconds() / 3600 if offset else 0
    return f"{label} UTC{hours:+g}" if hours else label
