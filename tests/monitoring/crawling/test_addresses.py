"""One post has one address and one key."""

from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitoring.crawling.addresses import (
    LONGEST,
    _canonical,
    _plain,
    absolute_url,
    canonical_url,
    host_of,
    post_key,
    registrable_domain,
)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTP://WWW.Example.com:80/a/../b/./c?b=2&a=1#frag", "http://www.example.com/b/c?b=2&a=1"),
        ("https://example.com", "https://example.com/"),
        ("https://user:secret@example.com:8443/a", "https://example.com:8443/a"),
        ("https://例子.测试/路径?q=曜日", "https://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF%E5%BE%84?q=%E6%9B%9C%E6%97%A5"),
        ("https://example.com/a%2fb%7e?x=%C4%e3", "https://example.com/a%2Fb~?x=%C4%E3"),
        ("https://example.com/?utm_source=x&id=5&fbclid=y&spm=a.b", "https://example.com/?id=5"),
        ("https://example.com/a?from=timeline&isappinstalled=0", "https://example.com/a"),
        ("https://example.com/a?from=2024-01-01", "https://example.com/a?from=2024-01-01"),
        (
            "https://mp.weixin.qq.com/s?__biz=MzI&mid=22&idx=1&sn=abc&chksm=1&scene=27#wechat_redirect",
            "https://mp.weixin.qq.com/s?__biz=MzI&mid=22&idx=1&sn=abc",
        ),
        ("https://udn.com/news/story/1/2?from=udn-catelistnews_ch2", "https://udn.com/news/story/1/2"),
        (" https://example.com/a\n", "https://example.com/a"),
        ("https://example.com/app#/news/5?id=曜#x", "https://example.com/app#/news/5?id=%E6%9B%9C%23x"),
        ("https://example.com/#!/news/5", "https://example.com/#!/news/5"),
        ("https://example.com/a#/", "https://example.com/a"),
        ("mailto:a@example.com", "mailto:a@example.com"),
    ],
)
def test_an_address_has_one_spelling(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical


@given(st.text(max_size=80) | st.from_regex(r"https?://[a-zA-Z0-9.\-:@/%?&=#\u4e00-\u4e10 ]{0,60}", fullmatch=True))
def test_canonical_is_canonical_and_nothing_stops_it(url: str) -> None:
    once = canonical_url(url)
    assert canonical_url(once) == once
    assert len(post_key(url, "", "")) == 32


@pytest.mark.parametrize(
    "link", ["javascript:void(0)", "mailto:a@example.com", "http://", "http://[bad/", "ftp://example.com/"]
)
def test_a_link_that_leads_to_no_web_page_is_none(link: str) -> None:
    assert absolute_url("https://example.com/", link) == ""


def test_links_are_read_against_the_page() -> None:
    assert absolute_url("https://example.com/list/1", "../story/2?utm_source=a") == "https://example.com/story/2"
    assert absolute_url("https://example.com/list/", "//cdn.example.com/x") == "https://cdn.example.com/x"


PARTS = st.lists(
    st.sampled_from(
        [
            "a",
            "B",
            "1",
            "_",
            "-",
            ".",
            "..",
            "/",
            "//",
            ":",
            "@",
            "?",
            "&",
            "=",
            ";",
            "~",
            "+",
            "%41",
            "%2f",
            "%2F",
            "%E6",
            "#",
            " ",
        ]
    )
    | st.sampled_from(
        ["utm_source=x", "from=share", "fbclid=1", "id=5", ":80", ":443", ":8080", ":99999", "曜", "\\", "\t"]
    ),
    max_size=9,
).map("".join)


@example("http://", "", "a//")
@example("http://", "", ";")
@given(st.sampled_from(["http://", "https://", "HTTP://"]), PARTS, PARTS)
def test_the_short_way_to_a_canonical_address_and_the_long_one_meet(scheme: str, host: str, rest: str) -> None:
    for url in (f"{scheme}{host}/{rest}", f"{scheme}example.com/{rest}", f"{scheme}example.com{host}/{rest}"):
        assert _plain(url) in ("", _canonical(url))
    base = "https://example.com:8080/list/1?page=2"
    for link in (f"/{rest}", f"//{rest}", f"//example.org{rest}", rest):
        assert absolute_url(base, link) in ("", _canonical(urljoin(base, link.strip())))


def test_a_page_cannot_make_its_links_longer_than_an_address_is() -> None:
    assert absolute_url(f"https://example.com/{'a' * 1_000_000}/", "b") == ""
    assert absolute_url("https://example.com/", "a" * LONGEST) == ""


def test_a_post_has_one_key_however_it_is_reached() -> None:
    key = post_key("https://example.com/story/2", "", "example.com")
    for other in ("http://www.example.com/story/2/", "https://example.com/story/2?utm_campaign=x#comments"):
        assert post_key(other, "", "other.example") == key
    assert post_key("https://example.com/story/3", "", "example.com") != key


def test_a_sites_own_identifier_decides_within_that_site() -> None:
    key = post_key("https://m.weibo.cn/detail/5001", "5001", "m.weibo.cn")
    assert post_key("https://m.weibo.cn/status/A1", "5001", "m.weibo.cn") == key
    assert post_key("https://m.weibo.cn/detail/5001", "5001", "other.example") != key


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.example.com.tw", "example.com.tw"),
        ("a.b.example.cn", "example.cn"),
        ("example.com", "example.com"),
        ("www.gov.cn", "www.gov.cn"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
    ],
)
def test_the_registrable_domain_of_a_host(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_the_host_of_an_address_is_in_punycode() -> None:
    assert host_of("https://WWW.例子.测试:8080/x") == "www.xn--fsqu00a.xn--0zwm56d"
    assert host_of("not an address") == ""
