"""Propose paths for an answer in JSON that lists posts, from what its rows have in common (pure).

The longest lists of objects are looked at; in the rows of one, names and values together say what a path holds.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from monitoring.crawling.dates import parse_date
from monitoring.crawling.json_text import read_json
from monitoring.detecting.proposing import FEWEST_ROWS, Proposal

_DEEPEST_LIST = 5
_DEEPEST_FIELD = 3
_MOST_LISTS = 20
_SAMPLED = 20  # rows
_SHARE = 0.6  # of the rows in which a field must be found
_WHOLE_TEXT = 120  # characters, on average: such a text need not be read anywhere else
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_PICTURE = re.compile(
    r"(?i)img|image|pic|photo|cover|avatar|icon|thumb|logo|video|audio|api|self|\.(?:jpe?g|png|gif|webp|svg|mp4)$"
)
_NAMES = {
    "link": re.compile(r"(?i)(?:^|[._])(?:url|link|href|permalink|share_?url|web_?url|page_?url)s?$|(?:url|link)$"),
    "title": re.compile(r"(?i)title|headline|subject|(?:^|[._])(?:name|topic)$"),
    "summary": re.compile(r"(?i)content|text|body|summary|desc|excerpt|abstract|message|intro|digest"),
    "time": re.compile(r"(?i)time|date|publish|created|posted|_at$|(?:^|[._])(?:ts|ctime|pub)$"),
    "author": re.compile(r"(?i)author|writer|nick|screen_?name|user_?name|reporter|(?:user|member|owner)\.name|by$"),
    "site_id": re.compile(r"(?i)^(?:\w+_)?id$"),
    "comments": re.compile(r"(?i)comment|repl(?:y|ies)"),
    "likes": re.compile(r"(?i)like|digg|praise|upvote|attitude"),
    "views": re.compile(r"(?i)view|read_?(?:count|num)|hits|clicks|(?:^|[._])pv$"),
}
_LATER = re.compile(r"(?i)modif|update|edit|expire|last|end")


@dataclass(frozen=True, slots=True)
class _Column:
    """A path within the rows: what it holds in each row that has it."""

    path: str
    values: list[Any]

    @property
    def name(self) -> str:
        """The path without the quotes of JMESPath."""
        return self.path.replace('"', "")

    @property
    def texts(self) -> list[str]:
        return [value.strip() for value in self.values if isinstance(value, str) and value.strip()]

    @property
    def length(self) -> float:
        """How long its texts are on average."""
        return sum(map(len, self.texts)) / max(len(self.values), 1)

    @property
    def distinct(self) -> float:
        """The share of its values that are different."""
        return len({str(value) for value in self.values}) / max(len(self.values), 1)


def propose_json(text: str, url: str, now: datetime, zone: tzinfo) -> Proposal | None:
    """Paths for the posts that the JSON at `url` lists; None where it is no JSON, or lists nothing like posts."""
    try:
        value = read_json(text.lstrip("\ufeff"))
    except ValueError:
        return None
    found = sorted(_lists(value, "", 0), key=lambda one: len(one[1]), reverse=True)
    for path, rows in found[:_MOST_LISTS]:
        fields = _fields(_columns(rows[:_SAMPLED]), now, zone)
        if "link" in fields and ("title" in fields or "summary" in fields):
            return Proposal({"url": url, "rows": path or "[*]", **fields}, len(rows))
    return None


def _lists(value: Any, path: str, depth: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list of objects, with its path."""
    if isinstance(value, list):
        rows = [one for one in value if isinstance(one, dict)]
        if len(rows) >= max(FEWEST_ROWS, _SHARE * len(value)):
            yield path, rows
    elif isinstance(value, dict) and depth < _DEEPEST_LIST:
        for name, inner in value.items():
            yield from _lists(inner, _joined(path, name), depth + 1)


def _joined(path: str, name: str) -> str:
    """A JMESPath and a name below it, quoted where it is no plain word."""
    said = name if _PLAIN_NAME.fullmatch(name) else json.dumps(name)
    return f"{path}.{said}" if path else said


def _columns(rows: Sequence[dict[str, Any]]) -> list[_Column]:
    """What most rows have."""
    values: dict[str, list[Any]] = {}
    for row in rows:
        for path, value in _leaves(row, "", 0):
            values.setdefault(path, []).append(value)
    return [_Column(path, found) for path, found in values.items() if len(found) >= _SHARE * len(rows)]


def _leaves(value: dict[str, Any], path: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        below = _joined(path, name)
        if isinstance(inner, dict) and depth < _DEEPEST_FIELD:
            yield from _leaves(inner, below, depth + 1)
        elif isinstance(inner, str | int | float) and not isinstance(inner, bool) and inner != "":
            yield below, inner


def _fields(columns: Sequence[_Column], now: datetime, zone: tzinfo) -> dict[str, str | bool]:
    """What the paths hold, each path once; the surest first."""
    left = list(columns)
    fields: dict[str, str | bool] = {}
    for name, is_one in (
        ("link", _is_link),
        ("time", lambda column: _is_time(column, now, zone)),
        ("title", lambda column: 4 <= column.length <= 120 and column.distinct > 0.5),
        ("summary", lambda column: column.length >= 20 and column.distinct > 0.5),
        ("author", lambda column: 0 < column.length <= 30),
        ("site_id", lambda column: column.distinct == 1),
        *((count, _is_count) for count in ("comments", "likes", "views")),
    ):
        fitting = [column for column in left if _NAMES[name].search(column.name) and is_one(column)]
        if fitting:
            best = max(fitting, key=lambda column: _fitness(name, column))
            fields[name] = best.path
            left.remove(best)
    summary = next((column for column in columns if column.path == fields.get("summary")), None)
    if summary is None or summary.length < _WHOLE_TEXT:
        fields["follow"] = "page"
    return fields


def _fitness(name: str, column: _Column) -> tuple[float, ...]:
    """How well a column fits: a text by its length, the rest by how near it stands and what is not said of it."""
    if name == "summary":
        return (column.length,)
    is_later = bool(_LATER.search(column.name))
    return (-is_later, -column.path.count("."), column.distinct, -len(column.path))


def _is_link(column: _Column) -> bool:
    if len(column.texts) < len(column.values) or column.distinct < 0.8 or _PICTURE.search(column.name):
        return False
    return all(_leads_to_a_page(text) for text in column.texts)


def _leads_to_a_page(text: str) -> bool:
    parts = urlsplit(text)
    is_address = parts.scheme in ("http", "https") or text.startswith("/")
    return is_address and " " not in text and not _PICTURE.search(parts.path)


def _is_time(column: _Column, now: datetime, zone: tzinfo) -> bool:
    read = [parse_date(str(value), now, zone) for value in column.values]
    return sum(one is not None for one in read) >= _SHARE * len(column.values)


def _is_count(column: _Column) -> bool:
    return all(isinstance(value, int) and value >= 0 for value in column.values)
