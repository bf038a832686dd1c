"""A list in JSON, read by JMESPaths: an interface, or the JSON that stands in a page; with or without details (pure).

The language is that of `selecting`: `data[*].target` names rows, `title_area.text` a value in a row, and an address may
be a template such as `https://site.example/t/{id}`.
"""

from datetime import datetime, tzinfo
from typing import Any

from monitoring.crawling.addresses import host_of
from monitoring.crawling.charset import decode
from monitoring.sources.answers import refusal, require_success, wrong_format
from monitoring.sources.asking import list_request
from monitoring.sources.blocking import require_unblocked
from monitoring.sources.definitions import (
    DETAIL_PLACES,
    IDENTITY,
    NO_PATH,
    NO_SELECTOR,
    ON_A_PAGE,
    SHARED,
    cleaned,
)
from monitoring.sources.html_rows import is_css
from monitoring.sources.items import Item, SourceError
from monitoring.sources.json_rows import JsonRow, is_path, json_in
from monitoring.sources.kinds import Definition, Field, Page, gettext_noop
from monitoring.sources.listing import ACCEPT as ACCEPT_PAGE
from monitoring.sources.listing import list_origins, page_detail
from monitoring.sources.paging import is_further, next_requests
from monitoring.sources.reading import dating_of, items_of, read_detail, said
from monitoring.sources.reading import detail_request as request_for
from monitoring.sources.selecting import Row, SelectorError, page_address
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("List in JSON")
ABOUT = gettext_noop("Reads an interface that answers in JSON, or the JSON in a page, by paths")
FIELDS: tuple[Field, ...] = (
    Field("url", gettext_noop("Address of the list"), required=True),
    Field(
        "json_in",
        gettext_noop("Where the JSON stands in a page"),
        help=gettext_noop("Empty: the answer is JSON. Else script#__NEXT_DATA__, or =~ window.__STATE__\\s*="),
        advanced=True,
        sparse=True,
    ),
    Field(
        "rows",
        gettext_noop("Path of the rows"),
        required=True,
        help=gettext_noop("A JMESPath to a list, such as data.list or data[*].target"),
        group="list",
    ),
    Field(
        "link",
        gettext_noop("Path of the address in a row"),
        required=True,
        help=gettext_noop("Or the address with paths in it: https://site.example/t/{id}"),
        group="list",
    ),
    Field("title", gettext_noop("Path of the title in a row"), group="list"),
    Field(
        "time",
        gettext_noop("Path of the time in a row"),
        help=gettext_noop("Text, or seconds or milliseconds since 1970."),
        group="list",
    ),
    Field("author", gettext_noop("Path of the author in a row"), group="list"),
    Field("summary", gettext_noop("Path of the text in a row"), group="list"),
    *IDENTITY,
    Field(
        "follow",
        gettext_noop("Each article's own answer"),
        kind="select",
        default="",
        choices=(
            ("", gettext_noop("is not read: the list says all")),
            ("page", gettext_noop("is a web page, with selectors")),
            ("json", gettext_noop("is JSON, with paths")),
        ),
        group="detail",
    ),
    Field("detail_text", gettext_noop("Text of an article"), group="detail"),
    Field("detail_title", gettext_noop("Title of an article"), group="detail"),
    Field("detail_author", gettext_noop("Author of an article"), group="detail"),
    Field("detail_time", gettext_noop("Time of an article"), group="detail"),
    *DETAIL_PLACES,
    Field("views", gettext_noop("Path of the number of views"), advanced=True, group="counts"),
    Field("comments", gettext_noop("Path of the number of comments"), advanced=True, group="counts"),
    Field("likes", gettext_noop("Path of the number of likes"), advanced=True, group="counts"),
    Field("reposts", gettext_noop("Path of the number of reposts"), advanced=True, group="counts"),
    *SHARED,
)
ACCEPT = "application/json, text/javascript;q=0.9, */*;q=0.5"


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    has_pages = definition.get("follow") == "page"

    def is_selector(name: str, value: str) -> bool:
        return is_css(value) if has_pages and name in ON_A_PAGE else is_path(value)

    def wrong(name: str) -> str:
        return NO_SELECTOR if has_pages and name in ON_A_PAGE else NO_PATH

    return cleaned(FIELDS, definition, is_selector=is_selector, wrong_selector=wrong)


def site(definition: Definition) -> str:
    """The host of the list."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The list itself."""
    accept = ACCEPT_PAGE if definition.get("json_in") else ACCEPT
    return [list_request(definition, definition["url"], Accept=accept)]


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The rows that lead somewhere, and the next page; raises SourceError.

    Its codes are blocked, login, http, malformed (no JSON), layout (no such rows) and empty (rows, but none in them).
    """
    require_success(response)
    text = _text(response)
    whole = JsonRow(_document(definition, response, text))
    require_unblocked(definition, whole, text)
    rows = whole.rows(definition["rows"])
    link = definition["link"]
    items = items_of(
        definition,
        rows,
        dating=dating_of(definition, now, zone),
        follow=bool(definition.get("follow")),
        address_of=lambda row: page_address(row, link, response.url),
    )
    if not items and not is_further(definition, response.url):
        raise _nothing(definition, whole, rows, text, response)
    return Page(items, next_requests(definition, response, whole, len(rows)) if items else [])


def _nothing(definition: Definition, whole: JsonRow, rows: list[Row], text: str, response: Response) -> SourceError:
    """Why there are no items: a refusal, a list that is empty, or one that has moved."""
    refused = refusal(response.url, text)
    if refused:
        return refused
    if rows:
        return SourceError("layout", f"{len(rows)} rows without a link: {definition['link']}")
    is_there = whole.is_empty_list(definition["rows"])
    return (
        SourceError("empty", definition["rows"]) if is_there else SourceError("layout", f"no row: {definition['rows']}")
    )


def _text(response: Response) -> str:
    return decode(response.body, response.headers.get("content-type", "")).text


def _document(definition: Definition, response: Response, text: str) -> Any:
    try:
        return json_in(text, said(definition, "json_in"))
    except (ValueError, SelectorError) as error:
        require_unblocked(definition, None, text)
        raise wrong_format(response, text, "JSON") from error


def detail_request(definition: Definition, item: Item) -> Request:
    """The article's own page, or what the interface says of it."""
    return request_for(definition, item, ACCEPT if definition.get("follow") == "json" else ACCEPT_PAGE)


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with what its own answer says; raises SourceError."""
    require_success(response)
    if definition.get("follow") != "json":
        return page_detail({**definition, "blocked_if": ""}, item, response, now, zone)
    text = _text(response)
    try:
        row = JsonRow(json_in(text))
    except ValueError as error:
        require_unblocked(definition, None, text)
        raise wrong_format(response, text, "JSON") from error
    require_unblocked(definition, row, text)
    return read_detail(definition, item, row, dating=dating_of(definition, now, zone), extract=None)


def origins(definition: Definition) -> dict[str, str]:
    """The paths that an item's fields are read from."""
    return list_origins(definition, follow=bool(definition.get("follow")), link=definition["link"])
