"""One post as somebody else's program or file says it, read strictly and with a code for each fault (pure)."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import quote

from monitoring.crawling.addresses import canonical_url, host_of
from monitoring.crawling.dates import Parsed, parse_date
from monitoring.sources.figures import read_count
from monitoring.sources.items import Item
from monitoring.visiting.storable import LONGEST_TEXT, LONGEST_TITLE, storable_item
from sentinel.core.net.types import Response

FIGURES = ("reposts", "comments", "likes", "views")
PRECISIONS = ("second", "minute", "hour", "day", "month")
LONGEST: dict[str, int] = {
    "url": 2000,
    "id": 200,
    "title": LONGEST_TITLE,
    "text": LONGEST_TEXT,
    "author": 120,
    "published_at": 80,
    "precision": 10,
    "reply_to": 2000,
    "language": 35,
}
FIELDS = (*LONGEST, "figures")
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST = 1990  # year: no post is older than the web
NOBODY_ASKED = 0  # the status of an answer that no server gave
_SINCE_1970 = re.compile(r"\d{10}|\d{13}|\d{16}")  # seconds, milliseconds, microseconds
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, roughly


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a record cannot be taken: the field and a code.

    Codes: not-an-object, not-json, unknown-field, wrong-type, too-long, required, not-a-url, not-a-time, too-early
    (before the web), in-the-future, unknown-precision, not-a-count, not-a-language, more-cells (a row is longer than
    its header), erased (deleted on request).
    """

    field: str
    code: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can be stored; `reply_to` is the address or identifier of the post that it answers, or empty."""

    item: Item
    reply_to: str = ""


class BadRecordError(ValueError):
    """A record that cannot be stored: `problems` says why, field by field."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{one.field}: {one.code}" for one in problems))
        self.problems = problems


def read_record(
    raw: object, *, place: str, now: datetime, zone: tzinfo, received: bytes = b"", needs_identity: bool = True
) -> Record:
    """The post that `raw` says (a ValueError: what was no JSON at all); raises BadRecordError.

    `place` is the address of the source, below which posts without an address get one; `zone` holds for times that
    state none. `received` are the bytes that are kept as evidence, by default `raw` as JSON. Without `needs_identity`
    a record that names neither address nor identifier is known again by what it says.
    """
    if not isinstance(raw, Mapping):
        raise BadRecordError([Problem("", "not-json" if isinstance(raw, ValueError) else "not-an-object")])
    problems = [Problem(str(name)[:80], "unknown-field") for name in raw if name not in FIELDS]
    texts = _texts(raw, problems)
    figures = _figures(raw.get("figures"), problems)
    published = _published(raw.get("published_at"), texts, now, zone, problems)
    if texts["language"] and not _LANGUAGE.fullmatch(texts["language"]):
        problems.append(Problem("language", "not-a-language"))
    if not texts["title"] and not texts["text"]:
        problems.append(Problem("text", "required"))
    if needs_identity and not texts["url"] and not texts["id"]:
        problems.append(Problem("id", "required"))
    if problems:
        raise BadRecordError(problems)
    item = Item(
        url=texts["url"] or place_of(place, texts["id"] or fingerprint(texts)),
        title=texts["title"],
        text=texts["text"],
        author=texts["author"],
        site_id=texts["id"] if texts["url"] else "",
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures=figures,
        response=_evidence(raw, place, received),
    )
    return Record(storable_item(item), texts["reply_to"])


def place_of(place: str, identifier: str) -> str:
    """The address of a post that has none of its own: below its source's."""
    return f"{place}/{quote(identifier, safe='', errors='replace')}"


def parent_items(record: Record, place: str) -> list[Item]:
    """What the post that a record answers may be known as: by its address, or by its identifier at the same site."""
    named = record.reply_to
    if not named:
        return []
    if host_of(named):
        return [Item(url=canonical_url(named))]
    return [Item(url=place_of(place, named)), Item(url=record.item.url, site_id=named)]


def fingerprint(texts: Mapping[str, str]) -> str:
    """What tells a record without an identifier from others: who said what, when."""
    said = [texts["title"], texts["text"], texts["author"], texts["published_at"]]
    return hashlib.sha256("\0".join(said).encode("utf-8", "replace")).hexdigest()[:32]


def _evidence(raw: Mapping[str, Any], place: str, received: bytes) -> Response:
    body = received or json.dumps(raw, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return Response(url=place, status=NOBODY_ASKED, headers={"content-type": "application/json"}, body=body)


def _texts(raw: Mapping[str, Any], problems: list[Problem]) -> dict[str, str]:
    texts = {}
    for name, longest in LONGEST.items():
        value = raw.get(name)
        if name in ("id", "reply_to", "published_at") and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            problems.append(Problem(name, "wrong-type"))
            value = ""
        text = (value or "").strip()
        if len(text) > longest:
            problems.append(Problem(name, "too-long"))
        texts[name] = text
    if texts["url"] and host_of(texts["url"]):
        texts["url"] = canonical_url(texts["url"])
    elif texts["url"]:
        problems.append(Problem("url", "not-a-url"))
    return texts


def _figures(given: object, problems: list[Problem]) -> dict[str, int]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        problems.append(Problem("figures", "wrong-type"))
        return {}
    figures = {}
    for name, value in given.items():
        if name not in FIGURES:
            problems.append(Problem(f"figures.{str(name)[:60]}", "unknown-field"))
        elif value is not None and (count := read_count(value)) is not None:
            figures[name] = count
        elif value not in (None, ""):
            problems.append(Problem(f"figures.{name}", "not-a-count"))
    return figures


def _published(
    given: object, texts: Mapping[str, str], now: datetime, zone: tzinfo, problems: list[Problem]
) -> Parsed | None:
    """When it was published, and how exactly that is known: as stated, else as far as the text goes."""
    precision = texts["precision"]
    if precision and precision not in PRECISIONS:
        problems.append(Problem("precision", "unknown-precision"))
        return None
    text = texts["published_at"]
    if not text or any(one.field == "published_at" for one in problems):
        return None
    read = read_time(text, now, zone)
    if read is None:
        problems.append(Problem("published_at", "not-a-time"))
    elif read.at.year < EARLIEST:
        problems.append(Problem("published_at", "too-early"))
    elif read.at > now + CLOCK_SKEW:
        problems.append(Problem("published_at", "in-the-future"))
    else:
        return Parsed(read.at, precision or read.precision)
    return None


def read_time(text: str, now: datetime, zone: tzinfo) -> Parsed | None:
    """The moment that `text` states: ISO 8601, also one that is still to come, else any form that sites write."""
    try:
        at = datetime.fromisoformat("" if _SINCE_1970.fullmatch(text) else text)
    except ValueError:
        return parse_date(text, now, zone)
    if re.fullmatch(r"\d{8}|\d{4}-\d{2}-\d{2}", text):
        precision = "day"
    else:
        precision = "second" if re.search(r":\d\d:\d\d|T\d{6}", text) else "minute"
    return Parsed(at if at.tzinfo else at.replace(tzinfo=zone), precision)
