"""Read a feed as received: {id, url?, path} gives {id, entries: [{title, link, author, published_at, …}…], error?}."""

from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.lab import Answer, Line, optional_text, require_text
from monitoring.lab.dates import moment_in, moment_option, zone_option
from monitoring.sources.feed_document import Entry, NotAFeed, parse_feed

FIELDS = ("url", "path")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--now", type=moment_option, help="when the feeds were read, ISO 8601 (default: now)")
    parser.add_argument("--zone", type=zone_option, default="UTC", help="zone of naive times, such as Asia/Taipei")


def build(options: dict[str, Any]) -> Answer:
    zone: ZoneInfo = options["zone"]
    now: datetime = moment_in(options["now"], zone)

    def answer(line: Line) -> Line:
        body = Path(require_text(line, "path")).read_bytes()
        try:
            entries = parse_feed(body, "", optional_text(line, "url"), now, zone)
        except NotAFeed as error:
            return {"entries": [], "error": str(error)}
        return {"entries": [_shown(entry) for entry in entries]}

    return answer


def _shown(entry: Entry) -> Line:
    return {
        "title": entry.title,
        "link": entry.link,
        "author": entry.author,
        "published_at": entry.published.at.isoformat() if entry.published else None,
        "precision": entry.published.precision if entry.published else None,
        "text": entry.text,
        "guid": entry.guid,
    }
