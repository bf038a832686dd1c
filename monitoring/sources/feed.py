"""A feed: RSS, Atom, RDF or JSON Feed (pure)."""

from dataclasses import replace
from datetime import datetime, tzinfo

from monitoring.crawling.addresses import absolute_url, canonical_url, host_of
from monitoring.crawling.charset import decode
from monitoring.crawling.leading import led_to
from monitoring.crawling.markup import parse_html
from monitoring.sources import asking
from monitoring.sources.answers import require_success, wrong_format
from monitoring.sources.asking import headers_for
from monitoring.sources.definitions import NO_SELECTOR
from monitoring.sources.feed_document import Entry, NotAFeed, parse_feed
from monitoring.sources.html_rows import is_css
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import NOT_AN_ADDRESS, Definition, Field, Page, clean_fields, gettext_noop, refuse
from monitoring.sources.listing import ACCEPT as ACCEPT_PAGE
from monitoring.sources.listing import page_detail
from monitoring.sources.reading import detail_request as request_for
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Feed (RSS, Atom, JSON Feed)")
ABOUT = gettext_noop("What a site offers for reading by machines; the least trouble for both sides")
FIELDS: tuple[Field, ...] = (
    Field(
        "url",
        gettext_noop("Address of the feed"),
        required=True,
        help=gettext_noop("For example https://news.example.com/rss.xml"),
    ),
    Field(
        "follow",
        gettext_noop("Read each entry's own page"),
        kind="bool",
        default=False,
        help=gettext_noop("For feeds that give only titles or beginnings."),
        sparse=True,
    ),
    Field(
        "detail_text",
        gettext_noop("Selector of the text on an entry's page"),
        help=gettext_noop("Empty: the text is found by its density."),
        group="detail",
        advanced=True,
        sparse=True,
    ),
    *asking.FIELDS,
)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    if clean.get("detail_text") and not is_css(clean["detail_text"]):
        problems["detail_text"] = NO_SELECTOR
    refuse({**asking.header_problems(clean), **problems})
    return clean


def site(definition: Definition) -> str:
    """The host of the feed."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The feed itself."""
    return [Request(definition["url"], headers=headers_for(definition, definition["url"], Accept=_ACCEPT))]


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The feed's entries; raises SourceError (blocked, http, malformed, web-page, empty)."""
    require_success(response)
    content_type = response.headers.get("content-type", "")
    try:
        entries = parse_feed(response.body, content_type, response.url, now, zone)
    except NotAFeed as error:
        raise _no_feed(response, content_type) from error
    follow = bool(definition.get("follow"))
    shared = _shared_links(entries)
    items = [_item(entry, definition["url"], follow, shared) for entry in entries if entry.link or entry.guid]
    if not items:
        raise SourceError("empty", "a feed without entries")
    return Page(items)


def _no_feed(response: Response, content_type: str) -> SourceError:
    """What an answer is instead."""
    shown = decode(response.body[:60_000], content_type).text
    problem = wrong_format(response, shown, "a feed")
    named = _feed_named_in(shown, response.url) if problem.code == "malformed" else ""
    return SourceError("web-page", named) if named else problem


def _feed_named_in(html: str, url: str) -> str:
    """The feed that a web page names for its readers (`link rel=alternate`), or ""."""
    link = parse_html(html).css_first(", ".join(f'link[rel~="alternate"][href][type="{kind}"]' for kind in _FEED_TYPES))
    return absolute_url(url, link.attributes.get("href") or "") if link else ""


def _shared_links(entries: list[Entry]) -> set[str]:
    """The addresses that entries share which have guids and titles of their own: notices that lead to one page."""
    known: dict[str, tuple[set[str], set[str]]] = {}
    for entry in entries:
        guids, titles = known.setdefault(entry.link, (set(), set()))
        guids.add(entry.guid)
        titles.add(entry.title)
    return {link for link, (guids, titles) in known.items() if min(len(guids - {""}), len(titles)) > 1}


def _item(entry: Entry, feed_url: str, follow: bool, shared: set[str]) -> Item:
    """An entry as an item: its address identifies it on whichever feed it stands, its guid only where that does not."""
    title = _without_outlet(entry.title, entry.outlet)
    is_title_again = bool(entry.outlet) and _words(entry.text) in (_words(title), _words(title + entry.outlet))
    return Item(
        url=led_to(entry.link) or canonical_url(feed_url),
        title=title,
        text="" if is_title_again else entry.text,
        author=entry.author or entry.outlet,
        figures=entry.figures,
        needs_detail=follow and bool(entry.link),
        site_id=entry.guid if not entry.link or entry.link in shared else "",
        published_at=entry.published.at if entry.published else None,
        precision=entry.published.precision if entry.published else "",
    )


def _without_outlet(title: str, outlet: str) -> str:
    """A title without the outlet that a gathered feed puts behind it: "… - 中央社"."""
    head, dash, tail = title.rpartition(" - ")
    return head.strip() if dash and outlet and tail.strip() == outlet and head.strip() else title


def _words(text: str) -> str:
    return "".join(text.split())


def detail_request(definition: Definition, item: Item) -> Request:
    """The page of an entry."""
    return request_for(definition, item, ACCEPT_PAGE)


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with the text of its page; the entry's own where the page tells less. Raises SourceError."""
    require_success(response)
    try:
        whole = page_detail(definition, replace(item, text=""), response, now, zone)
    except SourceError as error:
        if error.code != "layout" or definition.get("detail_text"):
            raise
        return replace(item, needs_detail=False)  # a page without a text: what the feed said stands
    is_less = len(_words(whole.text)) < len(_words(item.text)) and not definition.get("detail_text")
    return replace(whole, text=item.text) if is_less else whole


def origins(definition: Definition) -> dict[str, str]:
    """The feed elements that an item's fields are read from."""
    text = "content:encoded, content, description, summary"
    return {
        "url": "link, guid",
        "title": "title",
        "text": (definition.get("detail_text") or f"text density, {text}") if definition.get("follow") else text,
        "author": "author, dc:creator, source",
        "published_at": "pubDate, published, dc:date, updated",
    }
