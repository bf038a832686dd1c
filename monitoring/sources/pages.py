"""A post looked at again on its own page, for kinds that say nothing else of it (pure).

Only what was read from that page the first time is compared with it: an entry of a feed has other words than its page,
of which no more is taken than whether it is still there.
"""

from datetime import datetime, tzinfo
from urllib.parse import urlsplit

from monitoring.crawling.charset import decode
from monitoring.crawling.markup import html_to_text, line_of, parse_html
from monitoring.sources.answers import refusal, require_success
from monitoring.sources.floors import is_paged
from monitoring.sources.gone import gone_mark, stub_of
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Definition, Kind, Revisited
from sentinel.core.net.types import Request, Response

_MISSING = frozenset({404, 410})
_GONE_FOR_GOOD = 410
_LONGEST_NOTICE = 600  # characters: a page that only says that something is gone


def revisit_requests(kind: Kind, definition: Definition, item: Item) -> list[Request]:
    """What to ask in order to see a post again; [] where it cannot be seen again."""
    own = getattr(kind, "revisit", None)
    if own is not None:
        return list(own(definition, item))
    if definition.get("ranked"):
        return []  # an entry of a hot list or of search results: it leads elsewhere
    return [kind.detail_request(definition, item)] if urlsplit(item.url).scheme in ("http", "https") else []


def read_revisit(
    kind: Kind, definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo
) -> Revisited:
    """What an answer to `revisit_requests`, or to the `next` of another, says; raises SourceError."""
    own = getattr(kind, "revisited", None)
    if own is not None:
        seen: Revisited = own(definition, item, response, now, zone)
        return seen
    return page_revisited(kind, definition, item, response, now, zone)


def require_no_refusal(kind: Kind, definition: Definition, response: Response, now: datetime) -> None:
    """Raise the SourceError that an answer is in the kind's own terms, where it has some."""
    own = getattr(kind, "stated_error", None)
    error = own(definition, response, now) if own is not None else None
    if error is not None:
        raise error


def page_revisited(
    kind: Kind, definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo
) -> Revisited:
    """What the page of a post says now; raises SourceError (blocked, http, layout)."""
    if response.status in _MISSING:
        return Revisited(is_gone=True, mark="HTTP 410" if response.status == _GONE_FOR_GOOD else "")
    require_success(response)
    _require_its_own_page(item, response)
    if not _reads_pages(kind, definition):
        return _presence(item, response)
    try:
        read = kind.detail(definition, item, response, now, zone)
    except SourceError as error:
        # A form to sign in stands on many a page: what the page says decides.
        is_open = error.code == "layout" or (error.code == "login" and error.detail.startswith("type="))
        gone = _presence(item, response) if is_open else Revisited()
        if gone.is_gone:
            return gone
        raise
    if read.text != item.text and len(read.text) <= _LONGEST_NOTICE:
        if stub := stub_of(read.text):
            return Revisited(is_gone=True, mark=stub)
        presence = _presence(item, response)  # a notice, or a wall, may be all that there was to read
        if presence.is_gone:
            return presence
    return Revisited(read)


def goes_on(kind: Kind, definition: Definition) -> bool:
    """Whether a post's replies stand on further pages that `monitoring.sources.floors` reads."""
    return not hasattr(kind, "revisited") and _reads_pages(kind, definition) and is_paged(definition)


def _reads_pages(kind: Kind, definition: Definition) -> bool:
    """Whether the post was read from its own page the first time too."""
    asked = next((field for field in kind.FIELDS if field.name == "follow"), None)
    return asked is not None and bool(definition.get("follow", asked.default))


def _require_its_own_page(item: Item, response: Response) -> None:
    """Raise SourceError where the site led to its front page instead: that says nothing of the post."""
    if urlsplit(item.url).path.strip("/") and urlsplit(response.url).path.strip("/") == "":
        asked, found = urlsplit(item.url), urlsplit(response.url)
        if not found.query and (asked.path, asked.query) != (found.path, found.query):
            raise SourceError("layout", f"led to {response.url}"[:200])


def _presence(item: Item, response: Response) -> Revisited:
    """Whether a page that was read holds the post, or a notice that it is gone in its place."""
    html = decode(response.body, response.headers.get("content-type", "")).text
    title = line_of(parse_html(html).css_first("title"))
    text = html_to_text(html)
    if _holds(item, text):
        return Revisited()
    mark = gone_mark(title) or (gone_mark(text) if len(text) <= _LONGEST_NOTICE else "")
    # Where a page says that something is gone, a form to sign in is only the one that stands on every page.
    refused = refusal(response.url, text if mark else html)
    if refused:
        raise refused
    if mark:
        return Revisited(is_gone=True, mark=mark)
    return Revisited()


def _holds(item: Item, text: str) -> bool:
    beginnings = (item.title[:20], item.text[:20])
    return any(len(words) >= 4 and words in text for words in beginnings)
