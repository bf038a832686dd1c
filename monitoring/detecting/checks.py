"""What a first look at an address says of it: where it leads, what robots.txt allows, a login, its charset (pure)."""

import re
from dataclasses import dataclass
from typing import Literal

from monitoring.crawling.charset import decode
from monitoring.crawling.robots import RobotsFile, read_robots
from monitoring.sources.answers import refusal_in
from monitoring.sources.items import SourceError
from monitoring.visiting.answers import check_answer
from sentinel.core.net.guard import parse_target
from sentinel.core.net.types import PRODUCT, Response

State = Literal["good", "warn", "bad"]

_CHARSET = re.compile(rb"""(?i)(?:charset\s*=\s*|encoding\s*=\s*)["']?\s*([\w-]{3,20})""")
_ALIKE = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5hkscs": "big5",
    "ascii": "utf8",
    "usascii": "utf8",
    "iso88591": "",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `name` is address, robots, answer, login or charset; `said` are its particulars.

    address(moved), robots(status, allowed, delay), answer(sign), login(sign), charset(declared, actual).
    """

    name: str
    state: State
    said: dict[str, str | float | bool]


def check_page(asked: str, response: Response, robots: RobotsFile) -> list[Check]:
    """Look at the answer to `asked`."""
    return [_address(asked, response), _robots(response, robots), _login(asked, response), _charset(response)]


def _address(asked: str, response: Response) -> Check:
    moved = response.url if response.url.rstrip("/") != asked.rstrip("/") else ""
    return Check("address", "warn" if moved else "good", {"moved": moved})


def _robots(response: Response, robots: RobotsFile) -> Check:
    rules = read_robots(robots, PRODUCT)
    allowed = rules.allows(parse_target(response.url).resource)
    return Check(
        "robots", "good" if allowed else "bad", {"status": robots.status, "allowed": allowed, "delay": rules.delay}
    )


def _login(asked: str, response: Response) -> Check:
    """A login or captcha that stands in the way, or another status; a login form beside the content is none."""
    try:
        check_answer(asked, response)
    except SourceError as error:
        return Check("login" if error.code == "blocked" else "answer", "bad", {"sign": error.detail})
    text = decode(response.body, response.headers.get("content-type", "")).text
    sign = refusal_in(response.url, text) if len(response.body) < 20_000 else ""
    return Check("login", "warn" if sign else "good", {"sign": sign})


def _charset(response: Response) -> Check:
    content_type = response.headers.get("content-type", "")
    actual = decode(response.body, content_type).charset
    found = _CHARSET.search(content_type.encode("latin-1", "replace")) or _CHARSET.search(response.body[:2048])
    declared = found[1].decode("ascii") if found else ""
    lies = bool(declared) and _alike(declared) not in ("", _alike(actual))
    return Check("charset", "warn" if lies else "good", {"declared": declared, "actual": actual})


def _alike(charset: str) -> str:
    """One name for charsets that are read the same."""
    plain = re.sub(r"[^a-z0-9]", "", charset.lower()).removesuffix("sig")
    return _ALIKE.get(plain, plain)
