"""The YouTube Data API v3 with the customer's own key: videos that a search finds, their figures and comments (pure).

A key has 100 searches a day, and 10,000 units of which every other call costs 1 (unless Google grants more; a search
once cost 100 of these). A search counts as 100 here, so that one number is a share of both. The quota is free again at
midnight in California. https://developers.google.com/youtube/v3/determine_quota_cost
"""

import re
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from monitoring.crawling.addresses import host_of
from monitoring.crawling.dates import parse_date
from monitoring.crawling.json_text import read_json
from monitoring.crawling.markup import html_to_text
from monitoring.sources.answers import require_success, wrong_format
from monitoring.sources.figures import read_count
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

NAME = gettext_noop("YouTube search")
ABOUT = gettext_noop("Finds videos through YouTube's own interface, with a key of yours and within its quota")
FIELDS: tuple[Field, ...] = (
    Field(
        "url",
        gettext_noop("Address of the interface"),
        required=True,
        default="https://www.googleapis.com/youtube/v3",
        advanced=True,
    ),
    Field("query", gettext_noop("Words to search for"), required=True),
    Field(
        "key",
        gettext_noop("API key"),
        kind="secret",
        required=True,
        help=gettext_noop("From the Google Cloud console, for the YouTube Data API v3. It is kept encrypted."),
    ),
    Field(
        "daily_units",
        gettext_noop("Units of the quota a day"),
        default="5000",
        help=gettext_noop(
            "What this source may take of the key's quota. A key has 100 searches a day and 10,000 units; "
            "a search counts as 100."
        ),
    ),
    Field("region", gettext_noop("Country"), advanced=True, help=gettext_noop("Two letters, for example TW.")),
    Field("language", gettext_noop("Language"), advanced=True, help=gettext_noop("For example zh-Hant.")),
)
DAY = 86_400.0
_VISIT_UNITS = 101  # a search, and the figures of what it found
_REVISIT_UNITS = 3  # a video, and two pages of its comments
_FOR_VISITS = 0.8  # of the daily units; the rest is for looking at videos again
_LEAST_UNITS, _MOST_UNITS = 200, 10_000_000
_RESULTS, _COMMENTS = 50, 100
_QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
_OUT_OF_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_BAD_KEY = frozenset({"keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked", "API_KEY_INVALID"})
_NO_COMMENTS = frozenset({"commentsDisabled", "videoNotFound"})
_NOT_UNITS = gettext_noop("Write a whole number, at least 200.")
_NOT_A_COUNTRY = gettext_noop("Write a country's two letters.")


def validate(definition: Definition) -> Definition:
    """The clean definition; raises DefinitionError."""
    clean, problems = clean_fields(FIELDS, definition)
    if clean["url"] and not host_of(clean["url"]):
        problems["url"] = NOT_AN_ADDRESS
    if not re.fullmatch(r"[0-9]{1,8}", clean["daily_units"]) or not (
        _LEAST_UNITS <= int(clean["daily_units"]) <= _MOST_UNITS
    ):
        problems["daily_units"] = _NOT_UNITS
    if clean["region"] and not re.fullmatch(r"[A-Za-z]{2}", clean["region"]):
        problems["region"] = _NOT_A_COUNTRY
    clean["region"] = clean["region"].upper()
    refuse(problems)
    return clean


def site(definition: Definition) -> str:
    """The site that the videos are on."""
    host = host_of(definition["url"])
    return "www.youtube.com" if host.endswith(".googleapis.com") else host


def channel(definition: Definition) -> str:
    """Always social."""
    return "social"


def least_interval(definition: Definition) -> float:
    """The seconds between two searches that the daily units allow."""
    return DAY * _VISIT_UNITS / (_units(definition) * _FOR_VISITS)


def least_revisit_interval(definition: Definition) -> float:
    """The seconds between two videos that are looked at again."""
    return DAY * _REVISIT_UNITS / (_units(definition) * (1 - _FOR_VISITS))


def _units(definition: Definition) -> int:
    return int(definition.get("daily_units") or 5000)


def start(definition: Definition) -> list[Request]:
    """The search, newest videos first."""
    query = {"part": "snippet", "type": "video", "order": "date", "maxResults": str(_RESULTS)}
    query |= {"q": definition["query"]}
    named = {"regionCode": definition.get("region"), "relevanceLanguage": definition.get("language")}
    return [_call(definition, "search", **query, **{name: value for name, value in named.items() if value})]


def _call(definition: Definition, method: str, **query: str) -> Request:
    """A call; the key goes in a header, so that it stands in no address."""
    url = f"{definition['url'].rstrip('/')}/{method}?{urlencode(query)}"
    headers = {"Accept": "application/json"}
    return Request(url, headers={**headers, "X-Goog-Api-Key": definition["key"]} if definition.get("key") else headers)


def stated_error(definition: Definition, response: Response, now: datetime) -> SourceError | None:
    """What an error of the interface means: no quota until midnight in California, too fast, a bad key, no comments."""
    if response.status < 400:
        return None
    reasons, message = _error(response)
    if reasons & _OUT_OF_QUOTA:
        free_at = _quota_free_at(now)
        return SourceError(
            "blocked", f"quotaExceeded {free_at.isoformat(timespec='minutes')}", (free_at - now).total_seconds()
        )
    if reasons & _TOO_FAST:
        return SourceError("blocked", "rateLimitExceeded", 300.0)
    if reasons & _NO_COMMENTS:
        return SourceError("empty", message[:200])
    return SourceError("login", message[:200]) if reasons & _BAD_KEY else None


def _quota_free_at(now: datetime) -> datetime:
    there = now.astimezone(_QUOTA_ZONE)
    tomorrow = (there + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow.astimezone(now.tzinfo)


def _error(response: Response) -> tuple[set[str], str]:
    """The reasons that an error names, and its message."""
    error = _object(response).get("error")
    if not isinstance(error, dict):
        return set(), ""
    rows = [*_dicts(error.get("errors")), *_dicts(error.get("details"))]
    return {str(row.get("reason")) for row in rows}, _text(error.get("message"))


def parse(definition: Definition, response: Response, now: datetime, zone: tzinfo) -> Page:
    """Of a search the request for what it found, of that the videos; raises SourceError."""
    require_success(response)
    rows = _rows(response)
    if _method(response) == "videos":
        return Page([item for row in rows if (item := _video(row, now, zone))])
    numbers = [_text(row["id"].get("videoId")) for row in rows if isinstance(row.get("id"), dict)]
    if not any(numbers):
        raise SourceError("empty", "no video")
    return Page([], [_videos(definition, [number for number in numbers if number])])


def _videos(definition: Definition, numbers: list[str]) -> Request:
    return _call(definition, "videos", part="snippet,statistics", id=",".join(numbers[:_RESULTS]))


def _method(response: Response) -> str:
    return urlsplit(response.url).path.rpartition("/")[2]


def _rows(response: Response) -> list[dict[str, Any]]:
    """The `items` of an answer; raises SourceError where it has none."""
    rows = _object(response).get("items")
    if not isinstance(rows, list):
        raise wrong_format(response, response.body[:200].decode("utf-8", "replace"), "an answer of the interface")
    return _dicts(rows)


def _object(response: Response) -> dict[str, Any]:
    try:
        found = read_json(response.body.decode("utf-8", "replace"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _dicts(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _video(row: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    number, snippet, counted = _text(row.get("id")), row.get("snippet"), row.get("statistics")
    if not number or not isinstance(snippet, dict):
        return None
    counted = counted if isinstance(counted, dict) else {}
    counts = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
    figures = {name: read_count(counted.get(key)) for name, key in counts.items()}
    published = parse_date(_text(snippet.get("publishedAt")), now, zone)
    return Item(
        url=f"https://www.youtube.com/watch?v={number}",
        title=_text(snippet.get("title")),
        text=_text(snippet.get("description")),
        author=_text(snippet.get("channelTitle")),
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures={name: count for name, count in figures.items() if count is not None},
    )


def detail_request(definition: Definition, item: Item) -> Request:
    """The video by itself (a search's are whole as they come)."""
    return _videos(definition, [_number(item)])


def detail(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Item:
    """The item as the answer has it; raises SourceError."""
    seen = revisited(definition, item, response, now, zone).item
    if seen is None:
        raise SourceError("layout", "no such video")
    return seen


def _number(item: Item) -> str:
    return dict(parse_qsl(urlsplit(item.url).query)).get("v", "")


def revisit(definition: Definition, item: Item) -> list[Request]:
    """The video with its figures; nothing for a comment."""
    is_comment = "lc" in dict(parse_qsl(urlsplit(item.url).query))
    return [] if is_comment or not _number(item) else [detail_request(definition, item)]


def revisited(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    """The video as it stands, or a page of its comments; raises SourceError."""
    if _method(response) == "commentThreads":
        return _comments(definition, item, response, now, zone)
    require_success(response)
    found = next((one for row in _rows(response) if (one := _video(row, now, zone)) and one.url == item.url), None)
    if found is None:
        return Revisited(is_gone=True)  # deleted, or private
    wanted = found.figures.get("comments")
    return Revisited(found, next=[_comments_request(definition, item)] if wanted else [])


def _comments_request(definition: Definition, item: Item, token: str = "") -> Request:
    query = {"part": "snippet,replies", "videoId": _number(item), "order": "time", "maxResults": str(_COMMENTS)}
    onward = {"pageToken": token} if token else {}
    return _call(definition, "commentThreads", **query, textFormat="plainText", **onward)


def _comments(definition: Definition, item: Item, response: Response, now: datetime, zone: tzinfo) -> Revisited:
    require_success(response)
    replies = []
    for row in _rows(response):
        thread, below = row.get("snippet"), row.get("replies")
        top = thread.get("topLevelComment") if isinstance(thread, dict) else None
        answers = _dicts(below.get("comments")) if isinstance(below, dict) else []
        replies += [_comment(item, one, now, zone) for one in [top, *answers] if isinstance(one, dict)]
    token = _text(_object(response).get("nextPageToken"))
    is_first = "pageToken" not in dict(parse_qsl(urlsplit(response.url).query))
    onward = [_comments_request(definition, item, token)] if token and is_first else []
    return Revisited(replies=tuple(one for one in replies if one), next=onward)


def _comment(item: Item, row: dict[str, Any], now: datetime, zone: tzinfo) -> Item | None:
    number, snippet = _text(row.get("id")), row.get("snippet")
    if not number or not isinstance(snippet, dict):
        return None
    text = _text(snippet.get("textOriginal")) or html_to_text(_text(snippet.get("textDisplay")))
    published = parse_date(_text(snippet.get("publishedAt")), now, zone)
    likes = read_count(snippet.get("likeCount"))
    return Item(
        url=f"{item.url}&lc={number}",
        text=text,
        author=_text(snippet.get("authorDisplayName")),
        published_at=published.at if published else None,
        precision=published.precision if published else "",
        figures={"likes": likes} if likes is not None else {},
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def origins(definition: Definition) -> dict[str, str]:
    """The keys of the JSON that an item's fields are read from."""
    return {
        "url": "id",
        "title": "snippet.title",
        "text": "snippet.description",
        "author": "snippet.channelTitle",
        "published_at": "snippet.publishedAt",
        "views": "statistics.viewCount",
        "likes": "statistics.likeCount",
        "comments": "statistics.commentCount",
    }
