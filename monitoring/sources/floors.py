"""The further pages of a thread, on which its later floors stand (pure).

`floors_next` says where the next page stands: a link, or, with the template `floors_url`, what fills its {page}; or the
list of all floors' identifiers, of which those that are not shown yet fill {ids} (as Discourse has it:
`…/posts.json?post_ids[]={ids}`, where the parameter is repeated). A thread that grows is read on from the page, or the
floor, that was reached the last time. Where the first page links to the last one, that one is read
too: the newest floors are there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlsplit

from monitoring.crawling.addresses import absolute_url, canonical_url
from monitoring.crawling.charset import decode
from monitoring.crawling.markup import parse_html
from monitoring.sources.asking import headers_for
from monitoring.sources.html_rows import HtmlRow
from monitoring.sources.items import Item
from monitoring.sources.json_rows import JsonRow, json_in
from monitoring.sources.kinds import Definition
from monitoring.sources.reading import MOST_ROWS, dating_of, page_of_floors, said
from monitoring.sources.selecting import Row, compiled_path, escaped, json_selector, page_address, search
from sentinel.core.net.types import Request, Response

IDS_AT_ONCE = 20  # floors of one request, as Discourse shows them on a page
MOST_PAGES = 5  # of identifiers that are asked for at one visit, the newest
_LONGEST = 2000  # characters of an address that is remembered


@dataclass(frozen=True, slots=True)
class FloorPage:
    """A page of floors that can be asked for; `reached` is what to remember when it was read."""

    request: Request
    reached: str


def is_paged(definition: Definition) -> bool:
    """Whether the definition says how the floors of a thread go on."""
    return bool(said(definition, "floors") and said(definition, "floors_next"))


def after_first_page(definition: Definition, item: Item, response: Response, reached: str) -> list[FloorPage]:
    """What follows the first page of a thread of which so much was `reached` before ("": no more than that page)."""
    row = _row_of(definition, response)
    if row is None:
        return []
    if "{ids}" in said(definition, "floors_url"):
        return _by_identifiers(definition, item, row, reached)
    if reached and _place_of(reached) == _place_of(response.url):
        return [_page(definition, item, reached)]
    return _next(definition, item, row, response)


def last_page(definition: Definition, item: Item, response: Response) -> FloorPage | None:
    """The page with the highest number that the first page links to, where its next one is told apart by a number."""
    row = _row_of(definition, response)
    onward = _next(definition, item, row, response) if isinstance(row, HtmlRow) else []
    if not onward or not isinstance(row, HtmlRow):
        return None
    url = onward[0].request.url
    same = next((at for at, (one, other) in enumerate(zip(response.url, url, strict=False)) if one != other), None)
    number = re.compile(r"\d{1,6}").search(url, len(response.url) if same is None else same)
    if number is None:
        return None
    alike = re.compile(rf"{re.escape(url[: number.start()])}(\d{{1,6}}){re.escape(url[number.end() :])}")
    links = {link.attributes.get("href") or "" for link in row.node.css("a[href]")}
    found = [alike.fullmatch(absolute_url(response.url, link) or "") for link in links]
    last = max((one for one in found if one), key=lambda one: int(one[1]), default=None)
    return _page(definition, item, last[0]) if last and int(last[1]) > int(number[0]) else None


def after_further_page(definition: Definition, item: Item, response: Response) -> list[FloorPage]:
    """What follows a further page."""
    row = _row_of(definition, response)
    if row is None or "{ids}" in said(definition, "floors_url"):
        return []
    return _next(definition, item, row, response)


def floors_on(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> tuple[Item, ...]:
    """The floors of a further page, all of them replies to `item`."""
    row = _row_of(definition, response)
    return page_of_floors(definition, item, row, dating_of(definition, now, zone)) if row is not None else ()


def _row_of(definition: Definition, response: Response) -> Row | None:
    if response.status != 200:
        return None
    read = decode(response.body, response.headers.get("content-type", ""))
    if definition.get("follow") == "json":
        try:
            return JsonRow(json_in(read.text))
        except ValueError:
            return None
    root = parse_html(read.text, utf8=read.utf8).root
    return HtmlRow(root) if root is not None else None


def _next(definition: Definition, item: Item, row: Row, response: Response) -> list[FloorPage]:
    where, template = said(definition, "floors_next"), said(definition, "floors_url")
    if "{page}" in template:
        number = row.value(where)
        is_number = number.isascii() and number.isdigit() and 0 < len(number) < 6
        url = _filled(template, item, page=number) if is_number else ""
    else:
        url = page_address(row, where, response.url)
    # A thread goes on at its own site, and not where it is already.
    is_here = canonical_url(url) == canonical_url(response.url)
    if not url or is_here or _place_of(url) != _place_of(response.url):
        return []
    return [_page(definition, item, url)]


def _place_of(url: str) -> str:
    """Host and port."""
    return urlsplit(url).netloc.lower()


def _page(definition: Definition, item: Item, url: str) -> FloorPage:
    return FloorPage(Request(url, headers=headers_for(definition, url, Referer=item.url)), url[:_LONGEST])


def _by_identifiers(definition: Definition, item: Item, row: Row, reached: str) -> list[FloorPage]:
    known = _identifiers(row, said(definition, "floors_next"))
    shown = [one.value(said(definition, "floor_id")) for one in row.rows(said(definition, "floors"))[:MOST_ROWS]]
    last = max((known.index(one) for one in (*shown, reached) if one in known), default=-1)
    left = known[last + 1 :][-MOST_PAGES * IDS_AT_ONCE :]
    batches = [left[start : start + IDS_AT_ONCE] for start in range(0, len(left), IDS_AT_ONCE)]
    return [FloorPage(_identified(definition, item, batch), batch[-1]) for batch in batches]


def _identifiers(row: Row, where: str) -> list[str]:
    found: Any = search(compiled_path(json_selector(where).where), row.data) if isinstance(row, JsonRow) else None
    return [str(one) for one in found if isinstance(one, int | str)] if isinstance(found, list) else []


def _identified(definition: Definition, item: Item, identifiers: Sequence[str]) -> Request:
    head, _query, parameters = said(definition, "floors_url").partition("?")
    written = [
        one.replace("{ids}", escaped(number)) if "{ids}" in one else one
        for one in parameters.split("&")
        for number in (identifiers if "{ids}" in one else ("",))
    ]
    url = _filled(f"{head}?{'&'.join(written)}", item)
    return Request(url, headers=headers_for(definition, url, Referer=item.url))


def _filled(template: str, item: Item, page: str = "") -> str:
    return template.replace("{id}", escaped(item.site_id)).replace("{page}", page)
