"""The list of mentions: newest first, page by page, filtered by its address, for members alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Mention, Topic
from monitoring.queries.mentions import Cursor, Wanted, last_day, mention_page
from sentinel.core.models import Workspace
from tests.factories import NOW, Cast
from tests.monitoring.stage import DAY, HOUR, MINUTE, PRAISE, SPOILT, captured, item, subscribe, watch_brand, work
from tests.reading import signed_in, text_of

URL = "/w/yaori/mentions/"


def numbers(cast: Cast, wanted: Wanted) -> list[int]:
    page = mention_page(cast.workspace, wanted)
    return [int(row_url.rsplit("/", 1)[1]) for row_url in urls(page.rows)]


def urls(rows: object) -> list[str]:
    posts = {mention.post_id: mention.post.url for mention in Mention.objects.select_related("post")}
    return [posts[row.post_id] for row in rows]


def test_the_newest_come_first_and_pages_join_without_gap_or_double(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    # Several at the same moment: the place is time and number together.
    captured(source, *(item(number=number, at=NOW - number // 3 * MINUTE) for number in range(11)))
    seen: list[int] = []
    page = mention_page(yaori.workspace, Wanted(), size=4)
    pages = [page]
    while page.older:
        page = mention_page(yaori.workspace, Wanted(), before=Cursor.read(str(page.older)), size=4)
        pages.append(page)
    for one in pages:
        seen += [int(url.rsplit("/", 1)[1]) for url in urls(one.rows)]
    assert sorted(seen) == list(range(11))
    assert [number // 3 for number in seen] == sorted(number // 3 for number in seen)
    back = mention_page(yaori.workspace, Wanted(), after=pages[-1].newer, size=4)
    assert urls(back.rows) == urls(pages[-2].rows)
    assert pages[0].newer is None
    assert pages[-1].older is None


@pytest.mark.parametrize("text", ["", "x", "1-", "-5", "99999999999999999999-1", "1-99999999999999999999"])
def test_an_address_that_names_no_place_is_read_as_none(text: str) -> None:
    assert Cursor.read(text) is None


def test_a_post_that_matches_two_topics_is_one_row_with_both(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori), watch_brand(yaori, name="食安", query="發霉")
    captured(source, item())
    (row,) = mention_page(yaori.workspace, Wanted()).rows
    assert [topic.name for topic in row.topics] == ["曜日鮮乳", "食安"]
    assert ("發霉", "hit sensitive") in row.text


def test_filters_narrow_the_list(yaori: Cast) -> None:
    forum = subscribe(yaori).source
    news = subscribe(yaori, name="島嶼新聞網", url="https://news.example/").source
    watch_brand(yaori)
    food = watch_brand(yaori, name="食安", query="發霉")
    captured(forum, item(SPOILT, number=1), item(PRAISE, number=2, at=NOW - DAY + HOUR))
    captured(news, item(PRAISE, number=3, at=NOW - HOUR))
    assert numbers(yaori, Wanted(topic_id=food.pk)) == [1]
    assert numbers(yaori, Wanted(source_id=news.pk)) == [3]
    assert numbers(yaori, Wanted(label="pos")) == [3, 2]
    assert numbers(yaori, Wanted(sensitive=True)) == [1]
    assert numbers(yaori, Wanted(since=NOW - 2 * HOUR)) == [1, 3]
    assert numbers(yaori, Wanted(until=NOW - 2 * HOUR)) == [2]


def test_history_stays_out_of_the_present(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item(number=1, at=NOW - 3 * DAY), item(number=2))
    assert numbers(yaori, Wanted(present=True)) == [2]


def test_days_of_the_address_are_the_workspaces_own(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    # 2 March 2026 begins in Taipei at 16:00 on 1 March in UTC.
    captured(source, item(number=1, at=NOW.replace(day=1, hour=15, minute=59)), item(number=2, at=NOW))
    client = signed_in(yaori.staff)
    page = client.get(URL, {"since": "2026-03-02", "until": "2026-03-02"}).context["page"]
    assert urls(page.rows) == ["https://dcard.example/p/2"]


@pytest.mark.parametrize("query", ["topic=999", "topic=x", "since=yesterday", "until=9999-12-31", "label=angry"])
def test_filters_that_do_not_fit_show_nothing_and_the_way_out(yaori: Cast, query: str) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item())
    response = signed_in(yaori.staff).get(f"{URL}?{query}")
    assert response.status_code == 200
    assert "No mention like this" in text_of(response)
    assert "Show all" in text_of(response)


def test_a_row_says_when_where_who_why_and_how_bad(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    now = timezone.now()
    captured(source, item(SPOILT, title="昨天買的曜日", author="王小明", at=now - 9 * MINUTE), now=now)
    said = text_of(signed_in(yaori.staff).get(URL))
    assert "captured 9 min later" in said
    assert "Dcard 美食板" in said
    assert "王小明" not in said
    assert "User " in said
    assert "曜日鮮乳 v1" in said
    assert "Negative" in said
    assert "1 mention in the last 24 hours" in said


def test_the_figures_of_the_head_come_from_the_measures(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item(SPOILT, number=1), item(PRAISE, number=2), item(number=3, at=NOW - 2 * DAY))
    day = last_day(Topic.objects.filter(pk=topic.pk), NOW)
    assert (day.total, day.negative, day.sensitive, day.negative_share) == (2, 1, 1, 0.5)


def test_an_empty_list_says_what_to_do_next(yaori: Cast) -> None:
    client = signed_in(yaori.admin)
    assert "Add the first source" in text_of(client.get(URL))
    subscribe(yaori)
    assert "Go to topics" in text_of(client.get(URL))
    watch_brand(yaori)
    assert "No mention yet" in text_of(client.get(URL))


def test_another_workspaces_list_does_not_exist(yaori: Cast, tsukimi: Cast) -> None:
    assert signed_in(tsukimi.staff).get(URL).status_code == 404


def test_another_workspaces_topics_and_sources_are_no_filters(yaori: Cast, tsukimi: Cast) -> None:
    topic = watch_brand(tsukimi, name="機密主題")
    response = signed_in(yaori.staff).get(URL, {"topic": topic.pk})
    assert "機密主題" not in response.content.decode()
    assert response.context["page"] is None


def test_the_number_of_queries_does_not_grow_with_the_list(yaori: Cast, django_assert_max_num_queries: object) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, *(item(number=number) for number in range(30)))
    client = signed_in(yaori.staff)
    with django_assert_max_num_queries(20):
        client.get(URL)


def test_brand_names_do_not_warn_in_the_list(yaori: Cast) -> None:
    Workspace.objects.filter(pk=yaori.workspace.pk).update(brand_names=["曜日罷工鮮乳"])
    yaori.workspace.refresh_from_db()
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item("曜日罷工鮮乳好喝"))
    work()
    (row,) = mention_page(yaori.workspace, Wanted()).rows
    assert row.terms == ()


def test_latency_is_told_only_where_publication_is_known_to_the_hour(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(
        source,
        item(number=1, at=NOW - HOUR),
        item(number=2, at=NOW - timedelta(hours=3), precision="day"),
        item(number=3, at=None),
    )
    rows = mention_page(yaori.workspace, Wanted()).rows
    by_precision = {row.precision: row.latency for row in rows}
    assert by_precision == {"minute": HOUR, "day": None, "": None}
