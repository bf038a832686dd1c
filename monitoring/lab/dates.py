"""Read the moment that each text states: {id, text} gives {id, at, precision}, nulls where it states none."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.crawling.dates import parse_date
from monitoring.lab import Answer, BadLine, Line, require_text

FIELDS = ("text",)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--now", default="", help="when the texts were read, ISO 8601; naive is in --zone (default: now)")
    parser.add_argument("--zone", default="UTC", help="time zone of texts that name none, such as Asia/Taipei")


def build(options: dict[str, Any]) -> Answer:
    zone = zone_option(options["zone"])
    now = now_option(options["now"], zone)

    def answer(line: Line) -> Line:
        parsed = parse_date(require_text(line, "text"), now, zone)
        if parsed is None:
            return {"at": None, "precision": None}
        return {"at": parsed.at.isoformat(), "precision": parsed.precision}

    return answer


def zone_option(name: str) -> ZoneInfo:
    """The time zone that `--zone` names; raises BadLine where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BadLine(f"{name!r} is no time zone; write one like Asia/Taipei") from error


def now_option(text: str, zone: ZoneInfo) -> datetime:
    """The aware moment that `--now` gives, the clock's where it is empty; raises BadLine where it is no moment."""
    if not text:
        return datetime.now(UTC)
    try:
        now = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadLine(f"{text!r} is no moment; write one like 2025-06-20T10:30:00+08:00") from error
    return now if now.tzinfo else now.replace(tzinfo=zone)
