"""The small language in which a definition says where a value stands, over HTML and over JSON alike (pure).

    where            a CSS selector, which may end in `@attribute`, or a JMESPath in JSON; empty: the row itself
    where => path    the value is JSON in itself: what the JMESPath `path` finds in it
    where =~ regex   of the value what the regular expression finds: its first group, else all that it matches
    https://…{where}…   where an address is wanted: a template with values of the row in braces

A value that is not there is "" and never an error; a regular expression that takes too long finds nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

import jmespath
import regex
from jmespath.exceptions import JMESPathError

from monitoring.crawling.addresses import absolute_url
from monitoring.crawling.dates import Parsed
from monitoring.crawling.json_text import read_json
from monitoring.sources.dating import Dating

_PARTS = regex.compile(r"(?:^|\s)(=>|=~)\s")
_ATTRIBUTE = regex.compile(r"@([A-Za-z_][\w\-:]*)$")
_IN_BRACES = regex.compile(r"\{([^{}]*)\}")
_NO_PAGE = regex.compile(r"(?i)^\s*(?:javascript|mailto|tel|data):|^\s*#|^\s*$")
_REGEX_SECONDS = 0.2
_LONGEST_SEARCHED = 200_000
_LONGEST_SELECTOR = 600
_SAFE_IN_ADDRESS = "/:@!$&'()*+,;=~-._%?"


class SelectorError(ValueError):
    """What was typed is not of the language."""


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector in its parts; `where` is CSS or a JMESPath, as the document is."""

    where: str
    attribute: str = ""
    inner: Any = None  # a compiled JMESPath into a value that is JSON
    pattern: Any = None  # a compiled regular expression

    def read(self, value: str) -> str:
        """What remains of a found value."""
        if self.inner is not None:
            value = text_of_json(search(self.inner, loads_leniently(value)))
        return matched(self.pattern, value) if self.pattern is not None else value


class Row(Protocol):
    """A place in a document from which values are read: a node of HTML, or a value of JSON."""

    def value(self, selector: str) -> str:
        """The first value, in one line; "" where there is none."""

    def block(self, selector: str, removed: str = "") -> str:
        """All that matches as text, a line for each block, without what matches `removed`; may change the document."""

    def time(self, selector: str, dating: Dating) -> Parsed | None:
        """The finest time that is stated there."""

    def rows(self, selector: str) -> "list[Row]":
        """Every match."""

    def address(self, selector: str) -> str:
        """The address as written, which may be relative."""

    def holds(self, selector: str) -> bool:
        """Whether there is such a thing: an element, or a JSON value that is neither empty nor false."""


@lru_cache(maxsize=2048)
def css_selector(text: str) -> Selector:
    """A selector over HTML; raises SelectorError where its JSON path or its regular expression is none."""
    where, inner, pattern = _parts(text)
    attribute = _ATTRIBUTE.search(where)
    return Selector(
        where=where[: attribute.start()].strip() if attribute else where,
        attribute=attribute[1] if attribute else "",
        inner=inner,
        pattern=pattern,
    )


@lru_cache(maxsize=2048)
def json_selector(text: str) -> Selector:
    """A selector over JSON; raises SelectorError where a part of it is wrong."""
    where, inner, pattern = _parts(text)
    if where:
        compiled_path(where)
    return Selector(where, "", inner, pattern)


def _parts(text: str) -> tuple[str, Any, Any]:
    if len(text) > _LONGEST_SELECTOR:
        raise SelectorError("too long")
    pieces = _PARTS.split(text)
    where, inner, pattern = pieces[0].strip(), None, None
    for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if pattern is not None or (mark == "=>" and inner is not None) or not piece.strip():
            raise SelectorError(text)
        if mark == "=>":
            inner = compiled_path(piece.strip())
        else:
            pattern = compiled_pattern(piece.strip())
    return where, inner, pattern


@lru_cache(maxsize=2048)
def compiled_path(path: str) -> Any:
    """A JMESPath ready for use; raises SelectorError."""
    try:
        return jmespath.compile(path)
    except (JMESPathError, ValueError, RecursionError) as error:
        raise SelectorError(path) from error


@lru_cache(maxsize=512)
def compiled_pattern(pattern: str) -> Any:
    """A regular expression ready for use; raises SelectorError."""
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise SelectorError(pattern) from error


def search(path: Any, value: Any) -> Any:
    """What a compiled JMESPath finds; None where it does not fit the value."""
    try:
        return path.search(value)
    except (JMESPathError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def matched(pattern: Any, text: str, longest: int = _LONGEST_SEARCHED) -> str:
    """The first group of a match, else the whole match; "" where nothing matches in time."""
    try:
        found = pattern.search(text[:longest], timeout=_REGEX_SECONDS)
    except TimeoutError:
        return ""
    if not found:
        return ""
    return str(found[1] or "" if found.re.groups else found[0]).strip()


def loads_leniently(text: str) -> Any:
    """The JSON value of a text, None where it is none."""
    try:
        return read_json(text)
    except ValueError:
        return None


def text_of_json(value: Any) -> str:
    """A JSON value as text: of a list what its members say, of an object nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if isinstance(value, list):
        return ", ".join(text for one in value[:50] if (text := text_of_json(one)))
    return ""


def is_template(text: str) -> bool:
    """Whether a selector of an address is a template."""
    return "{" in text and text.startswith(("http://", "https://", "/"))


def selectors_in(template: str) -> Iterator[str]:
    """The selectors in a template's braces."""
    return (found[1] for found in _IN_BRACES.finditer(template))


def filled(template: str, row: Row) -> str:
    """A template with the row's values, escaped as an address needs; "" where one is missing."""
    values = {where: row.value(where) for where in selectors_in(template)}
    if not all(values.values()):
        return ""
    return str(_IN_BRACES.sub(lambda found: escaped(values[found[1]]), template))


def escaped(value: str) -> str:
    """A value as a part of an address; one that is an address itself, or its path, stays as it is."""
    return quote(value, safe=_SAFE_IN_ADDRESS if value.startswith(("http://", "https://", "/")) else "%-._~")


def page_address(row: Row, selector: str, base: str) -> str:
    """The absolute address that a selector or a template finds; "" where it leads to no page."""
    written = filled(selector, row) if is_template(selector) else row.address(selector)
    if not written:
        return ""
    if not written.startswith(("http", "/")) and _NO_PAGE.search(written):
        return ""
    return absolute_url(base, written)
