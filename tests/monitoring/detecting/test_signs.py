"""A page shows by what software it is served and in which ways it can be read."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.detecting.offers import offers_of
from monitoring.detecting.signs import Candidate, look, look_at_address
from monitoring.sources import KINDS
from sentinel.core.net.types import Response
from tests.monitoring.detecting import pages

ZONE = ZoneInfo("Asia/Taipei")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=ZONE)
RSS = b"<rss version='2.0'><channel><title>x</title><item><title>y</title><link>https://a.example/1</link></item></channel></rss>"
NEWS_SITEMAP = b"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'></urlset>"


def seen(body: bytes | str, url: str = "https://www.example.com/list/", robots: str = "") -> list[Candidate]:
    sent = body if isinstance(body, bytes) else body.encode()
    return look(Response(url, 200, {"content-type": "text/html; charset=utf-8"}, sent), robots, NOW, ZONE).candidates


def test_a_feed_is_read_as_it_is() -> None:
    (only,) = seen(RSS, "https://a.example/feed")
    assert (only.sign, only.kind, only.definition) == ("is-feed", "feed", {"url": "https://a.example/feed"})


def test_a_sitemap_is_read_as_it_is() -> None:
    (only,) = seen(NEWS_SITEMAP, "https://a.example/news.xml")
    assert (only.sign, only.kind) == ("is-sitemap", "sitemap")


def test_the_feeds_that_a_page_names_come_before_its_structure_and_comments_last() -> None:
    head = """<link rel="alternate" type="application/rss+xml" href="/comments/feed/" title="迴響">
    <link rel="alternate" type="application/atom+xml; charset=utf-8" href="atom.xml" title="全部文章">
    <link rel="alternate" type="text/html" hreflang="en" href="/en/">"""
    found = seen(pages.page(pages.news(), head))
    assert [(one.sign, one.definition.get("url")) for one in found[:2]] == [
        ("names-feed", "https://www.example.com/list/atom.xml"),
        ("names-feed", "https://www.example.com/comments/feed/"),
    ]
    assert [one.sign for one in found[2:]] == ["structure"]
    assert found[0].name == "全部文章"


@pytest.mark.parametrize(
    ("head", "body", "preset", "values"),
    [
        ('<meta name="generator" content="Discuz! X3.4">', "", "discuz", {"url": "https://www.example.com/list/"}),
        (
            "",
            '<tbody id="normalthread_12"><tr><td>x</td></tr></tbody>',
            "discuz",
            {"url": "https://www.example.com/list/"},
        ),
        (
            '<meta name="generator" content="Discourse 3.2.1 - https://…">',
            "",
            "discourse",
            {"url": "https://www.example.com"},
        ),
        ("", '<div id="phpbb"></div>', "phpbb", {"url": "https://www.example.com/list/"}),
        ('<meta name="generator" content="WordPress 6.5">', "", "wordpress", {"url": "https://www.example.com"}),
        (
            '<link rel="https://api.w.org/" href="https://www.example.com/blog/wp-json/">',
            "",
            "wordpress",
            {"url": "https://www.example.com/blog"},
        ),
    ],
)
def test_software_tells_itself(head: str, body: str, preset: str, values: dict[str, str]) -> None:
    first = seen(pages.page(body, head))[0]
    assert (first.sign, first.preset, first.values) == ("software", preset, values)


@pytest.mark.parametrize(
    ("preset", "head"),
    [
        (
            "discourse",
            '<meta name="generator" content="Discourse 3.2"><meta name="discourse-base-uri" content="/talk">',
        ),
        (
            "nodebb",
            """<script src="/talk/assets/nodebb.min.js"></script>
            <script>var config = JSON.parse('{"relative_path":"\\/talk","version":"3"}');</script>""",
        ),
    ],
)
def test_a_forum_may_have_a_folder_of_its_site(preset: str, head: str) -> None:
    first = seen(pages.page("", head), "https://a.example/talk/category/2")[0]
    assert (first.preset, first.values) == (preset, {"url": "https://a.example/talk"})


DISCOURSE = '<meta name="generator" content="Discourse 3.2"><meta name="discourse-base-uri" content="/talk">'
NODEBB = """<script src="/talk/assets/nodebb.min.js"></script>
<script>var config = JSON.parse('{"relative_path":"\\/talk","version":"3"}');</script>"""


@pytest.mark.parametrize(
    ("head", "place", "kept", "asked"),
    [
        (DISCOURSE, "c/food/5", "c/food/5", "c/food/5.json?order=created"),
        (DISCOURSE, "c/food/dairy/9/l/top?period=weekly", "c/food/dairy/9", "c/food/dairy/9.json?order=created"),
        (DISCOURSE, "tag/%E9%AE%AE%E4%B9%B3", "tag/%E9%AE%AE%E4%B9%B3", "tag/%E9%AE%AE%E4%B9%B3.json?order=created"),
        (DISCOURSE, "t/c/5", "", "latest.json?order=created"),
        (NODEBB, "category/5/food?page=2", "category/5/food", "api/category/5/food"),
        (NODEBB, "topic/5/food", "", "api/recent"),
    ],
)
def test_the_address_of_a_category_offers_that_category(head: str, place: str, kept: str, asked: str) -> None:
    found = seen(pages.page("", head), f"https://a.example/talk/{place}")[0]
    assert found.values.get("list", "") == kept
    (offer,) = offers_of([found])
    (request,) = KINDS[offer.kind].start(offer.definition)
    assert request.url == f"https://a.example/talk/{asked}"


def test_a_wordpress_whose_interface_is_at_no_usual_place_is_read_by_its_feed() -> None:
    head = """<meta name="generator" content="WordPress 6.5">
    <link rel="https://api.w.org/" href="https://a.example/index.php?rest_route=/">
    <link rel="alternate" type="application/rss+xml" href="https://a.example/?feed=rss2">"""
    first = seen(pages.page("", head), "https://a.example/")[0]
    assert (first.sign, first.seen) == ("names-feed", "/?feed=rss2")


@pytest.mark.parametrize(
    ("url", "preset", "values"),
    [
        ("https://www.ptt.cc/bbs/Food/index.html", "ptt", {"board": "Food"}),
        ("https://www.mobile01.com/topiclist.php?f=568", "mobile01", {"forum": "568"}),
        ("https://forum.gamer.com.tw/B.php?bsn=60076", "bahamut", {"board": "60076"}),
    ],
)
def test_some_sites_are_known_by_their_address(url: str, preset: str, values: dict[str, str]) -> None:
    first = seen("<p>x", url)[0]
    assert (first.preset, first.values) == (preset, values)


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("https://s.weibo.com/weibo?q=%E6%9B%9C%E6%97%A5", "weibo", {"query": "曜日"}),
        ("https://m.weibo.cn/u/1234567890", "weibo", {"reads": "account", "account": "1234567890"}),
        ("https://weibo.com/1234567890", "weibo", {"reads": "account", "account": "1234567890"}),
        ("https://tieba.baidu.com/f?kw=%E6%AF%8D%E5%A9%B4", "tieba", {"forum": "母婴"}),
    ],
)
def test_networks_that_show_a_stranger_nothing_are_known_before_they_are_asked(
    url: str, kind: str, said: dict[str, str]
) -> None:
    (only,) = look_at_address(url)
    assert (only.kind, only.is_certain) == (kind, True)
    assert said.items() <= only.definition.items()


def test_an_ordinary_address_tells_nothing() -> None:
    assert look_at_address("https://www.example.com/@/news") == []


def test_sitemaps_of_news_are_taken_from_robots_txt_and_have_to_be_asked_for() -> None:
    robots = "User-agent: *\nSitemap: https://a.example/all.xml\nsitemap: https://a.example/google-news.xml\n"
    found = [one for one in seen("<p>x", robots=robots) if one.sign == "names-sitemap"]
    assert [(one.definition["url"], one.is_certain) for one in found] == [("https://a.example/google-news.xml", False)]


def test_where_nothing_is_named_the_usual_places_are_worth_asking() -> None:
    found = seen("<p>x", "https://a.example/blog/")
    assert {one.sign for one in found} == {"usual-place"}
    # An address without its last slash leads on to the one with it; the other way round few servers do.
    places = ("feed", "rss", "atom.xml", "feed.json")
    assert {f"https://a.example/{place}" for place in places} <= {one.definition["url"] for one in found}
    assert not any(one.is_certain for one in found)


@given(st.binary(max_size=600))
def test_any_answer_is_looked_at(body: bytes) -> None:
    seen(body)


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("https://bbs.a.example/forum-2-1.html", '<meta name="generator" content="Discuz! X3.4">'),
        ("https://a.example/latest", '<meta name="generator" content="Discourse 3.2">'),
        ("https://a.example/category/1", '<script src="/assets/nodebb.min.js"></script>'),
        ("https://a.example/viewforum.php?f=2", '<div id="phpbb"></div>'),
        ("https://a.example/tags/%E9%AE%AE%E4%B9%B3", "<div id='mastodon'></div>"),
        ("https://a.example/", '<meta name="generator" content="WordPress 6.5">'),
        ("https://www.ptt.cc/bbs/Food/index.html", "<p>x"),
        ("https://www.mobile01.com/topiclist.php?f=568", "<p>x"),
        ("https://forum.gamer.com.tw/B.php?bsn=60076", "<p>x"),
    ],
)
def test_what_software_tells_makes_a_whole_definition(url: str, body: str) -> None:
    """The ready definitions take the values that the page's signs give."""
    software = [one for one in seen(body, url) if one.sign == "software"]
    offers = offers_of(software)
    assert [one.preset for one in offers] == [one.preset for one in software] != []
    for offer in offers:
        assert KINDS[offer.kind].start(offer.definition)[0].url.startswith("https://")


@pytest.mark.parametrize(
    "url",
    [
        "https://s.weibo.com/weibo?q=%E6%9B%9C%E6%97%A5",
        "https://m.weibo.cn/u/1234567890",
        "https://tieba.baidu.com/f?kw=%E6%AF%8D%E5%A9%B4",
    ],
)
def test_a_network_makes_a_whole_definition(url: str) -> None:
    (offer,) = offers_of(look_at_address(url))
    assert KINDS[offer.kind].start(offer.definition)


def test_the_software_that_a_title_names_is_no_part_of_it() -> None:
    html = "<title>嬰幼飲食 - 家餐論壇 - Powered by Discuz!</title><p>x"
    response = Response("https://a.example/", 200, {"content-type": "text/html; charset=utf-8"}, html.encode())
    assert look(response, "", NOW, ZONE).title == "嬰幼飲食 - 家餐論壇"


def test_a_feed_is_named_against_the_base_of_the_page() -> None:
    head = '<base href="/blog/"><link rel="alternate" type="application/rss+xml" href="rss.xml">'
    assert seen(pages.page(pages.news(), head))[0].definition["url"] == "https://www.example.com/blog/rss.xml"


def test_a_page_that_names_no_feed_may_lead_to_some() -> None:
    body = (
        "<a href='/rss/'>RSS 訂閱</a><a href='news_rss.xml'>即時</a><a href='https://feeds.feedburner.com/x'>全部</a>"
        "<a href='/index.php?feed=rss2'>x</a><a href='/feedback'>意見</a><a href='/press/release'>新聞稿</a>"
    )
    found = [one for one in seen(f"<html><body>{body}</body></html>") if one.sign == "names-feed"]
    assert [one.definition["url"] for one in found] == [
        "https://www.example.com/rss/",
        "https://www.example.com/list/news_rss.xml",
        "https://feeds.feedburner.com/x",
        "https://www.example.com/index.php?feed=rss2",
    ]
    assert not any(one.is_certain for one in found)


def test_a_wordpress_in_a_folder_is_at_home_there_and_its_feed_is_asked_for_where_it_names_none() -> None:
    body = '<link rel="stylesheet" href="https://www.example.com/blog/wp-content/themes/x/style.css">'
    found = [(one.preset, one.values) for one in seen(f"<html><head>{body}</head></html>") if one.preset]
    home = {"url": "https://www.example.com/blog"}
    assert found == [("wordpress", home), ("wordpress-feed", home)]
