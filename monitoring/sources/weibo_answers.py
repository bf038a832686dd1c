"""How Weibo-style interfaces answer: JSON with `ok`, refusals that come as HTTP 200, and posts that are gone (pure)."""

from typing import Any

from monitoring.crawling.charset import decode
from monitoring.crawling.json_text import read_json
from monitoring.sources.answers import require_success, wrong_format
from monitoring.sources.gone import gone_mark
from monitoring.sources.items import SourceError
from sentinel.core.net.types import Response

HEADERS = {"Accept": "application/json, text/plain, */*", "X-Requested-With": "XMLHttpRequest"}
_REFUSING = frozenset({414, 418, 432})
_LOGIN_WANTED = ("-100", -100)
_NOTHING_HERE = (
    *("还没有内容", "没有更多", "暂无", "還沒有內容", "沒有更多", "暫無", "没有内容", "没有找到"),
    *("没有人评论", "没有评论", "发表你的评论", "抢沙发", "沒有人評論", "沒有評論", "發表你的評論"),
)
_ABSENT_CODES = frozenset({"20101", "20112", "20132", "20003", "100009"})  # gone, private, hidden, no such account
_SIGN_IN = ("passport.", "/login", "/signin", "/sso/")


def read_answer(response: Response) -> dict[str, Any]:
    """The JSON object of an answer; raises SourceError (blocked, login, http, malformed) where it is none."""
    if response.status in _REFUSING:
        raise SourceError("blocked", f"HTTP {response.status}")
    if response.status != 400:  # the interface's own errors, with JSON that says which
        require_success(response)
    text = decode(response.body, response.headers.get("content-type", "")).text
    try:
        answer = read_json(text)
    except ValueError as error:
        if any(sign in response.url for sign in _SIGN_IN):
            raise SourceError("login", response.url[:200]) from error
        require_success(response)
        raise wrong_format(response, text, "JSON") from error
    if not isinstance(answer, dict):
        raise wrong_format(response, text, "a JSON object")
    return answer


def is_accepted(answer: dict[str, Any], *, first: bool) -> bool:
    """Whether the answer holds what was asked; False where it is the end; raises SourceError where it refuses us."""
    ok = answer.get("ok", 1)
    if ok in (1, "1", True):
        return True
    message = message_of(answer)
    if ok in _LOGIN_WANTED:
        raise SourceError("login", _said(ok, message or text_value(answer.get("url"))))
    if ok in (0, "0") and any(words in message for words in _NOTHING_HERE):
        if first:
            raise SourceError("empty", message[:200])
        return False
    raise SourceError("blocked", _said(ok, message or text_value(answer.get("url"))))


def absence(answer: dict[str, Any]) -> str:
    """What an answer about one post says of its being gone: the site's words, or its error's number; else empty."""
    if answer.get("ok", 1) not in (0, "0", False):
        return ""
    message = message_of(answer)
    numbers = {text_value(answer.get(name)) for name in ("errno", "error_code", "code")}
    known = sorted(numbers & _ABSENT_CODES)
    if known:
        return f"{message} ({known[0]})".strip()[:200]
    return message[:200] if gone_mark(message) else ""


def message_of(answer: dict[str, Any]) -> str:
    """What an answer says in words."""
    return next((text for name in ("msg", "message", "errmsg") if (text := text_value(answer.get(name)))), "")


def text_value(value: Any) -> str:
    """A JSON value as trimmed text; empty for what is neither text nor a whole number."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _said(ok: Any, message: str) -> str:
    return f"ok {ok}: {message}".rstrip(": ")[:200]
