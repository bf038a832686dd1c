"""Pages are cut where no reader's page goes on; all others are parsed as they came."""

from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.markup import _bounded, _is_harmless

PIECES = [
    "><",
    ">",
    "<a ",
    "<div>",
    'x="1" ',
    "曜",
    "<script>",
    "var a=1; " * 4000,
    "</script>",
    "b " * 16_000,
    "z" * 31_000,
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_bytes_that_are_parsed_as_they_are_would_not_have_been_cut(html: str) -> None:
    assert not _is_harmless(html.encode(), 8_000) or _bounded(html, 8_000) == html


def test_a_long_script_without_a_tag_in_it_leaves_a_page_harmless() -> None:
    assert _is_harmless(b"<p>a</p><script>" + b"var a = 1; " * 9_000 + b"</script>", 8_000)
    assert not _is_harmless(b"<p>a</p><b " + b"a=1 " * 9_000 + b">", 8_000)
