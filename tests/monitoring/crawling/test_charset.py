"""The charset of a page is told by its bytes; what is declared helps only where they are not clear."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.charset import decode

SIMPLIFIED = "曜日乳业回应酸奶变质投诉，消费者可凭小票退货，公司表示正在调查原因。"
TRADITIONAL = "曜日乳業回應優格變質投訴，消費者可憑發票退貨，公司表示正在調查原因。"
LIES = ["", "text/html; charset=utf-8", "text/html; charset=gb2312", "text/html; charset=big5", "text/html; charset=x"]


@pytest.mark.parametrize("content_type", LIES)
@pytest.mark.parametrize(
    ("text", "codec", "charset"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (TRADITIONAL, "utf-8", "utf-8"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
    ],
)
def test_headers_lie_in_both_directions(text: str, codec: str, charset: str, content_type: str) -> None:
    decoded = decode(text.encode(codec), content_type)
    assert (decoded.text, decoded.charset) == (text, charset)


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "utf-8", "big5"])
def test_meta_declarations_lie_too(declared: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body>{SIMPLIFIED}</body></html>'
    assert decode(page.encode("gb18030")).text == page


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides_and_is_no_text(codec: str) -> None:
    assert decode(TRADITIONAL.encode(codec), "text/html; charset=gbk").text == TRADITIONAL


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told_by_its_zero_bytes(codec: str) -> None:
    page = f"<html><head><title>title</title></head><body>{TRADITIONAL}</body></html>"
    assert decode(page.encode(codec)).text == page


def test_characters_beyond_gb2312_and_big5_are_read_as_browsers_read_them() -> None:
    assert decode("喆𠮷堃，镕基，国务院回应称正在调查".encode("gb18030"), "text/html; charset=gb2312").text.startswith(
        "喆𠮷堃"
    )
    assert decode("碁銹恒裏，我們正在調查這件事情".encode("cp950"), "text/html; charset=big5").text.startswith(
        "碁銹恒裏"
    )
    assert decode("香港嘅嚟咗，我們正在調查這件事情".encode("big5hkscs")).text.startswith("香港嘅嚟咗")


def test_a_page_cut_inside_a_character_stays_what_it_was() -> None:
    assert decode(SIMPLIFIED.encode()[:-2]).charset == "utf-8"
    assert decode(SIMPLIFIED.encode("gbk")[:-1]).charset == "gb18030"


def test_a_stray_byte_does_not_turn_a_page_into_another_charset() -> None:
    body = SIMPLIFIED.encode() * 3 + b"\xa0\xff" + SIMPLIFIED.encode()
    assert decode(body, "text/html; charset=gb2312").charset == "utf-8"


@pytest.mark.parametrize("length", [0, 50_000, 200_000])
def test_a_long_head_of_scripts_hides_no_charset(length: int) -> None:
    head = f'<html><head><meta charset="iso-8859-1"><script>{"a" * length}</script></head>'
    gb, utf8 = (f"{head}<body>{SIMPLIFIED * 3}".encode(codec) for codec in ("gb18030", "utf-8"))
    assert decode(gb, "text/html; charset=iso-8859-1").charset == "gb18030"
    assert decode(utf8 + b"\xa0 " + SIMPLIFIED.encode()).charset == "utf-8"


@pytest.mark.parametrize("word", ["联通", "一台Iphone"])
def test_a_short_gb_text_that_is_valid_utf_8_by_chance_is_gb(word: str) -> None:
    assert decode(word.encode("gbk")).text == word


@pytest.mark.parametrize("text", ["Привет, как дела", "© 2025 Example", "café crème", "Ελληνικά νέα"])
def test_other_scripts_in_utf_8_stay_themselves(text: str) -> None:
    assert decode(text.encode(), "text/html; charset=gb2312").text == text


@pytest.mark.parametrize(
    ("text", "codec", "declared"),
    [
        ("日本語のニュースです", "cp932", "Shift_JIS"),
        ("日本語のニュースです", "euc-jp", "EUC-JP"),
        ("한국어 뉴스 기사", "cp949", "euc-kr"),
        ("café crème où", "cp1252", "iso-8859-1"),
    ],
)
def test_a_declared_foreign_charset_is_believed_where_the_bytes_are_not_chinese(
    text: str, codec: str, declared: str
) -> None:
    assert decode(text.encode(codec), f"text/html; charset={declared}").text == text


HONG_KONG = "佢哋話嗰啲奶有問題，我哋啱啱買咗嚟飲，唔知點算好，邊個識得點樣投訴呀？"
FOUR_BYTES = "𠮷野家、堃、镕基、㵘、䶮、喆，均表示将继续跟进。"
DOCUMENTS = {
    "page": '<html><head><meta http-equiv="Content-Type" content="text/html; charset={0}"></head><body>{1}</body>',
    "page of today": '<!DOCTYPE html><html><head><meta charset="{0}"></head><body class=x>{1}</body></html>',
    "feed": '<?xml version="1.0" encoding="{0}"?><rss version="2.0"><channel><title>{1}</title></channel></rss>',
    "data": '{{"charset": "{0}", "title": "{1}"}}',
}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "gbk"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gbk"),
        (HONG_KONG, "big5hkscs"),
        (FOUR_BYTES, "gb18030"),
        (SIMPLIFIED, "utf-16"),
        (TRADITIONAL, "utf-16-le"),
    ],
)
def test_no_document_is_read_wrongly_whatever_it_declares(text: str, codec: str, document: str) -> None:
    headers = [*LIES, "application/json", "text/xml; charset=us-ascii", "text/html;charset=GBK"]
    for declared, header in product(["utf-8", "gb2312", "big5", "iso-8859-1", "none"], headers):
        written = DOCUMENTS[document].format(declared, text)
        assert decode(written.encode(codec), header).text == written


@given(
    st.sampled_from([(SIMPLIFIED, "utf-8", "utf-8"), (SIMPLIFIED, "gbk", "gb18030"), (TRADITIONAL, "big5", "big5")]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
    st.sampled_from(LIES),
)
def test_a_few_broken_bytes_do_not_change_the_charset(
    written: tuple[str, str, str], damage: list[tuple[int, int]], header: str
) -> None:
    text, codec, charset = written
    body = bytearray("".join(f"<p>{text}</p>" for _ in range(12)).encode(codec))
    for place, byte in damage:
        body[place % len(body)] = byte
    if not body.startswith((b"\xfe\xff", b"\xff\xfe")):
        assert decode(bytes(body), header).charset == charset


@given(st.binary(max_size=400), st.text(max_size=60))
def test_any_bytes_are_read_somehow(body: bytes, content_type: str) -> None:
    assert isinstance(decode(body, content_type).text, str)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_what_is_utf_8_is_never_read_otherwise_where_it_says_so(text: str) -> None:
    body = text.encode()
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or b"\0" in body:
        return
    assert decode(body, "text/html; charset=utf-8").text == text


def test_a_body_of_nothing_but_rare_or_broken_characters_is_read_in_bounded_time() -> None:
    rare, broken = "嘅".encode("big5hkscs"), b"\xff\x81\xfe\xfe"
    for body in (("曜日乳業" * 100).encode("big5") + pair * 1_200_000 for pair in (rare * 2, broken)):
        started = time.process_time()
        assert decode(body).charset == "big5"
        assert time.process_time() - started < 1.0


def test_the_hong_kong_characters_of_a_long_page_are_read_whole_around_where_the_exactness_ends() -> None:
    line = "<p>香港嘅嚟咗，我們正在調查這件事情</p>"
    lines = decode((line * 12_000).encode("big5hkscs")).text.split("</p>")
    assert lines[:8_000] == [line.removesuffix("</p>")] * 8_000
    assert all(each.startswith("<p>香港") and "我們正在調查這件事情" in each for each in lines[:-1])


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf_16_with_little_markup_and_without_a_mark_is_told_by_how_it_reads(codec: str) -> None:
    text = "<title>曜日乳业</title>" + "一家三口喝完酸奶进了医院，客服表示需要消费者自己证明。" * 40
    assert decode(text.encode(codec), "text/html; charset=gb2312").text == text
