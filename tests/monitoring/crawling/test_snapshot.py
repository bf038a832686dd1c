"""A snapshot shows what was received and does nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from monitoring.crawling.snapshot import Own, harmless_css, media_of, snapshot
from tests.fakes.xss import vectors
from tests.payloads.hostile_pages import HOSTILE_PAGES

LOADING = {"src", "href", "srcset", "action", "formaction", "poster", "data", "background", "xlink:href", "ping"}
FORBIDDEN = {"script", "iframe", "object", "embed", "link", "base", "form", "input", "svg", "math", "video", "audio"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 16


def assert_harmless(page: str) -> None:
    tree = LexborHTMLParser(page)
    for node in tree.css("*"):
        assert node.tag not in FORBIDDEN, page
        for name, value in node.attributes.items():
            assert not name.startswith("on"), page
            assert name not in LOADING or (node.tag, name) == ("img", "src"), page
            if name == "src":
                assert (value or "").startswith("data:image/"), page
    assert not tree.css("meta[http-equiv]")
    styles = " ".join(
        [style.text() for style in tree.css("style")] + [n.attributes["style"] or "" for n in tree.css("[style]")]
    )
    assert not re.search(r"url\s*\(|@import|expression\s*\(|javascript:", styles, re.IGNORECASE), page


@pytest.mark.parametrize("hostile", [*HOSTILE_PAGES, *vectors()])
def test_nothing_of_a_hostile_page_runs_or_loads(hostile: str) -> None:
    assert_harmless(
        snapshot(hostile.encode("utf-8", "replace"), "text/html", Own(url="https://forum.example/t/1", title="標題"))
    )


@given(st.lists(st.sampled_from(HOSTILE_PAGES), min_size=2, max_size=4), st.integers(1, 60))
def test_pieces_of_hostile_pages_put_together_are_harmless_too(pages: list[str], cut: int) -> None:
    assert_harmless(snapshot("".join(page[:-cut] or page for page in pages).encode(), "text/html"))


def test_a_page_in_big5_is_read_in_its_own_charset_and_keeps_its_words_and_tables() -> None:
    page = snapshot(
        '<table><tr><td colspan="2">曜日鮮乳喝到發霉</td></tr></table>'.encode("big5"), "text/html; charset=big5"
    )
    assert '<td colspan="2">曜日鮮乳喝到發霉</td>' in page


def test_a_link_says_where_it_led_and_leads_nowhere() -> None:
    page = snapshot(b'<a href="https://evil.example/x">go</a>', "text/html")
    assert 'title="https://evil.example/x">go</a>' in page
    assert "href" not in page


def test_an_image_of_the_page_is_told_not_loaded_and_one_inside_it_is_shown() -> None:
    page = snapshot(
        '<img src="https://t.example/pixel.gif" alt="瓶底"><img src="data:image/png;base64,iVBORw0KGgo=">'.encode(),
        "text/html",
    )
    assert "Image: 瓶底" in page
    assert '<img alt="" src="data:image/png;base64,iVBORw0KGgo=">' in page


@pytest.mark.parametrize(
    ("body", "content_type", "media"),
    [
        (b"<!doctype html><p>x", "text/plain", "html"),
        (b'{"a": 1}', "", "json"),
        (b'<?xml version="1.0"?><rss/>', "text/xml", "xml"),
        (b"<rss/>", "application/rss+xml", "xml"),
        (b"hello", "text/plain", "text"),
        (PNG, "text/html", "image"),
        (b"%PDF-1.7", "application/pdf", "other"),
        (b"\x00\x01\x02\x03", "application/octet-stream", "other"),
    ],
)
def test_what_a_body_is_is_told_by_its_bytes_first(body: bytes, content_type: str, media: str) -> None:
    assert media_of(body, content_type) == media


def test_json_is_shown_as_text_in_readable_letters_with_the_post_pointed_out() -> None:
    body = b'{"cards":[{"text":"\\u66dc\\u65e5\\u9bae\\u4e73\\u767c\\u9709 <script>alert(1)</script>"}]}'
    page = snapshot(body, "application/json", Own(text="曜日鮮乳發霉"))
    assert '<mark id="own" class="sentinel-own">曜日鮮乳發霉</mark>' in page
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_a_feed_is_shown_as_text_with_the_post_pointed_out() -> None:
    feed = "<rss><item><title>別的</title></item><item><title>曜日鮮乳回收</title></item></rss>".encode()
    page = snapshot(feed, "application/rss+xml", Own(title="曜日鮮乳回收"))
    assert "&lt;title&gt;<mark" in page


def test_a_list_points_at_the_entry_of_the_post() -> None:
    page = snapshot(
        b'<ul><li><a href="/t/1">one</a></li><li><a href="/t/2?utm_source=x">two</a></li></ul>',
        "text/html",
        Own(url="https://forum.example/t/2"),
    )
    assert 'id="own"' in page
    assert 'class="sentinel-own">two</a>' in page


def test_an_image_is_shown_as_an_image() -> None:
    assert 'src="data:image/png;base64,' in snapshot(PNG, "image/png")


def test_a_style_sheet_keeps_its_look_and_loses_what_it_loads() -> None:
    assert "color:red" in harmless_css("p{color:red;background:u\\72l(//evil.example/x)}")
    assert "url(" not in harmless_css("p{background:u\\72l(//evil.example/x)}")
    assert harmless_css("</style><script>") == ""


def test_a_page_that_nests_without_end_is_shown_at_once() -> None:
    assert snapshot(b"<div><b>" * 50_000 + b"x", "text/html")


def test_what_the_page_s_style_hides_is_shown_without_it() -> None:
    page = b"<style>*{display:none!important}</style><p style='opacity:0'>hidden"
    assert "display:none" in snapshot(page, "text/html")
    plain = snapshot(page, "text/html", is_styled=False)
    assert "display:none" not in plain
    assert "<p>hidden" in plain
