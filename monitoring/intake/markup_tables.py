"""The rows of a table in HTML, or in the XML of older Excel: what many services send as .xls (pure).

Tags are heard one after the other: a tree of the largest file that is read would take a gigabyte and more.

Formats: HTML tables; SpreadsheetML 2003 (`<Row><Cell><Data>`).
"""

import re
from dataclasses import dataclass, field
from html import unescape

from monitoring.intake.errors import TableError

LARGEST = 20_000_000  # characters
MOST_CELLS = 800_000
_DEEPEST = 20  # tables in tables
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)|<(?P<hidden>script|style)\b.*?(?:</(?P=hidden)|\Z)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:.-]*+)(?P<said>[^<>]*+)>?",
    re.DOTALL | re.IGNORECASE,
)
_HREF = re.compile(r"""\b(?:ss:)?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_ROWS, _CELLS = ("tr", "row"), ("td", "th", "cell")
Links = dict[tuple[int, int], str]


@dataclass(slots=True)
class _Table:
    """A table as far as it was heard."""

    rows: list[list[str]] = field(default_factory=list)
    links: Links = field(default_factory=dict)
    cell: list[str] | None = None  # the texts of the cell that is open
    link: str = ""

    def open_row(self) -> None:
        self.close_cell()
        self.rows.append([])

    def open_cell(self, link: str) -> None:
        self.close_cell()
        if not self.rows:
            self.rows.append([])
        self.cell, self.link = [], link

    def close_cell(self) -> None:
        if self.cell is None:
            return
        text = "\n".join(self.cell)
        if self.link and self.link != text:
            self.links[len(self.rows), len(self.rows[-1])] = self.link
        self.rows[-1].append(text)
        self.cell, self.link = None, ""

    def say(self, text: str) -> None:
        if self.cell is not None and (said := unescape(text).strip()):
            self.cell.append(said)


def markup_rows(text: str) -> tuple[list[list[str]], Links]:
    """The rows of the largest table, and what their cells link to, by row (from 1) and place; raises TableError."""
    if len(text) > LARGEST:
        raise TableError("too-large-whole")
    best, opened, cells, place = _Table(), [_Table()], 0, 0
    for found in _TOKEN.finditer(text):
        if opened[-1].cell is not None and found.start() > place:
            opened[-1].say(text[place : found.start()])
        place = found.end()
        if found["data"]:
            opened[-1].say(found["data"])
        if not found["name"]:
            continue
        name = found["name"].rpartition(":")[2].lower()
        if name == "table":
            best = _larger(best, opened, is_end=bool(found["close"]))
        elif name in _CELLS and not found["close"]:
            cells += 1
            if cells > MOST_CELLS:
                raise TableError("too-many-rows")
        _hear(opened[-1], name, found["close"], found["said"])
    opened[-1].say(text[place:])
    while len(opened) > 1:
        best = _larger(best, opened, is_end=True)
    if not best.rows:
        raise TableError("empty")
    return best.rows, best.links


def _larger(best: _Table, opened: list[_Table], *, is_end: bool) -> _Table:
    """A table begins or ends: the larger of the one that ends and the largest before."""
    if not is_end:
        if len(opened) <= _DEEPEST:
            opened.append(_Table())
        return best
    if len(opened) == 1:
        return best
    ended = opened.pop()
    ended.close_cell()
    return ended if len(ended.rows) > len(best.rows) else best


def _hear(table: _Table, name: str, is_end: str, said: str) -> None:
    if name in _ROWS:
        if is_end:
            table.close_cell()
        else:
            table.open_row()
    elif name in _CELLS:
        if is_end:
            table.close_cell()
        else:
            table.open_cell(_address(said))
    elif name == "a" and not is_end and table.cell is not None and not table.link:
        table.link = _address(said)


def _address(said: str) -> str:
    found = _HREF.search(said) if said else None
    address = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
    return address if address.startswith(("http://", "https://")) else ""
