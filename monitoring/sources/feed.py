"""A feed: RSS, Atom, RDF or JSON Feed (pure)."""

from datetime import datetime, tzinfo

from monitoring.crawling.addresses import absolute_url, canonical_url, host_of
from monitoring.crawling.charset import decode
from monitoring.crawling.markup import parse_html
from monitoring.sources.answers import require_success, wrong_format
from monitoring.sources.feed_document import Entry, NotAFeed, parse_feed
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import NOT_AN_ADDRESS, Definition, Field, Page, clean_fields, gettext_noop, refuse
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
)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    refuse(problems)
    return clean


def site(definition: Definition) -> str:
    """The host of the feed."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The feed itself."""
    return [Request(definition["url"], headers={"Accept": _ACCEPT})]


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The feed's entries; raises SourceError (blocked, http, malformed, web-page, empty)."""
    require_success(response)
    content_type = response.headers.get("content-type", "")
    try:
        entries = parse_feed(response.body, content_type, response.url, now, zone)
    except NotAFeed as error:
        shown = decode(response.body[:60_000], content_type).text
        problem = wrong_format(response, shown, "a feed")
        named = _feed_named_in(shown, response.url) if problem.code == "malformed" else ""
        raise (SourceError("web-page", named) if named else problem) from error
    items = [_item(entry, definition["url"]) for entry in entries if entry.link or entry.guid]
    if not items:
        raise SourceError("empty", "a feed without entries")
    return Page(items)


def _feed_named_in(html: str, url: str) -> str:
    """The feed that a web page names for its readers (`link rel=alternate`), or ""."""
    link = parse_html(html).css_first(", ".join(f'link[rel~="alternate"][href][type="{kind}"]' for kind in _FEED_TYPES))
    return absolute_url(url, link.attributes.get("href") or "") if link else ""


def _item(entry: Entry, feed_url: str) -> Item:
    """An entry as an item: its address identifies it on whichever feed it stands, its guid only where it has none."""
    return Item(
        url=entry.link or canonical_url(feed_url),
        title=entry.title,
        text=entry.text,
        author=entry.author,
        site_id="" if entry.link else entry.guid,
        published_at=entry.published.at if entry.published else None,
        precision=entry.published.precision if entry.published else "",
    )


def detail_request(definition: Definition, item: Item) -> Request:
    """The page of an entry (entries are whole as they come)."""
    return Request(item.url)


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item as it is: a feed's entries need no detail."""
    return item


def origins(definition: Definition) -> dict[str, str]:
    """The feed elements that an item's fields are read from."""
    return {
        "url": "link, guid",
        "title": "title",
        "text": "content:encoded, content, description, summary",
        "author": "author, dc:creator",
        "published_at": "pubDate, published, dc:date, updated",
    }
