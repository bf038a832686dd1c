"""A post is stored once, whatever how many sources and retries bring it; an edit makes a revision."""

from datetime import UTC, datetime

import pytest

from monitoring.models import Analysis, Post, PostRevision, Sighting, Source
from monitoring.operations.posts import key_of, place
from monitoring.sources.items import Item
from tests.factories import NOW, Cast
from tests.monitoring.stage import DAY, HOUR, MINUTE, PRAISE, SPOILT, capture, captured, item, mentions, subscribe
from tests.monitoring.stage import watch_brand as watch


def test_a_retry_brings_nothing_twice(yaori: Cast) -> None:
    source = subscribe(yaori).source
    first, again = capture(source, item()), capture(source, item(), now=NOW + MINUTE)
    assert (first.new, again.new, again.edited) == (1, 0, 0)
    assert Post.objects.count() == Analysis.objects.count() == Sighting.objects.count() == 1


def test_two_sources_that_bring_one_post_store_it_once_and_both_are_noted(yaori: Cast) -> None:
    forum = subscribe(yaori).source
    search = subscribe(yaori, name="搜尋", url="https://search.example/").source
    capture(forum, item())
    stored = capture(search, item(url="http://www.dcard.example/p/1/?utm_source=x"), now=NOW + MINUTE)
    assert stored.new == 0
    post = Post.objects.get()
    assert post.source == forum
    assert set(post.sightings.values_list("source", flat=True)) == {forum.pk, search.pk}


def test_one_visit_that_shows_a_post_twice_stores_it_once(yaori: Cast) -> None:
    assert capture(subscribe(yaori).source, item(), item()).new == 1


def test_an_identifier_that_a_kind_states_decides_where_addresses_vary(yaori: Cast) -> None:
    source = subscribe(yaori).source
    capture(source, item(number=1, site_id="1001"), item(number=2, site_id="1001"))
    assert Post.objects.count() == 1


def test_the_same_identifier_on_another_site_is_another_post(yaori: Cast) -> None:
    source = subscribe(yaori).source
    capture(source, item(site_id="1001"), item(url="https://m.weibo.example/1", site_id="1001"))
    assert Post.objects.count() == 2


def test_a_private_source_shares_no_post_and_keeps_its_own_apart(yaori: Cast, tsukimi: Cast) -> None:
    public, private = subscribe(yaori).source, subscribe(tsukimi, name="內部信箱", url="https://mail.example/").source
    Source.objects.filter(pk=private.pk).update(owner=tsukimi.workspace)
    private.refresh_from_db()
    capture(public, item(number=1))
    capture(private, item(number=1), item(number=2))
    assert Post.objects.filter(source=private).count() == 2
    assert Post.objects.filter(source=public).count() == 1


def test_items_whose_text_is_still_missing_wait_for_the_next_visit(yaori: Cast) -> None:
    assert capture(subscribe(yaori).source, item(needs_detail=True)).new == 0


def test_an_edit_keeps_what_was_said_before(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch(yaori)
    captured(source, item(SPOILT))
    captured(source, item(PRAISE), now=NOW + HOUR)
    post, revision = Post.objects.get(), PostRevision.objects.get()
    assert (post.revision, post.text, post.revised_at) == (2, PRAISE, NOW + HOUR)
    assert (revision.number, revision.text, revision.captured_at) == (1, SPOILT, NOW)
    mention = mentions(yaori.workspace).get()
    assert (mention.post_revision, mention.label, mention.sensitive) == (2, "pos", 0)


def test_an_edit_that_takes_the_keyword_away_ends_the_mention(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch(yaori)
    captured(source, item(SPOILT))
    captured(source, item("已刪文"), now=NOW + HOUR)
    assert not mentions(yaori.workspace).exists()


def test_white_space_and_an_unread_page_are_no_edits(yaori: Cast) -> None:
    source = subscribe(yaori).source
    capture(source, item(SPOILT))
    assert capture(source, item(f"  {SPOILT}\n")).edited == 0
    assert capture(source, item("")).edited == 0
    assert Post.objects.get().text == SPOILT


def test_the_text_of_another_source_never_edits(yaori: Cast) -> None:
    forum = subscribe(yaori).source
    search = subscribe(yaori, name="搜尋", url="https://search.example/").source
    capture(forum, item(SPOILT))
    assert capture(search, item(SPOILT[:6]), now=NOW + MINUTE).edited == 0
    assert Post.objects.get().text == SPOILT


def test_figures_follow_without_a_revision(yaori: Cast) -> None:
    source = subscribe(yaori).source
    capture(source, item(figures={"likes": 3}))
    assert capture(source, item(figures={"likes": 40}), now=NOW + HOUR).edited == 0
    assert Post.objects.get().figures == {"likes": 40}


# --- where a post stands in time


@pytest.mark.parametrize("precision", ["second", "minute", "hour"])
def test_a_post_stands_where_it_was_published(precision: str) -> None:
    placed = place(Item("u", published_at=NOW - HOUR, precision=precision), first_visit=True, now=NOW)
    assert (placed.placed_at, placed.is_history) == (NOW - HOUR, False)


def test_what_was_older_than_a_day_when_captured_is_history() -> None:
    old = Item("u", published_at=NOW - DAY - MINUTE, precision="minute")
    assert place(old, first_visit=False, now=NOW).is_history


def test_a_time_in_the_future_counts_as_unknown_and_a_clock_may_be_minutes_off() -> None:
    wrong = place(Item("u", published_at=NOW + HOUR, precision="minute"), first_visit=False, now=NOW)
    assert (wrong.published_at, wrong.precision, wrong.placed_at) == (None, "", NOW)
    early = place(Item("u", published_at=NOW + 3 * MINUTE, precision="minute"), first_visit=False, now=NOW)
    assert (early.published_at, early.placed_at) == (NOW + 3 * MINUTE, NOW)


def test_an_undated_item_is_history_only_where_a_first_visit_finds_it() -> None:
    assert place(Item("u"), first_visit=True, now=NOW).is_history
    assert not place(Item("u"), first_visit=False, now=NOW).is_history


def test_a_day_places_a_post_at_its_capture_unless_it_is_surely_old() -> None:
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # 2 March in Taipei
    today = place(Item("u", published_at=midnight, precision="day"), first_visit=True, now=NOW)
    assert (today.placed_at, today.is_history) == (NOW, False)
    last_week = place(Item("u", published_at=midnight - 7 * DAY, precision="day"), first_visit=False, now=NOW)
    assert (last_week.placed_at, last_week.is_history) == (midnight - 7 * DAY, True)


def test_the_key_of_a_post_does_not_depend_on_the_way_to_it(yaori: Cast) -> None:
    source = subscribe(yaori).source
    assert key_of(Item("https://a.example/1"), source) == key_of(Item("http://www.a.example/1/"), source)
