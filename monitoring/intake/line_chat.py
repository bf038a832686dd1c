"""Conversations as LINE writes them: an exported history, or what somebody copied from a chat (pure).

    2026/02/28（週六）
    14:03<TAB>王小明<TAB>喝完肚子痛
    下午02:05<TAB>雅婷<TAB>"兩行
    的訊息"

The formats are those of the apps for Android, iOS and the desktop, in Chinese, Japanese and English, with tabs or
blanks. What WhatsApp exports is read as well (`[2026/3/2 下午2:03:10] 小明: 好`, `02/03/2026, 14:03 - Sam: ok`),
and what Telegram and WeChat copy (`小明, [02.03.2026 14:03]` or `小明 2026/3/2 14:03` above the text). A text is of one
form throughout: the one that most of its lines have, so that a time within a message begins no other one.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

LONGEST = 500_000  # characters of a conversation
MOST_MESSAGES = 2_000

_WEEKDAY = r"[（(]?\s*(?:週|周|星期|禮拜|礼拜)?[一二三四五六日天月火水木金土]?(?:曜日)?(?:[A-Za-z]{3,9}\.?)?\s*[）)]?"
_DAY = re.compile(rf"(\d{{4}})\s*[./年-]\s*(\d{{1,2}})\s*[./月-]\s*(\d{{1,2}})\s*日?\s*,?\s*{_WEEKDAY}")
_ENGLISH_DAY = re.compile(r"[A-Za-z]{3,9}\.?,\s*(\d{1,2})/(\d{1,2})/(\d{4})")
_HALF = r"上午|下午|早上|晚上|凌晨|中午|午前|午後|[AaPp]\.?[Mm]\.?"
_CLOCK = rf"(?:({_HALF})\s?)?(\d{{1,2}})[:：](\d{{2}})(?::\d{{2}})?\s?({_HALF})?"
_MESSAGE = re.compile(rf"{_CLOCK}(?:(\t)|\s+)(.*)", re.DOTALL)
_DATE = r"(\d{1,4})\s?[./年-]\s?(\d{1,2})\s?[./月-]\s?(\d{1,4})日?"
_BRACKETED = re.compile(rf"\[?{_DATE}(?:,\s*|\s+){_CLOCK}\]?\s*(?:[-–]\s*)?(.*)", re.DOTALL)
_NAMED = re.compile(r"([^:：]{1,80})[:：]\s*(.*)", re.DOTALL)
_HEADED = re.compile(rf"(\S.{{0,59}}?),?\s+\[?{_DATE},?\s+{_CLOCK}\]?:?")
_HEAD = re.compile(r"\[LINE\]\s*(.*)|(?:儲存日期|储存日期|保存日期|保存日時|Saved on)\s*[:：].*")
_EMPTY = re.compile(
    r"[\[<(]?(?:貼圖|照片|圖片|影片|語音訊息|檔案|相簿|記事本|聯絡資訊|位置訊息|表情貼|图片|视频|语音|文件|贴图"
    r"|スタンプ|写真|動画|ボイスメッセージ|ファイル|アルバム|ノート|連絡先|位置情報"
    r"|Sticker|Photo|Image|Video|Audio|Voice message|File|Album|Note|Contact|Location|GIF|Document"
    r"|Media omitted|省略多媒體檔案|已略去媒体|省略媒体文件)s?(?: omitted)?[\]>)]?",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"☎.*|.{0,80}(?:已收回訊息|收回了訊息|撤回了一条消息|已撤回一条消息|メッセージの送信を取り消しました"
    r"|unsent a message)[。.]?|.{0,40}(?:加入聊天|離開聊天|加入群組|退出群組|加入了群組|離開了群組"
    r"|joined the (?:chat|group)|left the (?:chat|group))[。.]?"
    r"|(?:This message was deleted|You deleted this message|已刪除此訊息|此訊息已刪除|此消息已删除)[。.]?"
)
_AFTERNOON = ("下午", "晚上", "午後", "p")
_MARKS = re.compile("[\ufeff\u200e\u200f\u202a-\u202e]")  # of direction, which WhatsApp puts before lines

Begun = tuple[date | None, time, str, list[str]]


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

    Stickers, photos, calls and notices of the app are left out. A text without a single clock has no messages.
    """
    lines = _MARKS.sub("", text[:LONGEST]).splitlines()
    is_day_first = _is_day_first(text[:LONGEST])
    begins = _form(lines, is_day_first)
    title, day = "", None
    found: list[Begun] = []
    for line in lines:
        if head := _HEAD.fullmatch(line.strip()):
            title = title or (head[1] or "")
        elif (stated := _stated_day(line.strip(), is_day_first)) is not None:
            day = stated
        elif (message := begins(line, day, is_day_first)) is not None:
            found.append(message)
        elif found:
            found[-1][3].append(line.removeprefix("\t"))
    messages = [_finished(one, now, zone) for one in found[:MOST_MESSAGES]]
    return Chat(title, [one for one in messages if one.name and one.text and not _says_nothing(one.text)])


def _says_nothing(text: str) -> bool:
    return bool(_EMPTY.fullmatch(text) or _NOTICE.fullmatch(text))


def _is_day_first(text: str) -> bool:
    """Whether dates with the year at their end have the day before the month: as far as any of them tells."""
    pairs = [(int(first), int(second)) for first, second in re.findall(r"(\d{1,2})[/.](\d{1,2})[/.]\d{4}", text)]
    return any(first > 12 for first, _second in pairs) or (
        "." in "".join(re.findall(r"\d{1,2}([/.])\d{1,2}[/.]\d{4}", text)) and all(second <= 12 for _, second in pairs)
    )


def _stated_day(line: str, is_day_first: bool) -> date | None:
    if found := _DAY.fullmatch(line):
        return _date(found[1], found[2], found[3], is_day_first)
    if found := _ENGLISH_DAY.fullmatch(line):
        return _date(found[1], found[2], found[3], is_day_first)
    return None


def _date(first: str, second: str, third: str, is_day_first: bool) -> date | None:
    """A date of three numbers, the year at either end."""
    parts = [int(first), int(second), int(third)]
    if len(first) == 4:
        year, month, day = parts
    else:
        day, month, year = parts if is_day_first else (parts[1], parts[0], parts[2])
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


def _form(lines: list[str], is_day_first: bool) -> "Callable[[str, date | None, bool], Begun | None]":
    """How messages begin in this text: the form that most lines have; of two as often, the stricter one."""
    forms = (_tabbed, _bracketed, _headed, _blanks)
    counts = [sum(form(line, None, is_day_first) is not None for line in lines) for form in forms]
    return forms[counts.index(max(counts))]


def _tabbed(line: str, day: date | None, is_day_first: bool) -> Begun | None:
    """`14:03<TAB>小明<TAB>好`, as LINE exports it; without a name it is a notice."""
    found = _MESSAGE.fullmatch(line.lstrip(" "))
    clock = _clock(found[1] or found[4], found[2], found[3]) if found else None
    if found is None or clock is None or not (found[5] or "\t" in found[6]):
        return None
    name, separator, said = found[6].partition("\t")
    return (day, clock, name.strip(), [said]) if separator else (day, clock, "", [found[6]])


def _blanks(line: str, day: date | None, is_day_first: bool) -> Begun | None:
    """`14:03 小明 好`, as the desktop copies it."""
    found = _MESSAGE.fullmatch(line.lstrip(" "))
    clock = _clock(found[1] or found[4], found[2], found[3]) if found else None
    if found is None or clock is None or "\t" in line:
        return None
    name, separator, said = found[6].partition(" ")
    return (day, clock, name.strip(), [said]) if separator else (day, clock, "", [found[6]])


def _bracketed(line: str, day: date | None, is_day_first: bool) -> Begun | None:
    """`[2026/3/2 下午2:03] 小明: 好` or `02/03/2026, 14:03 - Sam: ok`; without a name it is a notice."""
    found = _BRACKETED.fullmatch(line.strip())
    if found is None:
        return None
    clock = _clock(found[4] or found[7], found[5], found[6])
    stated = _date(found[1], found[2], found[3], is_day_first)
    if clock is None or stated is None or not found[8]:
        return None
    named = _NAMED.fullmatch(found[8])
    return (stated, clock, named[1].strip(), [named[2]]) if named else (stated, clock, "", [found[8]])


def _headed(line: str, day: date | None, is_day_first: bool) -> Begun | None:
    """`小明, [02.03.2026 14:03]` or `小明 2026/3/2 14:03` above the text."""
    found = _HEADED.fullmatch(line.strip())
    if found is None:
        return None
    clock = _clock(found[5] or found[8], found[6], found[7])
    stated = _date(found[2], found[3], found[4], is_day_first)
    return (stated, clock, found[1].strip(), []) if clock and stated else None


def _clock(half: str | None, hours: str, minutes: str) -> time | None:
    hour, minute = int(hours), int(minutes)
    if half:
        is_late = half.lower().startswith(_AFTERNOON) or (half == "中午" and hour < 11)
        hour = hour % 12 + 12 * is_late if half != "中午" or is_late else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _finished(message: Begun, now: datetime, zone: tzinfo) -> Message:
    day, clock, name, lines = message
    text = "\n".join(lines).strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    here = now.astimezone(zone)
    at = datetime.combine(day or here.date(), clock, zone)
    if day is None and at > now:
        at -= timedelta(days=1)
    return Message(at if at <= now + timedelta(minutes=5) else None, name[:120], text.strip())
