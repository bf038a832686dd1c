"""Feeds of every format, as broken and as hostile as they come."""

import contextlib
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import feed
from monitoring.sources.feed_document import MOST_ENTRIES, NotAFeed, parse_feed
from monitoring.sources.items import DefinitionError, SourceError
from sentinel.core.net.types import Response

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=TAIPEI)
PAYLOADS = Path(__file__).resolve().parents[2] / "payloads"
DEFINITION = {"url": "https://news.example.cn/rss.xml"}


def answer(body: bytes, url: str = DEFINITION["url"], status: int = 200, content_type: str = "") -> Response:
    return Response(url, status, {"content-type": content_type} if content_type else {}, body)


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def test_rss_in_gbk_gives_plain_titles_whole_texts_and_clean_addresses() -> None:
    first, second, third = feed.parse(DEFINITION, answer(payload("feed_rss_gbk.xml")), NOW, TAIPEI).items
    assert first.title == "曜日乳业回应异味投诉 & 下架批次"
    assert first.url == "https://news.example.cn/2025/0620/101.html"
    assert first.text == "曜日乳业 20日表示，已下架相关批次。\n消费者可退货。"
    assert first.author == "记者 王敏"
    assert first.published_at == datetime(2025, 6, 20, 10, 5, tzinfo=TAIPEI)
    assert first.precision == "second"
    assert second.title == "AT&T 与月见乳业合作 &unknown; 试点"
    assert second.url == "https://news.example.cn/2025/0620/102.html"
    assert second.author == "李强"
    assert second.text == "第一行\n第二行"
    assert third.url == "https://news.example.cn/2025/0619/99.html"
    assert third.precision == "day"


@pytest.mark.parametrize("content_type", ["application/xml; charset=utf-8", "text/xml; charset=iso-8859-1"])
def test_a_wrong_charset_in_the_header_does_not_matter(content_type: str) -> None:
    page = feed.parse(DEFINITION, answer(payload("feed_rss_gbk.xml"), content_type=content_type), NOW, TAIPEI)
    assert page.items[0].author == "记者 王敏"


def test_atom_reads_relative_links_against_xml_base_and_publication_before_update() -> None:
    first, second = parse_feed(payload("feed_atom.xml"), "", "https://elsewhere.example/", NOW, TAIPEI)
    assert first.link == "https://forum.example.tw/board/thread/501.html"
    assert first.title == "月見鮮乳 喝起來怪怪的"
    assert first.text == "早上買的。\n有人也這樣嗎？"
    assert first.author == "志明"
    assert first.published is not None
    assert first.published.at.isoformat() == "2025-06-20T08:15:30+08:00"
    assert second.author == "版主"
    assert second.published is not None
    assert second.published.at.isoformat() == "2025-06-20T01:00:00+00:00"


def test_rdf_and_json_feed_are_feeds_too() -> None:
    (rdf,) = parse_feed(payload("feed_rdf.xml"), "", "https://news.example.tw/", NOW, TAIPEI)
    assert (rdf.title, rdf.link, rdf.author, rdf.guid) == (
        "曜日乳業召回鮮乳",
        "https://news.example.tw/1",
        "中央社",
        "https://news.example.tw/1",
    )
    first, second = parse_feed(payload("feed.json"), "", "https://blog.example.tw/feed.json", NOW, TAIPEI)
    assert (first.link, first.text, first.author) == ("https://blog.example.tw/1", "好喝\n推薦", "淑芬")
    assert (second.link, second.text) == ("https://blog.example.tw/2", "沒有標題")


def test_a_broken_feed_is_read_as_far_as_it_goes() -> None:
    entries = parse_feed(payload("feed_broken.xml"), "", "https://broken.example.tw/feed", NOW, TAIPEI)
    assert [entry.link for entry in entries] == [
        "https://broken.example.tw/1?a=1&b=2",
        "https://broken.example.tw/2",
        "https://broken.example.tw/3",
    ]
    assert entries[0].title == "第一則 粗體"
    assert entries[0].text == "一行\n二行"


def test_without_an_address_of_its_own_links_are_read_against_the_channels() -> None:
    entries = parse_feed(payload("feed_rss_gbk.xml"), "", "", NOW, TAIPEI)
    assert entries[1].link == "https://news.example.cn/2025/0620/102.html"


def test_entities_that_a_feed_declares_are_never_expanded() -> None:
    (entry,) = parse_feed(payload("feed_xxe.xml"), "", "https://evil.example.com/", NOW, TAIPEI)
    assert entry.title == "&c; &file;"


@pytest.mark.parametrize(
    "hostile",
    [
        b"<rss><channel><item><title>x</title>" + b"<a>" * 200_000,
        b"<rss><channel><item><title>x</title><description>" + b"&lt;div&gt;" * 200_000 + b"</description>",
        b"<rss><channel>" + b"<![CDATA[" * 100_000,
        b"<rss><channel>" + b"<description>" * 100_000,
        b"<rss " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b">",
        b'{"items":' + b"[" * 200_000,
        b"<!DOCTYPE rss [" + b"<!ENTITY a 'x'>" * 50_000 + b"]><rss/>",
    ],
    ids=["deep", "deep-html", "cdata", "fields", "attributes", "json", "doctype"],
)
def test_a_hostile_feed_costs_little(hostile: bytes) -> None:
    before = time.process_time()
    with contextlib.suppress(NotAFeed):
        parse_feed(hostile, "", "https://evil.example.com/", NOW, TAIPEI)
    # Far above what it takes, far below the minutes that an unbounded parser needs.
    assert time.process_time() - before < 10


def test_of_too_many_entries_the_newest_are_taken_in_their_order() -> None:
    item = "<item><link>https://e.example/{0}</link><pubDate>{0}</pubDate></item>"
    times = range(1_700_000_000, 1_700_000_000 + MOST_ENTRIES + 5)
    body = "<rss><channel>" + "".join(item.format(one) for one in times) + "</channel></rss>"
    entries = parse_feed(body.encode(), "", "https://e.example/", NOW, TAIPEI)
    assert len(entries) == MOST_ENTRIES
    assert entries[0].link == f"https://e.example/{times[5]}"


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer(b"", status=403), "blocked"),
        (answer(b"", status=432), "blocked"),
        (answer(b"", status=500), "http"),
        (answer(b""), "malformed"),
        (answer(b"<!DOCTYPE html><html><body>hello</body></html>"), "malformed"),
        (answer(payload("page_captcha.html")), "blocked"),
        (answer(b"<rss><channel><title>x</title></channel></rss>"), "empty"),
        (answer(b'{"version": "x"}'), "malformed"),
    ],
)
def test_what_is_no_feed_says_why(response: Response, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        feed.parse(DEFINITION, response, NOW, TAIPEI)
    assert caught.value.code == code


def test_a_definition_needs_a_web_address() -> None:
    assert feed.validate({"url": " https://news.example.cn/rss.xml ", "extra": 1}) == DEFINITION
    assert feed.site(DEFINITION) == "news.example.cn"
    assert [request.url for request in feed.start(DEFINITION)] == [DEFINITION["url"]]
    for url in ("", "news.example.cn/rss", "ftp://news.example.cn/"):
        with pytest.raises(DefinitionError) as caught:
            feed.validate({"url": url})
        assert list(caught.value.problems) == ["url"]


MARKUP = '<>/&;="[]!?-x12 \n中\x00' + "".join(("rss", "channel", "item", "title", "link", "CDATA", "feed", "entry"))


@given(st.binary(max_size=300) | st.text(alphabet=MARKUP, max_size=300).map(lambda text: b"<rss>" + text.encode()))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        feed.parse(DEFINITION, answer(body), NOW, TAIPEI)
