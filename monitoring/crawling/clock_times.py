"""The time of day beside a date: 20:39:20 +0800, 下午3点半, 8:39 PM CST (pure)."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple


class ClockTime(NamedTuple):
    """A time of day; `day` is 1 where it is the next date's (24:00, 晚上12点); `zone` is None where not stated."""

    hour: int
    minute: int
    second: int
    day: int
    precision: str
    zone: tzinfo | None


# CST is China's in what we read (Java prints it for Shanghai and Taipei), never the American one.
_NAMED_OFFSETS = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "CST": 8, "HKT": 8, "SGT": 8, "MYT": 8, "JST": 9, "KST": 9,
    "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "WET": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "AEST": 10, "AEDT": 11,
}  # fmt: skip
_NAMES = "|".join(sorted(_NAMED_OFFSETS, key=len, reverse=True))
_PERIOD = r"上午|早上|早晨|清晨|凌晨|半夜|午夜|中午|下午|午后|傍晚|晚上|晚间|深夜|夜间|夜里|晚|夜|早|晨|[ap]\.?m\.?"
_ZONE = rf"(?P<zone>(?:GMT|UTC?)?\s?[+-]\d{{1,2}}(?::?\d\d)?(?![\d:])|(?-i:{_NAMES})(?![A-Za-z]))"
_CLOCK = (
    rf"(?P<before>{_PERIOD})?[\s,:]*(?<!\d)(?P<hour>\d{{1,2}})\s*"
    r"(?::\s?(?P<minute>\d\d)(?!\d)(?:\s*[:.]\s?(?P<second>\d\d)(?!\d)(?:[.,]\d{1,9})?)?"
    r"|[点时](?!击|赞|评|播|间|代)(?:(?P<part>半|1刻|3刻)|\s*(?P<words_minute>\d{1,2})(?!\d)(?:分(?:\s*(?P<words_second>\d{1,2})秒)?)?)?)"
    rf"[整钟]?\s*(?P<after>[ap]\.?m\.?(?![a-z]))?\s*(?:\(?{_ZONE})?"
)
# Up to a few words may stand between a date and its time (星期五, 来源), but none that opens another time.
_AFTER = re.compile(rf"(?:(?![更修改编回评至])\D){{0,16}}?{_CLOCK}", re.IGNORECASE)
_HERE = re.compile(_CLOCK, re.IGNORECASE)
_BEFORE = re.compile(rf"{_CLOCK}[^\d]{{0,8}}$", re.IGNORECASE)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)?$")
_MORNING = frozenset(["上午", "早上", "早晨", "清晨", "凌晨", "半夜", "午夜", "早", "晨", "am"])
_AFTERNOON = frozenset(["下午", "午后", "傍晚", "pm"])


def time_after(plain: str, position: int) -> ClockTime | None:
    """The time that follows `position` in `plain`; raises ValueError on one that no clock shows."""
    return _clock_time(_AFTER.match(plain, position))


def time_at(plain: str, position: int) -> ClockTime | None:
    """The time that begins at `position` itself; raises ValueError on one that no clock shows."""
    return _clock_time(_HERE.match(plain, position))


def time_before(plain: str, position: int) -> ClockTime | None:
    """The time that ends just before `position` in `plain`; raises ValueError on one that no clock shows."""
    return _clock_time(_BEFORE.search(plain, max(0, position - 32), position))


def with_period(clock: ClockTime, period: str) -> ClockTime:
    """`clock` read in a part of the day that the word before it implies (昨晚8点)."""
    hour, day = _hour_and_day(clock.hour, period)
    return clock._replace(hour=hour, day=clock.day + day)


def zone_named(name: str) -> timezone | None:
    """The zone that `+0800`, `GMT+8`, `Z` or `CST` means, or None for an offset that no place has."""
    offset = _OFFSET.search(name)
    if not offset:
        return timezone(timedelta(hours=_NAMED_OFFSETS[name.strip().upper()])) if name.strip() != "Z" else UTC
    sign, hours, minutes = offset.groups()
    if int(hours) > 14 or int(minutes or 0) > 59:
        return None
    distance = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-distance if sign == "-" else distance)


def zone_of(here: datetime) -> tzinfo:
    """The zone of an aware moment."""
    if here.tzinfo is None:
        raise ValueError("the moment of reading must be aware")
    return here.tzinfo


def moment(day: date, clock: ClockTime, zone: tzinfo) -> datetime:
    """The aware moment of `clock` on `day`, in the zone that it states or else in `zone`."""
    at = datetime.combine(day, time(clock.hour, clock.minute, clock.second), clock.zone or zone)
    return at + timedelta(days=clock.day) if clock.day else at


def _clock_time(found: re.Match[str] | None) -> ClockTime | None:
    if not found:
        return None
    minute = found["minute"] or found["words_minute"]
    second = found["second"] or found["words_second"]
    if found["part"]:
        minute = {"半": "30", "1刻": "15", "3刻": "45"}[found["part"]]
    hour, day = _hour_and_day(int(found["hour"]), found["before"] or found["after"] or "")
    precision = "second" if second else "minute" if minute else "hour"
    clock = ClockTime(hour, int(minute or 0), int(second or 0), day, precision, None)
    if int(found["hour"]) == 24 and (clock.minute or clock.second):
        raise ValueError("the day ends at 24:00")
    if clock.hour > 23 or clock.minute > 59 or clock.second > 60:
        raise ValueError("no clock shows this time")
    # A leap second is told as the last one that a datetime holds.
    return clock._replace(second=min(clock.second, 59), zone=zone_named(found["zone"]) if found["zone"] else None)


def _hour_and_day(hour: int, period: str) -> tuple[int, int]:
    """The hour of 24 and how many days later, for an hour said in a part of the day."""
    period = period.lower().replace(".", "")
    if hour == 24:
        return 0, 1
    if hour > 12 or not period:
        return hour, 0
    if period in _MORNING:
        return hour % 12, 0
    if period in _AFTERNOON:
        return hour % 12 + 12, 0
    if period == "中午":
        return (hour + 12, 0) if hour <= 3 else (hour, 0)
    # Evening and night: 晚上12点 and what follows is the next day's small hours.
    return (hour % 12, 1) if hour == 12 or hour <= 4 else (hour + 12, 0)
