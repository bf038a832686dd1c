"""An answer in JSON that lists posts is described by paths, whatever its fields are called."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitoring.detecting.json_lists import propose_json
from monitoring.detecting.offers import offers_of
from monitoring.detecting.signs import look
from monitoring.sources import KINDS
from sentinel.core.net.types import Response

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Taipei")
URL = "https://a.example/api/list"
WORDS = "曜日鮮乳的瓶底出現了黑色薄片，公司說正在調查，超商已經先下架同一批號的產品。" * 4


def row(n: int) -> dict[str, Any]:
    return {
        "id": 500 + n,
        "title": f"第 {n} 則：鮮乳喝到異物",
        "content": f"{n} {WORDS}",
        "author": {"name": f"小編{n}", "avatar_url": f"https://a.example/{n}.png"},
        "publish_time": int((NOW - timedelta(minutes=n)).timestamp()),
        "update_time": int(NOW.timestamp()),
        "url": f"https://a.example/p/{500 + n}",
        "stat": {"like_count": n, "comment_count": 2 * n, "view": 9 * n},
    }


def proposed(value: Any) -> dict[str, Any]:
    proposal = propose_json(json.dumps(value), URL, NOW, ZONE)
    assert proposal
    return dict(proposal.definition)


def test_every_field_is_found_where_it_stands() -> None:
    assert proposed({"code": 0, "data": {"list": [row(n) for n in range(9)], "tags": [{"a": 1}] * 3}}) == {
        "url": URL,
        "rows": "data.list",
        "link": "url",
        "time": "publish_time",
        "title": "title",
        "summary": "content",
        "author": "author.name",
        "site_id": "id",
        "comments": "stat.comment_count",
        "likes": "stat.like_count",
        "views": "stat.view",
    }


def test_what_is_proposed_reads_the_posts() -> None:
    body = json.dumps([row(n) for n in range(9)]).encode()
    response = Response(URL, 200, {"content-type": "application/json"}, body)
    (offer,) = offers_of(look(response, "", NOW, ZONE).candidates)
    page = KINDS["json"].parse(offer.definition, response, NOW, ZONE)
    first = page.items[1]
    assert (first.title, first.author, first.site_id) == ("第 1 則：鮮乳喝到異物", "小編1", "501")
    assert (first.url, first.published_at) == ("https://a.example/p/501", NOW - timedelta(minutes=1))
    assert first.figures == {"comments": 2, "likes": 1, "views": 9}


def test_where_the_list_has_no_whole_text_each_page_is_read() -> None:
    rows = [
        {"headline": f"第 {n} 則消息的標題", "href": f"/news/{n}.html", "date": f"2026-11-21 1{n}:00"} for n in range(9)
    ]
    found = proposed({"items": rows})
    assert (found["follow"], found["link"], found["title"], found["time"]) == ("page", "href", "headline", "date")


def test_names_that_are_no_words_are_quoted() -> None:
    rows = [{"post-title": f"第 {n} 則消息", "web-url": f"https://a.example/{n}"} for n in range(9)]
    found = proposed({"all-posts": rows})
    assert (found["rows"], found["title"], found["link"]) == ('"all-posts"', '"post-title"', '"web-url"')
    KINDS["json"].validate(found)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"a": 1},
        [1, 2, 3, 4, 5],
        [{"name": f"n{n}", "image_url": f"https://a.example/{n}.jpg"} for n in range(9)],
        [{"url": "https://a.example/1", "title": "同一則"} for _ in range(9)],
        {"error": {"message": "login required"}},
    ],
)
def test_what_lists_no_posts_is_not_taken_for_a_list(value: Any) -> None:
    assert propose_json(json.dumps(value), URL, NOW, ZONE) is None


def test_what_is_no_json_or_nested_without_end_is_passed_by() -> None:
    assert propose_json("<p>hi", URL, NOW, ZONE) is None
    assert propose_json("[" * 100_000, URL, NOW, ZONE) is None


def test_a_million_objects_are_no_list_of_posts_and_are_not_read() -> None:
    tracemalloc.start()
    assert propose_json("[" + '{"":0},' * 700_000 + "0]", URL, NOW, ZONE) is None
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()
