"""Tags and filters of the pages of sources."""

import math
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring.source_health import NORM, Latency
from monitoring.source_wording import field_text, pace_words
from sentinel.core.templatetags.sentinel import span

register = template.Library()
register.filter("field_text", field_text)
register.filter("pace_words", pace_words)

WIDTH = 152
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=10)


@register.inclusion_tag("monitoring/latency_bar.html")
def latency_bar(latency: Latency | None) -> dict[str, Any]:
    """Median and 95th percentile on a logarithmic line from a minute to ten hours, with the norm's mark."""
    return {
        "latency": latency,
        "median": _place(latency.median) if latency else "",
        "p95": _place(latency.p95) if latency else "",
        "norm": _place(NORM),
        "is_over": latency is not None and latency.p95 > NORM,
    }


@register.inclusion_tag("monitoring/latency_axis.html")
def latency_axis() -> dict[str, Any]:
    """The scale of `latency_bar`, for the head of its column."""
    return {"ten_minutes": _place(timedelta(minutes=10)), "hour": _place(NORM)}


@register.filter
def until(moment: datetime) -> str:
    """How long it is until `moment`: "in 5 min"."""
    return _("in %(span)s") % {"span": span(moment - timezone.now())}


@register.filter
def passed(moment: datetime) -> str:
    """How long it is since `moment`: "1 h 28 min"."""
    return span(timezone.now() - moment)


@register.filter
def words(msgid: str) -> str:
    """A text that a pure module marked for translation, in the reader's language."""
    return _(msgid) if msgid else ""


def _place(duration: timedelta) -> str:
    scale = math.log(LONGEST / SHORTEST)
    place = math.log(max(duration, SHORTEST) / SHORTEST) / scale
    return f"{WIDTH * min(place, 1):.1f}"
