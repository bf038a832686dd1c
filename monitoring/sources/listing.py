"""A page that lists articles or threads, read by CSS selectors, with a page of its own for each (pure).

The language of the selectors is that of `selecting`: `em span@title` reads an attribute, `=~` and `=>` follow.
"""

from datetime import datetime, tzinfo

from selectolax.lexbor import LexborNode

from monitoring.crawling.addresses import host_of
from monitoring.crawling.charset import decode
from monitoring.crawling.extraction import extract_article
from monitoring.crawling.markup import line_of, parse_html
from monitoring.sources.answers import refusal, require_success
from monitoring.sources.asking import list_request
from monitoring.sources.blocking import require_unblocked
from monitoring.sources.definitions import (
    DETAIL_PLACES,
    FIGURES,
    IDENTITY,
    NO_SELECTOR,
    ON_A_PAGE,
    SHARED,
    cleaned,
    said_of,
)
from monitoring.sources.html_rows import HtmlRow, base_address, is_css, is_plain_css
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Definition, Field, Page, gettext_noop
from monitoring.sources.paging import is_further, next_requests
from monitoring.sources.reading import dating_of, items_of, read_detail, said
from monitoring.sources.reading import detail_request as request_for
from monitoring.sources.selecting import Row, css_selector, is_template, page_address
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Web page that lists articles")
ABOUT = gettext_noop("Reads the rows of a page by CSS selectors, and the page of each article")
FIELDS: tuple[Field, ...] = (
    Field("url", gettext_noop("Address of the page"), required=True),
    Field(
        "rows",
        gettext_noop("Selector of each row"),
        required=True,
        help=gettext_noop("A CSS selector that matches once for each article, such as ul.news > li"),
        group="list",
    ),
    Field(
        "link",
        gettext_noop("Selector of the link in a row"),
        help=gettext_noop("Empty: the first link."),
        group="list",
    ),
    Field(
        "title",
        gettext_noop("Selector of the title in a row"),
        help=gettext_noop("Empty: the text of the link."),
        group="list",
    ),
    Field(
        "time",
        gettext_noop("Selector of the time in a row"),
        help=gettext_noop("End it with @title or another attribute to read that instead of the text."),
        group="list",
    ),
    Field("author", gettext_noop("Selector of the author in a row"), group="list"),
    Field("summary", gettext_noop("Selector of the summary in a row"), group="list"),
    *IDENTITY,
    Field(
        "follow",
        gettext_noop("Read each article's own page"),
        kind="bool",
        default=True,
        help=gettext_noop("Otherwise the summary is the text."),
        group="detail",
    ),
    Field(
        "detail_text",
        gettext_noop("Selector of the text on an article's page"),
        help=gettext_noop("Everything that matches is joined. Empty: the text is found by its density."),
        group="detail",
    ),
    Field("detail_title", gettext_noop("Selector of the title on an article's page"), group="detail"),
    Field("detail_author", gettext_noop("Selector of the author on an article's page"), group="detail"),
    Field("detail_time", gettext_noop("Selector of the time on an article's page"), group="detail"),
    *DETAIL_PLACES,
    Field("views", gettext_noop("Selector of the number of views"), advanced=True, group="counts"),
    Field("comments", gettext_noop("Selector of the number of comments"), advanced=True, group="counts"),
    Field("likes", gettext_noop("Selector of the number of likes"), advanced=True, group="counts"),
    Field("reposts", gettext_noop("Selector of the number of reposts"), advanced=True, group="counts"),
    *SHARED,
)
ACCEPT = "text/html, application/xhtml+xml, */*;q=0.5"
_SHORT = 300  # characters
# what stands for the row or the page as a whole would say nothing there
_NEEDS_CSS = (ON_A_PAGE - {"floor_id", "floor_url", "floor_author", "floor_time", "floor_text"}) | {"rows", "next"}


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    return cleaned(FIELDS, definition, is_selector=_is_selector, wrong_selector=lambda _name: NO_SELECTOR)


def _is_selector(name: str, value: str) -> bool:
    if name == "detail_remove":
        return is_plain_css(value)
    if not is_css(value):
        return False
    return is_template(value) or name not in _NEEDS_CSS or bool(css_selector(value).where)


def site(definition: Definition) -> str:
    """The host of the page."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The page itself."""
    return [list_request(definition, definition["url"], Accept=ACCEPT)]


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The rows that lead somewhere, and the next page; raises SourceError (blocked, login, http, layout)."""
    require_success(response)
    read = decode(response.body, response.headers.get("content-type", ""))
    html, tree = read.text, parse_html(read.text, utf8=read.utf8)
    whole = HtmlRow(tree.root) if tree.root is not None else None
    require_unblocked(definition, whole, html)
    base = base_address(tree, response.url)
    rows = whole.rows(definition["rows"]) if whole else []
    onward = next_requests(definition, response, whole, len(rows))
    link = said(definition, "link")
    items = items_of(
        definition,
        rows,
        dating=dating_of(definition, now, zone),
        follow=bool(definition.get("follow", True)),
        address_of=lambda row: page_address(row, link, base),
        title_of=lambda row: _title_of(row, link),
        response=response,
    )
    if not items and not is_further(definition, response.url):
        seen = f"{len(rows)} rows without a link" if rows else "no row"
        raise refusal(response.url, html) or SourceError("layout", f"{seen}: {definition['rows']}")
    return Page(items, onward if items else [])


def _title_of(row: Row, selector: str) -> str:
    if not isinstance(row, HtmlRow):
        return ""
    link = row.link("" if is_template(selector) else selector)
    return (_link_title(link) or _title_beside(row.node, link)) if link is not None else ""


def _title_beside(row: LexborNode, link: LexborNode) -> str:
    """Of a link that holds a picture alone: what another link to the same place says, else what the picture shows."""
    href = link.attributes.get("href")
    named = (_link_title(one) for one in row.css("a[href]") if one.attributes.get("href") == href)
    picture = link.css_first("img[alt]")
    return next((title for title in named if title), (picture.attributes.get("alt") or "").strip() if picture else "")


def _link_title(link: LexborNode) -> str:
    """The text of a link, or its title attribute where the text is cut short or empty."""
    shown, whole = line_of(link), (link.attrs.get("title") or "").strip()
    is_cut = not shown or shown.endswith(("…", "...")) or whole.startswith(shown)
    return whole if whole and is_cut else shown


def detail_request(definition: Definition, item: Item) -> Request:
    """The article's own page."""
    return request_for(definition, item, ACCEPT)


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with what its own page says; raises SourceError (blocked, login, http, layout)."""
    require_success(response)
    return page_detail(definition, item, response, now, zone)


def page_detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """An article that stands on a web page; its selectors are CSS."""
    read = decode(response.body, response.headers.get("content-type", ""))
    html, tree = read.text, parse_html(read.text, utf8=read.utf8)
    if tree.root is None:
        raise SourceError("layout", "no text: ")
    row = HtmlRow(tree.root)
    require_unblocked(definition, row, html)
    has_own_text = bool(said(definition, "detail_text"))
    named = "" if has_own_text else line_of(tree.css_first("title"))
    try:
        whole = read_detail(
            definition,
            item,
            row,
            dating=dating_of(definition, now, zone),
            extract=lambda: extract_article(
                html, now, zone, item.url, with_text=not (definition.get("detail_text") or definition.get("floors"))
            ),
        )
    except SourceError as error:
        raise refusal(response.url, html) or error from error
    if not has_own_text and len(whole.text) < _SHORT:
        # The words of a captcha page are no article.
        refused = refusal(response.url, f"{named}\n{whole.text}")
        if refused:
            raise refused
    return whole


def origins(definition: Definition) -> dict[str, str]:
    """The selectors that an item's fields are read from."""
    return list_origins(definition, follow=bool(definition.get("follow", True)), link="a[href]")


def list_origins(definition: Definition, *, follow: bool, link: str) -> dict[str, str]:
    """For each field the selector that wins; what is read without one is named by how."""

    def first(*names: str) -> str:
        """The first of the selectors that is there; those of an article's page count only where it is read."""
        said_there = said_of(definition, names)
        return next((said_there[name] for name in names if name in said_there and (follow or name in _LISTED)), "")

    counts = {name: first(f"detail_{name}", name) for name in FIGURES}
    if definition.get("ranked") and not counts["rank"]:
        counts["rank"] = f"{definition['rows']} [n]"
    return {
        "url": definition.get("link") or link,
        "title": first("detail_title", "title", "link") or link,
        "text": (first("detail_text", "floor_text") or "text density") if follow else first("summary"),
        "author": first("detail_author", "floor_author", "author"),
        "published_at": first("detail_time", "floor_time", "time"),
        "site_id": first("site_id"),
        **{name: origin for name, origin in counts.items() if origin},
    }


_LISTED = frozenset({"link", "title", "summary", "author", "time", "site_id", *FIGURES})
