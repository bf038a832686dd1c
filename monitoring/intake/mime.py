"""The parts of a mail, found in its bytes without a copy of them (pure).

The parser of the standard library makes an object of every line: a mail of 15 MB of short lines takes it half a
gigabyte, and one of nested parts minutes. Here a part is a place in the mail; only its head is parsed, up to a bound.

Formats: RFC 5322 (heads), RFC 2045 (transfer encodings) and 2046 (parts and their boundaries).
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice

LARGEST_HEAD = 50_000  # bytes
MOST_PARTS = 200  # of one part
_LARGEST_TEXT = 3_000_000  # bytes, as they are sent
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
# As email.feedparser tells the lines of a head.
_HEAD_LINES = re.compile(rb"(?:(?:From |[!-9;-~]*+:|[\t ])[^\n]*+(?:\n|\Z))*+")
_LINE_END = re.compile(rb"\r?\n\Z")
_LONGEST_BOUNDARY = 1_000  # characters; RFC 2046 allows 70


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a mail, or the mail itself: its head, and where in `raw` its body stands."""

    raw: bytes
    head: Message
    start: int
    end: int

    @property
    def kind(self) -> str:
        """The media type, such as text/plain."""
        return self.head.get_content_type()

    @property
    def is_message(self) -> bool:
        """Whether a whole mail stands in it."""
        return self.kind == "message/rfc822"

    def inner(self) -> "list[Part]":
        """The parts within, the first of them where there are too many; none where it is a part that ends here."""
        if self.is_message:
            return [read_part(self.raw, self.start, self.end)]
        if not self.kind.startswith("multipart/"):
            return []
        return [read_part(self.raw, start, end) for start, end in islice(self._places(), MOST_PARTS)]

    def _places(self) -> Iterator[tuple[int, int]]:
        boundary = _boundary_of(self.head)
        if not boundary:
            return
        line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
        begun = -1
        for found in line.finditer(self.raw, self.start, self.end):
            if begun >= 0:
                yield begun, self._without_line_end(begun, found.start())
            begun = found.end()
            if found[1]:
                return
        if begun >= 0:
            yield begun, self.end

    def _without_line_end(self, start: int, end: int) -> int:
        """The line end before a boundary belongs to the boundary."""
        found = _LINE_END.search(self.raw, max(start, end - 2), end)
        return found.start() if found else max(start, end)

    def content(self) -> bytes:
        """The decoded body; of a text that is longer than any the beginning."""
        end = min(self.end, self.start + _LARGEST_TEXT) if self.kind.startswith("text/") else self.end
        sent = self.raw[self.start : end]
        encoding = str(self.head.get("Content-Transfer-Encoding", "")).strip().lower()
        if encoding == "base64":
            return _from_base64(sent)
        if encoding == "quoted-printable":
            return quopri.decodestring(sent)
        return _from_uu(sent) if encoding in ("x-uuencode", "uuencode", "uue", "x-uue") else sent


def read_part(raw: bytes, start: int = 0, end: int | None = None) -> Part:
    """The part between two places of a mail; without them the whole mail."""
    end = len(raw) if end is None else end
    if start < end and _is_blank(raw, start):
        return Part(raw, Message(), start + (2 if raw.startswith(b"\r\n", start) else 1), end)
    blank = _BLANK_LINE.search(raw, start, end)
    head_end, body = (blank.end(), blank.end()) if blank else (end, end)
    lines = _HEAD_LINES.match(raw, start, min(head_end, start + LARGEST_HEAD))
    assert lines
    if lines.end() < min(body, start + LARGEST_HEAD) and not _is_blank(raw, lines.end()):
        body = lines.end()  # a line that is none of a head begins the body
    return Part(raw, BytesHeaderParser().parsebytes(lines[0]), body, end)


def _is_blank(raw: bytes, place: int) -> bool:
    return raw.startswith((b"\n", b"\r\n"), place)


def _boundary_of(head: Message) -> bytes:
    try:
        boundary = head.get_boundary() or ""
    except Exception:  # a parameter in pieces that do not fit
        return b""
    return boundary[:_LONGEST_BOUNDARY].encode("ascii", "surrogateescape") if boundary.isascii() else b""


def _from_base64(sent: bytes) -> bytes:
    """What Base64 holds, as far as it can be read."""
    for padding in (b"", b"=", b"=="):
        try:
            return binascii.a2b_base64(sent + padding if padding else sent)
        except binascii.Error:
            continue
    return b""


def _from_uu(sent: bytes) -> bytes:
    _before, begun, lines = sent.partition(b"begin ")
    decoded = bytearray()
    for line in lines.splitlines()[1:] if begun else ():
        if line.strip() in (b"end", b"`"):
            break
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:  # some senders count the line's bytes wrong
            decoded += binascii.a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3]) if line[:1] else b""
    return bytes(decoded)
