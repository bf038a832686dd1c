"""What follows a page of the past, and when there is enough of it."""

import pytest

from monitoring.visiting.back import BackPage, ended_by, older_feed
from sentinel.core.net.types import Request, Response

URL = "https://n.example/feed?lang=zh"
WORDPRESS = b"<rss><channel><generator>https://wordpress.org/?v=6.5.2</generator>"


@pytest.mark.parametrize(
    ("body", "number", "following"),
    [
        (WORDPRESS, 1, "https://n.example/feed?lang=zh&paged=2"),
        (WORDPRESS, 9, "https://n.example/feed?lang=zh&paged=10"),
        (b'<feed><link rel="next" href="/feed/2"/>', 1, "https://n.example/feed/2"),
        (b"<feed><link href='older.xml?a=1&amp;b=2' rel='prev-archive' />", 1, "https://n.example/older.xml?a=1&b=2"),
        (b'<rss><channel><atom:link rel="next" href="https://n.example/2"/>', 1, "https://n.example/2"),
        (b'<feed><link rel="alternate" href="/"/><link rel="self" href="/feed"/>', 1, ""),
        (b'<feed><link rel="next" href="javascript:alert(1)"/>', 1, ""),
        (b'{"next_url": "/feed.json?page=2"}', 1, "https://n.example/feed.json?page=2"),
        (b'{"next_url": 7}', 1, ""),
        (b'{"next_url": "/x"', 1, ""),
        (b"{" * 200_000, 1, ""),
        (b"[]", 1, ""),
        (b"<rss><channel><title>t</title>", 1, ""),
        (b"", 1, ""),
    ],
)
def test_the_page_that_follows_a_feed(body: bytes, number: int, following: str) -> None:
    assert older_feed(URL, Response(URL, 200, {}, body), number) == following


def page(*, following: int = 1, listed: str = "x", is_older: bool = False) -> BackPage:
    onward = [Request("https://n.example/2")] * following
    return BackPage([], onward, listed, 0, is_older)


@pytest.mark.parametrize(
    ("read", "pages", "posts", "reason"),
    [
        (page(), 1, 10, ""),
        (page(following=0), 1, 10, "complete"),
        (page(is_older=True), 1, 10, "old"),
        (page(listed="before"), 1, 10, "repeats"),
        (page(), 200, 10, "pages"),
        (page(), 1, 5000, "posts"),
    ],
)
def test_reading_back_ends(read: BackPage, pages: int, posts: int, reason: str) -> None:
    assert ended_by(pages=pages, posts=posts, page=read, before=("before", "another")) == reason
