"""Whether an answer is what was asked for, or a refusal that looks like one (pure)."""

import re

from monitoring.crawling.json_text import unescaped
from monitoring.sources.items import SourceError
from sentinel.core.net.types import Response

REFUSING_STATUSES = frozenset({401, 403, 407, 418, 429, 432, 451, 999})  # 432 is Weibo's, 999 LinkedIn's
_SAMPLE = 30_000
_CAPTCHA = re.compile(
    r"(?i)百度安全验证|安全验证|人机验证|人機驗證|滑动验证|拖动滑块|输入验证码|輸入驗證碼|访问过于频繁|訪問過於頻繁|访问验证|异常访问"
    r"|您的访问出错|请求过于频繁|g-recaptcha|hcaptcha"
    r"|cf-challenge|challenge-platform|Just a moment\.\.\.|Attention Required!"
    r"|unusual traffic|verify you are (?:a )?human|Access Denied|Request blocked"
)
_LOGIN = re.compile(
    r"(?i)type=[\"']?password|请先登[录入]|請先登[入錄]|必[须須]先登[录入錄]|请登[录入]后|請登[入錄][後后]|需要登[录入錄]"
    r"|passport\.weibo|Sina Visitor System|登[录入]后(?:查看|可见|再试)|登[入錄][後后](?:查看|可見|再試)"
    r"|(?:尚|还|還|账号|帳號|用户|用戶|您|你)未登[录入錄]"
    r"|(?:please|must|need to) (?:log|sign) ?in\b"
)
# In lower case a part of all that `_CAPTCHA` and `_LOGIN` find: looking for these first takes a tenth of the time.
_HINTS = (
    *("验证", "驗證", "滑块", "频繁", "頻繁", "异常访问", "访问出错", "captcha", "cf-challenge", "challenge-platform"),
    *("just a moment", "attention required", "unusual traffic", "verify you are", "access denied", "request blocked"),
    *("password", "登录", "登入", "登錄", "passport.weibo", "visitor system", "log in", "login", "sign in", "signin"),
)
_LOGIN_ADDRESS = re.compile(
    r"(?i)//passport\.|/(?:log-?in|sign-?in|member\.php\?mod=logging|visitor/visitor|captcha|verify)\b"
)


def require_success(response: Response) -> None:
    """Raise SourceError where the status says that we are refused (blocked) or that something failed (http)."""
    if response.status in REFUSING_STATUSES:
        raise SourceError("blocked", f"HTTP {response.status}")
    if not 200 <= response.status < 300:
        raise SourceError("http", f"HTTP {response.status}")


def refusal_in(url: str, text: str) -> str:
    """What shows that a page which lacks the expected is a login or captcha page; empty where nothing does.

    To be asked only where nothing was found: ordinary pages carry login forms too.
    """
    if _LOGIN_ADDRESS.search(url):
        return "login"
    sample = unescaped(text[:_SAMPLE])
    lower = sample.lower()
    if not any(hint in lower for hint in _HINTS):
        return ""
    found = _CAPTCHA.search(sample) or _LOGIN.search(sample)
    return found[0] if found else ""


def refusal(url: str, text: str) -> SourceError | None:
    """The error of a page that lacks the expected because it is a login (`login`) or a captcha page (`blocked`)."""
    sign = refusal_in(url, text)
    if not sign:
        return None
    sample = unescaped(text[:_SAMPLE])
    is_login = sign == "login" or (_LOGIN.fullmatch(sign) is not None and _CAPTCHA.search(sample) is None)
    return SourceError("login" if is_login else "blocked", sign)


def wrong_format(response: Response, text: str, expected: str) -> SourceError:
    """The error for an answer that is not in the format that the source should have."""
    refused = refusal(response.url, text)
    if refused:
        return refused
    shown = re.sub(r"\s+", " ", text[:60]).strip()
    return SourceError("malformed", f"not {expected}: {shown}" if shown else f"not {expected}: nothing")
