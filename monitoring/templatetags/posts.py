"""Filters of pages that show posts: days, precision, latency, moods, categories."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from monitoring.growth_wording import followed_text
from monitoring.wording import (
    category_text,
    corrected_text,
    figure_text,
    media_text,
    mood_text,
    precision_text,
    verdict_text,
)
from sentinel.core import formats
from sentinel.core.audit_words import facts, verb_words
from sentinel.core.templatetags.sentinel import span

register = template.Library()
register.filter("category_text", category_text)
register.filter("corrected_text", corrected_text)
register.filter("figure_text", figure_text)
register.filter("followed_text", followed_text)
register.filter("media_text", media_text)
register.filter("verdict_text", verdict_text)
register.filter("verb_words", verb_words)
register.filter("mood_text", mood_text)
register.filter("precision_text", precision_text)


@register.filter
def day_text(moment: datetime) -> str:
    """The day in the workspace's zone: Today, Yesterday, else the date, with its year where it is another."""
    local, now = timezone.localtime(moment), timezone.localtime(timezone.now())
    distance = formats.day_distance(local, now)
    if distance in (0, 1):
        return _("Yesterday") if distance else _("Today")
    return date_format(local, "MONTH_DAY_FORMAT" if local.year == now.year else "DATE_FORMAT")


@register.filter
def time_of_day(moment: datetime) -> str:
    """11:20 in the workspace's zone."""
    return f"{timezone.localtime(moment):%H:%M}"


@register.filter
def said(data: dict[str, Any]) -> list[str]:
    """What an entry of the audit trail says of a post, in words: the verdict, the mood, what a verification found."""
    return [
        value for _name, value in facts({name: data[name] for name in ("verdict", "mood", "outcome") if name in data})
    ]


@register.filter
def size_text(size: int) -> str:
    """A size in bytes as people read it: 812 B, 412 KB, 3.4 MB."""
    if size < 1_000:
        return f"{size} B"
    return f"{round(size / 1_000)} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


@register.filter
def signed(value: float) -> str:
    """+0.62, −0.29: with a real minus sign."""
    return f"{value:+.2f}".replace("-", "−")


@register.filter
def push_bar(value: float, widest: float) -> dict[str, str]:
    """A log-odds as a bar of at most 60 px to the right (towards negative) or left of the middle of 132 px."""
    width = 60 * min(abs(value) / widest, 1) if widest else 0
    return {
        "x": f"{66 if value >= 0 else 66 - width:.1f}",
        "width": f"{width:.1f}",
        "kind": "neg" if value >= 0 else "pos",
    }


@register.filter
def latency_text(latency: timedelta | None) -> str:
    """How long after its publication a post was captured."""
    if latency is None:
        return ""
    if latency < timedelta(minutes=1):
        return _("captured at once")
    return _("captured %(span)s later") % {"span": span(latency)}


@register.filter
def published_text(post: Any) -> str:
    """When a post was published, as exactly as it is known; "" where that is not known."""
    if post.published_at is None:
        return ""
    local = timezone.localtime(post.published_at)
    day = date_format(local, "DATE_FORMAT" if local.year != timezone.localtime().year else "MONTH_DAY_FORMAT")
    if post.precision == "month":
        return date_format(local, "YEAR_MONTH_FORMAT")
    if post.precision == "day":
        return day
    if post.precision == "hour":
        return pgettext("time", "%(day)s around %(time)s") % {"day": day, "time": f"{local:%H:00}"}
    return f"{day} {local:%H:%M}"
