"""Conversations as LINE writes them: an exported history, or what somebody copied from a chat (pure).

    2026/02/28（週六）
    14:03<TAB>王小明<TAB>喝完肚子痛
    下午02:05<TAB>雅婷<TAB>"兩行
    的訊息"

The formats are those of the apps for Android, iOS and the desktop, in Chinese and English, with tabs or blanks.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

LONGEST = 500_000  # characters of a conversation
MOST_MESSAGES = 2_000

_WEEKDAY = r"[（(]?\s*(?:週|周|星期|禮拜|礼拜)?[一二三四五六日天]?(?:[A-Za-z]{3,9}\.?)?\s*[）)]?"
_DAY = re.compile(rf"(\d{{4}})\s*[./年-]\s*(\d{{1,2}})\s*[./月-]\s*(\d{{1,2}})\s*日?\s*,?\s*{_WEEKDAY}")
_ENGLISH_DAY = re.compile(r"[A-Za-z]{3,9}\.?,\s*(\d{1,2})/(\d{1,2})/(\d{4})")
_HALF = r"上午|下午|早上|晚上|凌晨|中午|[AaPp]\.?[Mm]\.?"
_MESSAGE = re.compile(
    rf"(?:({_HALF})\s?)?(\d{{1,2}})[:：](\d{{2}})(?::\d{{2}})?\s?({_HALF})?(?:(\t)|\s+)(.*)", re.DOTALL
)
_BRACKETED = re.compile(
    rf"\[(\d{{4}})[./-](\d{{1,2}})[./-](\d{{1,2}})\s+(?:({_HALF})\s?)?(\d{{1,2}}):(\d{{2}})\s?({_HALF})?\]\s*([^:：]{{1,80}})[:：]\s*(.*)"
)
_HEAD = re.compile(r"\[LINE\]\s*(.*)|(?:儲存日期|保存日期|Saved on)\s*[:：].*")
_EMPTY = re.compile(
    r"\[?(?:貼圖|照片|圖片|影片|語音訊息|檔案|相簿|記事本|聯絡資訊|位置訊息|表情貼|图片|视频|文件"
    r"|Sticker|Photo|Video|Voice message|File|Album|Note|Contact|Location)s?\]?"
)
_AFTERNOON = ("下午", "晚上", "p")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: when (None where no clock stands before it), by whom, and its text."""

    at: datetime | None
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation: what the export calls it (empty where it is no export), and its messages in order."""

    title: str
    messages: list[Message]


def read_chat(text: str, now: datetime, zone: tzinfo) -> Chat:
    """The conversation in `text`; messages before the first date are of today, or yesterday where that is to come.

    Stickers, photos and notices of the app are left out. A text without a single clock has no messages.
    """
    title, day = "", None
    found: list[tuple[date | None, time, str, list[str]]] = []
    for line in text[:LONGEST].replace("\ufeff", "").splitlines():
        if head := _HEAD.fullmatch(line.strip()):
            title = title or (head[1] or "")
        elif (stated := _stated_day(line.strip())) is not None:
            day = stated
        elif (message := _message(line, day)) is not None:
            found.append(message)
        elif found:
            found[-1][3].append(line)
    messages = [_finished(one, now, zone) for one in found[:MOST_MESSAGES]]
    return Chat(title, [one for one in messages if one.name and one.text and not _EMPTY.fullmatch(one.text)])


def _stated_day(line: str) -> date | None:
    if found := _DAY.fullmatch(line):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _ENGLISH_DAY.fullmatch(line):
        first, second = int(found[1]), int(found[2])
        month, day = (second, first) if first > 12 else (first, second)
        return _date(int(found[3]), month, day)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _message(line: str, day: date | None) -> tuple[date | None, time, str, list[str]] | None:
    if found := _BRACKETED.fullmatch(line.strip()):
        clock = _clock(found[4] or found[7], found[5], found[6])
        stated = _date(int(found[1]), int(found[2]), int(found[3]))
        return (stated, clock, found[8].strip(), [found[9]]) if clock and stated else None
    found = _MESSAGE.fullmatch(line.lstrip(" "))
    clock = _clock(found[1] or found[4], found[2], found[3]) if found else None
    if found is None or clock is None:
        return None
    rest = found[6]
    name, separator, said = rest.partition("\t") if found[5] or "\t" in rest else rest.partition(" ")
    return (day, clock, name.strip(), [said]) if separator else (day, clock, "", [rest])


def _clock(half: str | None, hours: str, minutes: str) -> time | None:
    hour, minute = int(hours), int(minutes)
    if half:
        is_late = half.lower().startswith(_AFTERNOON) or (half == "中午" and hour < 11)
        hour = hour % 12 + 12 * is_late if half != "中午" or is_late else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _finished(message: tuple[date | None, time, str, list[str]], now: datetime, zone: tzinfo) -> Message:
    day, clock, name, lines = message
    text = "\n".join(lines).strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    here = now.astimezone(zone)
    at = datetime.combine(day or here.date(), clock, zone)
    if day is None and at > now:
        at -= timedelta(days=1)
    return Message(at if at <= now + timedelta(minutes=5) else None, name[:120], text.strip())
