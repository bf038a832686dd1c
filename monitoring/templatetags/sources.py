"""Tags and filters of the pages of sources."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from monitoring.models import Visit
from monitoring.queries.latencies import NORM, Latency
from monitoring.source_wording import field_text, outcome_text, pace_words
from monitoring.templatetags.posts import published_text
from monitoring.wording import precision_text
from sentinel.core.templatetags.sentinel import grouped, span

register = template.Library()
register.filter("field_text", field_text)
register.filter("pace_words", pace_words)

WIDTH = 152
SPARK_WIDTH, SPARK_HEIGHT = 92, 30
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


@register.inclusion_tag("monitoring/expected_spark.html")
def expected_spark(points: Sequence[float], band: Sequence[Sequence[float]]) -> dict[str, Any]:
    """24 hours as a line, before the range that is usual: `band` is (10th percentile, expected, 90th) per hour."""
    top = max([1.0, *points, *(high for _low, _expected, high in band)])
    step = SPARK_WIDTH / max(len(points) - 1, 1)

    def place(index: int, value: float) -> str:
        return f"{index * step:.1f} {SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 5) * value / top:.1f}"

    upper = [place(index, high) for index, (_low, _expected, high) in enumerate(band)]
    lower = [place(index, low) for index, (low, _expected, _high) in enumerate(band)]
    x, y = place(len(points) - 1, points[-1]).split() if points else ("", "")
    return {
        "line": "M" + " L".join(place(index, value) for index, value in enumerate(points)),
        "band": f"M{' L'.join([*upper, *reversed(lower)])}Z" if band else "",
        "x": x,
        "y": y,
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
    }


@register.inclusion_tag("monitoring/latency_axis.html")
def latency_axis() -> dict[str, Any]:
    """The scale of `latency_bar`, for the head of its column."""
    return {"ten_minutes": _place(timedelta(minutes=10)), "hour": _place(NORM)}


@register.simple_tag
def brief_time(post: Any) -> SafeString:
    """`<time>` of a post's publication as one short word: 11:20 today, else 11/21; how exactly it is known on hover."""
    if post.published_at is None:
        return format_html('<time title="{}">–</time>', precision_text(""))
    local = timezone.localtime(post.published_at)
    is_today = local.date() == timezone.localdate() and post.precision in ("second", "minute", "hour")
    text = f"{local:%H:%M}" if is_today else f"{local.month}/{local.day}"
    return format_html(
        '<time class="num" datetime="{}" title="{}, {}">{}</time>',
        local.isoformat(timespec="seconds"),
        published_text(post),
        precision_text(post.precision),
        text,
    )


@register.filter
def until(moment: datetime) -> str:
    """How long it is until `moment`: "in 5 min"."""
    return _("in %(span)s") % {"span": span(moment - timezone.now())}


@register.filter
def passed(moment: datetime) -> str:
    """How long it is since `moment`: "1 h 28 min"."""
    return span(timezone.now() - moment)


@register.filter
def visit_words(visit: Visit) -> str:
    """What came of a visit."""
    return outcome_text(visit.outcome, visit.outcome_detail)


@register.filter
def fine_percent(share: float) -> str:
    """A share to the tenth of a percent: 97.1%; never 100% where one is missing."""
    return f"{math.floor(share * 1000) / 10:g}%"


@register.filter
def rounded(value: float) -> str:
    """An expected number of posts as whole ones, with thousands grouped."""
    return grouped(round(value))


@register.filter
def words(msgid: str) -> str:
    """A text that a pure module marked for translation, in the reader's language."""
    return _(msgid) if msgid else ""


def _place(duration: timedelta) -> str:
    scale = math.log(LONGEST / SHORTEST)
    place = math.log(max(duration, SHORTEST) / SHORTEST) / scale
    return f"{WIDTH * min(place, 1):.1f}"
