"""A news sitemap, a plain sitemap, or an index of them; the articles stand on pages of their own (pure)."""

import re
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from monitoring.crawling.addresses import absolute_url, host_of
from monitoring.crawling.charset import decode
from monitoring.sources import asking
from monitoring.sources.answers import require_success, wrong_format
from monitoring.sources.asking import headers_for
from monitoring.sources.definitions import NO_SELECTOR
from monitoring.sources.html_rows import is_css
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import NOT_AN_ADDRESS, Definition, Field, Page, clean_fields, gettext_noop, refuse
from monitoring.sources.listing import ACCEPT as ACCEPT_PAGE
from monitoring.sources.listing import page_detail
from monitoring.sources.reading import detail_request as request_for
from monitoring.sources.selecting import SelectorError, compiled_pattern, matched
from monitoring.sources.sitemap_document import Entry, NotASitemap, newest_first, parse_sitemap
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("News sitemap")
ABOUT = gettext_noop("The list of its newest articles that a news site keeps for search engines")
MOST_ITEMS = 1000
MOST_MAPS = 5
_OLDEST_MAP = timedelta(days=3)
FIELDS: tuple[Field, ...] = (
    Field(
        "url",
        gettext_noop("Address of the sitemap"),
        required=True,
        help=gettext_noop("For example https://news.example.com/sitemap-news.xml; robots.txt often names it."),
    ),
    Field(
        "only",
        gettext_noop("Only addresses that match"),
        help=gettext_noop("A regular expression, such as /news/ or /2[0-9]{3}/"),
    ),
    Field(
        "follow",
        gettext_noop("Read each article's own page"),
        kind="bool",
        default=True,
        help=gettext_noop("Otherwise only titles are read, and keywords where the sitemap has them."),
        group="detail",
    ),
    Field("detail_text", gettext_noop("Selector of the text on an article's page"), group="detail", sparse=True),
    Field("detail_title", gettext_noop("Selector of the title on an article's page"), group="detail", sparse=True),
    Field("detail_author", gettext_noop("Selector of the author on an article's page"), group="detail", sparse=True),
    Field("detail_time", gettext_noop("Selector of the time on an article's page"), group="detail", sparse=True),
    *asking.FIELDS,
)
NOT_A_PATTERN = gettext_noop("This is not a regular expression.")
_SELECTORS = ("detail_text", "detail_title", "detail_author", "detail_time")
_ACCEPT = "application/xml, text/xml;q=0.9, application/gzip;q=0.8, */*;q=0.5"
# What WordPress, its SEO plugins, NodeBB and others call the maps of what is no article.
_IS_OTHER_MAP = re.compile(
    r"(?i)(?:^|[-_/.])(?:categor(?:y|ies)|tags?|post[-_]tags?|authors?|users?|taxonom(?:y|ies)|posts-page|attachments?)"
    r"(?:[-_.\d]|$)|(?:^|[-/_.])(?:pages(?:[-_]sitemap\d*)?|page[-_]sitemap\d*)\.xml"
)
_IS_NEWS_MAP = re.compile(r"(?i)news|latest|today|recent|新闻|新聞")


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    if clean["only"] and not _is_pattern(clean["only"]):
        problems["only"] = NOT_A_PATTERN
    problems |= {name: NO_SELECTOR for name in _SELECTORS if clean.get(name) and not is_css(clean[name])}
    refuse({**asking.header_problems(clean), **problems})
    return clean


def _is_pattern(text: str) -> bool:
    try:
        compiled_pattern(text)
    except SelectorError:
        return False
    return True


def site(definition: Definition) -> str:
    """The host of the sitemap."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The sitemap itself."""
    return [_request(definition, definition["url"])]


def _request(definition: Definition, url: str) -> Request:
    return Request(url, headers=headers_for(definition, url, Accept=_ACCEPT))


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The newest entries; of an index the sitemaps that may hold news. Raises SourceError."""
    require_success(response)
    try:
        found = parse_sitemap(response.body, now, zone)
    except NotASitemap as error:
        shown = decode(response.body[:60_000], response.headers.get("content-type", "")).text
        raise wrong_format(response, shown, "a sitemap") from error
    links = (absolute_url(response.url, one.link) for one in _maps_with_news(found.maps, now))
    maps = [_request(definition, link) for link in links if link]
    only = definition.get("only") or ""
    wanted = [one for one in found.entries if not only or matched(compiled_pattern(only), one.link)]
    newest = ((one, absolute_url(response.url, one.link)) for one in newest_first(wanted)[:MOST_ITEMS])
    items = [_item(definition, one, link) for one, link in newest if link]
    if not items and not maps and response.url == definition["url"]:
        raise SourceError("empty", "a sitemap without addresses")
    return Page(items, maps)


def _maps_with_news(maps: list[Entry], now: datetime) -> list[Entry]:
    """The sitemaps of an index that are read: those that are called news, else those of articles that changed last."""
    called = [one for one in maps if _IS_NEWS_MAP.search(_below_host(one.link))]
    articles = [one for one in maps if not _IS_OTHER_MAP.search(_below_host(one.link))] or maps
    fresh = [one for one in articles if one.published and now - one.published.at < _OLDEST_MAP]
    return newest_first(called or fresh or articles[-MOST_MAPS:])[:MOST_MAPS]


def _below_host(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]


def _item(definition: Definition, entry: Entry, link: str) -> Item:
    # A plain sitemap says when a page changed, which is no publication: its page will say more.
    published = entry.published if entry.is_news or not definition.get("follow", True) else None
    return Item(
        url=link,
        title=entry.title,
        text="" if definition.get("follow", True) else entry.keywords,
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        needs_detail=bool(definition.get("follow", True)),
    )


def detail_request(definition: Definition, item: Item) -> Request:
    """The article's own page."""
    return request_for(definition, item, ACCEPT_PAGE)


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with what its own page says; raises SourceError."""
    require_success(response)
    return replace(page_detail(definition, item, response, now, zone), needs_detail=False)


def origins(definition: Definition) -> dict[str, str]:
    """The elements and selectors that an item's fields are read from."""
    follow = definition.get("follow", True)
    return {
        "url": "loc",
        "title": (definition.get("detail_title") if follow else "") or "news:title",
        "text": (definition.get("detail_text") or "text density") if follow else "news:keywords",
        "author": (definition.get("detail_author") or "page") if follow else "",
        "published_at": (definition.get("detail_time") if follow else "") or "news:publication_date, lastmod",
    }
