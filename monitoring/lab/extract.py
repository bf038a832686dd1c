"""Read an article page: {id, url, path} (bytes) or {id, url, html} gives {id, title, published_at, text, …}."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitoring.crawling.charset import decode
from monitoring.crawling.extraction import extract_article
from monitoring.lab import Answer, BadLine, Line, optional_text, require_text
from monitoring.lab.dates import moment_in, moment_option, zone_option

FIELDS = ("url", "path", "html", "content_type")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--now", type=moment_option, help="when the pages were read, ISO 8601 (default: now)")
    parser.add_argument("--zone", type=zone_option, default="UTC", help="zone of naive times, such as Asia/Taipei")


def build(options: dict[str, Any]) -> Answer:
    """Answers `{title, author, published_at, precision, site, text}`; nulls where the page states no time."""
    zone: ZoneInfo = options["zone"]

    def answer(line: Line) -> Line:
        article = extract_article(_page(line), moment_in(options["now"], zone), zone, optional_text(line, "url"))
        published = article.published
        return {
            "title": article.title,
            "author": article.author,
            "published_at": published.at.isoformat() if published else None,
            "precision": published.precision if published else None,
            "site": article.site,
            "text": article.text,
        }

    return answer


def _page(line: Line) -> str:
    """The page's HTML: as given, or read from a file and decoded by what its bytes say."""
    if ("path" in line) == ("html" in line):
        raise BadLine("give either 'path' or 'html'")
    if "html" in line:
        return require_text(line, "html")
    return decode(Path(require_text(line, "path")).read_bytes(), optional_text(line, "content_type")).text
