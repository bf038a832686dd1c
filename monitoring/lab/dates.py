"""Read the moment that each text states: {id, text} gives {id, at, precision}, nulls where it states none."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.crawling.dates import parse_date
from monitoring.lab import Answer, Line, require_text

FIELDS = ("text",)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--now", type=moment_option, help="when the texts were read, ISO 8601 (default: now)")
    parser.add_argument("--zone", type=zone_option, default="UTC", help="zone of naive times, such as Asia/Taipei")


def build(options: dict[str, Any]) -> Answer:
    zone: ZoneInfo = options["zone"]
    now = moment_in(options["now"], zone)

    def answer(line: Line) -> Line:
        parsed = parse_date(require_text(line, "text"), now, zone)
        if parsed is None:
            return {"at": None, "precision": None}
        return {"at": parsed.at.isoformat(), "precision": parsed.precision}

    return answer


def zone_option(name: str) -> ZoneInfo:
    """The time zone of a command-line option; refuses a name that no zone has."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ArgumentTypeError(f"{name!r} is no time zone; write one like Asia/Taipei") from error


def moment_option(text: str) -> datetime:
    """The moment, naive or aware, of a command-line option; refuses what is not ISO 8601."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment; write one like 2025-06-20T10:30:00+08:00") from error


def moment_in(stated: datetime | None, zone: ZoneInfo) -> datetime:
    """The aware moment of reading: the stated one, in `zone` where it is naive, else the clock's."""
    if stated is None:
        return datetime.now(UTC)
    return stated if stated.tzinfo else stated.replace(tzinfo=zone)
