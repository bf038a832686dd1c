"""When to come again: as often as a source really publishes, never more often than it wishes (pure).

A *rhythm* is small JSON: `posts`, the newest publications in epoch seconds, oldest first; `ttl`, the seconds that the
feed says it stays the same; `skip`, the hours in GMT in which it asks to be left alone, and `days`, the days (0 is
Monday).
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from monitoring.visiting.answers import retry_after
from sentinel.core.net.types import Response

Rhythm = Mapping[str, Any]

SHORTEST, LONGEST = 120.0, 24 * 3600.0  # seconds between visits
AT_FIRST = 300.0  # until a source has shown how often it publishes
JITTER = 0.1
PER_POST = 4  # visits for each post that is expected, so that it is captured soon after it is published
POSTS_KEPT = 24
BURST = 5  # so many posts in short order are a burst
LONGEST_FLOOR = 3600.0  # what headers and feeds may ask for: the norm is to capture within an hour
LONGEST_PERIOD = 1800.0  # sy:updatePeriod: half the feeds of the world carry "hourly" as their software came with it
MOST_SKIPPED = 6  # hours
_EPOCHS_DAY = 3  # the first of January 1970 was a Thursday
_FEED_HEAD = 20_000  # bytes
_PERIODS = {b"hourly": 3600, b"daily": 86400, b"weekly": 604800, b"monthly": 2592000, b"yearly": 31536000}
_FEED = re.compile(rb"<(?:rss|feed|[rR][dD][fF])")
_TTL = re.compile(rb"<ttl>\s*(\d{1,7})\s*</ttl>")
_PERIOD = re.compile(rb"<\w+:updatePeriod>\s*([a-z]+)\s*<")
_FREQUENCY = re.compile(rb"<\w+:updateFrequency>\s*(\d{1,5})\s*<")
_SKIP = re.compile(rb"<skipHours>(.*?)</skipHours>", re.DOTALL)
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>")
_SKIP_DAYS = re.compile(rb"<skipDays>(.*?)</skipDays>", re.DOTALL)
_DAY = re.compile(rb"<day>\s*([A-Za-z]+)\s*</day>")
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Hints:
    """What an answer says of how long it stays true: `fresh` by its headers; `ttl`, `skip` and `days` by the feed
    itself, None where no body came."""

    fresh: float = 0.0
    ttl: float | None = None
    skip: tuple[int, ...] | None = None
    days: tuple[int, ...] | None = None

    def merged(self, other: "Hints") -> "Hints":
        """Of several lists of one source the longest holds."""
        ttls = [one for one in (self.ttl, other.ttl) if one is not None]
        fresh = max(self.fresh, other.fresh)
        return Hints(fresh, max(ttls, default=None), self.skip or other.skip, self.days or other.days)


def hints_of(response: Response, now: datetime) -> Hints:
    """Read the hints of an answer: Cache-Control and Expires (RFC 9111, 5.2 and 5.3), a Retry-After beside contents,
    RSS ttl, skipHours and skipDays, sy."""
    fresh = min(max(_freshness(response.headers, now), retry_after(response.headers, now) or 0.0), LONGEST_FLOOR)
    if response.status == 304:
        return Hints(fresh)
    head = response.body[:_FEED_HEAD]
    is_feed = _FEED.search(head) is not None
    return Hints(fresh, _ttl(head), _skip_hours(head), _skip_days(head)) if is_feed else Hints(fresh, 0.0, (), ())


def learned(
    rhythm: Rhythm, *, published: Iterable[datetime], undated: int, since: datetime | None, hints: Hints, now: datetime
) -> dict[str, Any]:
    """The rhythm after a visit: `published` are times of what it read; `undated` new posts came since the visit at
    `since`."""
    posts = {int(moment.timestamp()) for moment in published if moment <= now}
    if since is not None and undated:
        step = (now - since).total_seconds() / undated
        posts |= {int(now.timestamp() - step * number) for number in range(min(undated, POSTS_KEPT))}
    known = sorted(posts | set(rhythm.get("posts", ())))[-POSTS_KEPT:]
    ttl = rhythm.get("ttl", 0) if hints.ttl is None else round(hints.ttl)
    skip = rhythm.get("skip", []) if hints.skip is None else list(hints.skip)
    days = rhythm.get("days", []) if hints.days is None else list(hints.days)
    said = {"posts": known, "ttl": ttl, "skip": skip, "days": days}
    return {name: value for name, value in said.items() if value}


def automatic_interval(rhythm: Rhythm, *, began: datetime, now: datetime) -> float:
    """Seconds between visits of a source that is read since `began`.

    A burst shortens it at once; a pause stretches it slowly, by the geometric mean of the usual gap and the silence.
    """
    posts: list[int] = rhythm.get("posts", [])
    if len(posts) < 2:
        gap, last = AT_FIRST * PER_POST, posts[0] if posts else began.timestamp()
    else:
        recent = posts[-BURST:]
        gap = min(_mean_gap(posts), _mean_gap(recent) if len(recent) == BURST else math.inf)
        last = posts[-1]
    gap = max(gap, SHORTEST)
    silence = max(now.timestamp() - last, 0.0)
    expected = math.sqrt(gap * silence) if silence > gap else gap
    return min(max(expected / PER_POST, SHORTEST), LONGEST)


def floor_of(rhythm: Rhythm, hints: Hints) -> float:
    """The least wait that the source asks for, in seconds, at most an hour."""
    return min(max(hints.fresh, float(rhythm.get("ttl", 0))), LONGEST_FLOOR)


def back_off(failures: int) -> float:
    """1, 2, 4 … minutes, at most a day, for ever."""
    return min(60.0 * 2.0 ** min(max(failures - 1, 0), 20), LONGEST)


def wait_for(*, interval: float, floor: float, failures: int, asked: float, luck: float) -> float:
    """Seconds until the next visit; `asked` is a Retry-After, `luck` in [0, 1) spreads visits by ±10 %."""
    spread = interval * (1 - JITTER + 2 * JITTER * luck)
    wait = max(interval, back_off(failures)) if failures else max(spread, floor)
    return min(max(wait, asked), LONGEST)


def after_skipped_hours(due: datetime, rhythm: Rhythm) -> datetime:
    """`due`, or the end of the hours and days in GMT in which the source asks to be left alone, at most six hours."""
    hours, days = set(rhythm.get("skip", ())), set(rhythm.get("days", ()))
    for _ in range(MOST_SKIPPED):
        hour = int(due.timestamp() // 3600)
        if hour % 24 not in hours and (hour // 24 + _EPOCHS_DAY) % 7 not in days:
            break
        due += timedelta(seconds=3600 - due.timestamp() % 3600)
    return due


def _skip_days(head: bytes) -> tuple[int, ...]:
    block = _SKIP_DAYS.search(head)
    named = {name.lower() for name in _DAY.findall(block[1])} if block else set()
    days = tuple(number for number, name in enumerate(_DAYS) if name in named)
    return days if len(days) < len(_DAYS) else ()


def _mean_gap(posts: list[int]) -> float:
    return (posts[-1] - posts[0]) / (len(posts) - 1)


def _freshness(headers: Mapping[str, str], now: datetime) -> float:
    control = headers.get("cache-control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return 0.0
    if found := _MAX_AGE.search(control):
        age = headers.get("age", "")
        return max(float(found[1]) - (float(age) if age.isdecimal() and len(age) < 10 else 0.0), 0.0)
    try:
        expires = parsedate_to_datetime(headers.get("expires", ""))
        return max((expires.replace(tzinfo=expires.tzinfo or now.tzinfo) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0


def _ttl(head: bytes) -> float:
    minutes = _TTL.search(head)
    period, frequency = _PERIOD.search(head), _FREQUENCY.search(head)
    asked = float(minutes[1]) * 60 if minutes else 0.0
    if period and period[1] in _PERIODS:
        times = max(int(frequency[1]), 1) if frequency else 1
        asked = max(asked, min(_PERIODS[period[1]] / times, LONGEST_PERIOD))
    return min(asked, LONGEST_FLOOR)


def _skip_hours(head: bytes) -> tuple[int, ...]:
    block = _SKIP.search(head)
    hours = {int(hour) % 24 for hour in _HOUR.findall(block[1])} if block else set()
    return tuple(sorted(hours)) if len(hours) < 24 else ()
