"""Weibo's mobile interface and those built like it: a search, an account's timeline, the hot list (pure).

The format is that of `m.weibo.cn/api/container/getIndex`; `weibo_posts` reads what it holds, `weibo_answers` whether it
refuses us, `weibo_revisits` what became of a post.
"""

import re
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from monitoring.crawling.addresses import host_of
from monitoring.sources.answers import refusal, require_success
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import (
    NOT_AN_ADDRESS,
    REQUIRED,
    Definition,
    Field,
    Page,
    Revisited,
    clean_fields,
    gettext_noop,
    refuse,
)
from monitoring.sources.weibo_answers import HEADERS, is_accepted, read_answer, text_value
from monitoring.sources.weibo_posts import COUNTS, hot_entries, plain_text, post_item, posts_in
from monitoring.sources.weibo_revisits import Network, read_again, requests_for
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Weibo-style network")
ABOUT = gettext_noop("Reads the JSON of a network built like Weibo's mobile interface")
FIELDS: tuple[Field, ...] = (
    Field(
        "url",
        gettext_noop("Address of the network or of its interface"),
        required=True,
        default="https://m.weibo.cn",
        help=gettext_noop(
            "The address alone, with words to search for below; or a whole address of its JSON interface."
        ),
    ),
    Field(
        "reads",
        gettext_noop("What is read"),
        kind="select",
        default="search",
        sparse=True,
        choices=(
            ("search", gettext_noop("Posts with these words")),
            ("account", gettext_noop("An account's posts")),
            ("hot", gettext_noop("The hot list with ranks")),
        ),
    ),
    Field("query", gettext_noop("Words to search for")),
    Field(
        "account",
        gettext_noop("Account"),
        sparse=True,
        help=gettext_noop("Its number, its name, or the address of its page."),
    ),
    Field(
        "pages",
        gettext_noop("Pages read at each visit"),
        kind="select",
        default="1",
        choices=tuple((str(number), str(number)) for number in (1, 2, 3, 5, 10)),
    ),
    Field(
        "cookie",
        gettext_noop("Cookie"),
        kind="secret",
        advanced=True,
        help=gettext_noop("Of an account of your own that may read the network. It is kept encrypted."),
    ),
)
_PATH = "/api/container/getIndex"
_MOST_POSTS = 1000
_HOT_LIST = "106003type=25&t=3&disable_hot=1&filter_type=realtimehot"
_NEEDS_QUERY = gettext_noop("Write the words to search for, or the whole address of the interface.")
_ACCOUNT_PAGE = re.compile(r"/(?:u|profile)/(\d{4,20})(?:[/?#]|$)")
_NAME_PAGE = re.compile(r"/n/([^/?#]+)")


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    reads = clean.get("reads", "search")
    if clean.get("account"):
        clean["account"] = _account(clean["account"])
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    elif reads == "account" and not clean.get("account"):
        problems["account"] = REQUIRED
    elif reads == "search" and clean["url"] and not clean["query"] and not _is_whole(clean["url"]):
        problems["query"] = _NEEDS_QUERY
    refuse(problems)
    return clean


def _account(given: str) -> str:
    """An account's number or name, from itself or the address of its page."""
    number, name = _ACCOUNT_PAGE.search(given), _NAME_PAGE.search(given)
    return number[1] if number else unquote(name[1]) if name else given.removeprefix("@")


def _is_whole(url: str) -> bool:
    """Whether an address is already one of the interface, rather than the network's own."""
    parts = urlsplit(url)
    return bool(parts.query) or parts.path.strip("/") != ""


def site(definition: Definition) -> str:
    """The host of the network."""
    return host_of(definition["url"])


def channel(definition: Definition) -> str:
    """Posts are social, a hot list is a search figure."""
    return "search" if definition.get("reads") == "hot" else "social"


def start(definition: Definition) -> list[Request]:
    """The first page, newest posts first; of an account that is known by name its page, which leads to its number."""
    reads = definition.get("reads", "search")
    if reads == "account":
        return [_account_request(definition, definition["account"])]
    if reads == "hot" and not _is_whole(definition["url"]):
        return [_index(definition, {"containerid": _HOT_LIST, "title": "微博热搜"})]
    if reads == "search" and definition.get("query"):
        words = f"100103type=61&q={definition['query']}"
        return [_index(definition, {"containerid": words, "page_type": "searchall", "page": "1"})]
    return [Request(definition["url"], headers=_headers(definition))]


def _account_request(definition: Definition, account: str) -> Request:
    if not account.isascii() or not account.isdigit():
        return Request(f"{_base(definition)}/n/{quote(account, safe='')}", headers=_headers(definition))
    return _timeline(definition, account, f"107603{account}")


def _timeline(definition: Definition, account: str, container: str) -> Request:
    return _index(definition, {"type": "uid", "value": account, "containerid": container, "page": "1"})


def _index(definition: Definition, query: dict[str, str]) -> Request:
    """A request to the network's index, at its ordinary path where the definition names none."""
    parts = urlsplit(definition["url"])
    path = parts.path if parts.path.strip("/") else _PATH
    url = urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
    return Request(url, headers=_headers(definition))


def _headers(definition: Definition) -> dict[str, str]:
    cookie = definition.get("cookie")
    return {**HEADERS, "Cookie": cookie} if cookie else dict(HEADERS)


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The posts of a page and the request for the next; raises SourceError (blocked, login, http, malformed, empty)."""
    named = _ACCOUNT_PAGE.search(response.url)
    if named and definition.get("reads") == "account":
        require_success(response)
        return Page([], [_account_request(definition, named[1])])
    answer = read_answer(response)
    data = answer.get("data")
    if not is_accepted(answer, first=_page_number(response.url) <= 1) or not isinstance(data, dict):
        return Page([])
    if definition.get("reads") == "hot":
        return _hot_page(definition, data)
    items: dict[str, Item] = {}
    for post in islice(posts_in(data), _MOST_POSTS):
        item = post_item(_base(definition), post, now, zone)
        if item:
            items.setdefault(item.site_id, item)
    if items:
        return Page(list(items.values()), _next_page(definition, response.url, data))
    onward = _profile_tab(definition, data)
    if not onward and _page_number(response.url) <= 1:
        raise SourceError("empty", "no post in it")
    return Page([], onward)


def _hot_page(definition: Definition, data: dict[str, Any]) -> Page:
    entries = hot_entries(_base(definition), data)
    if not entries:
        raise SourceError("layout", "no entry in the hot list")
    return Page(list(entries))


def _profile_tab(definition: Definition, data: dict[str, Any]) -> list[Request]:
    """The timeline that an account's profile names among its tabs; [] where the answer is no profile."""
    user, tabs = data.get("userInfo"), data.get("tabsInfo")
    rows = tabs.get("tabs") if isinstance(tabs, dict) else None
    rows = list(rows.values()) if isinstance(rows, dict) else rows
    account = text_value(user.get("id")) if isinstance(user, dict) else ""
    for tab in rows if isinstance(rows, list) and account else []:
        container = text_value(tab.get("containerid")) if isinstance(tab, dict) else ""
        if container and tab.get("tab_type", tab.get("tabKey")) == "weibo":
            return [_timeline(definition, account, container)]
    return []


def _base(definition: Definition) -> str:
    """The network's own scheme, host and port."""
    parts = urlsplit(definition["url"])
    return f"{parts.scheme}://{parts.netloc}"


def _page_number(url: str) -> int:
    number = dict(parse_qsl(urlsplit(url).query)).get("page", "1")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1


def _next_page(definition: Definition, url: str, data: dict[str, Any]) -> list[Request]:
    """The next page by its number or by `since_id`, within the limit of the definition."""
    number = _page_number(url) + 1
    if number > int(definition.get("pages") or 1):
        return []
    info = data.get("cardlistInfo")
    info = info if isinstance(info, dict) else {}
    since, page = text_value(info.get("since_id") or data.get("since_id")), info.get("page", number)
    if not since and page is None:
        return []
    parts = urlsplit(url)
    pairs = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("page", "since_id")]
    # The number goes along with since_id too: it is how the limit is kept.
    pairs += [("since_id", since)] if since else []
    query = urlencode([*pairs, ("page", str(number))])
    return [Request(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")), headers=_headers(definition))]


def detail_request(definition: Definition, item: Item) -> Request:
    """The second call, which returns a long text whole."""
    url = f"{_base(definition)}/statuses/extend?id={quote(item.site_id, safe='')}"
    return Request(url, headers={**_headers(definition), "Referer": item.url})


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with its long text in place of the cut one; raises SourceError."""
    answer = read_answer(response)
    is_accepted(answer, first=True)
    data = answer.get("data")
    marked = text_value(data.get("longTextContent")) if isinstance(data, dict) else ""
    if not marked:
        raise refusal(response.url, "") or SourceError("layout", "no longTextContent")
    own, mark, quoted = item.text.partition("//@")
    return replace(item, text=plain_text(marked) + (mark + quoted if own is not item.text else ""), needs_detail=False)


def revisit(definition: Definition, item: Item) -> list[Request]:
    """The post by itself, then its comments; nothing for comments and entries of a hot list."""
    return requests_for(_network(definition), item)


def revisited(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """What an answer says of a post or holds of its comments; raises SourceError."""
    if urlsplit(response.url).path.endswith("/statuses/extend"):
        return Revisited(detail(definition, item, response, now, zone))
    seen = read_again(_network(definition), item, response, now, zone)
    if seen.item and seen.item.needs_detail:
        return replace(seen, next=[detail_request(definition, item), *seen.next])
    return seen


def _network(definition: Definition) -> Network:
    return Network(_base(definition), _headers(definition))


def origins(definition: Definition) -> dict[str, str]:
    """The keys of the JSON that an item's fields are read from."""
    if definition.get("reads") == "hot":
        return {"url": "scheme", "title": "desc", "rank": "pic, realpos", "heat": "desc_extr, num"}
    return {
        "url": "mblog.id",
        "text": "mblog.text, retweeted_status.text, longTextContent",
        "author": "mblog.user.screen_name",
        "published_at": "mblog.created_at",
        **{name: f"mblog.{key}" for name, key in COUNTS.items()},
    }
