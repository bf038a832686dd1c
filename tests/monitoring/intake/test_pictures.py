"""A picture is what its bytes say."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.intake.pictures import LARGEST, Picture, PictureError, read_picture

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x02\0\0\0"
JPEG = (
    b"\xff\xd8\xff\xe0"
    + struct.pack(">H", 16)
    + b"JFIF\0"
    + b"\0" * 9
    + b"\xff\xc0"
    + struct.pack(">HBHH", 17, 8, 480, 640)
)
WEBP_LOSSY = b"RIFF" + b"\0" * 4 + b"WEBPVP8 " + b"\0" * 4 + b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480)
WEBP_EXTENDED = (
    b"RIFF" + b"\0" * 4 + b"WEBPVP8X" + b"\0" * 8 + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")
)
WEBP_LOSSLESS = b"RIFF" + b"\0" * 4 + b"WEBPVP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 639 | 479 << 14)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP_LOSSY, "image/webp"),
        (WEBP_EXTENDED, "image/webp"),
        (WEBP_LOSSLESS, "image/webp"),
    ],
)
def test_pictures_are_known_by_their_bytes(data: bytes, kind: str) -> None:
    assert read_picture(data) == Picture(kind, 640, 480)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html>",
        PNG[:20],
        JPEG[:20],
        b"\xff\xd8\xff",
        WEBP_LOSSY[:16],
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(PictureError, match="not-a-picture"):
        read_picture(data)


def test_what_no_browser_could_show_is_refused() -> None:
    with pytest.raises(PictureError, match="too-large"):
        read_picture(PNG[:16] + struct.pack(">II", 60_000, 60_000) + PNG[24:])
    with pytest.raises(PictureError, match="too-large"):
        read_picture(PNG + b"\0" * LARGEST)


@given(st.sampled_from([PNG[:12], JPEG[:4], WEBP_LOSSY[:16], WEBP_EXTENDED[:16], b""]), st.binary(max_size=60))
def test_any_bytes_are_a_picture_or_refused(start: bytes, rest: bytes) -> None:
    try:
        found = read_picture(start + rest)
    except PictureError:
        return
    assert found.width > 0
    assert found.height > 0
