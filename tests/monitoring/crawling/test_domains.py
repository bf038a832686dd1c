"""Whose patience a request costs."""

import pytest

from monitoring.crawling.domains import domain_of


@pytest.mark.parametrize(
    ("place", "domain"),
    [
        ("news.example.com.tw:443", "example.com.tw"),
        ("example.com.tw:80", "example.com.tw"),
        ("a.b.c.example.com:443", "example.com"),
        ("www.gov.uk:443", "www.gov.uk"),
        ("udn.com:443", "udn.com"),
        ("health.udn.com:8080", "udn.com"),
        ("news.sina.com.cn:443", "sina.com.cn"),
        ("one.github.io:443", "one.github.io"),
        ("github.io:443", "github.io"),
        ("xn--fiq228c.xn--55qx5d.cn:80", "xn--fiq228c.xn--55qx5d.cn"),
        ("rss.intra.house:1200", "intra.house"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("127.0.0.1:8001", "127.0.0.1:8001"),
        ("[::1]:8000", "[::1]:8000"),
        ("localhost:3000", "localhost:3000"),
        ("nas:80", "nas:80"),
    ],
)
def test_the_registrable_domain_stands_for_all_its_hosts(place: str, domain: str) -> None:
    assert domain_of(place) == domain
