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
from monitoring.sources.feed_document import MOST_ENTRIES, Entry, NotAFeed, parse_feed
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


COUNTED = """<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:thr="http://purl.org/syndication/thread/1.0"><channel>
<item><link>https://c.example/1</link><comments>https://c.example/1#c</comments><slash:comments>17</slash:comments></item>
<item><link>https://c.example/2</link><comments>9</comments></item>
<item><link>https://c.example/3</link><stats><reposts_count>1.2万</reposts_count><comments_count>3</comments_count>
  <attitudes_count>4</attitudes_count></stats></item>
<item><link>https://c.example/4</link><media:group><media:community><media:statistics views="5000" favorites="7"/>
  <media:starRating count="12" average="5.00"/></media:community></media:group></item>
<item><link>https://c.example/5</link><thr:total>6</thr:total></item>
<item><link>https://c.example/6</link><comments>not a number</comments><slash:comments/></item></channel></rss>"""


def test_counts_become_figures() -> None:
    items = feed.parse(DEFINITION, answer(COUNTED.encode()), NOW, TAIPEI).items
    assert [item.figures for item in items] == [
        {"comments": 17},
        {"comments": 9},
        {"reposts": 12_000, "comments": 3, "likes": 4},
        {"views": 5000, "likes": 12},
        {"comments": 6},
        {},
    ]


def test_counts_of_atom_and_of_a_json_feed_become_figures() -> None:
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"><entry>
      <link href="https://c.example/1"/><link rel="replies" href="/1/r" thr:count="8"/></entry></feed>"""
    assert feed.parse(DEFINITION, answer(atom), NOW, TAIPEI).items[0].figures == {"comments": 8}
    listed = b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "https://c.example/1",'
    extended = listed + b'"_site": {"stats": {"views": 5, "likes": "6", "x": 7}}, "_other": 3}]}'
    assert feed.parse(DEFINITION, answer(extended), NOW, TAIPEI).items[0].figures == {"views": 5, "likes": 6}


GATHERED = """<rss version="2.0"><channel><item><title>曜日說明 - 調查中 - 中央社</title><link>https://g.example/1</link>
<source url="https://cna.example">中央社</source>
<description>&lt;a href="x"&gt;曜日說明 - 調查中&lt;/a&gt; 中央社</description></item>
<item><title>月見 - 沒有出處</title><link>https://www.google.com/url?rct=j&amp;url=https%3A%2F%2Fn.example%2F2&amp;ct=ga</link>
<author>志明</author></item></channel></rss>"""


def test_an_entry_that_was_gathered_names_its_outlet_and_leads_to_it() -> None:
    first, second = feed.parse(DEFINITION, answer(GATHERED.encode()), NOW, TAIPEI).items
    assert (first.title, first.author, first.text) == ("曜日說明 - 調查中", "中央社", "")
    assert (second.title, second.author, second.url) == ("月見 - 沒有出處", "志明", "https://n.example/2")


def test_entries_that_only_begin_can_be_read_on_their_own_pages() -> None:
    definition = feed.validate({**DEFINITION, "follow": True})
    item = feed.parse(definition, answer(payload("feed_rss_gbk.xml")), NOW, TAIPEI).items[0]
    assert item.needs_detail
    assert feed.detail_request(definition, item).url == item.url
    whole = feed.detail(definition, item, answer(payload("article_news.html"), item.url), NOW, TAIPEI)
    assert whole.text.startswith("曜日乳業今（20）日表示")
    assert whole.title == item.title
    # A page that tells nothing leaves what the feed said; one that refuses us is said to refuse.
    less = feed.detail(definition, item, answer(b"<html><body></body></html>", item.url), NOW, TAIPEI)
    assert (less.text, less.needs_detail) == (item.text, False)
    with pytest.raises(SourceError) as caught:
        feed.detail(definition, item, answer(payload("page_captcha.html"), item.url), NOW, TAIPEI)
    assert caught.value.code == "blocked"


def test_a_feed_has_secret_headers_of_its_own() -> None:
    definition = feed.validate({**DEFINITION, "secret_headers": "Authorization: Basic eDp5"})
    assert feed.start(definition)[0].headers["Authorization"] == "Basic eDp5"
    with pytest.raises(DefinitionError) as caught:
        feed.validate({**DEFINITION, "headers": "nonsense", "detail_text": "p["})
    assert set(caught.value.problems) == {"headers", "detail_text"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "big5", "gb18030"])
def test_a_feed_in_any_charset_is_read(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16": "utf-16"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{declared}"?><rss><channel><item><title>乳業公司召回產品說明</title>'
    body = f"{text}<link>https://c.example/1</link></item></channel></rss>".encode(encoding)
    (item,) = feed.parse(DEFINITION, answer(body), NOW, TAIPEI).items
    assert item.title == "乳業公司召回產品說明"


@pytest.mark.parametrize(
    "written", ["陳怡君", "a@n.example (陳怡君)", "陳怡君 (a@n.example)", "陳怡君 &lt;a@n.example&gt;"]
)
def test_an_author_is_a_name_without_an_address_of_mail(written: str) -> None:
    item = f"<item><title>x</title><link>https://n.example/1</link><author>{written}</author></item>"
    text = f"<rss><channel>{item}</channel></rss>"
    (entry,) = parse_feed(text.encode(), "", "https://n.example/", NOW, TAIPEI)
    assert entry.author == "陳怡君"


def test_a_feed_may_name_all_its_elements_by_a_prefix() -> None:
    text = """<!-- made by hand -->
    <a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title type="xhtml"><x:div
    xmlns:x="http://www.w3.org/1999/xhtml">曜日的 &lt;b> 元素</x:div></a:title><a:link href="/1"/></a:entry></a:feed>"""
    (entry,) = parse_feed(text.encode(), "", "https://n.example/", NOW, TAIPEI)
    assert (entry.title, entry.link) == ("曜日的 <b> 元素", "https://n.example/1")


def entry_of(inside: str, root: str = "rss", attributes: str = "") -> Entry:
    body = f"<{root} {attributes}><channel><item>{inside}</item></channel></{root}>"
    return parse_feed(body.encode(), "", "https://news.example.tw/feed", NOW, TAIPEI)[0]


def test_an_emoji_that_was_written_as_two_halves_is_one_and_numbers_of_no_character_are_passed_by() -> None:
    entry = entry_of(
        "<title>鮮乳&#55357;&#56833;&#xD83D;&#xde21;</title><link>/1</link><description>一&#xD800;&#8;二&#20013;</description>"
    )
    assert entry.title == "鮮乳😁😡"
    assert entry.text == "一二中"
    in_cdata = entry_of("<title><![CDATA[鮮乳&#55357;&#56833;]]></title><link>/1</link>")
    assert in_cdata.title == "鮮乳😁"


def test_what_a_podcast_and_a_video_say_of_themselves_is_read() -> None:
    spoken = entry_of(
        "<title>第1集</title><itunes:author>主持人</itunes:author><itunes:summary>本集談鮮乳</itunes:summary>"
        '<guid isPermaLink="false">ep-1</guid><enclosure url="https://cdn.example/1.mp3"/>',
        attributes='xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
    )
    assert (spoken.author, spoken.text, spoken.guid) == ("主持人", "本集談鮮乳", "ep-1")
    shown = entry_of(
        '<link>https://v.example/1</link><media:content url="https://v.example/1.mp4"><media:title>影片</media:title>'
        "<media:description>說明</media:description></media:content>",
        attributes='xmlns:media="http://search.yahoo.com/mrss/"',
    )
    assert (shown.title, shown.text) == ("影片", "說明")


def test_a_link_that_was_escaped_once_too_often_leads_where_it_should() -> None:
    assert entry_of("<title>a</title><link><![CDATA[https://n.example/?a=1&amp;b=2]]></link>").link.endswith("?a=1&b=2")
    assert entry_of("<title>a</title><link>https://n.example/?a=1&amp;amp;b=2</link>").link.endswith("?a=1&b=2")


def test_a_feed_of_a_namespace_nobody_knows_is_a_feed() -> None:
    entry = entry_of("<title>題</title><link>/1</link>", attributes='xmlns="http://purl.org/net/rss1.1#" version="2.0"')
    assert (entry.title, entry.link) == ("題", "https://news.example.tw/1")


@pytest.mark.parametrize(
    "written", ["週五, 20 六月 2025 09:00:00 +0800", "周五, 20 6月 2025 01:00:00 +0000", "20 6 月, 2025 9:00 上午"]
)
def test_a_date_whose_month_was_translated_keeps_its_minute(written: str) -> None:
    published = entry_of(f"<title>a</title><link>/1</link><pubDate>{written}</pubDate>").published
    assert published is not None
    assert published.at == datetime(2025, 6, 20, 9, tzinfo=TAIPEI)
    assert published.precision in ("minute", "second")


def test_an_address_behind_its_element_is_read() -> None:
    assert entry_of("<title>a</title><link/>https://n.example/1?a=1<guid isPermaLink='false'>x</guid>").link.endswith(
        "/1?a=1"
    )


def test_notices_that_lead_to_one_page_are_told_apart_by_their_guids() -> None:
    def entry(title: str, guid: str, link: str = "https://n.example/") -> str:
        return f"<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{guid}</guid></item>"

    notices = entry("停水", "1") + entry("停電", "2") + entry("停電", "2")
    articles = entry("鮮乳召回", "3", "https://n.example/a") + entry("鮮乳召回", "4", "https://n.example/a")
    body = f"<rss><channel>{notices}{articles}</channel></rss>".encode()
    items = feed.parse(DEFINITION, answer(body), NOW, TAIPEI).items
    assert [(item.site_id, item.title) for item in items[:3]] == [("1", "停水"), ("2", "停電"), ("2", "停電")]
    assert [item.site_id for item in items[3:]] == ["", ""]  # one article that is listed twice
