"""A report as a sequence of blocks, whatever sets it: paper or a page (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from sentinel.core.formats import span

Align = Literal["left", "right"]
Tone = Literal["", "muted", "good", "danger", "strong"]


@dataclass(frozen=True, slots=True)
class Words:
    """The labels that the reports own, in one language; see `playbooks.reports.wording`."""

    labels: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The label of `key`, its places filled with `values`; an unknown key is a KeyError."""
        return self.labels[key] % values if values else self.labels[key]

    def date(self, at: date) -> str:
        """The day with its year."""
        return self("date", year=at.year, month=f"{at:%m}", day=f"{at:%d}")

    def full(self, at: datetime) -> str:
        """Day and minute with the year."""
        return f"{self.date(at)} {at:%H:%M}"

    def moment(self, at: datetime | None) -> str:
        """Day and minute, a dash where there is none."""
        return f"{self.day(at)} {at:%H:%M}" if at else "—"

    def day(self, at: datetime) -> str:
        """The day without its year."""
        return self("month-day", month=f"{at:%m}", day=f"{at:%d}")

    def length(self, duration: timedelta) -> str:
        """A span of time in its two largest units, seconds only below a minute."""
        parts = span(duration)
        large = self(parts.unit, n=parts.count)
        return f"{large} {self(parts.rest_unit, n=parts.rest)}" if parts.rest and parts.unit != "minute" else large

    def listed(self, *parts: str) -> str:
        """What is not empty, side by side."""
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, a smaller line below, and an address that it leads to."""

    text: str
    sub: str = ""
    tone: Tone = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, its share of the width (0: as wide as its words), its side."""

    head: str
    share: int = 0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Subhead:
    text: str
    aside: str = ""
    kind: str = field(default="subhead", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Badge:
    """A level by number, colour, word and shape."""

    tier: int
    text: str
    aside: str = ""
    kind: str = field(default="badge", init=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures side by side: (value, label, note)."""

    items: tuple[tuple[str, str, str], ...]
    kind: str = field(default="figures", init=False)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what they hold."""

    rows: tuple[tuple[str, Cell], ...]
    kind: str = field(default="pairs", init=False)


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Quote:
    """A text given in full, with its title and what is to be known about it."""

    title: str
    aside: str
    text: str
    rows: tuple[tuple[str, Cell], ...]
    kind: str = field(default="quote", init=False)


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG image, what it shows in words, and its legend: (neg, neu, pos, usual or action; word)."""

    svg: str
    words: str
    legend: tuple[tuple[str, str], ...] = ()
    kind: str = field(default="drawing", init=False)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must keep in mind, or (`missing`) what is not there."""

    text: str
    missing: bool = False
    kind: str = field(default="notice", init=False)


Block = Subhead | Paragraph | Badge | Figures | Pairs | Table | Quote | Drawing | Notice


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part; `code` is stable, `title` for the reader; `own_page` begins on a new page."""

    code: str
    title: str
    blocks: tuple[Block, ...]
    own_page: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A report that is ready to be set."""

    language: str
    brand: str
    number: str
    kind: str
    title: str
    classification: str
    drill: str
    about: str
    page_words: str
    contents: str
    generated_at: datetime
    sections: tuple[Section, ...]


def table_or_notice(
    words: Words, heads: Iterable[tuple[str, int]], rows: Iterable[tuple[Cell, ...]], *, missing: str
) -> Table | Notice:
    """A table whose heads are labels with their shares of the width, or the label that says that nothing is there."""
    found = tuple(rows)
    if not found:
        return Notice(words(missing), missing=True)
    return Table(tuple(Column(words(label), share) for label, share in heads), found)


def pairs_of(words: Words, said: Iterable[tuple[str, str]]) -> Pairs:
    """Labels and what was written under them; what was not is said."""
    blank = Cell(words("not-stated"), tone="muted")
    return Pairs(tuple((words(label), Cell(text) if text else blank) for label, text in said))
