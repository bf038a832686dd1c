"""A first look says where an address leads and what stands in the way."""

import pytest

from monitoring.crawling.robots import RobotsFile
from monitoring.detecting.checks import Check, check_page
from sentinel.core.net.types import Response

ASKED = "https://a.example/list"
ALLOWED = RobotsFile(200, "User-agent: *\nCrawl-delay: 5\nDisallow: /private\n")


def checked(name: str, response: Response, robots: RobotsFile = ALLOWED) -> Check:
    return next(check for check in check_page(ASKED, response, robots) if check.name == name)


def page(body: bytes = b"<p>hi", url: str = ASKED, status: int = 200, content_type: str = "text/html") -> Response:
    return Response(url, status, {"content-type": content_type}, body)


def test_an_address_that_leads_elsewhere_is_told() -> None:
    assert checked("address", page()).state == "good"
    moved = checked("address", page(url="https://www.a.example/list"))
    assert (moved.state, moved.said["moved"]) == ("warn", "https://www.a.example/list")


def test_robots_txt_is_told_with_its_pace() -> None:
    assert checked("robots", page()).said == {"status": 200, "allowed": True, "delay": 5.0}
    assert checked("robots", page(url="https://a.example/private/x")).state == "bad"


def test_a_server_in_trouble_is_no_login() -> None:
    found = checked("answer", page(status=503))
    assert (found.state, found.said) == ("bad", {"sign": "503"})
    assert "login" not in [check.name for check in check_page(ASKED, page(status=503), ALLOWED)]


@pytest.mark.parametrize(
    ("response", "state"),
    [
        (page(), "good"),
        (page(status=403), "bad"),
        (page(url="https://a.example/login?next=list"), "bad"),
        (page("<title>百度安全验证</title>".encode()), "warn"),
        (page(b"<form><input type=password></form>" + b"<p>news</p>" * 4000), "good"),
    ],
)
def test_a_login_that_stands_in_the_way_is_told_from_one_beside_the_content(response: Response, state: str) -> None:
    assert checked("login", response).state == state


@pytest.mark.parametrize(
    ("body", "content_type", "state"),
    [
        ("曜日鮮乳".encode(), "text/html; charset=utf-8", "good"),
        ("曜日鮮乳的瓶底出現了黑色薄片".encode() * 9, "text/html; charset=big5", "warn"),
        ("曜日鲜乳的瓶底出现了黑色薄片".encode("gbk") * 9, "text/html; charset=gb2312", "good"),
        ("曜日鲜乳的瓶底出现了黑色薄片".encode("gbk") * 9, "text/html", "good"),
    ],
)
def test_a_charset_that_lies_is_told(body: bytes, content_type: str, state: str) -> None:
    assert checked("charset", page(body, content_type=content_type)).state == state
