"""Decompression hands out no more than there is room for."""

import gzip
import zlib
from contextlib import suppress

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentinel.core.net.decoding import decoder_for
from sentinel.core.net.types import FetchError
from tests.fakes.hostile import brotli_bomb, deflate_bomb, gzip_bomb

BLOCK = 32 * 1024  # in which Brotli hands out
PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "identity": lambda body: body,
}


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [("gzip", gzip_bomb(20)), ("deflate", deflate_bomb(20)), ("br", brotli_bomb(20))],
    ids=["gzip", "deflate", "br"],
)
def test_one_piece_of_a_bomb_fills_the_room_and_no_more(encoding: str, bomb: bytes) -> None:
    assert 10_000 < len(decoder_for(encoding).feed(bomb, 10_000)) <= 10_000 + BLOCK


@given(st.binary(max_size=3000), st.sampled_from(sorted(PACKERS)), st.integers(1, 700))
def test_a_body_comes_out_whole_however_it_is_cut(body: bytes, encoding: str, size: int) -> None:
    packed, decoder = PACKERS[encoding](body), decoder_for(encoding)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
    assert b"".join(decoder.feed(piece, 3000) for piece in pieces) == body
    decoder.finish()


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["gzip", "deflate", "br"]))
def test_noise_is_a_bad_encoding_and_nothing_else(noise: bytes, encoding: str) -> None:
    decoder = decoder_for(encoding)
    with suppress(FetchError):  # any other error would be seen
        assert len(decoder.feed(noise, 1000)) <= 1000 + BLOCK
        decoder.finish()


def test_a_gzip_body_of_many_members_is_read_up_to_the_sixteenth() -> None:
    assert decoder_for("gzip").feed(gzip.compress(b"x") * 100, 1000) == b"x" * 16


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br, gzip", "zstd", "compress", "gzip;q=1", "x" * 9999])
def test_nested_and_unknown_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(FetchError, match="bad-encoding"):
        decoder_for(encoding)


@pytest.mark.parametrize("encoding", ["", " ", "identity", "identity, gzip", "GZIP", "identity, identity"])
def test_identity_does_not_count(encoding: str) -> None:
    decoder_for(encoding)
