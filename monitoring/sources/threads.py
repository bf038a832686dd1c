"""Keyword search of Threads through Meta's own interface, with the customer's token (pure).

`GET /keyword_search?q&search_type=RECENT&fields=…` needs the permission `threads_keyword_search`; before Meta approves
it, only the token's own posts are found. A user may ask 2,200 times in 24 hours, through all apps together
(https://developers.facebook.com/documentation/threads/keyword-search). Others' posts cannot be asked for one by one.
"""

import re
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import urlencode

from monitoring.crawling.addresses import absolute_url, host_of
from monitoring.crawling.dates import parse_date
from monitoring.crawling.json_text import read_json
from monitoring.sources.answers import require_success, wrong_format
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
from sentinel.core.net.types import Request, Response

NAME = gettext_noop("Threads search")
ABOUT = gettext_noop("Finds public posts through Meta's own interface, with a token of yours and within its quota")
FIELDS: tuple[Field, ...] = (
    Field(
        "url",
        gettext_noop("Address of the interface"),
        required=True,
        default="https://graph.threads.net/v1.0",
        advanced=True,
    ),
    Field("query", gettext_noop("Words to search for"), required=True),
    Field(
        "token",
        gettext_noop("Access token"),
        kind="secret",
        required=True,
        help=gettext_noop(
            "Long-lived, with threads_keyword_search approved by Meta: before that it finds your own posts alone. "
            "It is kept encrypted."
        ),
    ),
    Field(
        "weekly_queries",
        gettext_noop("Queries in seven days"),
        default="500",
        help=gettext_noop(
            "What this source may take of the quota: 2,200 in a day, over all that asks with this user's tokens."
        ),
    ),
)
WEEK = 7 * 86_400.0
_FIELDS = "id,text,media_type,permalink,timestamp,username,has_replies,is_quote_post,is_reply"
_RESULTS = 100
_BAD_TOKEN = frozenset({10, 102, 190, 200})
_TOO_OFTEN = frozenset({4, 17, 32, 613, 80_014})
_WAIT_AFTER_QUOTA = 3600.0  # the quota is of 24 hours that slide: a part of it is free again after each
_NOT_A_NUMBER = gettext_noop("Write a whole number, at least 7.")


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    if not re.fullmatch(r"[0-9]{1,6}", clean["weekly_queries"]) or int(clean["weekly_queries"]) < 7:
        problems["weekly_queries"] = _NOT_A_NUMBER
    refuse(problems)
    return clean


def site(definition: Definition) -> str:
    """The site that the posts are on."""
    return host_of(definition["url"]).replace("graph.", "www.", 1)


def channel(definition: Definition) -> str:
    """Always social."""
    return "social"


def least_interval(definition: Definition) -> float:
    """The seconds between two visits that the quota of seven days allows; a visit is a query."""
    return WEEK / int(definition.get("weekly_queries") or 500)


def start(definition: Definition) -> list[Request]:
    """The newest posts with these words: as many as one query returns."""
    query = {"q": definition["query"], "search_type": "RECENT", "fields": _FIELDS, "limit": str(_RESULTS)}
    headers = {"Accept": "application/json"}
    # In a header, so that the token stands in no address.
    headers |= {"Authorization": f"Bearer {definition['token']}"} if definition.get("token") else {}
    return [Request(f"{definition['url'].rstrip('/')}/keyword_search?{urlencode(query)}", headers=headers)]


def stated_error(definition: Definition, response: Response, now: datetime) -> SourceError | None:
    """What an error of the interface means: a token that is not valid or may not search, a quota that is used up."""
    error = _object(response).get("error")
    if not isinstance(error, dict):
        return None
    code, message = error.get("code"), str(error.get("message") or "")[:200]
    if code in _TOO_OFTEN or response.status == 429:
        return SourceError("blocked", message, _WAIT_AFTER_QUOTA)
    return SourceError("login", message) if code in _BAD_TOKEN or response.status == 401 else None


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """The posts of a page and the request for the next; raises SourceError."""
    require_success(response)
    rows = _object(response).get("data")
    if not isinstance(rows, list):
        raise wrong_format(response, response.body[:200].decode("utf-8", "replace"), "an answer of the interface")
    items = [item for row in rows if isinstance(row, dict) and (item := _item(row, now, zone))]
    if not items:
        raise SourceError("empty", "no post")
    return Page(items)


def _item(row: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    number, link = str(row.get("id") or ""), row.get("permalink")
    url = absolute_url("https://www.threads.net/", link) if isinstance(link, str) else ""
    text = row.get("text")
    if not url or not number or not isinstance(text, str) or not text.strip():
        return None  # a picture alone says nothing that a topic could match
    published = parse_date(str(row.get("timestamp") or ""), now, zone)
    return Item(
        url=url,
        text=text.strip(),
        author=str(row.get("username") or ""),
        site_id=number,
        published_at=published.at if published else None,
        precision=published.precision if published else "",
    )


def _object(response: Response) -> dict[str, Any]:
    try:
        found = read_json(response.body.decode("utf-8", "replace"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def detail_request(definition: Definition, item: Item) -> Request:
    """A post's page (posts are whole as they come)."""
    return Request(item.url)


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item as it is."""
    return item


def revisit(definition: Definition, item: Item) -> list[Request]:
    """Nothing: the interface shows others' posts in searches alone."""
    return []


def revisited(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """Nothing is asked for, so that nothing comes."""
    return Revisited()


def origins(definition: Definition) -> dict[str, str]:
    """The keys of the JSON that an item's fields are read from."""
    return {"url": "permalink", "text": "text", "author": "username", "published_at": "timestamp"}
