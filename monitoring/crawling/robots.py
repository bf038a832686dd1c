"""Read robots.txt after RFC 9309 (pure): which resources a site leaves open to us, and how slowly it wants us."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

LARGEST = 512 * 1024  # bytes that are read; the RFC asks for 500 KiB at least
LONGEST_DELAY = 60.0  # seconds
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_TOKEN = re.compile(r"[a-z_-]+", re.ASCII)
_KEPT = "%/?:@!$&'()*+,;=-._~[]|{}^`\"<>\\#"
_LITERAL = re.compile(r"[*$]")  # signs of a pattern, but not of an address
_DELAY = re.compile(r"(\d{1,9}(?:[.,]\d{0,9})?|\.\d{1,9})\s*(?:s|secs?|seconds?)?", re.ASCII | re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """A site's answer to the request for its robots.txt: what is kept for a day, and while it cannot be had as
    `is_stale` for another."""

    status: int
    text: str
    is_stale: bool = False
    age: float | None = None  # seconds that it was kept


@dataclass(frozen=True, slots=True)
class Rules:
    """What applies to one crawler: (pattern, allowed) in any order, and the Crawl-delay in seconds (0: none)."""

    patterns: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    def allows(self, resource: str) -> bool:
        """Whether path and query `resource` may be asked for: the longest pattern decides, Allow on a tie."""
        if resource == "/robots.txt":
            return True
        deciding = self.deciding(resource)
        return deciding is None or deciding[1]

    def deciding(self, resource: str) -> tuple[str, bool] | None:
        """The pattern that decides over `resource`, and whether it allows; None: no pattern fits."""
        resource = _comparable(_LITERAL.sub(lambda sign: f"%{ord(sign[0]):02X}", resource))
        fitting = [(pattern, allowed) for pattern, allowed in self.patterns if _fits(pattern, resource)]
        return max(fitting, key=lambda rule: (len(rule[0]), rule[1]), default=None)


def read_robots(file: RobotsFile, agent: str) -> Rules:
    """The rules for the crawler named `agent`.

    A site that answers 4xx has no rules (RFC 9309, 2.3.1.3). What is neither that nor a success (5xx, 429, no answer)
    is not for this function: then nothing may be asked for.
    """
    return parse_robots(file.text, agent) if 200 <= file.status < 300 else Rules()


def parse_robots(text: str, agent: str) -> Rules:
    """The rules of the groups that name `agent`, else of those for `*`, else none."""
    lines = lines_for(text, agent)
    return Rules(
        patterns=tuple(
            (_comparable(_pattern(value)), field == "allow")
            for field, value in lines
            if field in ("allow", "disallow") and value
        ),
        delay=max((_seconds(value) for field, value in lines if field == "crawl-delay"), default=0.0),
    )


def readable(text: str) -> str:
    """The beginning of a file that is read, in whole lines: half a rule would be another rule."""
    if len(text) <= LARGEST:
        return text
    cut = text[:LARGEST]
    return cut[: max(cut.rfind("\n"), cut.rfind("\r")) + 1]


def lines_for(text: str, agent: str) -> list[tuple[str, str]]:
    """The (field, value) lines that hold for `agent`: of all groups that name it, else of those for `*`.

    A group that names it and says nothing puts those for `*` aside all the same.
    """
    own: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    is_named = False
    for agents, lines in _groups(readable(text)):
        if agent.lower() in agents:
            is_named = True
            own += lines
        elif "*" in agents:
            others += lines
    return own if is_named else others


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """Each group as (crawler names in lower case, its lines); lines that belong to no group are passed over.

    Only Allow and Disallow end a list of names: what the RFC does not define must not tear a group apart (2.2.4).
    """
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    has_rules = False
    for field, value in _fields(text):
        if field == "user-agent":
            if has_rules:
                yield agents, lines
                agents, lines, has_rules = set(), [], False
            agents.add(_name(value))
        elif agents:
            lines.append((field, value))
            has_rules = has_rules or field != "crawl-delay"
    if agents:
        yield agents, lines


def _name(value: str) -> str:
    """The product token that a User-agent line names: letters, _ and - from its beginning; or `*`."""
    if re.match(r"\*(\s|$)", value):
        return "*"
    name = _TOKEN.match(value.lower())
    return name[0] if name else ""


def _fields(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"[\r\n]+", text.removeprefix("\ufeff")):
        field, colon, value = line.partition("#")[0].partition(":")
        field = field.strip().lower()
        if colon and field in ("user-agent", "allow", "disallow", "crawl-delay"):
            yield field, value.strip()


def _seconds(text: str) -> float:
    number = _DELAY.fullmatch(text)
    return min(float(number[1].replace(",", ".")), LONGEST_DELAY) if number else 0.0


def _pattern(value: str) -> str:
    """A rule's path; a `$` that does not end it is an ordinary character."""
    return f"{value[:-1].replace('$', '%24')}{value[-1]}"


def _comparable(pattern: str) -> str:
    """One spelling for all: unreserved characters as themselves, everything else that is escaped in upper case.

    In a query, where both are usual, `:` and `/` are escaped (RFC 9309, 2.2.2, the table's second line).
    """

    def unescape(match: re.Match[str]) -> str:
        octet = int(match[1], 16)
        return chr(octet) if octet in _UNRESERVED else match[0].upper()

    path, mark, query = _ESCAPE.sub(unescape, quote(pattern, safe=_KEPT)).partition("?")
    return f"{path}{mark}{query.replace(':', '%3A').replace('/', '%2F')}"


def _fits(pattern: str, resource: str) -> bool:
    """Whether `resource` begins as `pattern` says; `*` is any text, `$` at the end is the end. Linear in both."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not resource.startswith(first):
        return False
    if not rest:
        return not anchored or resource == first
    position = len(first)
    *middle, last = rest
    for part in middle:
        position = resource.find(part, position)
        if position < 0:
            return False
        position += len(part)
    if anchored:
        return resource.endswith(last) and len(resource) - len(last) >= position
    return resource.find(last, position) >= 0
