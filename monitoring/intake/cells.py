"""What a cell of a table looks like, whatever its column is called: an address, a time, a count, a text (pure)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitoring.crawling.dates import parse_date
from monitoring.sources.figures import read_count

LONG = 60  # characters: a text rather than a name or a title
MOST_TIME = 40  # characters that a time is written in
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # of the serial dates of spreadsheets (ECMA-376, 18.17.4.1)
_FIRST, _LAST = 32_874, 73_415  # serial days of 1990 and 2101: other numbers are counts
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_FRACTION = re.compile(r"0?\.\d+|0")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_BARE_URL = re.compile(r"(?:[\w-]+\.)+[a-z]{2,12}(?::\d+)?/\S*|www\.(?:[\w-]+\.)+[a-z]{2,12}", re.IGNORECASE)
_COUNT = re.compile(r"\d[\d,]*(?:\.\d+)?\s*[万萬wWkK亿億千mM百]?\+?")
_HAS_DATE = re.compile(r"\d{1,4}\s*[./年月-]\s*\d{1,2}|[A-Za-z]{3}\D+\d|\d{8}|\d{10}|前|昨|今天|剛剛|刚刚|ago")
_SOME_DAY = datetime(2100, 1, 1, tzinfo=UTC)  # whether it is a time, not which one


@dataclass(frozen=True, slots=True)
class Look:
    """What the cells of a column look like: shares (0..1) of those that say something, and how long they are."""

    filled: int
    urls: float = 0.0
    times: float = 0.0
    counts: float = 0.0
    distinct: float = 0.0
    length: float = 0.0

    @property
    def kind(self) -> str:
        """url, time, count, long, short or empty."""
        if not self.filled:
            return "empty"
        for kind, share in (("url", self.urls), ("time", self.times), ("count", self.counts)):
            if share >= 0.7:
                return kind
        return "long" if self.length >= LONG else "short"


def look_of(cells: Sequence[object]) -> Look:
    """What these cells of one column look like."""
    texts = [text for text in (str(cell).strip() for cell in cells if cell is not None) if text]
    if not texts:
        return Look(0)
    count = len(texts)
    return Look(
        filled=count,
        urls=sum(is_url(text) for text in texts) / count,
        times=sum(is_time(text) for text in texts) / count,
        counts=sum(is_count(text) for text in texts) / count,
        distinct=len(set(texts)) / count,
        length=sum(len(text) for text in texts) / count,
    )


def is_url(text: str) -> bool:
    """Whether it is one web address and nothing else."""
    return bool(_URL.fullmatch(text) or _BARE_URL.fullmatch(text))


def whole_url(text: str) -> str:
    """`www.ptt.cc/bbs/x` → `https://www.ptt.cc/bbs/x`; anything else as it is."""
    return f"https://{text}" if _BARE_URL.fullmatch(text) else text


def is_time(text: str) -> bool:
    """Whether it states a day, with or without a time."""
    if len(text) > MOST_TIME or is_url(text):
        return False
    if serial_time(text):
        return True
    return bool(_HAS_DATE.search(text)) and parse_date(text, _SOME_DAY, UTC) is not None


def is_count(text: str) -> bool:
    """Whether it is a number as sites and spreadsheets write counts."""
    return bool(_COUNT.fullmatch(text)) and read_count(text) is not None


def serial_time(text: str) -> str:
    """The serial date of a spreadsheet as ISO 8601 without a zone: 46083.4375 → 2026-03-02T10:30:00; else empty."""
    if not _SERIAL.fullmatch(text) or not _FIRST <= float(text) < _LAST:
        return ""
    at = _EPOCH + timedelta(seconds=round(float(text) * 86_400))
    return at.strftime("%Y-%m-%dT%H:%M:%S") if "." in text else at.strftime("%Y-%m-%d")


def fraction_time(text: str) -> str:
    """The part of a day in which spreadsheets keep a time: 0.4375 → 10:30:00; anything else as it is."""
    if not _FRACTION.fullmatch(text):
        return text
    return (_EPOCH + timedelta(seconds=round(float(text) * 86_400))).strftime("%H:%M:%S")
