"""Dates told from the moment of reading: 3分钟前, 半小時前, 昨天 12:30, 星期三, 2 days ago (pure).

Every function takes normalised text (full-width folded, date words simplified, numerals in digits) and the aware moment
of reading in the reader's zone.
"""

import re
from datetime import date, datetime, timedelta

from monitoring.crawling.clock_times import ClockTime, moment, time_after, time_at, time_before, with_period, zone_of

# A site's clock may run ahead of ours by this much; what lies further ahead is not a time in the past.
SKEW = timedelta(minutes=10)
Found = tuple[datetime, str]

_NOW = re.compile(r"刚刚|刚才|^刚|片刻前|^1\s*分钟[以之]?内|(?i:\bjust now\b|\b(?:a )?moments? ago\b)")
_MAY_BE_AGO = re.compile("[前刚内oO]")
_BEFORE = r"\s*(?:之|以)?前(?![天日晚夜往进沿端台景锋线途言提辈身列])"
_HALF = re.compile(rf"(?<!\d)(?<!个)半个?(小时|钟头|月|年|天|日){_BEFORE}")
_AGO = re.compile(
    r"(?<![\d.])(\d{1,6}(?:\.\d{1,3})?)\s*个?(半)?\s*(秒|分|小时|钟头|天|日|周|星期|月|年)钟?(半)?"
    rf"(?:\s*(\d{{1,2}})\s*(小时|分|秒)钟?)?{_BEFORE}"
)
_ENGLISH_AGO = re.compile(
    r"(?i)(?<![\d.])(?:(\d{1,6})|\b(?:an?|one))\s*"
    r"(s|m|h|d|w|y|mo|sec|min|hr|wk|yr|second|minute|hour|day|week|month|year)s?\.?"
    r"(?:,?\s+(?:and\s+)?(\d{1,2})\s*(hour|hr|h|minute|min|m|second|sec|s)s?\.?)?\s+ago\b"
)
_ENGLISH_UNITS = {"s": "秒", "m": "分", "h": "小时", "d": "天", "w": "周", "y": "年"}
_SECONDS = {"秒": 1, "分": 60, "小时": 3600, "钟头": 3600}
_PRECISION = {"秒": "second", "分": "minute", "小时": "hour", "钟头": "hour"}
_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7}
_MONTHS = {"月": 1, "年": 12}

_DAY_WORD = re.compile(
    r"(?<![以之目])(大前|[今昨前])([天日晚夜早晨])(?!头条|津|报|新闻|说|关注|推荐|看点|的|后)|(?i:\b(today|yesterday)\b)|(?<!\w)([今昨])(?=\s?\d{1,2}:\d\d)"
)
_DAYS_BACK = {"今": 0, "昨": 1, "前": 2, "大前": 3, "today": 0, "yesterday": 1}
_WEEKDAY = re.compile(r"(?<!下)(?<!下个)(上上个?|上个?|本|这个?)?(?:星期|周)([一二三四五六日天])(?![年刊报记]|以?前)")
_ENGLISH_WEEKDAY = re.compile(
    r"(?i)(?<!next )\b(?:(last) )?(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\b(?!\s*,?\s*\d{1,2}(?![\d:]))"
)
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORT_AGO = re.compile(r"(?i)(\d{1,3})\s*(m|h|d|w|y|mins?|hrs?|days?|hours?|minutes?|wks?|weeks?)")
_WEEKDAY_NUMBERS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}


def ago(plain: str, here: datetime) -> Found | None:
    """N seconds, minutes, hours, days, weeks, months or years ago."""
    short = _SHORT_AGO.fullmatch(plain)
    if short:
        return _before(here, int(short[1]), _ENGLISH_UNITS[short[2][0].lower()])
    if not _MAY_BE_AGO.search(plain):
        return None
    if _NOW.search(plain):
        return here, "minute"
    half = _HALF.search(plain)
    if half:
        return _before(here, 0.5, half[1])
    found = _AGO.search(plain)
    if found:
        amount = float(found[1]) + (0.5 if found[2] or found[4] else 0)
        at, precision = _before(here, amount, found[3])
        if found[5]:
            return _before(at, int(found[5]), found[6])
        clock = time_at(plain, found.end()) if precision == "day" else None
        return _on_day(at.date(), clock, here) if clock else (at, precision)
    english = _ENGLISH_AGO.search(plain)
    if english:
        unit = "月" if english[2].lower().startswith("mo") else _ENGLISH_UNITS[english[2][0].lower()]
        at, precision = _before(here, int(english[1] or 1), unit)
        if not english[3]:
            return at, precision
        whole = here - timedelta(days=int(english[1] or 1) * _DAYS[unit]) if unit in _DAYS else at
        return _before(whole, int(english[3]), _ENGLISH_UNITS[english[4][0].lower()])
    return None


def _before(here: datetime, amount: float, unit: str) -> Found:
    """The moment `amount` units before `here`; of half an hour one knows the minute, of half a day the hour."""
    if unit in _SECONDS:
        precision = "minute" if amount == 0.5 and unit in ("小时", "钟头") else _PRECISION[unit]
        return here - timedelta(seconds=amount * _SECONDS[unit]), precision
    if unit in _DAYS:
        if amount == 0.5 and _DAYS[unit] == 1:
            return here - timedelta(hours=12), "hour"
        return midnight(here, here.date() - timedelta(days=amount * _DAYS[unit])), "day"
    months = amount * _MONTHS[unit]
    if months == 0.5:
        return midnight(here, here.date() - timedelta(days=15)), "day"
    return midnight(here, months_before(here.date(), round(months))), "month"


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    next_first = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), next_first - timedelta(days=1))


def midnight(here: datetime, day: date) -> datetime:
    """The start of `day` in the zone of `here`."""
    return datetime(day.year, day.month, day.day, tzinfo=here.tzinfo)


def day_word(plain: str, here: datetime) -> Found | None:
    """今天, 昨天, 前天, 昨晚, yesterday, with the time that follows."""
    found = _DAY_WORD.search(plain)
    if not found:
        return None
    day = here.date() - timedelta(days=_DAYS_BACK[(found[1] or found[3] or found[4]).lower()])
    clock = time_after(plain, found.end()) or time_before(plain, found.start())
    if clock and found[2] in ("晚", "夜", "早", "晨"):
        clock = with_period(clock, found[2])
    return _on_day(day, clock, here)


def weekday(plain: str, here: datetime) -> Found | None:
    """The latest such weekday that is not in the future; 上周三 is last week's."""
    found = _WEEKDAY.search(plain)
    if not found:
        return _english_weekday(plain, here)
    clock = time_after(plain, found.end())
    number, which = _WEEKDAY_NUMBERS[found[2]], found[1] or ""
    if which:
        monday = here.date() - timedelta(days=here.weekday())
        day = monday + timedelta(days=number - 7 * which.count("上"))
        return _on_day(day, clock, here) if day <= here.date() else None
    return _latest(number, clock, here)


def _english_weekday(plain: str, here: datetime) -> Found | None:
    """Wednesday, Wed 08:15, Monday at 9:15 AM: the latest that is not in the future."""
    found = _ENGLISH_WEEKDAY.search(plain)
    if not found:
        return None
    clock = time_after(plain, found.end())
    number = _ENGLISH_WEEKDAYS.index(found[2].lower())
    if found[1] and number == here.weekday():
        return _on_day(here.date() - timedelta(days=7), clock, here)
    return _latest(number, clock, here)


def _latest(number: int, clock: ClockTime | None, here: datetime) -> Found:
    day = here.date() - timedelta(days=(here.weekday() - number) % 7)
    if clock and moment(day, clock, zone_of(here)) > here + SKEW:
        day -= timedelta(days=7)
    return _on_day(day, clock, here)


def bare_time(clock: ClockTime, here: datetime) -> Found:
    """A time without a date: today's, or yesterday's where today's is still to come."""
    at = moment(here.date(), clock, zone_of(here))
    if at > here + SKEW:
        at -= timedelta(days=1)
    return min(at, here), clock.precision


def _on_day(day: date, clock: ClockTime | None, here: datetime) -> Found:
    """The moment on a day that is known; a time still to come is not believed, the day is."""
    if clock:
        at = moment(day, clock, zone_of(here))
        if at <= here + SKEW:
            return min(at, here), clock.precision
    return midnight(here, day), "day"
