"""The further pages of a list: by number, by cursor, by the next link, or by the Link header of RFC 8288 (pure).

Of a pager that marks no link as next, the link to the page whose number follows is taken.

Which page an answer is stands in its address alone, so that any page can be read by itself. How many pages a visit
reads is the visit's to decide: at most the definition's `pages`.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborNode

from monitoring.crawling.addresses import absolute_url, canonical_url, host_of
from monitoring.sources.asking import list_request
from monitoring.sources.kinds import Definition, Field, gettext_noop
from monitoring.sources.selecting import Row, escaped, page_address
from sentinel.core.net.types import Request, Response

MOST_PAGES = 100_000
PAGES = ("1", "2", "3", "5", "10")
FIELDS: tuple[Field, ...] = (
    Field(
        "pages",
        gettext_noop("Pages read at each visit"),
        kind="select",
        default="1",
        choices=tuple((number, number) for number in PAGES),
        group="paging",
        advanced=True,
        sparse=True,
    ),
    Field(
        "page_url",
        gettext_noop("Address of a further page"),
        help=gettext_noop("With {page} for its number (2, 3 …), {page0} (1, 2 …), {offset} or {cursor} in it."),
        group="paging",
        advanced=True,
        sparse=True,
    ),
    Field(
        "next",
        gettext_noop("Where the next page or its cursor stands"),
        help=gettext_noop("A selector or a path. Empty: the link that the site marks as next."),
        group="paging",
        advanced=True,
        sparse=True,
    ),
)
NO_PLACE = gettext_noop("Write {page}, {page0}, {offset} or {cursor} where it belongs.")
NO_CURSOR = gettext_noop("Say where the cursor stands.")
_PLACES = re.compile(r"\{(page0|page|offset|cursor)\}")
_NEXT_LINK = re.compile(r"<([^>]{1,2000})>((?:\s*;\s*[\w*]+\s*=\s*(?:\"[^\"]*\"|[^\s;,]+))*)")
_REL_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.IGNORECASE)
_MARK = "7777777001"  # stands for a place while a template is made canonical
_MARKED_NEXT = "link[rel~=next][href], a[rel~=next][href]"
_PAGE_NAMES = frozenset({"page", "p", "pn", "pg", "paged", "pageno", "page_no", "pagenum", "pageindex", "currentpage"})
_PAGE_IN_PATH = re.compile(r"/page/([0-9]{1,6})/?$")


def pages_wished(definition: Definition) -> int:
    """How many pages of each list a visit shall read; a kind without the field asks for no limit of its own."""
    pages = str(definition.get("pages") or "")
    return int(pages) if pages.isascii() and pages.isdigit() and len(pages) < 6 else MOST_PAGES


def paging_problems(definition: Definition) -> dict[str, str]:
    """What is wrong with the address of further pages."""
    template = str(definition.get("page_url") or "")
    if not template:
        return {}
    places = _PLACES.findall(template)
    if not places or not host_of(_PLACES.sub("1", template)):
        return {"page_url": NO_PLACE}
    return {"next": NO_CURSOR} if "cursor" in places and not definition.get("next") else {}


def is_further(definition: Definition, url: str) -> bool:
    """Whether an address is that of a further page, so that finding nothing there is only the end."""
    return _place_in(definition, url) is not None


def _place_in(definition: Definition, url: str) -> re.Match[str] | None:
    template, here = str(definition.get("page_url") or ""), canonical_url(url)
    if not template or here == canonical_url(str(definition["url"])):
        return None
    names = _PLACES.findall(template)
    marked = canonical_url(_PLACES.sub(_MARK, template))
    patterns = [rf"(?P<{name}>{'[^&#]*' if name == 'cursor' else '[0-9]{1,9}'})" for name in names]
    pieces = [re.escape(piece) for piece in marked.split(_MARK)]
    if len(pieces) != len(patterns) + 1 or len(set(names)) != len(names):
        return None
    return re.fullmatch("".join(part for pair in zip(pieces, [*patterns, ""], strict=True) for part in pair), here)


def next_requests(definition: Definition, response: Response, row: Row | None, rows: int) -> list[Request]:
    """The request for the page after this one, or none; `rows` are those that this page held."""
    if str(definition.get("pages") or "1") == "1" or not rows:
        return []
    url = _next_address(definition, response, row, rows)
    if not url or canonical_url(url) == canonical_url(response.url):
        return []
    return [list_request(definition, url, Referer=response.url)]


def _next_address(definition: Definition, response: Response, row: Row | None, rows: int) -> str:
    template, where = str(definition.get("page_url") or ""), str(definition.get("next") or "")
    if "{cursor}" in template:
        cursor = row.value(where) if row is not None else ""
        return _PLACES.sub(lambda _found: escaped(cursor), template) if cursor else ""
    if template:
        return _numbered(definition, template, response.url, rows)
    if where:
        return page_address(row, where, response.url) if row is not None else ""
    return _linked(response, row)


def _numbered(definition: Definition, template: str, url: str, rows: int) -> str:
    """The address with the next number; an offset goes on by what this page held."""
    found = _place_in(definition, url)
    known = found.groupdict() if found else {}
    if "{offset}" in template:
        offset = int(known.get("offset") or 0) + rows
        return _PLACES.sub(str(offset), template)
    page = int(known["page"]) if known.get("page") else int(known["page0"]) + 1 if known.get("page0") else 1
    numbers = {"page": page + 1, "page0": page}
    return _PLACES.sub(lambda place: str(numbers.get(place[1], "")), template)


def _linked(response: Response, row: Row | None) -> str:
    """Where the Link header leads, else the page's own link that is marked as next, else that to the next number."""
    for link in _NEXT_LINK.finditer(response.headers.get("link", "")[:10_000]):
        if _REL_NEXT.search(link[2]):
            return absolute_url(response.url, link[1])
    from_page = getattr(row, "node", None)
    marked = from_page.css_first(_MARKED_NEXT) if from_page is not None else None
    if marked is not None:
        return absolute_url(response.url, marked.attributes.get("href") or "")
    return _numbered_next(response.url, from_page) if from_page is not None else ""


def _numbered_next(url: str, page: LexborNode) -> str:
    """The link to this same list with the number that follows this page's."""
    here, stated = _without_number(url)
    numbered: dict[int, str] = {}
    for link in page.css("a[href]"):
        address = absolute_url(url, link.attributes.get("href") or "")
        base, number = _without_number(address) if address else ("", None)
        if number is not None and base == here:
            numbered.setdefault(number, address)
    first = 0 if 0 in numbered else 1  # some count from nought
    return numbered.get((first if stated is None else stated) + 1, "")


def _without_number(url: str) -> tuple[str, int | None]:
    """An address without the number of its page, and that number where it states one."""
    parts, number = urlsplit(canonical_url(url)), None
    kept = []
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() in _PAGE_NAMES and value.isascii() and value.isdigit() and len(value) < 7:
            number = int(value)
        else:
            kept.append((name, value))
    found = _PAGE_IN_PATH.search(parts.path)
    path = parts.path[: found.start()] if found else parts.path
    base = urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), urlencode(kept), ""))
    return base, int(found[1]) if found else number
