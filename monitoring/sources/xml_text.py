"""Files of XML as text: decompressed, in their true charset, and mended as far as XML needs it, by pieces (pure)."""

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from monitoring.crawling.charset import decode

# How lxml reads a stranger's XML: as far as it can, and nothing but what stands there.
CAUTIOUS: dict[str, Any] = {
    "recover": True,
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "encoding": "utf-8",
}
_LARGEST = 50 * 1024 * 1024  # bytes after decompression, as the protocol of sitemaps allows
_PIECE = 64 * 1024
_SAMPLE = 512 * 1024  # bytes that tell the charset
_BARE = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)")
_LONGEST_REFERENCE = 12
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # in XML


def text_pieces(body: bytes) -> Iterator[str]:
    """The text of a file, the first piece the longest; ampersands that stand for themselves are escaped."""
    held = ""
    for text in _decoded(_unpacked(body)):
        whole = held + text
        # A reference may go on in the next piece.
        cut = whole.rfind("&", max(0, len(whole) - _LONGEST_REFERENCE))
        held = whole[cut:] if cut >= 0 else ""
        yield _mended(whole[:cut] if cut >= 0 else whole)
    yield _mended(held)


def _mended(text: str) -> str:
    return ILLEGAL.sub("", _BARE.sub("&amp;", text))


def _decoded(pieces: Iterator[bytes]) -> Iterator[str]:
    """The text in the charset that its beginning is in, whatever the file says of itself."""
    sample = b"".join(_as_much(pieces))
    charset = decode(sample).charset
    is_big5 = charset == "big5"
    decoder = codecs.getincrementaldecoder("cp950" if is_big5 else charset)(
        "sentinel-hong-kong" if is_big5 else "replace"
    )
    yield from (decoder.decode(piece) for piece in chain([sample], pieces))
    yield decoder.decode(b"", final=True)


def _as_much(pieces: Iterator[bytes]) -> Iterable[bytes]:
    length = 0
    for piece in pieces:
        yield piece
        length += len(piece)
        if length >= _SAMPLE:
            return


def _unpacked(body: bytes) -> Iterator[bytes]:
    """The body in pieces, decompressed where it is gzip; at most _LARGEST bytes."""
    if not body.startswith(b"\x1f\x8b"):
        yield from (body[at : at + _PIECE] for at in range(0, min(len(body), _LARGEST), _PIECE))
        return
    inflater, left, waiting = zlib.decompressobj(wbits=31), _LARGEST, body
    while waiting and left > 0:
        try:
            piece = inflater.decompress(waiting, min(_PIECE, left))
        except zlib.error:
            return
        if piece:
            yield piece
        left -= len(piece)
        if inflater.eof:
            return
        if not piece and not inflater.unconsumed_tail:
            return
        waiting = inflater.unconsumed_tail
