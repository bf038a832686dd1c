"""Read a source back into its past, one page at a time (pure but for the client it is given).

Where a kind names what follows a page, that is followed. A feed is paged as its format or its software does it:
RFC 5005 (`next` and `prev-archive` links), JSON Feed (`next_url`), WordPress (`?paged=`).
"""

import json
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitoring.crawling.addresses import absolute_url
from monitoring.sources.blocking import refusing_statuses
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Kind, Page
from monitoring.visiting.answers import check_answer
from monitoring.visiting.manners import Manners
from monitoring.visiting.storable import storable_item
from monitoring.visiting.unchanged import contents_of
from monitoring.visiting.visit import REFUSALS, guarded
from sentinel.core.net.types import FetchError, Request, Response

log = logging.getLogger(__name__)

OLDEST = timedelta(days=30)
TURN = 6.0  # seconds after which a turn ends; where a site wants to be asked slowly, it gets as far as one more page
MOST_PAGES, MOST_POSTS = 200, 5000
PAST_THE_END = frozenset({"http", "empty", "layout", "web-page", "malformed"})  # what a page after the last one is like
_HEAD = 200_000  # characters of a feed in which its own links stand
_LINK = re.compile(r"<(?:[\w-]+:)?link\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_WORDPRESS = re.compile(r"<generator>\s*https?://(?:[\w-]+\.)?wordpress\.(?:org|com)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BackPage:
    """One page of the past: its whole items, what follows, and a digest of what it listed.

    `unread` items have a page of their own for which no time was left, `failed` ones have one that could not be read;
    `is_older` says that all of it was published before the time that is read back.
    """

    items: list[Item]
    next: list[Request]
    listed: str
    unread: int
    is_older: bool
    failed: int = 0


async def read_page(
    kind: Kind, definition: Any, request: Request, *, number: int, manners: Manners, now: datetime, zone: tzinfo
) -> BackPage:
    """Ask for the page `number` (from 1) and the pages of its new items; raises SourceError or FetchError."""
    response = await manners.ask(request)
    check_answer(request.url, response, refusing_statuses(definition))
    page = guarded(lambda: kind.parse(_unbounded(kind, definition), response, now, zone))
    found = [replace(storable_item(item), response=response) for item in page.items]
    whole = [item for item in found if not item.needs_detail]
    details, unread, failed = await _details(kind, definition, found, manners, now, zone)
    dated = [item.published_at for item in found if item.published_at]
    return BackPage(
        items=[*whole, *details],
        next=_following(page, request, response, number),
        listed=contents_of(page.items),
        unread=unread,
        is_older=bool(dated) and max(dated) < now - OLDEST,
        failed=failed,
    )


def _unbounded(kind: Kind, definition: Any) -> Any:
    """The definition of a list whose pages are followed as far as they go: how many a visit reads is no bound here.

    The ranks of a hot list or of search results have no past.
    """
    is_list = any(field.name == "page_url" for field in kind.FIELDS) and not definition.get("ranked")
    return {**definition, "pages": str(MOST_PAGES)} if is_list else definition


async def _details(
    kind: Kind, definition: Any, found: Sequence[Item], manners: Manners, now: datetime, zone: tzinfo
) -> tuple[list[Item], int, int]:
    """The items with a page of their own that nobody has read yet, how many are left, and how many failed.

    One that fails is passed by, and said.
    """
    old = now - OLDEST
    unread = [item for item in found if item.needs_detail and not (item.published_at and item.published_at < old)]
    wanted = await manners.ports.unknown(unread) if unread else []
    read: list[Item] = []
    failed = 0
    for number, item in enumerate(wanted):
        if read and manners.elapsed() > TURN:
            return read, len(wanted) - number, failed
        try:
            request = kind.detail_request(definition, item)
            response = await manners.ask(request)
            check_answer(request.url, response, refusing_statuses(definition))
            reading = _reader(kind, definition, item, response, now, zone)
            read.append(replace(storable_item(guarded(reading)), needs_detail=False, response=response))
        except (SourceError, FetchError) as failure:
            if failure.code in REFUSALS:
                raise
            if failure.code == "out-of-time":
                return read, len(wanted) - number, failed
            failed += 1
            log.info("reading back, %s could not be read: %s", item.url, failure)
    return read, 0, failed


def _reader(
    kind: Kind, definition: Any, item: Item, response: Response, now: datetime, zone: tzinfo
) -> Callable[[], Item]:
    return lambda: kind.detail(definition, item, response, now, zone)


def _following(page: Page, request: Request, response: Response, number: int) -> list[Request]:
    onward = list(page.next)
    if not onward and request.method == "GET":
        older = older_feed(request.url, response, number)
        onward = [replace(request, url=older)] if older and older != request.url else []
    return onward


def older_feed(url: str, response: Response, number: int) -> str:
    """The address of the page of a feed that follows its page `number` at `url`; empty where none is named."""
    text = response.body[:_HEAD].decode("utf-8", "replace")
    if text.lstrip("\ufeff \r\n\t").startswith("{"):
        return _named_in_json(response)
    for link in _LINK.finditer(text):
        attributes = {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(link[1])}
        if attributes.get("rel") in ("next", "prev-archive"):
            return absolute_url(response.url, attributes.get("href", ""))
    return _paged(url, number + 1) if _WORDPRESS.search(text) else ""


def _named_in_json(response: Response) -> str:
    try:
        named = json.loads(response.body).get("next_url")
    except (ValueError, AttributeError, RecursionError):
        return ""
    return absolute_url(response.url, named) if isinstance(named, str) else ""


def _paged(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("paged", str(number))])))


def ended_by(*, pages: int, posts: int, page: BackPage, before: Sequence[str]) -> str:
    """Why nothing more is read after this page: `old`, `repeats` (it listed what one `before` it did), `pages`,
    `posts`, `complete` (nothing follows); empty where it goes on."""
    reasons = {
        "old": page.is_older,
        "repeats": page.listed in before,
        "posts": posts >= MOST_POSTS,
        "pages": pages >= MOST_PAGES,
        "complete": not page.next,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
