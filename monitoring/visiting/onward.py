"""What a visit had no time for at a site that wants to be asked slowly, so that the next one goes on there (pure).

Otherwise every visit would begin with the list anew, and where a Crawl-delay leaves time for one request alone, never
come to a page that it leads to. Kept in a source's state beside what is known of its lists.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from monitoring.sources.items import Item

State = Mapping[str, Mapping[str, str]]

MOST_WAITING = 30  # pages: at the slowest pace, a minute each, the list is looked at again after half an hour
_WAITING = "waiting"
_TEXTS = ("url", "title", "text", "author", "site_id", "precision")


def left_over(pages: Sequence[Item]) -> dict[str, dict[str, str]]:
    """The state of a visit that ended before it had read all `pages`."""
    return {_WAITING: {item.url: _written(item) for item in pages[:MOST_WAITING]}} if pages else {}


def pages_waiting(state: State) -> list[Item]:
    """The items whose pages the visit before had no time for."""
    return [_read(written) for written in state.get(_WAITING, {}).values()]


def goes_on(state: State) -> bool:
    """Whether the next visit has something left to do at once."""
    return bool(state.get(_WAITING))


def _written(item: Item) -> str:
    values: dict[str, object] = {name: getattr(item, name) for name in _TEXTS}
    at = item.published_at.isoformat() if item.published_at else ""
    return json.dumps({**values, "published_at": at, "figures": item.figures}, ensure_ascii=False)


def _read(written: str) -> Item:
    values = json.loads(written)
    at = values.pop("published_at")
    return Item(**values, published_at=datetime.fromisoformat(at) if at else None, needs_detail=True)
