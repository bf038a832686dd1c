"""What a site's answer means for us, before its content is read (pure)."""

import re
from datetime import datetime
from email.utils import parsedate_to_datetime

from monitoring.sources.items import SourceError
from sentinel.core.net.types import Response

LONGEST_RETRY_AFTER = 24 * 3600.0  # seconds
_REFUSALS = frozenset({401, 403, 407, 429, 432, 451, 999})  # 432 is Weibo's, 999 LinkedIn's
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,200})", re.IGNORECASE)
_HEAD = 16 * 1024  # bytes in which a title stands
_SHORT_TITLE = 24  # characters; a news title that speaks of captchas is longer
_LARGEST_CHECKPOINT = 60_000  # bytes; such pages are small, articles seldom are
_CHECKPOINT_TITLES = re.compile(
    "安全验证|安全驗證|人机验证|人機驗證|验证码$|驗證碼$|滑动验证|访问受限|访问验证|请先登录|sina visitor system"
    "|just a moment|attention required|access denied|captcha|are you a robot|robot check|verify you are human"
    "|checking your browser|ddos-guard",
    re.IGNORECASE,
)
_CHECKPOINT_ADDRESS = re.compile(
    r"//(passport|login|wappass|sso|verify)\.|[/_.-](captcha|login|signin|passport|verify|antispider)\b", re.IGNORECASE
)


def check_answer(asked: str, response: Response) -> None:
    """Raise SourceError where `response` to the address `asked` is no page: `blocked` (refused, or led to a login or
    a captcha) with what shows it, or `http` with the status."""
    sign = _refusal(asked, response)
    if sign:
        raise SourceError("blocked", sign)
    if not 200 <= response.status < 300:
        raise SourceError("http", str(response.status))


def retry_after(headers: dict[str, str], now: datetime) -> float | None:
    """Seconds that a server asks us to stay away (RFC 9110, 10.2.3: seconds or a date), at most a day; None: unsaid."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", text, re.ASCII):
        return min(float(text), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.replace(tzinfo=until.tzinfo or now.tzinfo) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _refusal(asked: str, response: Response) -> str | None:
    if response.status in _REFUSALS:
        return str(response.status)
    if response.headers.get("cf-mitigated") == "challenge":
        return "challenge"
    if _CHECKPOINT_ADDRESS.search(response.url) and not _CHECKPOINT_ADDRESS.search(asked):
        return response.url[:200]
    return _checkpoint_title(response.body[:_HEAD]) if len(response.body) <= _LARGEST_CHECKPOINT else None


def _checkpoint_title(head: bytes) -> str | None:
    found = _TITLE.search(head)
    if not found:
        return None
    for charset in ("utf-8", "gb18030"):
        title = found[1].decode(charset, "replace").strip()
        if len(title) <= _SHORT_TITLE and _CHECKPOINT_TITLES.search(title):
            return title
    return None
