"""The parts of an Excel workbook, read as they unpack: nothing of it is held but its strings (pure).

Readers that build a tree, and those that keep the emptied rows of one, take many times a sheet's size. What a part
says is heard element by element here, within bounds for what an element, a row and a sheet may hold.

Formats: ECMA-376 part 1, 18.2 (workbook), 18.3.1.4 (cells), 18.4 (shared strings), 18.8 (styles); part 2 (packages).
"""

import io
import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from monitoring.intake.errors import TableError

MOST_ELEMENTS = 12_000_000  # of one part
MOST_COLUMNS = 16_384  # as Excel allows
LONGEST_CELL = 100_000  # characters; Excel allows a third of it
MOST_KEPT = 70_000  # formats, relations, sheets
_PIECE = 65_536  # bytes
_LONGEST_TAG = 4_000_000  # bytes, in which something must begin or end
_DEEPEST = 100
_BROKEN = (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, OSError)
_BROKEN_TOO = (RuntimeError, ValueError, LookupError)  # an archive or a charset that claims what cannot be

Attributes = dict[str, str]


class Listener:
    """Hears the elements of a part by their names without a prefix; `done` is what it has found and not handed on."""

    def __init__(self) -> None:
        self.done: list[Any] = []

    def opened(self, name: str, said: Attributes) -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""

    def heard(self, text: str) -> None:
        """A piece of text."""


def listen(archive: zipfile.ZipFile, part: str, listener: Listener) -> Iterator[Any]:
    """What `listener` finds in a part, as it is found; raises TableError."""
    try:
        with archive.open(part) as stream:
            hearing = _Hearing(listener)
            while piece := stream.read(_PIECE):
                hearing.take(piece)
                yield from listener.done
                listener.done.clear()
            hearing.finish()
        yield from listener.done
        listener.done.clear()
    except TableError:
        raise
    except (*_BROKEN, *_BROKEN_TOO) as error:
        raise TableError("malformed", type(error).__name__) from error


class _Hearing:
    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._elements = self._depth = self._events = self._silent = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.buffer_size = _PIECE
        self._parser.StartElementHandler = self._open
        self._parser.EndElementHandler = self._close
        self._parser.CharacterDataHandler = self._hear
        self._parser.StartDoctypeDeclHandler = self._refuse

    def take(self, piece: bytes) -> None:
        before = self._events
        self._parser.Parse(piece, False)
        self._silent = self._silent + len(piece) if before == self._events else 0
        if self._silent > _LONGEST_TAG:
            raise TableError("malformed", "tag")

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def _open(self, name: str, said: Attributes) -> None:
        self._elements += 1
        self._events += 1
        self._depth += 1
        if self._elements > MOST_ELEMENTS:
            raise TableError("too-many-rows")
        if self._depth > _DEEPEST:
            raise TableError("malformed", "depth")
        self._listener.opened(name.rpartition(":")[2], said)

    def _hear(self, text: str) -> None:
        self._events += 1
        self._listener.heard(text)

    def _close(self, name: str) -> None:
        self._events += 1
        self._depth -= 1
        self._listener.closed(name.rpartition(":")[2])

    def _refuse(self, *_: object) -> None:
        raise TableError("malformed", "doctype")  # part 2, 8.2.2: a package's XML has none


class Strings:
    """The shared strings of a workbook: the text of all, and where each begins."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._begins = array("Q", [0])

    def add(self, text: str) -> None:
        self._text += text.encode("utf-8", "replace")
        self._begins.append(len(self._text))

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self._begins) - 1:
            raise IndexError(place)
        return self._text[self._begins[place] : self._begins[place + 1]].decode("utf-8", "replace")


class Texts(Listener):
    """Text between `t`, but for how it is pronounced (`rPh`)."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._size = 0
        self._is_text = self._is_sound = False

    def opened(self, name: str, said: Attributes) -> None:
        if name == "t":
            self._is_text = not self._is_sound
        elif name == "rPh":
            self._is_sound = True

    def closed(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_sound = False

    def heard(self, text: str) -> None:
        if self._is_text and self._size < LONGEST_CELL:
            self._parts.append(text[: LONGEST_CELL - self._size])
            self._size += len(text)

    def taken(self) -> str:
        """What was heard since the last time."""
        text = "".join(self._parts)
        self._parts, self._size = [], 0
        return text


class _SharedStrings(Texts):
    def __init__(self, strings: Strings) -> None:
        super().__init__()
        self._strings = strings

    def closed(self, name: str) -> None:
        super().closed(name)
        if name == "si":
            self._strings.add(self.taken())


@dataclass(slots=True)
class Book:
    """A workbook: its sheets by title and part, what cells refer to, and which formats are dates or durations."""

    archive: zipfile.ZipFile
    sheets: list[tuple[str, str]] = field(default_factory=list)
    strings: Strings = field(default_factory=Strings)
    dates: set[int] = field(default_factory=set)
    durations: set[int] = field(default_factory=set)
    is_1904: bool = False

    def dated(self, number: float, style: int) -> Any:
        """What a number means in a format of dates."""
        epoch = CALENDAR_MAC_1904 if self.is_1904 else CALENDAR_WINDOWS_1900
        return from_excel(number, epoch, timedelta=style in self.durations)


def open_book(data: bytes) -> Book:
    """The workbook in `data`; raises TableError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise TableError("malformed") from error
    names = {name.lower(): name for name in archive.namelist()}
    main = next(iter(_related(archive, names, "").get("officeDocument", {}).values()), "xl/workbook.xml")
    main = names.get(main.lower(), main)
    related = _related(archive, names, main)
    book, listed = Book(archive), _Listed()
    for _ in listen(archive, main, listed):
        """Nothing is found before all is heard."""
    book.is_1904 = listed.is_1904
    parts = related.get("worksheet", {})
    book.sheets = [
        (title, names[parts[one].lower()])
        for title, one in listed.sheets
        if one in parts and parts[one].lower() in names
    ]
    for kind, listener in (("sharedStrings", _SharedStrings(book.strings)), ("styles", _Styles(book))):
        part = next(iter(related.get(kind, {}).values()), "").lower()
        if part in names:
            for _ in listen(archive, names[part], listener):
                """It goes into the book."""
    return book


def _related(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> dict[str, dict[str, str]]:
    """By kind of relation the parts that a part, or "" the package, names, by identifier."""
    folder, _, name = part.rpartition("/")
    place = names.get(f"{folder}/_rels/{name}.rels".lstrip("/").lower())
    found: dict[str, dict[str, str]] = {}
    for said in listen(archive, place, _Relations()) if place else ():
        kind, target = said.get("Type", "").rpartition("/")[2], said.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        kept = found.setdefault(kind, {}) if kind in _RELATED else {}
        if len(kept) < MOST_KEPT:
            kept.setdefault(said.get("Id", ""), whole)
    return found


_RELATED = ("officeDocument", "worksheet", "sharedStrings", "styles")


class _Relations(Listener):
    def opened(self, name: str, said: Attributes) -> None:
        if name == "Relationship":
            self.done.append(said)


class _Listed(Listener):
    """The sheets of a workbook, in their order, and how it counts days."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.is_1904 = False

    def opened(self, name: str, said: Attributes) -> None:
        if name == "sheet" and len(self.sheets) < MOST_KEPT:
            relation = next((value for key, value in said.items() if key.endswith(":id")), "")
            self.sheets.append((said.get("name", ""), relation))
        elif name == "workbookPr":
            self.is_1904 = said.get("date1904", "") in ("1", "true")


class _Styles(Listener):
    """Which of the cells' formats are dates."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self._book = book
        self._own: dict[str, str] = {}
        self._is_of_cells = False
        self._count = 0

    def opened(self, name: str, said: Attributes) -> None:
        if name == "numFmt" and len(self._own) < MOST_KEPT:
            self._own[said.get("numFmtId", "")] = said.get("formatCode", "")[:500]
        elif name == "cellXfs":
            self._is_of_cells = True
        elif name == "xf" and self._is_of_cells and self._count < MOST_KEPT:
            self._note(said.get("numFmtId", "0"))
            self._count += 1

    def closed(self, name: str) -> None:
        if name == "cellXfs":
            self._is_of_cells = False

    def _note(self, number: str) -> None:
        code = self._own.get(number) or (BUILTIN_FORMATS.get(int(number), "") if number.isdecimal() else "")
        if is_date_format(code):
            self._book.dates.add(self._count)
        if is_timedelta_format(code):
            self._book.durations.add(self._count)


class _Rows(Texts):
    """The rows of a sheet, each with its number; a cell is what `written` makes of its type, style and text."""

    def __init__(self, written: Callable[[str, int, str], str]) -> None:
        super().__init__()
        self._written = written
        self._cells: dict[int, str] = {}  # by place: a row may claim to be far wider than what it says
        self._number = self._place = 0
        self._type, self._style = "", 0
        self._is_in_row = False

    def opened(self, name: str, said: Attributes) -> None:
        if name == "c":
            self._place = _column(said["r"]) if "r" in said else self._place + 1
            if self._place >= MOST_COLUMNS:
                raise TableError("too-many-columns", str(self._place))
            self._type, style = said.get("t", "n"), said.get("s", "0")
            self._style = int(style) if style.isdecimal() and len(style) < 9 else 0
        elif name == "v":
            self._is_text = self._is_in_row
        elif name == "row":
            number = said.get("r", "")
            stated = int(number[:15]) if number.isdecimal() else 0
            self._number = stated if stated > self._number else self._number + 1
            self._cells, self._place, self._is_in_row = {}, -1, True
        else:
            super().opened(name, said)

    def closed(self, name: str) -> None:
        if name == "c":
            text = self.taken()
            if text and self._is_in_row:
                self._cells[self._place] = self._written(self._type, self._style, text)
        elif name == "v":
            self._is_text = False
        elif name == "row":
            self._is_in_row = False
            self.done.append((self._number, self._cells))
            self._cells = {}
        else:
            super().closed(name)


def _column(reference: str) -> int:
    """The place of a column, from 0: of `AB12` it is 27; raises TableError for one that Excel does not have."""
    place = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        place = place * 26 + ord(letter) - 64
    if not 0 < place <= MOST_COLUMNS:
        raise TableError("malformed", "column")
    return place - 1


def rows_of(book: Book, part: str, text_of: Callable[[Any], str]) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that stand in it: number, and cells as `text_of` writes their values; raises TableError."""

    def written(kind: str, style: int, text: str) -> str:
        return text_of(_value(book, kind, style, text))

    for number, cells in listen(book.archive, part, _Rows(written)):
        row = [""] * (max(cells, default=-1) + 1)
        for place, text in cells.items():
            row[place] = text
        yield number, row


def _value(book: Book, kind: str, style: int, text: str) -> Any:
    """What a cell holds: text, a number, a truth or a time; what it cannot be stays as it is written."""
    try:
        if kind == "s":
            return book.strings[int(text)]
        if kind == "b":
            return bool(int(text))
        if kind != "n":
            return text
        number = float(text) if set(text) & {".", "e", "E"} else int(text)
        return book.dated(number, style) if style in book.dates else number
    except (ValueError, IndexError, OverflowError):
        return text
