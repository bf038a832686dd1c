"""A page that lists articles or threads, read by CSS selectors, with a page of its own for each (pure).

A selector may end in `@attribute` to read that attribute instead of the text: `em span@title`. An empty selector with
an attribute means the row itself.
"""

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitoring.crawling.addresses import absolute_url, host_of
from monitoring.crawling.charset import decode
from monitoring.crawling.dates import Parsed, parse_date
from monitoring.crawling.extraction import Article, extract_article
from monitoring.crawling.markup import line_of, parse_html, text_of
from monitoring.sources.answers import refusal_in, require_success
from monitoring.sources.figures import read_count
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import NOT_AN_ADDRESS, Definition, Field, Page, clean_fields, gettext_noop, refuse
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Web page that lists articles")
ABOUT = gettext_noop("Reads the rows of a page by CSS selectors, and the page of each article")
FIGURES = ("views", "comments", "likes", "reposts")
FIELDS: tuple[Field, ...] = (
    Field("url", gettext_noop("Address of the page"), required=True),
    Field(
        "rows",
        gettext_noop("Selector of each row"),
        required=True,
        help=gettext_noop("A CSS selector that matches once for each article, such as ul.news > li"),
    ),
    Field("link", gettext_noop("Selector of the link in a row"), help=gettext_noop("Empty: the first link.")),
    Field("title", gettext_noop("Selector of the title in a row"), help=gettext_noop("Empty: the text of the link.")),
    Field(
        "time",
        gettext_noop("Selector of the time in a row"),
        help=gettext_noop("End it with @title or another attribute to read that instead of the text."),
    ),
    Field("author", gettext_noop("Selector of the author in a row")),
    Field("summary", gettext_noop("Selector of the summary in a row")),
    Field(
        "follow",
        gettext_noop("Read each article's own page"),
        kind="bool",
        default=True,
        help=gettext_noop("Otherwise the summary is the text."),
    ),
    Field(
        "detail_text",
        gettext_noop("Selector of the text on an article's page"),
        help=gettext_noop("Everything that matches is joined. Empty: the text is found by its density."),
    ),
    Field("detail_title", gettext_noop("Selector of the title on an article's page")),
    Field("detail_author", gettext_noop("Selector of the author on an article's page")),
    Field("detail_time", gettext_noop("Selector of the time on an article's page")),
    Field("views", gettext_noop("Selector of the number of views"), advanced=True),
    Field("comments", gettext_noop("Selector of the number of comments"), advanced=True),
    Field("likes", gettext_noop("Selector of the number of likes"), advanced=True),
    Field("reposts", gettext_noop("Selector of the number of reposts"), advanced=True),
)
_NO_SELECTOR = gettext_noop("This is not a CSS selector.")
_DETAIL_SELECTORS = ("detail_text", "detail_title", "detail_author", "detail_time")
_NOT_SELECTORS = frozenset({"url", "follow"})
_ATTRIBUTE = re.compile(r"@([A-Za-z_][\w\-:]*)$")
_NO_PAGE = re.compile(r"(?i)^\s*(?:javascript|mailto|tel|data):|^\s*#|^\s*$")
_MOST_ROWS = 500
_LONGEST_SUMMARY = 20_000
_PRECISIONS = ("month", "day", "hour", "minute", "second")


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    for name, value in clean.items():
        if name not in _NOT_SELECTORS and value and name not in problems and not _is_selector(value, name):
            problems[name] = _NO_SELECTOR
    refuse(problems)
    return clean


def _is_selector(value: str, name: str) -> bool:
    css, attribute = _parts(value)
    if not css:
        return bool(attribute) and name != "rows" and not name.startswith("detail_")
    try:
        LexborHTMLParser("<p>").css(css)
    except (SelectolaxError, ValueError):
        return False
    return "\0" not in css


@lru_cache(4096)
def _parts(selector: str) -> tuple[str, str]:
    """The CSS and the attribute of a selector."""
    found = _ATTRIBUTE.search(selector)
    return (selector[: found.start()].strip(), found[1]) if found else (selector.strip(), "")


def site(definition: Definition) -> str:
    """The host of the page."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The page itself."""
    return [Request(definition["url"], headers={"Accept": "text/html, application/xhtml+xml, */*;q=0.5"})]


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The rows that lead somewhere; raises SourceError (blocked, http, layout)."""
    require_success(response)
    html = decode(response.body, response.headers.get("content-type", "")).text
    tree = parse_html(html)
    base = _base_address(tree, response.url)
    rows = tree.css(_parts(definition["rows"])[0])[:_MOST_ROWS]
    items: dict[str, Item] = {}
    for row in rows:
        item = _row_item(definition, row, base, now, zone)
        if item and item.url not in items:
            items[item.url] = item
    if not items:
        refusal = refusal_in(response.url, html)
        if refusal:
            raise SourceError("blocked", refusal)
        seen = f"{len(rows)} rows without a link" if rows else "no row"
        raise SourceError("layout", f"{seen}: {definition['rows']}")
    return Page(list(items.values()))


def _base_address(tree: LexborHTMLParser, url: str) -> str:
    stated = tree.css_first("base[href]")
    return (absolute_url(url, stated.attributes.get("href") or "") or url) if stated else url


def _row_item(definition: Definition, row: LexborNode, base: str, now: datetime, zone: tzinfo) -> Item | None:
    """A row as an item, or None where it leads nowhere."""
    link = _link_in(row, definition.get("link", ""))
    address = (link.attributes.get("href") or "") if link is not None else ""
    url = "" if _NO_PAGE.search(address) else absolute_url(base, address)
    if not url or link is None:
        return None
    published = _time_in(row, definition.get("time", ""), now, zone)
    title = _value(row, definition["title"]) if definition.get("title") else _link_title(link)
    # The summary is read last: reading it marks its lines in the tree.
    counts = {name: read_count(_value(row, definition[name])) for name in FIGURES if definition.get(name)}
    return Item(
        url=url,
        title=title,
        author=_value(row, definition.get("author", "")),
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures={name: count for name, count in counts.items() if count is not None},
        text=_block_text(row, definition.get("summary", ""))[:_LONGEST_SUMMARY],
        needs_detail=bool(definition.get("follow", True)),
    )


def _link_in(row: LexborNode, selector: str) -> LexborNode | None:
    css = _parts(selector)[0]
    found = row.css_first(css) if css else row
    if found is None:
        return None
    if found.tag == "a" and found.attributes.get("href"):
        return found
    return found.css_first("a[href]")


def _link_title(link: LexborNode) -> str:
    """The text of a link, or its title attribute where the text is cut short or empty."""
    shown, whole = line_of(link), (link.attributes.get("title") or "").strip()
    is_cut = not shown or shown.endswith(("…", "...")) or whole.startswith(shown)
    return whole if whole and is_cut else shown


def _value(node: LexborNode, selector: str) -> str:
    """What a selector reads below `node`, in one line; empty where it matches nothing."""
    if not selector:
        return ""
    css, attribute = _parts(selector)
    found = node.css_first(css) if css else node
    if found is None:
        return ""
    return (found.attributes.get(attribute) or "").strip() if attribute else line_of(found)


def _block_text(node: LexborNode, selector: str) -> str:
    """The text of everything that matches, a line for each block; nothing twice where matches nest."""
    if not selector:
        return ""
    css, attribute = _parts(selector)
    if attribute:
        return _value(node, selector)
    matches = node.css(css)
    taken: set[int] = set()
    texts: list[str] = []
    for one in matches:
        if not taken.isdisjoint(_ancestors(one)):
            continue
        taken.add(one.mem_id)
        texts.append(text_of(one))
    return "\n".join(text for text in texts if text)


def _ancestors(node: LexborNode) -> list[int]:
    above: list[int] = []
    parent = node.parent
    while parent is not None and len(above) < 100:
        above.append(parent.mem_id)
        parent = parent.parent
    return above


def _time_in(node: LexborNode, selector: str, now: datetime, zone: tzinfo) -> Parsed | None:
    """The finest time of the selected element: of the named attribute, else of datetime, title and the text."""
    css, attribute = _parts(selector)
    found = node.css_first(css) if css else (node if attribute else None)
    if found is None:
        return None
    if attribute:
        return parse_date(found.attributes.get(attribute) or "", now, zone)
    inner = found.css_first("[datetime], [title]")
    stated = [one.attributes.get(name) for one in (found, inner) if one for name in ("datetime", "title")]
    times = [parse_date(text, now, zone) for text in (*stated, line_of(found)) if text]
    return max((one for one in times if one), key=lambda one: _PRECISIONS.index(one.precision), default=None)


def detail_request(definition: Definition, item: Item) -> Request:
    """The article's own page."""
    return Request(item.url, headers={"Referer": definition["url"]})


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with what its own page says; raises SourceError (blocked, http, layout)."""
    require_success(response)
    html = decode(response.body, response.headers.get("content-type", "")).text
    article = extract_article(html, now, zone)
    selected = _selected_parts(definition, html, now, zone)
    published = selected.published or _finer(article.published, item)
    text = selected.text if definition.get("detail_text") else article.text
    if not text:
        refusal = refusal_in(response.url, html)
        if refusal:
            raise SourceError("blocked", refusal)
        raise SourceError("layout", f"no text: {definition.get('detail_text', '')}")
    return replace(
        item,
        title=selected.title or item.title or article.title,
        author=selected.author or item.author or article.author,
        text=text,
        published_at=published.at if published else item.published_at,
        precision=published.precision if published else item.precision,
        needs_detail=False,
    )


def _selected_parts(definition: Definition, html: str, now: datetime, zone: tzinfo) -> Article:
    """What the definition's selectors read on an article's page; parts without a selector are empty."""
    root = parse_html(html).root if any(definition.get(name) for name in _DETAIL_SELECTORS) else None
    if root is None:
        return Article("", "", None, "")
    title, author, time = (_selector(definition, name) for name in ("detail_title", "detail_author", "detail_time"))
    return Article(
        title=_value(root, title),
        author=_value(root, author),
        published=_time_in(root, time, now, zone),
        text=_block_text(root, _selector(definition, "detail_text")),
    )


def _selector(definition: Definition, name: str) -> str:
    return str(definition.get(name) or "")


def _finer(found: Parsed | None, item: Item) -> Parsed | None:
    """The page's time where it says more than the row did."""
    if found is None or not item.precision:
        return found
    return found if _PRECISIONS.index(found.precision) > _PRECISIONS.index(item.precision) else None


def origins(definition: Definition) -> dict[str, str]:
    """The selectors that an item's fields are read from."""
    follow = definition.get("follow", True)
    title = definition.get("detail_title") if follow else ""
    text = definition.get("detail_text") or "text density"
    return {
        "url": definition.get("link") or "a[href]",
        "title": title or definition.get("title") or definition.get("link") or "a[href]",
        "text": text if follow else definition.get("summary", ""),
        "author": (definition.get("detail_author") if follow else "") or definition.get("author", ""),
        "published_at": (definition.get("detail_time") if follow else "") or definition.get("time", ""),
        **{name: definition[name] for name in FIGURES if definition.get(name)},
    }
