"""What a feed says that its site counts (pure).

`slash:comments` (RSS 1.0 module), `thr:total` and a link's `thr:count` (RFC 4685), `media:statistics` and
`media:starRating` of Media RSS, the `stats` that RSSHub writes, and a plain number in `comments`.
"""

from collections.abc import Callable
from typing import Any

from monitoring.sources.figures import read_count

_NAMES = {
    "reposts_count": "reposts",
    "reposts": "reposts",
    "shares": "reposts",
    "comments_count": "comments",
    "comments": "comments",
    "replies": "comments",
    "attitudes_count": "likes",
    "likes": "likes",
    "upvotes": "likes",
    "views": "views",
    "views_count": "views",
    "hits": "views",
}
_COUNTED = {"slash:comments": "comments", "thr:total": "comments", "upvotes": "likes"}
_THREAD = "{http://purl.org/syndication/thread/1.0}count"


def figures_of(children: dict[str, list[Any]], name_of: Callable[[Any], str]) -> dict[str, int]:
    """The counts of an XML entry, by our names; `children` are its elements by name."""
    said: list[tuple[str, object]] = [
        (name, one.text) for tag, name in _COUNTED.items() for one in children.get(tag, ())
    ]
    said += [("comments", one.get(_THREAD)) for one in children.get("link", ()) if one.get(_THREAD)]
    # In RSS 2.0 `comments` is an address; only where it is a number does it count.
    said += [("comments", one.text) for one in children.get("comments", ()) if (one.text or "").strip().isdigit()]
    for community in (one for group in _groups(children, name_of) for one in group):
        said += [pair for part in community for pair in _media(part, name_of(part))]
    for stats in children.get("stats", ()):
        said += [(_NAMES[name], part.text) for part in stats if (name := name_of(part)) in _NAMES]
    return _read(said)


def _groups(children: dict[str, list[Any]], name_of: Callable[[Any], str]) -> list[list[Any]]:
    inner = [part for one in children.get("media:group", ()) for part in one if name_of(part) == "media:community"]
    return [children.get("media:community", []), inner]


def _media(part: Any, name: str) -> list[tuple[str, object]]:
    if name == "media:statistics":
        return [("views", part.get("views")), ("likes", part.get("favorites"))]
    return [("likes", part.get("count"))] if name == "media:starrating" else []


def json_figures(item: dict[str, Any]) -> dict[str, int]:
    """The counts of an entry of a JSON Feed: extensions are objects whose names begin with an underscore."""
    said: list[tuple[str, object]] = []
    for name, extension in item.items():
        if name.startswith("_") and isinstance(extension, dict):
            stats = extension.get("stats")
            counts = {**extension, **stats} if isinstance(stats, dict) else extension
            said += [(_NAMES[key], value) for key, value in counts.items() if key in _NAMES]
    return _read(said)


def _read(said: list[tuple[str, object]]) -> dict[str, int]:
    counts = {name: read_count(value) for name, value in said if value is not None}
    return {name: count for name, count in counts.items() if count is not None}
