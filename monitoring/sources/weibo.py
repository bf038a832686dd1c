"""Weibo's mobile interface and those built like it: JSON with nested cards, and blocks that arrive as answers (pure).

The format is that of `m.weibo.cn/api/container/getIndex`: cards of type 9 hold an `mblog`, cards of type 11 a
`card_group` of further cards. A refusal is HTTP 432, or HTTP 200 with `ok: -100` or `ok: 0`.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from monitoring.crawling.addresses import host_of
from monitoring.crawling.charset import decode
from monitoring.crawling.dates import parse_date
from monitoring.crawling.json_text import read_json
from monitoring.crawling.markup import parse_html, text_of
from monitoring.sources.answers import refusal_in, require_success, wrong_format
from monitoring.sources.figures import read_count
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import NOT_AN_ADDRESS, Definition, Field, Page, clean_fields, gettext_noop, refuse
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
    Field("query", gettext_noop("Words to search for")),
    Field(
        "pages",
        gettext_noop("Pages read at each visit"),
        kind="select",
        default="1",
        choices=tuple((str(number), str(number)) for number in (1, 2, 3, 5, 10)),
    ),
)
_SEARCH_PATH = "/api/container/getIndex"
_HEADERS = {"Accept": "application/json, text/plain, */*", "X-Requested-With": "XMLHttpRequest"}
_COUNTS = {"reposts": "reposts_count", "comments": "comments_count", "likes": "attitudes_count"}
_NEEDS_QUERY = gettext_noop("Write the words to search for, or the whole address of the interface.")
_NOTHING_HERE = ("还没有内容", "没有更多", "暂无")
_DEEPEST_CARDS = 6
_MOST_POSTS = 1000


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    elif clean["url"] and not clean["query"] and not _is_whole(clean["url"]):
        problems["query"] = _NEEDS_QUERY
    refuse(problems)
    return clean


def _is_whole(url: str) -> bool:
    """Whether an address is already one of the interface, rather than the network's own."""
    parts = urlsplit(url)
    return bool(parts.query) or parts.path.strip("/") != ""


def site(definition: Definition) -> str:
    """The host of the network."""
    return host_of(definition["url"])


def start(definition: Definition) -> list[Request]:
    """The first page, newest posts first."""
    url = definition["url"]
    if definition.get("query"):
        parts = urlsplit(url)
        path = parts.path if parts.path.strip("/") else _SEARCH_PATH
        query = urlencode(
            {"containerid": f"100103type=61&q={definition['query']}", "page_type": "searchall", "page": "1"}
        )
        url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return [Request(url, headers=dict(_HEADERS))]


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The posts of a page and the request for the next; raises SourceError (blocked, http, malformed, empty)."""
    answer = _answer(response)
    data = answer.get("data")
    first = _page_number(response.url) <= 1
    if not _is_accepted(answer, first) or not isinstance(data, dict):
        return Page([])
    cards = data.get("cards")
    if not isinstance(cards, list):
        cards = data.get("statuses")
    items: dict[str, Item] = {}
    for post in islice(_posts(cards, 0), _MOST_POSTS):
        item = _item(definition, post, now, zone)
        if item:
            items.setdefault(item.site_id, item)
    return Page(list(items.values()), _next_page(definition, response.url, data) if items else [])


def _answer(response: Response) -> dict[str, Any]:
    """The JSON object of an answer; raises SourceError where it is a refusal or anything else."""
    require_success(response)
    text = decode(response.body, response.headers.get("content-type", "")).text
    try:
        answer = read_json(text)
    except ValueError as error:
        raise wrong_format(response, text, "JSON") from error
    if not isinstance(answer, dict):
        raise wrong_format(response, text, "a JSON object")
    return answer


def _is_accepted(answer: dict[str, Any], first: bool) -> bool:
    """Whether the answer holds what was asked; False where it is the end; raises SourceError where it refuses us."""
    ok = answer.get("ok", 1)
    if ok in (1, "1", True):
        return True
    message = str(answer.get("msg") or answer.get("message") or answer.get("errmsg") or "")
    if ok in (0, "0") and any(words in message for words in _NOTHING_HERE):
        if first:
            raise SourceError("empty", message)
        return False
    raise SourceError("blocked", f"ok {ok}: {message or answer.get('url') or ''}".rstrip(": ")[:200])


def _posts(cards: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The posts of cards, those in card groups too, and of bare lists of posts."""
    if not isinstance(cards, list) or depth > _DEEPEST_CARDS:
        return
    for card in cards:
        if not isinstance(card, dict):
            continue
        post = card.get("mblog")
        if isinstance(post, dict):
            yield post
        elif "text" in card and "created_at" in card:
            yield card
        yield from _posts(card.get("card_group"), depth + 1)


def _item(definition: Definition, post: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    identifier = _text(post.get("id") or post.get("mid") or post.get("bid"))
    if not identifier:
        return None
    text = _post_text(post)
    quoted = post.get("retweeted_status")
    if isinstance(quoted, dict):
        text = f"{text}//{_mention(quoted)}{_post_text(quoted)}"
    published = parse_date(_text(post.get("created_at")), now, zone)
    figures = {name: read_count(post.get(key)) for name, key in _COUNTS.items()}
    return Item(
        url=f"{_base(definition)}/detail/{quote(identifier, safe='')}",
        text=text,
        author=_author(post),
        site_id=identifier,
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures={name: count for name, count in figures.items() if count is not None},
        needs_detail=post.get("isLongText") is True,
    )


def _base(definition: Definition) -> str:
    """The network's own scheme, host and port."""
    parts = urlsplit(definition["url"])
    return f"{parts.scheme}://{parts.netloc}"


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _author(post: dict[str, Any]) -> str:
    user = post.get("user")
    return _text(user.get("screen_name")) if isinstance(user, dict) else ""


def _mention(post: dict[str, Any]) -> str:
    """How a reposter quotes the author, who may be gone."""
    author = _author(post)
    return f"@{author}:" if author else ""


def _post_text(post: dict[str, Any]) -> str:
    return plain_text(_text(post.get("text")) or _text(post.get("raw_text")))


def plain_text(marked: str) -> str:
    """A post's HTML as text: emoji images by their names, without the link to the rest of a long text."""
    if "<" not in marked and "&" not in marked:
        return marked.strip()
    tree = parse_html(marked)
    for image in tree.css("img[alt]"):
        image.replace_with(image.attributes.get("alt") or "")
    for link in tree.css("a"):
        if link.text().strip() in ("全文", "...全文", "…全文", "展开"):
            link.decompose(recursive=False)
    return text_of(tree.body or tree.root)


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
    since, page = _text(info.get("since_id") or data.get("since_id")), info.get("page", number)
    if not since and page is None:
        return []
    parts = urlsplit(url)
    pairs = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("page", "since_id")]
    # The number goes along with since_id too: it is how the limit is kept.
    pairs += [("since_id", since)] if since else []
    query = urlencode([*pairs, ("page", str(number))])
    return [Request(urlunsplit((parts.scheme, parts.netloc, parts.path, query, "")), headers=dict(_HEADERS))]


def detail_request(definition: Definition, item: Item) -> Request:
    """The second call, which returns a long text whole."""
    url = f"{_base(definition)}/statuses/extend?id={quote(item.site_id, safe='')}"
    return Request(url, headers={**_HEADERS, "Referer": item.url})


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item with its long text in place of the cut one; raises SourceError."""
    answer = _answer(response)
    _is_accepted(answer, first=True)
    data = answer.get("data")
    marked = _text(data.get("longTextContent")) if isinstance(data, dict) else ""
    if not marked:
        refusal = refusal_in(response.url, "")
        raise SourceError("blocked" if refusal else "layout", refusal or "no longTextContent")
    own, mark, quoted = item.text.partition("//@")
    return replace(item, text=plain_text(marked) + (mark + quoted if own is not item.text else ""), needs_detail=False)


def origins(definition: Definition) -> dict[str, str]:
    """The keys of the JSON that an item's fields are read from."""
    return {
        "url": "mblog.id",
        "text": "mblog.text, retweeted_status.text, longTextContent",
        "author": "mblog.user.screen_name",
        "published_at": "mblog.created_at",
        **{name: f"mblog.{key}" for name, key in _COUNTS.items()},
    }
