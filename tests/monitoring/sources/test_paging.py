"""Where a list goes on that names its further pages nowhere but in its pager."""

import pytest

from monitoring.crawling.markup import parse_html
from monitoring.sources.html_rows import HtmlRow
from monitoring.sources.paging import next_requests
from sentinel.core.net.types import Response

LIST = "https://forum.example.tw/category/5/"


def follows(html: str, url: str = LIST) -> list[str]:
    root = parse_html(html).root
    assert root is not None
    definition = {"url": LIST, "pages": "10"}
    return [one.url for one in next_requests(definition, Response(url, 200, {}, html.encode()), HtmlRow(root), 20)]


@pytest.mark.parametrize(
    ("pager", "url", "following"),
    [
        ('<a href="?page=2"><i class="fa fa-chevron-right"></i></a><a href="?page=9">末頁</a>', LIST, f"{LIST}?page=2"),
        ('<a href="?page=1">1</a><a href="?page=2">2</a><a href="?page=3">3</a>', f"{LIST}?page=2", f"{LIST}?page=3"),
        ('<a href="?page=0">1</a><a href="?page=1">2</a><a href="?page=2">3</a>', LIST, f"{LIST}?page=1"),
        ('<a href="page/2/">較舊</a>', LIST, f"{LIST}page/2/"),
        ('<a href="/category/5/page/3/">3</a>', f"{LIST}page/2/", f"{LIST}page/3/"),
        ('<a href="?pn=2&amp;sort=new">2</a><a href="?sort=new">x</a>', f"{LIST}?sort=new", f"{LIST}?pn=2&sort=new"),
    ],
)
def test_a_pager_that_marks_nothing_is_followed_by_its_numbers(pager: str, url: str, following: str) -> None:
    assert follows(f"<p>列表</p><ul>{pager}</ul>", url) == [following]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="/category/6/?page=2">另一個版</a>',  # of another list
        '<a href="/topic/77/?page=2">2</a>',  # the second page of a thread
        '<a href="https://other.example/category/5/?page=2">2</a>',
        '<a href="?page=1">1</a><a href="?page=9">末頁</a>',
        '<a href="?sort=new&amp;page=2">依日期</a>',
        '<a href="/topic/2024">2024</a>',
    ],
)
def test_a_number_elsewhere_is_not_the_next_page(page: str) -> None:
    assert follows(page) == []


def test_a_link_that_is_marked_as_next_comes_first() -> None:
    assert follows('<a href="?page=2">2</a><a rel="next" href="?after=77">更多</a>') == [f"{LIST}?after=77"]
