"""Values from JSON by JMESPaths, and the JSON that stands in an answer; see `selecting` for the language (pure)."""

import json
import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from monitoring.crawling.dates import Parsed
from monitoring.crawling.json_text import require_few_containers
from monitoring.crawling.markup import html_to_text, parse_html, tidy_lines
from monitoring.sources.dating import Dating
from monitoring.sources.selecting import (
    Row,
    SelectorError,
    compiled_path,
    css_selector,
    is_template,
    json_selector,
    search,
    selectors_in,
    text_of_json,
)

_MARKUP = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w{1,30});")
_BEFORE_JSON = re.compile(
    r"\s*(?:\)\]\}'?,?|(?:for|while)\s*\([^)]{0,20}\)\s*;?|/\*\*/)?\s*(?:try\s*\{\s*)?"
    r"(?:(?:(?:var|let|const)\s+)?[\w$.]{1,80}\s*=\s*)?(?:[\w$.]{1,80}\s*&&\s*)?(?:[\w$.]{1,80}\s*\(\s*)?"
)
_UNDEFINED = re.compile(r"(?<=[:,\[])\s*(?:undefined|NaN|void 0)\s*(?=[,}\]])")
_LONGEST_JSON = 6_000_000
_REGEX_SECONDS = 0.5


class JsonRow:
    """A value of a JSON document."""

    __slots__ = ("data",)

    def __init__(self, data: Any) -> None:
        self.data = data

    def value(self, selector: str) -> str:
        """In one line, without markup."""
        return " ".join(self._plain(selector).split())

    def block(self, selector: str, removed: str = "") -> str:
        if not selector:
            return ""
        parts = json_selector(selector)
        found = self._found(parts.where)
        texts = [text_of_json(one) for one in found] if isinstance(found, list) else [parts.read(text_of_json(found))]
        return "\n".join(plain for text in texts if (plain := plain_text(text, removed)))

    def time(self, selector: str, dating: Dating) -> Parsed | None:
        written = self._plain(selector) if selector else ""
        return dating.read(written) if written else None

    def rows(self, selector: str) -> list[Row]:
        found = self._found(json_selector(selector).where)
        if isinstance(found, dict):
            found = list(found.values())
        return [JsonRow(one) for one in found] if isinstance(found, list) else []

    def is_empty_list(self, selector: str) -> bool:
        """Whether the rows are there, and there are none of them."""
        where = json_selector(selector).where
        found = self._found(where)
        # A projection of what is missing is an empty list too: only the list that it starts from tells.
        start = re.split(r"\[[*?]|\[\]", where, maxsplit=1)[0]
        holder, _dot, name = start.rpartition(".")
        inside = self._found(holder) if holder and name.isidentifier() else None
        if isinstance(inside, dict) and inside.get(name, ...) is None:
            return True  # some write an empty list as null
        return found == [] and self._found(start) is not None if start else found == []

    def address(self, selector: str) -> str:
        return self._raw(selector) if selector else ""

    def holds(self, selector: str) -> bool:
        parts = json_selector(selector)
        if parts.inner is not None or parts.pattern is not None:
            return bool(self._raw(selector))
        found = self._found(parts.where)
        return found not in (None, False, "", [], {})

    def _found(self, where: str) -> Any:
        return search(compiled_path(where), self.data) if where else self.data

    def _raw(self, selector: str) -> str:
        parts = json_selector(selector)
        return parts.read(text_of_json(self._found(parts.where)))

    def _plain(self, selector: str) -> str:
        return plain_text(self._raw(selector)) if selector else ""


def plain_text(text: str, removed: str = "") -> str:
    """A JSON string as it is read: HTML becomes text, line ends stay."""
    if not _MARKUP.search(text):
        return tidy_lines(text)
    if not removed:
        return html_to_text(text)
    tree = parse_html(text)
    for one in tree.css(removed):
        one.decompose(recursive=False)
    return html_to_text((tree.body.html if tree.body else "") or "")


def is_path(text: str) -> bool:
    """Whether a selector, or each one in a template, can be used on JSON."""
    if is_template(text):
        return all(is_path(one) for one in selectors_in(text))
    try:
        json_selector(text)
    except SelectorError:
        return False
    return True


def json_in(text: str, selector: str = "") -> Any:
    """The JSON document of an answer; raises ValueError where there is none.

    Without a selector the answer is JSON, JSONP or JSON behind a guard such as `)]}'`. With one the answer is a page:
    `script#__NEXT_DATA__` names the element or `@attribute`; `=~ window\\.__STATE__\\s*=` the text that it stands
    behind, and `=~ <!--s-data:(.*?)-->` the text around it.
    """
    if not selector:
        return _decoded(text)
    parts = css_selector(selector)
    for source in _sources(text, parts.where, parts.attribute):
        piece = _behind(parts.pattern, source) if parts.pattern is not None else source
        if piece.strip():
            data = _decoded(piece)
            return search(parts.inner, data) if parts.inner is not None else data
    raise ValueError("nothing matches")


def _sources(text: str, css: str, attribute: str) -> list[str]:
    if not css:
        return [text[:_LONGEST_JSON]]
    nodes = LexborHTMLParser(text[:_LONGEST_JSON]).css(css)
    return [(node.attributes.get(attribute) or "") if attribute else node.text() for node in nodes]


def _behind(pattern: Any, text: str) -> str:
    """What a pattern's group holds, else all that follows its match."""
    try:
        found = pattern.search(text, timeout=_REGEX_SECONDS)
    except TimeoutError:
        return ""
    if not found:
        return ""
    return str(found[1] or "") if found.re.groups else text[found.end() :]


def _decoded(text: str) -> Any:
    """The JSON value that a text begins with; one that is a string holds JSON itself."""
    text = text[:_LONGEST_JSON].lstrip("\ufeff \t\r\n\x00")
    require_few_containers(text)
    start = _BEFORE_JSON.match(text)
    text = text[start.end() :] if start and text[start.end() : start.end() + 1] in tuple('{["') else text
    decoder = json.JSONDecoder(strict=False)
    try:
        value, _end = decoder.raw_decode(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    except ValueError:
        value, _end = decoder.raw_decode(_UNDEFINED.sub("null", text))
    return _decoded(value) if isinstance(value, str) and value.lstrip().startswith(("{", "[")) else value
