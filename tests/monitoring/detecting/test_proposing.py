"""Selectors for a list are proposed from what repeats on the page."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.crawling.markup import parse_html
from monitoring.detecting.proposing import propose_listing
from monitoring.detecting.shapes import classes_of
from monitoring.sources import listing
from sentinel.core.net.types import Response
from tests.monitoring.detecting import pages

ZONE = ZoneInfo("Asia/Taipei")
NOW = datetime(2026, 11, 22, 20, 0, tzinfo=ZONE)
URL = "https://www.example.com/list/"


def read(html: str) -> tuple[dict[str, str | bool], list[listing.Item]]:
    proposal = propose_listing(html, URL, NOW, ZONE)
    assert proposal is not None
    clean = listing.validate(proposal.definition)
    answer = Response(URL, 200, {"content-type": "text/html; charset=utf-8"}, html.encode())
    return proposal.definition, listing.parse(clean, answer, NOW, ZONE).items


EVERY = [
    *(pages.news, pages.cards, pages.forum_table, pages.bare_links),
    *(pages.blog, pages.overlaid_cards, pages.forum_of_states),
    *(pages.divs_without_names, pages.tiles, pages.plain_table),
]


@pytest.mark.parametrize("page", EVERY)
def test_the_articles_are_found_and_nothing_else(page) -> None:
    _definition, items = read(page())
    assert [item.title for item in items] == pages.HEADLINES


@pytest.mark.parametrize("page", [one for one in EVERY if one is not pages.bare_links])
def test_each_has_its_time_to_the_minute(page) -> None:
    _definition, items = read(page())
    assert {item.precision for item in items} <= {"minute", "second"}


def test_a_forum_gives_authors_replies_and_views() -> None:
    _definition, items = read(pages.forum_table())
    assert [item.author for item in items] == [f"媽媽{n}號" for n in range(8)]
    assert [item.figures for item in items] == [{"comments": n * 7, "views": n * 120} for n in range(8)]


def test_a_summary_is_found_beside_the_headline() -> None:
    _definition, items = read(pages.news())
    assert items[3].text.startswith("這是第3則新聞的摘要")
    assert items[3].author == "記者申" or items[3].author.startswith("記者")


def test_classes_that_a_build_made_up_are_not_relied_on() -> None:
    definition, _items = read(pages.cards())
    assert "css-" not in str(definition)


def test_what_a_row_is_just_now_is_not_relied_on() -> None:
    definition, items = read(pages.forum_of_states())
    assert "unread" not in str(definition)
    assert not any(item.figures for item in items)  # a number whose class says "readable" counts no readers
    definition, items = read(pages.blog())
    assert not {"updated", "category-milk"} & set(str(definition).replace("'", ".").split("."))
    assert not any(item.figures for item in items)


@pytest.mark.parametrize(
    ("name", "stays"),
    [("post_title", True), ("card__title", True), ("title_a1B2c", False), ("card__x9K2q", False), ("post-7", False)],
)
def test_names_that_people_gave_stay_and_those_of_a_build_do_not(name: str, stays: bool) -> None:
    node = parse_html(f"<p class='{name}'>x").css_first("p")
    assert node is not None
    assert (name in classes_of(node)) is stays


@pytest.mark.parametrize("html", ["", "<p>只有一段文字", pages.page("<p>沒有列表</p>"), "<a href=/1>一</a>" * 50])
def test_nothing_is_proposed_where_nothing_repeats(html: str) -> None:
    assert propose_listing(html, URL, NOW, ZONE) is None


@given(st.text(alphabet=st.sampled_from("<>a div/=\"'hrefclass1我"), max_size=400))
def test_any_page_is_answered(html: str) -> None:
    propose_listing(html, URL, NOW, ZONE)


def test_a_day_that_only_the_addresses_state_is_read_from_them() -> None:
    rows = "".join(f"<li><a href='/news/2026-11/2{n % 3}/{n}.html'>{t}</a></li>" for n, t in enumerate(pages.HEADLINES))
    _definition, items = read(pages.page(f"<ul class='list'>{rows}</ul>"))
    assert [(item.published_at.day, item.precision) for item in items[:3] if item.published_at] == [
        (20, "day"),
        (21, "day"),
        (22, "day"),
    ]
