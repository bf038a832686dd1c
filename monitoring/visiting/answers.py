"""What a site's answer means for us, before its content is read (pure)."""

import re
from collections.abc import Collection
from datetime import datetime
from email.utils import parsedate_to_datetime

from monitoring.sources.answers import REFUSING_STATUSES
from monitoring.sources.items import SourceError
from sentinel.core.net.types import Response

LONGEST_RETRY_AFTER = 24 * 3600.0  # seconds
_CHECKPOINT_ADDRESS = re.compile(
    r"//(passport|login|wappass|sso|verify)\.|/(captcha|login|signin|passport|verify|antispider)(\.\w{2,5})?([/?]|$)",
    re.IGNORECASE,
)


def check_answer(asked: str, response: Response, refusing: Collection[int] = ()) -> None:
    """Raise SourceError where `response` to the address `asked` is no page: `blocked` (refused, or led to a login or
    a captcha) with what shows it, or `http` with the status. `refusing` are further statuses that refuse us.

    A captcha on the page itself is for the source's kind to see, where it misses what it looks for.
    """
    check_refusal(asked, response, refusing)
    if not 200 <= response.status < 300:
        raise SourceError("http", str(response.status))


def check_refusal(asked: str, response: Response, refusing: Collection[int] = ()) -> None:
    """Raise SourceError `blocked` where `response` to the address `asked` refuses us, whatever else its status says."""
    sign = str(response.status) if response.status in refusing else _refusal(asked, response)
    if sign:
        raise SourceError("blocked", sign)


def retry_after(headers: dict[str, str], now: datetime) -> float | None:
    """Seconds that a server asks us to stay away (RFC 9110, 10.2.3: seconds or a date), at most a day; None: unsaid."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,30}(\s*,\s*\d{1,30}){0,9}", text, re.ASCII):  # a header that stands twice is joined
        return min(max(float(one) for one in text.split(",")), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.replace(tzinfo=until.tzinfo or now.tzinfo) - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def longer_wait(seconds: float | None, failure: Exception) -> float | None:
    """The longer of a wait that was asked for already and of the one that a failure states; None: neither."""
    stated = getattr(failure, "retry_after", None)
    return max(seconds or 0.0, stated) if stated is not None else seconds


def _refusal(asked: str, response: Response) -> str | None:
    if response.status in REFUSING_STATUSES:
        return str(response.status)
    if response.headers.get("cf-mitigated") == "challenge":
        return "challenge"
    if _CHECKPOINT_ADDRESS.search(response.url) and not _CHECKPOINT_ADDRESS.search(asked):
        return response.url[:200]
    return None
