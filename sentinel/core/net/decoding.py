"""Decompress a body piece by piece, never beyond a limit (pure).

A kilobyte can hold a gigabyte: every step hands the decoder the room that is left, so that a bomb costs no more than
an honest page of the largest size.
"""

import zlib
from typing import Protocol

import brotli  # type: ignore[import-untyped]

from sentinel.core.net.types import FetchError

ACCEPT_ENCODING = "gzip, deflate, br"
_GZIP = 31  # zlib's window bits for a gzip frame
_ZLIB, _RAW = 15, -15  # "deflate" means either in the wild
_MAX_MEMBERS = 16  # of one gzip body


class BodyDecoder(Protocol):
    """Takes a body in pieces."""

    def feed(self, piece: bytes, room: int) -> bytes:
        """What `piece` adds, at most a block (32 KB) over `room` bytes; FetchError `bad-encoding` where broken."""

    def finish(self) -> None:
        """FetchError `bad-encoding` where the body ended too early."""


def decoder_for(content_encoding: str) -> BodyDecoder:
    """The decoder for a Content-Encoding header; FetchError `bad-encoding` for nested and unknown ones."""
    names = [name for name in (part.strip().lower() for part in content_encoding.split(",")) if name]
    names = [name for name in names if name != "identity"]
    if not names:
        return _Identity()
    if len(names) == 1 and names[0] in _DECODERS:
        return _DECODERS[names[0]]()
    raise FetchError("bad-encoding", content_encoding[:80])


class _Identity:
    def feed(self, piece: bytes, room: int) -> bytes:
        return piece

    def finish(self) -> None:
        """Any end is an end."""


class _Gzip:
    """One gzip member after another; what follows and is no member is ignored, as browsers do."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 1
        self._begun = False

    def feed(self, piece: bytes, room: int) -> bytes:
        self._begun = self._begun or bool(piece)
        out = b""
        while piece and len(out) <= room:
            if self._member.eof:
                if not piece.startswith(b"\x1f") or self._members == _MAX_MEMBERS:
                    break
                self._member = zlib.decompressobj(_GZIP)
                self._members += 1
            out += _inflate(self._member, piece, room - len(out))
            piece = self._member.unused_data
        return out

    def finish(self) -> None:
        if self._begun and not self._member.eof:
            raise FetchError("bad-encoding", "gzip ends early")


class _Deflate:
    def __init__(self) -> None:
        self._head = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, piece: bytes, room: int) -> bytes:
        if self._stream is None:
            self._head += piece
            if len(self._head) < 2:
                return b""
            has_zlib_header = self._head[0] & 0x0F == 8 and int.from_bytes(self._head[:2], "big") % 31 == 0
            self._stream = zlib.decompressobj(_ZLIB if has_zlib_header else _RAW)
            piece = self._head
        return _inflate(self._stream, piece, room)

    def finish(self) -> None:
        if self._head and (self._stream is None or not self._stream.eof):
            raise FetchError("bad-encoding", "deflate ends early")


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._begun = False

    def feed(self, piece: bytes, room: int) -> bytes:
        self._begun = self._begun or bool(piece)
        try:
            out: bytes = self._stream.process(piece, output_buffer_limit=room + 1)
        except brotli.error as error:
            raise FetchError("bad-encoding", "br") from error
        return out

    def finish(self) -> None:
        if self._begun and not self._stream.is_finished():
            raise FetchError("bad-encoding", "br ends early")


def _inflate(stream: "zlib._Decompress", piece: bytes, room: int) -> bytes:
    try:
        return stream.decompress(piece, room + 1)
    except zlib.error as error:
        raise FetchError("bad-encoding", "deflate") from error


_DECODERS: dict[str, type[_Gzip] | type[_Deflate] | type[_Brotli]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
}
