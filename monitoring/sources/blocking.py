"""What a definition says of how its site refuses us, and whether an answer is that (pure)."""

import re

from monitoring.crawling.json_text import unescaped
from monitoring.sources.answers import refusal
from monitoring.sources.items import SourceError
from monitoring.sources.kinds import Definition, Field, gettext_noop
from monitoring.sources.selecting import Row

FIELDS: tuple[Field, ...] = (
    Field(
        "blocked_status",
        gettext_noop("Status numbers that mean blocked"),
        help=gettext_noop("Such as 412, 521, beside those that always do."),
        advanced=True,
        group="blocked",
        sparse=True,
    ),
    Field(
        "blocked_if",
        gettext_noop("Blocked where this is there"),
        help=gettext_noop("A CSS selector, or in JSON a condition such as code == `-352`."),
        advanced=True,
        group="blocked",
        sparse=True,
    ),
    Field(
        "blocked_text",
        gettext_noop("Blocked where the answer contains"),
        kind="textarea",
        help=gettext_noop("One text a line; any of them is enough."),
        advanced=True,
        group="blocked",
        sparse=True,
    ),
)
NOT_STATUSES = gettext_noop("Write numbers from 200 to 599 with commas between them.")
_LONGEST_SEARCHED = 2_000_000


def refusing_statuses(definition: Definition) -> frozenset[int]:
    """The statuses by which this site refuses us, beside those that always do."""
    return frozenset(int(one) for one in re.findall(r"\d{3}", str(definition.get("blocked_status") or "")))


def blocking_problems(definition: Definition) -> dict[str, str]:
    """What is wrong with the status numbers; the selector is checked as the others are."""
    written = str(definition.get("blocked_status") or "")
    sound = not written or re.fullmatch(r"\s*[2-5]\d\d(?:[\s,，、]+[2-5]\d\d)*\s*", written)
    return {} if sound else {"blocked_status": NOT_STATUSES}


def require_unblocked(definition: Definition, row: Row | None, text: str) -> None:
    """Raise SourceError (blocked, login) where the definition says that such an answer is a refusal.

    `row` is the whole document, None where there is none; `text` the answer as text.
    """
    condition = str(definition.get("blocked_if") or "")
    if condition and row is not None and row.holds(condition):
        refused = refusal("", text)  # where the refusal asks us to sign in, it says so
        raise refused if refused and refused.code == "login" else SourceError("blocked", condition)
    words = str(definition.get("blocked_text") or "")
    shown = unescaped(text[:_LONGEST_SEARCHED]) if words else ""
    for line in words.splitlines():
        if line.strip() and line.strip() in shown:
            raise SourceError("blocked", line.strip())
