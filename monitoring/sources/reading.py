"""The one engine that reads rows, articles and floors as a definition says, over HTML and JSON alike (pure)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from monitoring.crawling.addresses import canonical_url
from monitoring.crawling.dates import Parsed
from monitoring.crawling.extraction import Article
from monitoring.crawling.leading import led_to
from monitoring.sources.asking import headers_for
from monitoring.sources.dating import PRECISIONS, Dating
from monitoring.sources.definitions import DETAIL_FIGURES, FIGURES, FLOOR_FIGURES
from monitoring.sources.figures import read_count
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Definition
from monitoring.sources.selecting import Row, css_selector, escaped, matched, page_address
from sentinel.core.net.types import Request, Response

MOST_ROWS = 500
_MOST_FLOORS = 300
_LONGEST_SUMMARY = 20_000
_LONGEST_FLOOR = 50_000


def dating_of(definition: Definition, now: datetime, zone: tzinfo) -> Dating:
    """How this definition's dates are read."""
    return Dating(now, zone, said(definition, "date_form"))


def said(definition: Definition, name: str) -> str:
    """What a field says, "" where it is not filled."""
    return str(definition.get(name) or "")


def items_of(
    definition: Definition,
    rows: list[Row],
    *,
    dating: Dating,
    follow: bool,
    address_of: Callable[[Row], str],
    title_of: Callable[[Row], str] = lambda _row: "",
    response: Response | None = None,
) -> list[Item]:
    """The rows of a `response` that lead somewhere, each once; `address_of` says where, `title_of` what stands there
    in a row without a title of its own."""
    items: dict[tuple[str, str], Item] = {}
    title, author, time, summary = (said(definition, name) for name in ("title", "author", "time", "summary"))
    counted = {name: selector for name in FIGURES if (selector := said(definition, name))}
    is_ranked = bool(definition.get("ranked"))
    has_identifier = is_ranked or bool(said(definition, "site_id"))
    has_floors = not follow and bool(said(definition, "floors"))
    for place, row in enumerate(rows[:MOST_ROWS], start=1):
        url = address_of(row)
        if not url:
            continue
        url = led_to(url) if is_ranked else url
        published = row.time(time, dating) if time else None
        figures = _counts(row, counted)
        if is_ranked and "rank" not in figures:
            figures["rank"] = place
        item = Item(
            url=url,
            title=(row.value(title) if title else "") or title_of(row),
            author=row.value(author) if author else "",
            site_id=_identifier(definition, row, url) if has_identifier else "",
            published_at=published.at if published else None,
            precision=published.precision if published else "",
            figures=figures,
            # It is read last: reading it may change the row.
            text=row.block(summary)[:_LONGEST_SUMMARY] if summary else "",
            needs_detail=follow,
            response=response,
        )
        if has_floors:  # a list may hold the comments on each of its rows
            item = replace(item, replies=_floors(definition, item, row, dating).replies)
        items.setdefault((url, item.site_id), item)
    return list(items.values())


def _counts(row: Row, selectors: dict[str, str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, selector in selectors.items():
        written = row.value(selector) if selector else ""
        count = read_count(written) if written else None
        if count is not None:
            counts[name] = count
    return counts


def _identifier(definition: Definition, row: Row, url: str) -> str:
    """The site's identifier; a regular expression alone looks into the address.

    An entry of a ranked list is not the article that it leads to: each list has its own series of ranks.
    """
    selector = said(definition, "site_id")
    if not selector and definition.get("ranked"):
        return "rank-" + hashlib.sha256(f"{definition['url']}\0{url}".encode("utf-8", "replace")).hexdigest()[:24]
    if not selector:
        return ""
    if selector.startswith("=~ "):
        return matched(css_selector(selector).pattern, url)
    return row.value(selector)


def detail_request(definition: Definition, item: Item, accept: str) -> Request:
    """The request for an article: its own page, or the address that the definition makes of its identifier."""
    template = said(definition, "detail_url")
    url = template.replace("{id}", escaped(item.site_id)) if template and item.site_id else item.url
    referer = canonical_url(definition["url"])
    return Request(url, headers=headers_for(definition, url, Referer=referer, Accept=accept))


def read_detail(
    definition: Definition, item: Item, row: Row, *, dating: Dating, extract: Callable[[], Article] | None
) -> Item:
    """The item with what its own page says; raises SourceError('layout') where the text is missing.

    `extract` reads the page without selectors. It costs far more than all of them, so it is asked only where title,
    text or a time of day is still missing, or no selector says who the author is.
    """
    floors = _floors(definition, item, row, dating)
    first = floors.first
    title, author = (row.value(said(definition, name)) for name in ("detail_title", "detail_author"))
    published = row.time(said(definition, "detail_time"), dating) or (_published(first) if first else None)
    figures = _counts(row, {name: said(definition, f"detail_{name}") for name in DETAIL_FIGURES})
    own_text = row.block(said(definition, "detail_text"), said(definition, "detail_remove"))
    text = own_text or (first.text if first else "")
    known = replace(
        item,
        title=title or item.title,
        author=author or (first.author if first else "") or item.author,
        text=text,
        published_at=published.at if published else item.published_at,
        precision=published.precision if published else item.precision,
        figures={**floors.counted, **item.figures, **(first.figures if first else {}), **figures},
        needs_detail=False,
        replies=floors.replies,
    )
    if not text and said(definition, "detail_text"):
        raise SourceError("layout", f"no text: {said(definition, 'detail_text')}")
    whole = _completed(definition, known, extract, has_time=published is not None) if extract else known
    if not whole.text:
        raise SourceError("layout", f"no text: {said(definition, 'floors')}")
    return whole


def _completed(definition: Definition, item: Item, extract: Callable[[], Article], *, has_time: bool) -> Item:
    """The item with what only the generic reading of its page can tell."""
    is_timed = has_time or item.precision in ("second", "minute")
    if item.text and item.title and is_timed:
        return item
    article = extract()
    published = None if has_time else finer(article.published, item.precision)
    return replace(
        item,
        title=item.title or article.title,
        author=item.author or article.author,
        text=item.text or article.text,
        published_at=published.at if published else item.published_at,
        precision=published.precision if published else item.precision,
    )


def finer(found: Parsed | None, precision: str) -> Parsed | None:
    """A page's time where it says more than what is known already."""
    if found is None or not precision:
        return found
    return found if PRECISIONS.index(found.precision) > PRECISIONS.index(precision) else None


def _published(item: Item) -> Parsed | None:
    return Parsed(item.published_at, item.precision) if item.published_at else None


@dataclass(frozen=True, slots=True)
class _Floors:
    """The floor that is the post itself, where there is one, and the others as replies.

    `counted` is the number of comments, of a thread that shows all of them on its page and does not say how many.
    """

    first: Item | None = None
    replies: tuple[Item, ...] = ()
    counted: dict[str, int] = field(default_factory=dict)


_SAY_HOW_MANY = ("comments", "detail_comments", "floors_next")


def _floors(definition: Definition, item: Item, row: Row, dating: Dating) -> _Floors:
    selector = said(definition, "floors")
    if not selector:
        return _Floors()
    seen: dict[str, int] = {}
    rows = row.rows(selector)
    floors = [_floor(definition, item, one, dating, seen) for one in rows[:_MOST_FLOORS]]
    own = 0 if said(definition, "floors_first") == "reply" else 1
    is_whole = not any(said(definition, name) for name in _SAY_HOW_MANY)
    return _Floors(
        first=floors[0] if own and floors else None,
        replies=_worth_keeping(floors[own:]),
        counted={"comments": max(0, len(rows) - own)} if is_whole else {},
    )


def page_of_floors(definition: Definition, item: Item, row: Row, dating: Dating) -> tuple[Item, ...]:
    """The floors of a further page of a thread; where it shows the post itself once more, that is none of them."""
    seen: dict[str, int] = {}
    rows = row.rows(said(definition, "floors"))[:_MOST_FLOORS]
    floors = [_floor(definition, item, one, dating, seen) for one in rows]
    return tuple(floor for floor in _worth_keeping(floors) if floor.text != item.text or floor.author != item.author)


def _worth_keeping(floors: list[Item]) -> tuple[Item, ...]:
    return tuple({floor.site_id: floor for floor in floors if floor.text}.values())


def _floor(definition: Definition, item: Item, row: Row, dating: Dating, seen: dict[str, int]) -> Item:
    published = row.time(said(definition, "floor_time"), dating)
    author = row.value(said(definition, "floor_author"))
    identifier = row.value(said(definition, "floor_id"))
    figures = _counts(row, {name: said(definition, f"floor_{name}") for name in FLOOR_FIGURES})
    where = said(definition, "floor_url")
    url = page_address(row, where, item.url) if where else ""
    text = row.block(said(definition, "floor_text"), said(definition, "detail_remove"))[:_LONGEST_FLOOR]
    return Item(
        url=url or item.url,
        text=text,
        author=author,
        site_id=f"#{identifier}" if identifier else _own_identifier(item, author, text, seen),
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures=figures,
    )


def _own_identifier(item: Item, author: str, text: str, seen: dict[str, int]) -> str:
    """What tells a floor apart that the site gives no identifier: whose it is, what it says, and which of its like."""
    told_by = "\0".join((item.site_id or item.url, author, text))
    digest = hashlib.sha256(told_by.encode("utf-8", "replace")).hexdigest()[:24]
    seen[digest] = seen.get(digest, 0) + 1
    return f"#{digest}" if seen[digest] == 1 else f"#{digest}-{seen[digest]}"
