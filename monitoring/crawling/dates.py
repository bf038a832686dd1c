"""When something was published, from what sites write: any separator, both scripts, relative or absolute (pure).

`parse_date` normalises once (full-width forms, Traditional date words, Chinese numerals) and then tries the families of
forms, those that state most first: epoch, full date, relative, day words, weekdays, month and day, bare time. What is
not a date, or names a day that does not exist, is None and never a guess.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from monitoring.crawling.clock_times import ClockTime, moment, time_after, time_at, time_before, zone_named, zone_of
from monitoring.crawling.numerals import arabic_numerals
from monitoring.crawling.relative_dates import SKEW, Found, ago, bare_time, day_word, midnight, months_before, weekday

_LONGEST = 160
_EARLIEST_YEAR, _LATEST_YEAR = 1971, 2100
# The site may write the time of a zone that we were not told of.
_WIDEST_ZONE = timedelta(hours=26)
_CHINA = timezone(timedelta(hours=8))


class Parsed(NamedTuple):
    """An aware moment and how exactly it was stated: second, minute, hour, day or month.

    Of a day `at` is the midnight in the zone that was read in; of a month that was written out its first day.
    """

    at: datetime
    precision: str


_DATE_WORDS = str.maketrans(
    dict(
        zip(
            "時點鐘頭週禮後個剛號發佈間國於內達編輯歲頁樓萬億︰∶⁄‐‑‒–—−﹣",
            "时点钟头周礼后个刚号发布间国于内达编辑岁页楼万亿::/-------",
            strict=True,
        )
    )
)
_LABEL = re.compile(r"(?:发[布表]|刊[登出]|(?i:published|posted|pub_?date))[^\d]{0,14}?(?=\S)")
# A label that stands behind its date: 2019-06-14 20:39 发布 2019-06-15 08:00 更新.
_LABEL_BEHIND = re.compile(r"(?<=\d)\s*发[布表]\s*(?=.*(?:更新|修改))")
_CHINA_TIME = re.compile(r"(?:北京|台北|臺北|台湾|香港|中国标准)时间")
_NOT_GREGORIAN = re.compile(r"农历|農曆|阴历|陰曆")

# What machines write for people, and most lists state: read at once.
_FULL = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_EPOCH = re.compile(r"(?:/Date\()?(\d{16}|\d{13}|\d{10})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?")
_COMPACT = re.compile(
    r"\D{0,14}((?:19|20)\d\d)(\d\d)(\d\d)[T \-_]?(?:(\d\d):?(\d\d):?(\d\d)?)?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?(?:\D.*)?"
)
_MINGUO = re.compile(r"民国\s*(\d{1,3}|元)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*[日号]?")
_MINGUO_BARE = re.compile(r"(?<![\d./-])(1[01]\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?![\d./-])\s*[日号]?")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年_\\、,· ]\s*(\d{1,2})\s*[-/.月_\\、,· ]\s*(\d{1,2})(?!\d)\s*[日号]?")
_SHORT_YEAR = re.compile(
    r"(?<![\d/.-])(\d\d)(?:-(\d{1,2})-(\d{1,2})(?![\d-])|([/.])(\d\d)\4(\d\d)(?![\d/.])|年(\d{1,2})月(\d{1,2})[日号]?)"
)
_NAMED_YEAR = re.compile(r"([去今前]年|上个?月|本月|这个?月|当月)\s*(?:(\d{1,2})\s*月\s*)?(\d{1,2})\s*[日号]")
_YEAR_LAST = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)")
# As Chinese translations of American programs write it: 周五 6月 20, 2025 8:12 am.
_MINGUO_MONTH = re.compile(r"民国\s*(\d{1,3})\s*年\s*(\d{1,2})\s*月")
# What blogs make of English forms: 22 11 月, 2026; 11 月 22, 2026. A year to come may be a time of day: 2030.
_TRANSLATED = re.compile(
    r"(?<![\d年])(?:(\d{1,2})[\s,]+(\d{1,2})\s*月|(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?)(?:,\s*|\s+)((?:19|20)\d\d)(?![\d:])"
)
_YEAR_MONTH = re.compile(r"(?<!\d)(\d{4})\s*(?:年\s*(\d{1,2})\s*月|[-/.](\d{1,2})\s*$)")

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
)
_DAY_NAME = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_ENGLISH_CTIME = re.compile(
    rf"\b{_MONTH}\s+(\d{{1,2}})\s+(?=\d{{1,2}}:\d\d)[\d:. ]+"
    r"(?:[a-z]{1,5}|[+-]\d{4}| |GMT[+-]\d\d:?\d\d)*\s(\d{4})(?!\d)",
    re.IGNORECASE,
)
_ENGLISH_DAY_FIRST = re.compile(
    rf"(?<![\d.])(\d{{1,2}})(?:st|nd|rd|th)?[\s/-]*(?:of\s)?{_MONTH},?(?:[\s/-]*(\d{{4}}|\d\d(?![\d:]))(?!\d))?",
    re.IGNORECASE,
)
_ENGLISH_MONTH_FIRST = re.compile(
    rf"\b{_MONTH}[\s-]*(\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?[\s-]*(?:{_DAY_NAME}[\s,]+)?(\d{{4}})(?!\d))?",
    re.IGNORECASE,
)
_ENGLISH_YEAR_FIRST = re.compile(rf"(?<!\d)(\d{{4}})[\s,/-]+{_MONTH}[\s,/-]*(\d{{1,2}})(?!\d)", re.IGNORECASE)
_ENGLISH_MONTH_YEAR = re.compile(rf"\b{_MONTH},?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_AM_PM = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)

_MONTH_DAY_WORDS = re.compile(r"(?<![\d年./-])(\d{1,2})\s*月\s*(\d{1,2})(?!\d)\s*(?:[日号]|(?=$|[\s,|)]))")
_MONTH_DAY = re.compile(
    r"(?:^|(?<=[\s:|(\[于在·])|(?<=[\u4e00-\u9fff])(?=\d\d[-/]\d\d \d{1,2}:\d\d))"
    r"(\d{1,2})[-/](\d{1,2})(?=$|[\s|()\],·T]|[\u4e00-\u9fff])"
    r"(?!\s*(?:[页折元楼岁天个人次年章节集期名位分秒倍万亿度点]|周(?![一二三四五六日])|\d{4}))"
)
# 3-2 or 1/8 by itself is a score or a page as well, 7-11便利店 a shop: a date has a clock, a weekday or its noughts.
_MAY_BE_A_SCORE = re.compile(
    r"\d[-/]\d(?!\d)(?!\s*\(?(?:周|星期|[一二三四五六日]\)))|\d[-/]\d\d(?=[\u4e00-\u9fff])(?!周|星期)"
)
_MONTH_DAY_DOTS = re.compile(r"(\d\d)\.(\d\d)(?=$|\s+\d{1,2}:)")
_LABEL_ALONE = re.compile(r"(?:[^\d:]{1,12}:\s*)?")


def parse_date(text: str, now: datetime, zone: tzinfo) -> Parsed | None:
    """The moment that `text` states, or None.

    `now` is the aware moment at which the text was read; `zone` holds where the text names no zone. Labels before and
    other words after the date are passed over; of several dates the one labelled as publication wins. Without a year
    the date is the latest that is not in the future; a date of the future is none.
    """
    full = _FULL.fullmatch(text)
    if full and (stated := _full_date(full, zone)) and stated.at <= now:
        return stated
    plain = _normalise(text)
    lunar = _NOT_GREGORIAN.search(plain)
    plain = plain[: lunar.start()].rstrip() if lunar else plain
    if not plain:
        return None
    here = now.astimezone(_CHINA if _CHINA_TIME.search(plain) else zone)
    behind = _LABEL_BEHIND.search(plain)
    label = _LABEL.search(plain)
    labelled = plain[: behind.start()] if behind else plain[label.end() :] if label else ""
    found = (_read(labelled, here) if labelled else None) or _read(plain, here)
    return _not_in_the_future(found, here) if found else None


def _full_date(found: re.Match[str], zone: tzinfo) -> Parsed | None:
    """A date with its time, both whole; None where no calendar or clock shows it."""
    year, _, month, day, hour, minute, second = found.groups()
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), tzinfo=zone)
    except ValueError:
        return None
    return Parsed(at, "second" if second else "minute") if _EARLIEST_YEAR <= at.year <= _LATEST_YEAR else None


def _not_in_the_future(found: Parsed, here: datetime) -> Parsed | None:
    """What was published has a past: a moment ahead by a zone at most is now, one further ahead is no publication."""
    if found.at <= here:
        return found
    if found.at - here > _WIDEST_ZONE:
        return None
    is_day = found.precision in ("day", "month")
    return found._replace(at=midnight(here, here.date()) if is_day else here.astimezone(found.at.tzinfo))


def _normalise(text: str) -> str:
    plain = text[: 4 * _LONGEST].strip()[:_LONGEST]
    if plain.isascii():
        return plain
    plain = unicodedata.normalize("NFKC", plain).translate(_DATE_WORDS).replace("礼拜", "星期")
    return arabic_numerals(plain).strip()


def _read(plain: str, here: datetime) -> Parsed | None:
    """The first family that finds something decides: a day that does not exist is not sought elsewhere."""
    try:
        for family in _FAMILIES:
            found = family(plain, here)
            if found:
                return Parsed(*found) if _EARLIEST_YEAR <= found[0].year <= _LATEST_YEAR else None
    except (ValueError, OverflowError):
        return None
    return None


def _epoch(plain: str, here: datetime) -> Found | None:
    found = _EPOCH.fullmatch(plain)
    if not found:
        return None
    digits = found[1]
    return datetime.fromtimestamp(int(digits[:10]), here.tzinfo), "second"


def _compact(plain: str, here: datetime) -> Found | None:
    """20190614, 20190614203920, 20190614T203920Z."""
    found = _COMPACT.fullmatch(plain)
    if not found:
        return None
    day = date(int(found[1]), int(found[2]), int(found[3]))
    if not found[4]:
        return midnight(here, day), "day"
    precision = "second" if found[6] else "minute"
    stated = zone_named(found[7]) if found[7] else None
    clock = ClockTime(int(found[4]), int(found[5]), int(found[6] or 0), 0, precision, stated)
    return moment(day, clock, zone_of(here)), precision


def _numeric_date(plain: str, here: datetime) -> Found | None:
    """A date with its year in digits: 民國112年3月5日, 2023/3/5, 5.3.2023, 19-06-14."""
    found = _MINGUO.search(plain)
    if found:
        year = 1 if found[1] == "元" else int(found[1])
        return _dated(plain, found, (year + 1911, int(found[2]), int(found[3])), here)
    found = _YEAR_FIRST.search(plain)
    if found:
        return _dated(plain, found, (int(found[1]), int(found[2]), int(found[3])), here)
    found = _YEAR_LAST.search(plain)
    if found:
        month, day = _month_and_day(plain, int(found[1]), int(found[3]), found[2])
        return _dated(plain, found, (int(found[4]), month, day), here)
    found = _TRANSLATED.search(plain)
    if found and int(found[5]) <= here.year:
        parts = (int(found[5]), int(found[2] or found[3]), int(found[1] or found[4]))
        return _dated(plain, found, parts, here)
    found = _MINGUO_BARE.search(plain)
    if found:
        return _dated(plain, found, (int(found[1]) + 1911, int(found[2]), int(found[3])), here)
    found = _SHORT_YEAR.search(plain)
    # Two digits are a year only where they can be neither a month nor a year of the future.
    if found and 12 < int(found[1]) <= here.year % 100:
        parts = (2000 + int(found[1]), int(found[2] or found[5] or found[7]), int(found[3] or found[6] or found[8]))
        return _dated(plain, found, parts, here)
    return None


def _named_year(plain: str, here: datetime) -> Found | None:
    """去年12月31日, 今年3月5日, 上个月5日."""
    found = _NAMED_YEAR.search(plain)
    if not found or found[1].endswith("年") != bool(found[2]):
        return None
    if found[2]:
        year, month = here.year - {"今": 0, "去": 1, "前": 2}[found[1][0]], int(found[2])
    else:
        before = months_before(here.date(), 1 if found[1].startswith("上") else 0)
        year, month = before.year, before.month
    return _dated(plain, found, (year, month, int(found[3])), here)


def _month_and_day(plain: str, first: int, second: int, separator: str) -> tuple[int, int]:
    """Which is the month in 6/14/2019 or 14.06.2019; raises ValueError where nobody can tell."""
    if separator != "/":
        return second, first
    if first == second or second > 12 or _AM_PM.search(plain):
        return first, second
    if first > 12:
        return second, first
    raise ValueError("month and day cannot be told apart")


def _english_date(plain: str, here: datetime) -> Found | None:
    """Fri, 14 Jun 2019 20:39:20 +0800; Fri Jun 14 20:39:20 +0800 2019; June 14, 2019 8:39 PM; Jun 14; June 2019."""
    if not any(char.isascii() and char.isalpha() for char in plain):
        return None
    found = _ENGLISH_CTIME.search(plain)
    if found:
        parts = (int(found[3]), _month_number(found[1]), int(found[2]))
        return _with_clock(date(*parts), time_after(plain, found.end(2)), here)
    found = _ENGLISH_YEAR_FIRST.search(plain)
    if found:
        return _english_parts(plain, found, found[1], found[2], found[3], here)
    found = _ENGLISH_DAY_FIRST.search(plain)
    if found:
        return _english_parts(plain, found, found[3], found[2], found[1], here)
    found = _ENGLISH_MONTH_FIRST.search(plain)
    if found:
        return _english_parts(plain, found, found[3], found[1], found[2], here)
    found = _ENGLISH_MONTH_YEAR.search(plain)
    if found:
        return midnight(here, date(int(found[2]), _month_number(found[1]), 1)), "month"
    return None


def _english_parts(
    plain: str, found: re.Match[str], year: str | None, month: str, day: str, here: datetime
) -> Found | None:
    number = _month_number(month)
    if not year:
        return _yearless(plain, found, number, int(day), here)
    return _dated(plain, found, (_whole_year(int(year), here), number, int(day)), here)


def _whole_year(year: int, here: datetime) -> int:
    """The year that two digits mean: the latest that is not further ahead than the next (RFC 850 dates)."""
    if year >= 100:
        return year
    return year + (2000 if 2000 + year <= here.year + 1 else 1900)


def _month_number(name: str) -> int:
    return _MONTH_NAMES.index(name[:3].lower()) + 1


def _year_and_month(plain: str, here: datetime) -> Found | None:
    found = _MINGUO_MONTH.search(plain)
    if found:
        return midnight(here, date(int(found[1]) + 1911, int(found[2]), 1)), "month"
    found = _YEAR_MONTH.search(plain)
    if not found:
        return None
    return midnight(here, date(int(found[1]), int(found[2] or found[3]), 1)), "month"


def _month_and_day_alone(plain: str, here: datetime) -> Found | None:
    found = _MONTH_DAY_WORDS.search(plain) or _MONTH_DAY.search(plain) or _MONTH_DAY_DOTS.match(plain)
    if found and _MAY_BE_A_SCORE.match(plain, found.start()) and not _clock_beside(plain, found):
        return None
    return _yearless(plain, found, int(found[1]), int(found[2]), here) if found else None


def _time_alone(plain: str, here: datetime) -> Found | None:
    label = _LABEL_ALONE.match(plain)
    clock = time_at(plain, label.end() if label else 0)
    return bare_time(clock, here) if clock else None


def _dated(plain: str, found: re.Match[str], parts: tuple[int, int, int], here: datetime) -> Found:
    return _with_clock(date(*parts), _clock_beside(plain, found), here)


def _with_clock(day: date, clock: ClockTime | None, here: datetime) -> Found:
    return (moment(day, clock, zone_of(here)), clock.precision) if clock else (midnight(here, day), "day")


def _clock_beside(plain: str, found: re.Match[str]) -> ClockTime | None:
    return time_after(plain, found.end()) or time_before(plain, found.start())


def _yearless(plain: str, found: re.Match[str], month: int, day: int, here: datetime) -> Found:
    """The latest such day that is not in the future; raises ValueError where no year has it."""
    clock = _clock_beside(plain, found)
    for candidate in _days_in_recent_years(month, day, here.year + 1):
        at, precision = _with_clock(candidate, clock, here)
        if at <= here + SKEW:
            return min(at, here), precision
    raise ValueError("no year has this day")


def _days_in_recent_years(month: int, day: int, latest: int) -> Iterator[date]:
    """The day in `latest` and the years before it; nine of them always hold a 29 February."""
    for year in range(latest, latest - 10, -1):
        if (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)):
            yield date(year, month, day)


_FAMILIES = (
    _epoch,
    _compact,
    _numeric_date,
    _named_year,
    ago,
    day_word,
    _english_date,
    _year_and_month,
    _month_and_day_alone,
    weekday,
    _time_alone,
)
