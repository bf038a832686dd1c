"""Whether an uploaded file is a picture, by its own bytes: PNG, JPEG or WebP, and how large (pure).

Formats: PNG (W3C, 11.2.1 IHDR), JPEG (ITU-T T.81, B.2.2), WebP (RFC 9649).
"""

import struct
from dataclasses import dataclass

LARGEST = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 100_000_000  # a browser would need 400 MB to show more
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's media type and its size in pixels."""

    media_type: str
    width: int
    height: int


class PictureError(ValueError):
    """Not a picture that can be shown: `code` is not-a-picture or too-large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_picture(data: bytes) -> Picture:
    """What picture the bytes are; raises PictureError."""
    if len(data) > LARGEST:
        raise PictureError("too-large")
    try:
        found = _png(data) or _jpeg(data) or _webp(data)
    except (struct.error, IndexError):
        found = None
    if found is None or not found.width or not found.height:
        raise PictureError("not-a-picture")
    if found.width * found.height > MOST_PIXELS:
        raise PictureError("too-large")
    return found


def _png(data: bytes) -> Picture | None:
    if data[:8] != b"\x89PNG\r\n\x1a\n" or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return Picture("image/png", width, height)


def _jpeg(data: bytes) -> Picture | None:
    if data[:3] != b"\xff\xd8\xff":
        return None
    place = 2
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return Picture("image/jpeg", width, height)
        place += 1 if marker == 0xFF else 2
        if marker != 0xFF and marker not in _STANDALONE:
            place += struct.unpack(">H", data[place : place + 2])[0]
    return None


def _webp(data: bytes) -> Picture | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif chunk == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = (size & 0x3FFF for size in struct.unpack("<HH", data[26:30]))
    else:
        return None
    return Picture("image/webp", width, height)
