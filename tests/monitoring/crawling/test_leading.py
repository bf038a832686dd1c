"""Links of search engines are read as what they lead to."""

import pytest

from monitoring.crawling.leading import led_to


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://www.bing.com/ck/a?!&&p=1f&u=a1aHR0cHM6Ly9uLmV4YW1wbGUvYT9iPTE&ntb=1", "https://n.example/a?b=1"),
        ("https://www.bing.com/ck/a?!&&p=2e&u=a1aHR0cHM6Ly9uLmV4YW1wbGUvYT9iPTE&ntb=1", "https://n.example/a?b=1"),
        ("http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fn.example%2f1", "https://n.example/1"),
        ("https://www.google.com/url?rct=j&url=https://n.example/2&ct=ga", "https://n.example/2"),
        ("https://www.google.com/url?q=https://n.example/3&sa=U", "https://n.example/3"),
    ],
)
def test_an_engines_own_link_is_the_address_that_it_states(link: str, address: str) -> None:
    assert led_to(link) == address


@pytest.mark.parametrize(
    "link",
    [
        "https://n.example/ck/a?u=a1aHR0cHM6Ly9uLmV4YW1wbGUv",
        "https://www.bing.com/ck/a?u=a1!!!",
        "https://www.bing.com/ck/a?u=a1amF2YXNjcmlwdDphbGVydCgxKQ",  # a script
        "https://www.bing.com/ck/a?u=a1_____w",
        "https://www.bing.com/search?q=x",
        "https://www.google.com/url?sa=U",
        "",
    ],
)
def test_any_other_link_is_left_as_it_is(link: str) -> None:
    assert led_to(link) == link
