"""Template tags and filters of every page: icons, figures, times, charts."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from sentinel.core import charts, formats

register = template.Library()

register.filter("html_language", formats.html_language)


@register.filter
def grouped(value: int | None) -> str:
    """`{{ 1234|grouped }}` → 1,234."""
    return "" if value is None else formats.grouped(int(value))


@register.filter
def listed(words: Iterable[object]) -> str:
    """`{{ names|listed }}` → 雅婷、志明 (English: with a comma)."""
    return _(", ").join(map(str, words))


@register.filter
def percent(share: float | None) -> str:
    """A share 0..1: `{{ .713|percent }}` → 71%."""
    return "" if share is None else formats.percent(share)


@register.filter
def multiple(value: float | None) -> str:
    """`{{ 8.42|multiple }}` → 8.4×."""
    return "" if value is None else formats.multiple(value)


@register.filter
def span(duration: timedelta | float | None) -> str:
    """A duration or a number of seconds in words of its largest unit: "4 min", "1 h 06 min", "3 days"."""
    if duration is None:
        return ""
    return _span_words(duration if isinstance(duration, timedelta) else timedelta(seconds=duration))


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago `moment` was: "2 min ago"; "just now" within a minute."""
    if moment is None:
        return ""
    passed = timezone.now() - moment
    if passed < timedelta(minutes=1):
        return _("just now")
    return _("%(span)s ago") % {"span": _span_words(passed)}


@register.filter
def countdown(moment: datetime) -> str:
    """Time left until `moment` as 3:12 or 1:22:05."""
    return formats.countdown(moment - timezone.now())


@register.filter
def is_past(moment: datetime) -> bool:
    return moment <= timezone.now()


@register.filter
def clock_text(moment: datetime) -> str:
    """The time of day, with the day where it is not today: 11:20 · Yesterday 18:20 · 11/21 18:20."""
    local, now = timezone.localtime(moment), timezone.localtime(timezone.now())
    time = f"{local:%H:%M}"
    distance = formats.day_distance(local, now)
    if distance == 0:
        return time
    if distance == 1:
        return _("Yesterday %(time)s") % {"time": time}
    day = f"{local.month}/{local.day}"
    return f"{day} {time}" if local.year == now.year else f"{local.year}/{day} {time}"


@register.simple_tag
def when(moment: datetime | None, css: str = "") -> SafeString | str:
    """`<time>` with the short text shown and the full one on hover."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return format_html(
        '<time class="num {}" datetime="{}" title="{}">{}</time>',
        css,
        local.isoformat(timespec="seconds"),
        f"{local:%Y-%m-%d %H:%M:%S %z}",
        clock_text(moment),
    )


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """A lucide icon from the sprite; decorative unless it has a `label`."""
    role = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"/></svg>', css, role, static("vendor/lucide.svg"), name
    )


@register.filter
def tier_colour(tier: int | str) -> str:
    """The colour's name: red, orange, yellow, blue."""
    return {1: _("Red"), 2: _("Orange"), 3: _("Yellow"), 4: _("Blue")}[int(tier)]


@register.filter
def tier_word(tier: int | str) -> str:
    """The level's word; 1 is the worst."""
    return {
        1: pgettext("level", "Critical"),
        2: pgettext("level", "Major"),
        3: pgettext("level", "Moderate"),
        4: pgettext("level", "Minor"),
    }[int(tier)]


@register.inclusion_tag("components/sparkline.html")
def sparkline(points: Sequence[float], label: str = "") -> dict[str, Any]:
    """A small line of `points`, oldest first."""
    return {"spark": charts.sparkline(points), "label": label}


@register.inclusion_tag("components/pulse.html")
def pulse(chart: Any, title: str, list_url: str = "") -> dict[str, Any]:
    """The stacked pulse with legend, text summary and table; `chart` has buckets, usual and notes."""
    zone = timezone.get_current_timezone()
    buckets = [_LocalBucket(bucket, bucket.at.astimezone(zone)) for bucket in chart.buckets]
    return {
        "chart": charts.pulse_chart(buckets, chart.notes, usual=chart.usual),
        "buckets": buckets,
        "title": title,
        "list_url": list_url,
        "minutes": (buckets[1].at - buckets[0].at).seconds // 60 if len(buckets) > 1 else 15,
    }


@register.inclusion_tag("components/reasons.html")
def reasons(items: Sequence[Any]) -> dict[str, Any]:
    """Why a tier: each value as a bar against its threshold's mark; see `components/reasons.html`."""
    return {
        "items": [
            {
                "reason": item,
                "value": round(160 * _unit(item.fraction)),
                "mark": round(160 * _unit(item.threshold_fraction)),
            }
            for item in items
        ]
    }


class _LocalBucket:
    """A bucket whose time is in the zone of the page."""

    def __init__(self, bucket: Any, at: datetime) -> None:
        self.at = at
        self.neg: int = bucket.neg
        self.neu: int = bucket.neu
        self.pos: int = bucket.pos
        self.total = self.neg + self.neu + self.pos


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _span_words(duration: timedelta) -> str:
    length = formats.span(duration)
    words = _unit_words(length.unit, length.count)
    if length.unit == "hour" and length.rest:
        return _("%(hours)s %(minutes)s") % {"hours": words, "minutes": _unit_words("minute", length.rest)}
    return words


def _unit_words(unit: formats.Unit, count: int) -> str:
    forms = {
        "second": ngettext("%(count)d s", "%(count)d s", count),
        "minute": ngettext("%(count)d min", "%(count)d min", count),
        "hour": ngettext("%(count)d h", "%(count)d h", count),
        "day": ngettext("%(count)d day", "%(count)d days", count),
    }
    return forms[unit] % {"count": count}
