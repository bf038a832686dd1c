"""A post of a Weibo-style network looked at again: its text, its figures, whether it is gone, and its comments (pure).

`/statuses/show?id` shows one post. Comments come from `/comments/hotflow?id&mid&max_id&max_id_type`, which wants an
account's cookie (`max_id` 0 is the end; a comment's own answers follow by `/comments/hotFlowChild?cid&max_id`), or
without one from `/api/comments/show?id&page`. Where one of the two ways is closed, the other is tried.
"""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitoring.crawling.charset import decode
from monitoring.crawling.json_text import read_json
from monitoring.crawling.markup import html_to_text
from monitoring.sources.answers import refusal, require_success
from monitoring.sources.figures import read_count
from monitoring.sources.gone import gone_mark
from monitoring.sources.items import Item, SourceError
from monitoring.sources.kinds import Revisited
from monitoring.sources.weibo_answers import absence, is_accepted, read_answer, text_value
from monitoring.sources.weibo_posts import absence_of, comments_in, post_item, posts_in
from sentinel.core.net.types import Request, Response

_SHOW, _HOT_FLOW, _CHILDREN, _PLAIN = (
    "/statuses/show",
    "/comments/hotflow",
    "/comments/hotFlowChild",
    "/api/comments/show",
)
_RENDER_DATA = re.compile(r"\$render_data\s*=\s*(\[.*?\])\s*\[0\]", re.DOTALL)
_NOT_POSTS = ("comment-", "hot-")
_MISSING = frozenset({404, 410})
_MOST_CHILDREN = 2  # comments of a page whose further answers are asked for


@dataclass(frozen=True, slots=True)
class Network:
    """Scheme, host and port of a network, and the headers that every request to it carries."""

    base: str
    headers: dict[str, str]

    def ask(self, path: str, item: Item, **query: str) -> Request:
        """A request about the post `item`."""
        return Request(f"{self.base}{path}?{urlencode(query)}", headers={**self.headers, "Referer": item.url})


def requests_for(network: Network, item: Item) -> list[Request]:
    """What to ask in order to see a post again."""
    if not item.site_id or item.site_id.startswith(_NOT_POSTS):
        return []
    return [network.ask(_SHOW, item, id=item.site_id)]


def read_again(network: Network, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """What an answer says; raises SourceError (blocked, login, http, malformed)."""
    path = urlsplit(response.url).path
    if path.endswith((_HOT_FLOW, _CHILDREN, _PLAIN)):
        return _comments(network, item, response, now, zone)
    if path.endswith(_SHOW):
        if response.status in _MISSING:
            return Revisited(next=[Request(item.url, headers={**network.headers, "Accept": "text/html, */*;q=0.5"})])
        answer = read_answer(response)
        gone = absence(answer)
        if gone:
            return Revisited(is_gone=True, mark=gone)
        is_accepted(answer, first=True)
        return _post(network, item, answer.get("data", answer), now, zone)
    return _page(network, item, response, now, zone)


def _post(network: Network, item: Item, data: Any, now: datetime, zone: tzinfo) -> Revisited:
    """The post in an answer about it."""
    post = next((one for one in posts_in(data) if _is_about(one, item)), None)
    if post is None:
        raise SourceError("layout", "no post in the answer")
    gone = absence_of(post)
    if gone:
        return Revisited(is_gone=True, mark=gone)
    seen = post_item(network.base, post, now, zone)
    comments = (seen.figures.get("comments") if seen else None) != 0
    return Revisited(seen, next=[_first_comments(network, item)] if comments else [])


def _is_about(post: dict[str, Any], item: Item) -> bool:
    return item.site_id in {text_value(post.get(name)) for name in ("id", "mid", "idstr", "bid", "mblogid")}


def _page(network: Network, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """The page for people, where a network shows a post in no other way: it holds the post's JSON or its words."""
    if response.status in _MISSING:
        return Revisited(is_gone=True)
    require_success(response)
    html = decode(response.body, response.headers.get("content-type", "")).text
    found = _RENDER_DATA.search(html)
    if found:
        try:
            return _post(network, item, read_json(found[1]), now, zone)
        except ValueError:
            pass
    text = html_to_text(html)
    shown = item.text[:12]
    if shown and shown in text:
        return Revisited(item, next=[_first_comments(network, item)])
    mark = gone_mark(text)
    if mark:
        return Revisited(is_gone=True, mark=mark)
    raise refusal(response.url, html) or SourceError("layout", "the post is not on its page")


def _first_comments(network: Network, item: Item) -> Request:
    return _hot_flow(network, item) if network.headers.get("Cookie") else _plain(network, item, 1)


def _hot_flow(network: Network, item: Item) -> Request:
    return network.ask(_HOT_FLOW, item, id=item.site_id, mid=item.site_id, max_id_type="0")


def _plain(network: Network, item: Item, page: int) -> Request:
    return network.ask(_PLAIN, item, id=item.site_id, page=str(page))


def _comments(network: Network, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """A page of comments and the request for the next; the other way where this one is closed."""
    asked = dict(parse_qsl(urlsplit(response.url).query))
    try:
        if response.status in _MISSING:
            raise SourceError("http", f"HTTP {response.status}")
        answer = read_answer(response)
        if not is_accepted(answer, first=False):
            return Revisited()
    except SourceError:
        other = _other_way(network, item, response, asked)
        if other:
            return Revisited(next=other)
        raise
    rows, data = _rows(answer)
    replies = comments_in(network.base, item.site_id, rows, now, zone)
    return Revisited(replies=replies, next=_more(network, item, response, asked, rows, data))


def _other_way(network: Network, item: Item, response: Response, asked: dict[str, str]) -> list[Request]:
    """The other way to the comments, at the first page of a way that is closed; no way leads back."""
    path = urlsplit(response.url).path
    if path.endswith(_HOT_FLOW) and "max_id" not in asked and network.headers.get("Cookie"):
        return [_plain(network, item, 1)]
    if path.endswith(_PLAIN) and asked.get("page") == "1" and not network.headers.get("Cookie"):
        return [_hot_flow(network, item)]
    return []


def _rows(answer: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The comments of an answer, the popular ones too, and the object that says what follows."""
    data = answer.get("data")
    if isinstance(data, list):
        return data, answer
    data = data if isinstance(data, dict) else {}
    lists = [data.get(name) for name in ("hot_data", "data")]
    return [row for rows in lists if isinstance(rows, list) for row in rows], data


def _more(
    network: Network, item: Item, response: Response, asked: dict[str, str], rows: list[Any], data: dict[str, Any]
) -> list[Request]:
    """The next page of comments, then further answers to those that have more than came along."""
    path = urlsplit(response.url).path
    if path.endswith(_PLAIN):
        page = read_count(asked.get("page")) or 1
        last = read_count(data.get("max")) or 0
        return [_plain(network, item, page + 1)] if rows and page < last else []
    following = text_value(data.get("max_id"))
    kind = text_value(data.get("max_id_type")) or "0"
    if path.endswith(_CHILDREN):
        onward = {"cid": asked.get("cid", ""), "max_id": following, "max_id_type": kind}
        return [network.ask(_CHILDREN, item, **onward)] if rows and following not in ("", "0") else []
    query = {"id": item.site_id, "mid": item.site_id, "max_id": following, "max_id_type": kind}
    pages = [network.ask(_HOT_FLOW, item, **query)] if rows and following not in ("", "0") else []
    return [*pages, *_children(network, item, rows)]


def _children(network: Network, item: Item, rows: list[Any]) -> list[Request]:
    """Requests for the answers to comments that have more than came along."""
    wanted = []
    for row in rows:
        came = row.get("comments") if isinstance(row, dict) else None
        total = read_count(row.get("total_number")) if isinstance(row, dict) else None
        if total and total > (len(came) if isinstance(came, list) else 0):
            wanted.append(text_value(row.get("id")))
    return [network.ask(_CHILDREN, item, cid=one, max_id="0", max_id_type="0") for one in wanted[:_MOST_CHILDREN]]
