"""News sitemaps, plain ones, indexes; gzipped, broken, huge and hostile."""

import contextlib
import gzip
import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sources import sitemap
from monitoring.sources.items import DefinitionError, SourceError
from monitoring.sources.sitemap_document import MOST_ENTRIES, NotASitemap, parse_sitemap
from sentinel.core.net.types import Response

TAIPEI = ZoneInfo("Asia/Taipei")
NOW = datetime(2025, 6, 20, 10, 30, tzinfo=TAIPEI)
URL = "https://news.example.tw/sitemap.xml"
DEFINITION = sitemap.validate({"url": URL})
PLAIN = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc> https://news.example.tw/old </loc><lastmod>2025-06-01</lastmod></url>
<url><loc>/news/new</loc><lastmod>2025-06-20T09:00:00+08:00</lastmod><priority>0.5</priority></url>
<url><lastmod>2025-06-20</lastmod></url></urlset>"""
INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://news.example.tw/{0}-2019.xml.gz</loc><lastmod>2019-12-31</lastmod></sitemap>
<sitemap><loc>https://news.example.tw/{0}-today.xml.gz</loc><lastmod>2025-06-20T09:00:00+08:00</lastmod></sitemap>
<sitemap><loc>https://news.example.tw/{1}.xml</loc></sitemap></sitemapindex>"""


def answer(body: bytes, url: str = URL, status: int = 200) -> Response:
    return Response(url, status, {}, body)


def test_a_plain_sitemap_gives_the_last_changed_first_and_leaves_publication_to_the_page() -> None:
    first, second = sitemap.parse(DEFINITION, answer(PLAIN), NOW, TAIPEI).items
    assert (first.url, first.published_at, first.needs_detail) == ("https://news.example.tw/news/new", None, True)
    assert second.url == "https://news.example.tw/old"
    unread = sitemap.validate({"url": URL, "follow": False})
    item = sitemap.parse(unread, answer(PLAIN), NOW, TAIPEI).items[0]
    assert item.published_at == datetime(2025, 6, 20, 9, 0, tzinfo=TAIPEI)
    assert not item.needs_detail


def test_only_addresses_that_match_are_read() -> None:
    definition = sitemap.validate({"url": URL, "only": "/news/"})
    assert [item.url for item in sitemap.parse(definition, answer(PLAIN), NOW, TAIPEI).items] == [
        "https://news.example.tw/news/new"
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ("posts", "breaking-news"),
            ["https://news.example.tw/posts-today.xml.gz", "https://news.example.tw/breaking-news.xml"],
        ),
        (("posts", "pages"), ["https://news.example.tw/posts-today.xml.gz"]),
    ],
)
def test_of_an_index_the_sitemaps_with_news_are_read(names: tuple[str, str], expected: list[str]) -> None:
    url = "https://n.example/index.xml"
    text = INDEX.format(*names).encode()
    page = sitemap.parse(DEFINITION, answer(text, url), NOW, TAIPEI)
    assert page.items == []
    assert [request.url for request in page.next] == expected


def test_a_gzipped_sitemap_and_a_plain_list_of_addresses_are_sitemaps_too() -> None:
    assert len(parse_sitemap(gzip.compress(PLAIN), NOW, TAIPEI).entries) == 2
    assert len(parse_sitemap(gzip.compress(PLAIN)[:-20], NOW, TAIPEI).entries) <= 2
    listed = parse_sitemap(b"\xef\xbb\xbfhttps://n.example/1\r\nnoise\nhttps://n.example/2\n", NOW, TAIPEI)
    assert [one.link for one in listed.entries] == ["https://n.example/1", "https://n.example/2"]


def test_a_broken_sitemap_is_read_as_far_as_it_goes() -> None:
    broken = PLAIN.replace(b"<priority>0.5</priority>", b"<priority>0.5").replace(b"/old ", b"/old?a=1&b=2 ")
    found = parse_sitemap(broken, NOW, TAIPEI).entries
    assert found[0].link == "https://news.example.tw/old?a=1&b=2"
    assert parse_sitemap(PLAIN[: PLAIN.index(b"/news/new")], NOW, TAIPEI).entries[0].link.endswith("/old")


def many(count: int) -> bytes:
    entry = b"<url><loc>https://n.example/%d</loc><lastmod>2025-06-20T09:00:00+08:00</lastmod></url>"
    return b"<urlset>" + b"".join(entry % number for number in range(count)) + b"</urlset>"


@pytest.mark.parametrize(
    "hostile",
    [
        many(60_000),
        gzip.compress(b"<urlset>" + b"<url>" * 8_000_000),
        b"<urlset>" + b"<a>" * 500_000,
        b"<urlset><url><loc>" + b"x" * 5_000_000,
        b'<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><urlset><url><loc>https://n.example/&c;</loc></url></urlset>',
    ],
    ids=["many", "bomb", "deep", "long", "entities"],
)
def test_a_hostile_sitemap_costs_little(hostile: bytes) -> None:
    before = time.process_time()
    with contextlib.suppress(NotASitemap):
        assert len(parse_sitemap(hostile, NOW, TAIPEI).entries) <= MOST_ENTRIES
    assert time.process_time() - before < 10


def test_no_file_is_opened_for_an_entity() -> None:
    text = b'<!DOCTYPE urlset [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://n.example/&f;</loc></url></urlset>'
    assert all("root" not in one.link for one in parse_sitemap(text, NOW, TAIPEI).entries)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer(b"<html><body>hello</body></html>"), "malformed"),
        (answer(b""), "malformed"),
        (answer(b"<urlset></urlset>"), "empty"),
        (answer(b"", status=404), "http"),
        (answer(b"", status=403), "blocked"),
    ],
)
def test_what_is_no_sitemap_says_why(response: Response, code: str) -> None:
    with pytest.raises(SourceError) as caught:
        sitemap.parse(DEFINITION, response, NOW, TAIPEI)
    assert caught.value.code == code


def test_of_an_index_without_times_the_maps_of_articles_are_read() -> None:
    names = [
        "posts-post-1",
        "posts-post-2",
        "posts-page-1",
        "taxonomies-category-1",
        "taxonomies-post_tag-1",
        "users-1",
    ]
    places = [f"https://n.example/wp-sitemap-{name}.xml" for name in names]
    index = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in places)
    page = sitemap.parse(DEFINITION, answer(f"<sitemapindex>{index}</sitemapindex>".encode()), NOW, TAIPEI)
    assert [one.url for one in page.next] == [places[1], places[0]]  # the last one grows


@pytest.mark.parametrize(
    "name", ["sitemap-pages.xml", "page-sitemap.xml", "category-sitemap2.xml", "author-sitemap.xml"]
)
def test_a_map_of_what_is_no_article_is_left_out_though_it_just_changed(name: str) -> None:
    maps = [f"https://n.example/{one}" for one in (name, "post-sitemap.xml", "sitemap-page-2.xml", "map.xml?page=3")]
    index = "".join(f"<sitemap><loc>{one}</loc><lastmod>{NOW:%Y-%m-%dT%H:%M:%SZ}</lastmod></sitemap>" for one in maps)
    page = sitemap.parse(DEFINITION, answer(f"<sitemapindex>{index}</sitemapindex>".encode()), NOW, TAIPEI)
    assert [one.url for one in page.next] == maps[1:]


@pytest.mark.parametrize("first", [[1, 2, 3, 4], [4, 3, 2, 1]])
def test_of_addresses_without_times_the_newest_come_first(first: list[int]) -> None:
    addresses = "".join(f"<url><loc>https://n.example/2026/11/{day}/milk/</loc></url>" for day in first)
    page = sitemap.parse(DEFINITION, answer(f"<urlset>{addresses}</urlset>".encode()), NOW, TAIPEI)
    assert [one.url[-7] for one in page.items] == ["4", "3", "2", "1"]


def test_a_definition_tells_each_problem_at_its_field() -> None:
    with pytest.raises(DefinitionError) as caught:
        sitemap.validate({"url": "x", "only": "(", "detail_text": "a[", "headers": "Host: evil"})
    assert set(caught.value.problems) == {"url", "only", "detail_text", "headers"}


@given(st.binary(max_size=200) | st.text(alphabet="<>/urlsetoc&; \n", max_size=200).map(str.encode))
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        sitemap.parse(DEFINITION, answer(body), NOW, TAIPEI)


NEWS = """<?xml version="1.0" encoding="{said}"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://n.example/a?x=1&amp;y=2</loc>
<news:news><news:publication_date>{at}</news:publication_date><news:title>{title}</news:title></news:news></url>
</urlset>"""


def news(title: str = "鲜乳质量问题引发投诉", at: str = "2025-06-20T09:00:00+08:00", said: str = "UTF-8") -> str:
    return NEWS.format(title=title, at=at, said=said)


@pytest.mark.parametrize(
    "body",
    [
        news(said="GBK").encode(),
        news(said="UTF-8").encode("gbk"),
        news(said="gb2312").encode("gbk"),
        news(said="UTF-16").encode("utf-16"),
        ("\ufeff\n\n" + news()).encode(),
        b"<br />\n<b>Warning</b>: mysql_connect() in x.php on line 3<br />\n" + news().encode(),
        gzip.compress(news(said="Big5").encode()),
        news().replace(' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', "").encode(),
        news().replace("&amp;", "&").encode(),
        news(title="<![CDATA[鲜乳质量问题引发投诉]]>\x0b").encode(),
    ],
    ids=["utf8-as-gbk", "gbk-as-utf8", "gbk", "utf16", "blank-lines", "warning", "gzip", "no-prefix", "bare", "cdata"],
)
def test_a_sitemap_of_a_wrong_charset_or_with_words_before_it_is_read_whole(body: bytes) -> None:
    (entry,) = parse_sitemap(body, NOW, TAIPEI).entries
    assert (entry.link, entry.title) == ("https://n.example/a?x=1&y=2", "鲜乳质量问题引发投诉")
    assert entry.published is not None
    assert entry.is_news


def test_references_between_two_pieces_of_a_long_sitemap_stay_whole() -> None:
    entry = "<url><loc>https://n.example/{}?x=1&amp;y=2&z=3</loc></url>"
    body = ("<urlset>" + "".join(entry.format(number) for number in range(30_000)) + "</urlset>").encode()
    links = [one.link for one in parse_sitemap(body, NOW, TAIPEI).entries]
    assert links == [f"https://n.example/{number}?x=1&y=2&z=3" for number in range(30_000)]


@pytest.mark.parametrize(
    "title", ["<![CDATA[甲 &amp; 乙]]>", "甲 &amp;amp; 乙", "甲&nbsp;&amp;&nbsp;乙", "<b>甲</b> & 乙"]
)
def test_a_title_that_was_escaped_twice_or_by_html_is_plain(title: str) -> None:
    assert parse_sitemap(news(title=title).encode(), NOW, TAIPEI).entries[0].title == "甲 & 乙"


@pytest.mark.parametrize(
    ("at", "expected", "precision"),
    [
        ("2025-06-20T09:00+08:00", datetime(2025, 6, 20, 9, tzinfo=TAIPEI), "minute"),
        ("2025-06-20T09:00:01.123456+08:00", datetime(2025, 6, 20, 9, 0, 1, tzinfo=TAIPEI), "second"),
        ("2025-06-20T01:00:00Z", datetime(2025, 6, 20, 9, tzinfo=TAIPEI), "second"),
        ("2025-06-20 09:00", datetime(2025, 6, 20, 9, tzinfo=TAIPEI), "minute"),
        ("2025-06-20", datetime(2025, 6, 20, tzinfo=TAIPEI), "day"),
        ("Fri, 20 Jun 2025 09:00:00 +0800", datetime(2025, 6, 20, 9, tzinfo=TAIPEI), "second"),
    ],
)
def test_a_time_is_as_exact_as_it_is_written(at: str, expected: datetime, precision: str) -> None:
    published = parse_sitemap(news(at=at).encode(), NOW, TAIPEI).entries[0].published
    assert published == (expected, precision)


def test_nothing_is_published_in_the_future() -> None:
    assert parse_sitemap(news(at="2026-06-20T09:00:00+08:00").encode(), NOW, TAIPEI).entries[0].published is None
