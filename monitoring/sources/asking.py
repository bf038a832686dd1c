"""The headers and cookies that a definition sends along, and only to its own site (pure)."""

import re
from typing import Any

from monitoring.crawling.addresses import host_of
from monitoring.crawling.json_text import read_json
from monitoring.sources.kinds import Definition, Field, gettext_noop
from sentinel.core.net.types import Request

FIELDS: tuple[Field, ...] = (
    Field(
        "headers",
        gettext_noop("Headers"),
        kind="textarea",
        help=gettext_noop("One a line, such as Cookie: over18=1. Everybody who may see the source sees them."),
        advanced=True,
        group="requests",
        sparse=True,
    ),
    Field(
        "secret_headers",
        gettext_noop("Secret headers and cookies"),
        kind="secret",
        multiline=True,
        help=gettext_noop("One a line, such as Authorization: Bearer … They are kept encrypted and never shown again."),
        advanced=True,
        group="requests",
    ),
)
POSTED = Field(
    "posted",
    gettext_noop("What is posted"),
    kind="textarea",
    help=gettext_noop("For a list that is asked for by POST: JSON, or form fields such as type=news&n=20."),
    advanced=True,
    group="requests",
    sparse=True,
)
NOT_JSON = gettext_noop("This is not JSON.")
NOT_A_HEADER = gettext_noop("Write one header a line, with its name, a colon and its value.")
OUR_OWN_HEADER = gettext_noop("Sentinel sets this header itself and says honestly who asks.")
_LINE = re.compile(r"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,80}):[ \t]*([\t\x20-\x7e\x80-\xff]{0,4000})")
_OUR_OWN = re.compile(
    r"host|user-agent|accept-encoding|connection|content-length|transfer-encoding|te|upgrade|expect|range"
    r"|if-none-match|if-modified-since|x-forwarded-for|forwarded|via|from"
)
_MOST = 30


def header_problems(definition: Definition) -> dict[str, str]:
    """What is wrong with the lines of headers, by field."""
    problems = {}
    for name in ("headers", "secret_headers"):
        problem = _problem(str(definition.get(name) or ""))
        if problem:
            problems[name] = problem
    return problems


def _problem(text: str) -> str:
    lines = _lines(text)
    found = [_LINE.fullmatch(line) for line in lines]
    if not all(found) or len(lines) > _MOST:
        return NOT_A_HEADER
    is_ours = any(_OUR_OWN.fullmatch(one[1].lower()) for one in found if one)
    return OUR_OWN_HEADER if is_ours else ""


def headers_for(definition: Definition, url: str, **others: str) -> dict[str, str]:
    """`others`, and the definition's own headers where `url` is on its own host; a cookie of both is one."""
    headers = {name.replace("_", "-"): value for name, value in others.items()}
    own_url = str(definition.get("url") or "")
    if url != own_url and host_of(url) != host_of(own_url):
        return headers
    for field in ("headers", "secret_headers"):
        for name, value in _pairs(definition.get(field)):
            own = next((known for known in headers if known.lower() == name.lower()), name)
            is_cookie = name.lower() == "cookie" and own in headers
            headers[own] = f"{headers[own]}; {value}" if is_cookie else value
    return headers


def list_request(definition: Definition, url: str, **headers: str) -> Request:
    """The request for a page of a list; what the definition posts goes to its own host alone."""
    posted = str(definition.get("posted") or "").strip()
    if not posted or host_of(url) != host_of(str(definition["url"])):
        return Request(url, headers=headers_for(definition, url, **headers))
    kind = "application/json" if _is_json(posted) else "application/x-www-form-urlencoded"
    sent = headers_for(definition, url, Content_Type=kind, **headers)
    return Request(url, "POST", sent, posted.encode())


def posted_problems(definition: Definition) -> dict[str, str]:
    """What is wrong with what is posted: JSON that is none."""
    posted = str(definition.get("posted") or "").strip()
    try:
        if _is_json(posted):
            read_json(posted)
    except ValueError:
        return {"posted": NOT_JSON}
    return {}


def _is_json(posted: str) -> bool:
    return posted.startswith(("{", "["))


def _pairs(text: Any) -> list[tuple[str, str]]:
    found = (_LINE.fullmatch(line) for line in _lines(str(text or ""))[:_MOST])
    return [(one[1], one[2].strip()) for one in found if one]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
