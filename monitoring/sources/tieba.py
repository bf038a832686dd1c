"""百度貼吧: a forum's list of threads, a thread's floors, and the answers below a floor (pure).

A row of the list and a floor carry JSON in `data-field`; the list may stand inside an HTML comment, escaped once more.
Newer pages hold lists named `thread_list` and `post_list` in a script instead, and the interface of the pages for
telephones (`/mg/f/getFrsData?kw&pn&rn`, `/mg/p/getPbData?kz&pn&rn`) returns them bare. Answers below floors come from
`/p/totalComment`, for a whole page of floors at once, and along with the floors of the interface.
"""

from dataclasses import replace
from datetime import datetime, tzinfo
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from monitoring.crawling.addresses import host_of
from monitoring.crawling.charset import decode
from monitoring.crawling.markup import html_to_text
from monitoring.sources.answers import refusal, require_success
from monitoring.sources.gone import gone_mark
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import (
    NOT_AN_ADDRESS,
    Definition,
    Field,
    Page,
    Revisited,
    clean_fields,
    gettext_noop,
    refuse,
)
from monitoring.sources.tieba_pages import Thread, answers_in, read_list, read_thread
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Tieba forum")
ABOUT = gettext_noop("Reads the threads of a forum of Baidu Tieba, with their floors")
FIELDS: tuple[Field, ...] = (
    Field("url", gettext_noop("Address"), required=True, default="https://tieba.baidu.com", advanced=True),
    Field(
        "forum",
        gettext_noop("Forum"),
        required=True,
        help=gettext_noop("Its name without 吧, or the address of its page."),
    ),
    Field(
        "through",
        gettext_noop("Read through"),
        kind="select",
        default="pages",
        choices=(
            ("pages", gettext_noop("The site's pages")),
            ("interface", gettext_noop("The interface of its pages for telephones")),
        ),
        advanced=True,
        sparse=True,
    ),
    Field(
        "pages",
        gettext_noop("Pages read at each visit"),
        kind="select",
        default="1",
        choices=tuple((str(number), str(number)) for number in (1, 2, 3, 5)),
    ),
    Field(
        "cookie",
        gettext_noop("Cookie"),
        kind="secret",
        advanced=True,
        help=gettext_noop("Of an account of your own that may read the site. It is kept encrypted."),
    ),
)
ROWS = 50  # threads on a page of the list
_FEWER_ROWS = "30"  # threads, or floors, of one answer of the interface
_LIST, _FLOORS = "/mg/f/getFrsData", "/mg/p/getPbData"
_LATEST_PAGES = 2  # of a thread's floors, the newest, that are read when it is looked at again
_MISSING = frozenset({404, 410})


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    clean["forum"] = _forum(clean["forum"])
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    refuse(problems)
    return clean


def _forum(given: str) -> str:
    """A forum's name, from itself or its page's address."""
    if host_of(given):
        given = dict(parse_qsl(urlsplit(given).query)).get("kw", "")
    name = unquote(given).strip()
    return name.removesuffix("吧") or name


def site(definition: Definition) -> str:
    """The host of the forums."""
    return host_of(definition["url"])


def channel(definition: Definition) -> str:
    """Always a forum."""
    return "forum"


def start(definition: Definition) -> list[Request]:
    """The first page of the list."""
    return [_list_request(definition, 1)]


def _list_request(definition: Definition, page: int) -> Request:
    """The page `page` (from 1) of the list, newest threads first where that can be asked for."""
    if _is_interface(definition):
        query = {"kw": definition["forum"], "pn": str(page), "rn": _FEWER_ROWS, "is_good": "0", "sort_type": "1"}
        return Request(f"{_base(definition)}{_LIST}?{urlencode(query)}", headers=_headers(definition))
    query = {"kw": definition["forum"], "ie": "utf-8", "pn": str((page - 1) * ROWS)}
    return Request(f"{_base(definition)}/f?{urlencode(query)}", headers=_headers(definition))


def _is_interface(definition: Definition) -> bool:
    return definition.get("through") == "interface"


def _headers(definition: Definition) -> dict[str, str]:
    accepted = {"Accept": "text/html, application/json;q=0.9, */*;q=0.5"}
    return {**accepted, "Cookie": definition["cookie"]} if definition.get("cookie") else accepted


def _base(definition: Definition) -> str:
    parts = urlsplit(definition["url"])
    return f"{parts.scheme}://{parts.netloc}"


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The threads of a page and the request for the next; raises SourceError (blocked, http, empty, layout)."""
    text = _text_of(response)
    items = read_list(_base(definition), text, now, zone)
    if not items:
        raise _nothing_found(response, text, "no thread in the list")
    number = _page_number(response.url)
    page = number if urlsplit(response.url).path.endswith(_LIST) else number // ROWS + 1
    more = page < int(definition.get("pages") or 1)
    return Page(items, [_list_request(definition, page + 1)] if more else [])


def _text_of(response: Response) -> str:
    require_success(response)
    return decode(response.body, response.headers.get("content-type", "")).text


def _nothing_found(response: Response, text: str, missed: str) -> SourceError:
    """Why a page holds nothing that was looked for: a captcha, a forum that is closed, another layout."""
    refused = refusal(response.url, text)
    if refused:
        return refused
    closed = next((words for words in ("本吧暂不开放", "吧不存在", "尚未建立") if words in text), "")
    return SourceError("empty", closed) if closed else SourceError("layout", missed)


def detail_request(definition: Definition, item: Item) -> Request:
    """The first page of the thread."""
    return _floors_request(definition, item, 1)


def _floors_request(definition: Definition, item: Item, page: int) -> Request:
    """The page `page` (from 1) of the thread."""
    url = item.url if page == 1 else f"{item.url}?pn={page}"
    if _is_interface(definition):
        url = f"{_base(definition)}{_FLOORS}?{urlencode({'kz': thread_id(item), 'pn': str(page), 'rn': _FEWER_ROWS})}"
    return Request(url, headers={**_headers(definition), "Referer": start(definition)[0].url})


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The thread: the first floor is its text, the others are replies; raises SourceError."""
    text = _text_of(response)
    thread = read_thread(_base(definition), thread_id(item), text, now, zone)
    if thread.first is None:
        raise _nothing_found(response, text, "no first floor")
    return _whole(item, thread)


def _whole(item: Item, thread: Thread) -> Item:
    """The item with what its page says; the list's date is coarser than the floor's time."""
    first = thread.first or item
    figures = {**item.figures, **({"comments": thread.replies} if thread.replies is not None else {})}
    return replace(
        item,
        title=item.title or thread.title,
        text=first.text,
        author=first.author or item.author,
        published_at=first.published_at or item.published_at,
        precision=first.precision or item.precision,
        figures=figures,
        replies=thread.floors,
        needs_detail=False,
    )


def thread_id(item: Item) -> str:
    """The number of a thread."""
    return urlsplit(item.url).path.rpartition("/p/")[2].partition("/")[0]


def revisit(definition: Definition, item: Item) -> list[Request]:
    """The thread's first page; nothing for a floor."""
    return [] if urlsplit(item.url).query or not thread_id(item) else [detail_request(definition, item)]


def revisited(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """What an answer says of a thread or holds of its floors; raises SourceError."""
    if response.status in _MISSING:
        return Revisited(is_gone=True)
    text = _text_of(response)
    if urlsplit(response.url).path.endswith("/totalComment"):
        return Revisited(replies=answers_in(_base(definition), thread_id(item), text, now, zone))
    thread = read_thread(_base(definition), thread_id(item), text, now, zone)
    page = _page_number(response.url)
    if thread.first is None and not thread.floors:
        mark = gone_mark(_visible_beginning(text))
        if mark:
            return Revisited(is_gone=True, mark=mark)
        raise _nothing_found(response, text, "no floor")
    answers = [_answers_request(definition, item, page)] if thread.has_answers else []
    if page > 1:
        return Revisited(replies=thread.floors, next=answers)
    latest = range(thread.pages, max(thread.pages - _LATEST_PAGES, 1), -1)
    onward = [_floors_request(definition, item, number) for number in latest]
    whole = _whole(item, thread) if thread.first else None
    return Revisited(whole and replace(whole, replies=()), replies=thread.floors, next=[*onward, *answers])


def _page_number(url: str) -> int:
    """The `pn` of an address: of the list's pages the threads before it, else the page's number."""
    number = dict(parse_qsl(urlsplit(url).query)).get("pn", "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1


def _visible_beginning(html: str) -> str:
    return html_to_text(html)[:600]


def _answers_request(definition: Definition, item: Item, page: int) -> Request:
    query = urlencode({"tid": thread_id(item), "pn": str(page), "see_lz": "0"})
    headers = {**_headers(definition), "Referer": item.url, "X-Requested-With": "XMLHttpRequest"}
    return Request(f"{_base(definition)}/p/totalComment?{query}", headers=headers)


def origins(definition: Definition) -> dict[str, str]:
    """Where an item's fields are read from."""
    return {
        "url": "data-field: id",
        "title": "a.j_th_tit",
        "text": "post_content of floor 1",
        "author": "data-field: author",
        "published_at": "data-field: date, .tail-info",
        "comments": "data-field: reply_num",
    }
