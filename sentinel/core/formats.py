"""Figures and spans of time as people read them (pure: words are left to the edge that translates)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

Unit = Literal["second", "minute", "hour", "day"]

HTML_LANGUAGES = {"zh-hant": "zh-Hant-TW", "zh-hans": "zh-Hans-CN", "en": "en"}
_UNITS: tuple[tuple[Unit, int], ...] = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time in its two largest units; `rest` counts `rest_unit` and is 0 where it says nothing."""

    count: int
    unit: Unit
    rest: int
    rest_unit: Unit


def grouped(value: int) -> str:
    """1234567 → "1,234,567"; Django's own grouping does nothing for Chinese."""
    return f"{value:,}"


def percent(share: float) -> str:
    """A share 0..1 as whole percent; what is not quite nothing or everything never reads as 0 or 100."""
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{share * 100:.0f}%"


def multiple(value: float) -> str:
    """How many times the usual: "8.4×", from ten on without a decimal."""
    return f"{value:.1f}×" if value < 9.95 else f"{value:,.0f}×"


def span(duration: timedelta) -> Span:
    """The length of `duration`, sign dropped, cut to its largest unit and the next smaller one."""
    seconds = int(abs(duration.total_seconds()))
    for (unit, size), (rest_unit, rest_size) in pairwise(_UNITS):
        if seconds >= size:
            return Span(seconds // size, unit, seconds % size // rest_size, rest_unit)
    return Span(seconds, "second", 0, "second")


def countdown(duration: timedelta) -> str:
    """Time left as "3:12" or "1:22:05", rounded up, so that it reads 0:00 only when it is over."""
    left = max(0, -(-duration // timedelta(seconds=1)))
    hours, seconds = divmod(left, 3_600)
    minutes, seconds = divmod(seconds, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def html_language(code: str) -> str:
    """The `lang` of a page for one of Django's language codes; it chooses the font."""
    return HTML_LANGUAGES.get(code.lower(), code)


def day_distance(moment: datetime, now: datetime) -> int:
    """How many calendar days `moment` lies before `now`, both in the zone to be read in."""
    return (now.date() - moment.date()).days
