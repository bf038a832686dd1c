"""What is past its term goes by itself; evidence and counts stay."""

from datetime import timedelta

import pytest

from monitoring.models import Analysis, Body, Capture, Figures, Mention, Post, PostRevision, Source, Subscription, Topic
from monitoring.operations.retention import LetGo, expire
from monitoring.queries.retention import forecast
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import open_crisis
from sentinel.core.models import AuditEntry
from sentinel.core.net.types import Response
from tests.factories import NOW, Cast
from tests.monitoring.stage import DAY, HOUR, STRANGER, capture, captured, counts, item, subscribe, watch_brand, work

TERM = 30


@pytest.fixture
def source(yaori: Cast) -> Source:
    subscription = subscribe(yaori)
    Subscription.objects.filter(pk=subscription.pk).update(retention_days=TERM)
    return subscription.source


@pytest.fixture
def topic(yaori: Cast, source: Source) -> Topic:
    return watch_brand(yaori)


@pytest.fixture
def post(topic: Topic, source: Source) -> Post:
    page = Response("https://dcard.example/food", 200, {}, b"page")
    captured(source, item(response=page, figures={"likes": 1}))
    captured(source, item("曜日改了", response=page, figures={"likes": 2}), now=NOW + HOUR)
    return Post.objects.get()


def later(days: float) -> LetGo:
    return expire(now=NOW + timedelta(days=days))


def test_nothing_goes_before_its_term(post: Post) -> None:
    assert later(TERM) == LetGo(0, 0, 0, 0)


def test_past_its_term_all_of_a_post_goes_and_counts_stay(yaori: Cast, post: Post, topic: Topic) -> None:
    before = counts(topic)
    assert later(TERM + 1) == LetGo(mentions=1, posts=1, captures=2, bodies=1)
    for model in (Post, Mention, PostRevision, Figures, Analysis, Capture, Body):
        assert not model.objects.exists(), model
    assert counts(topic) == before
    entry = AuditEntry.objects.get(verb="expire")
    assert (entry.workspace_id, entry.actor_name, entry.data["mentions"]) == (yaori.workspace.pk, "", 1)


def test_what_matched_nothing_goes_too(source: Source) -> None:
    capture(source, item(STRANGER))
    assert later(TERM + 1).posts == 1


def test_what_is_on_file_stays_with_all_that_was_received(yaori: Cast, post: Post) -> None:
    crisis = open_crisis(workspace=yaori.workspace, title="異物", level=2, summary="", by=yaori.staff, now=NOW)
    file_evidence(crisis=crisis, post=post, note="", by=yaori.staff, now=NOW)
    assert later(TERM + 1) == LetGo(0, 0, 0, 0)
    assert Capture.objects.count() == 2
    assert Mention.objects.exists()


def test_the_longest_term_of_a_reader_keeps_the_post_and_each_its_own_mentions(
    yaori: Cast, tsukimi: Cast, post: Post
) -> None:
    subscribe(tsukimi)  # 180 days
    watch_brand(tsukimi)
    work()
    assert later(TERM + 1) == LetGo(mentions=1, posts=0, captures=0, bodies=0)
    assert Mention.objects.get().workspace == tsukimi.workspace
    assert later(181) == LetGo(mentions=1, posts=1, captures=2, bodies=1)


def test_an_answer_stays_as_long_as_one_of_its_posts(topic: Topic, source: Source) -> None:
    page = Response("https://dcard.example/food", 200, {}, b"both")
    first, second = item(number=1, response=page), item("曜日二", number=2, response=page)
    captured(source, first)
    captured(source, first, second, now=NOW + 10 * DAY)
    assert later(TERM + 1) == LetGo(mentions=1, posts=1, captures=1, bodies=0)
    assert later(TERM + 11) == LetGo(mentions=1, posts=1, captures=1, bodies=1)


def test_it_goes_in_small_batches_and_goes_on_where_it_stopped(
    topic: Topic, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.operations.retention.BATCH", 2)
    captured(source, *(item(f"曜日{n}", number=n) for n in range(5)))
    assert expire(now=NOW + 31 * DAY, batches=1) == LetGo(mentions=2, posts=2, captures=0, bodies=0)
    assert later(31) == LetGo(mentions=3, posts=3, captures=0, bodies=0)


def test_a_source_tells_how_many_go_when(yaori: Cast, post: Post) -> None:
    told = forecast(Subscription.objects.get(workspace=yaori.workspace), NOW + 29 * DAY)
    assert (told.days, told.total, told.held, told.going) == (TERM, 1, 0, [(1, 0), (7, 1), (30, 1)])


def test_what_went_does_not_come_back_while_the_site_still_lists_it(topic: Topic, source: Source) -> None:
    captured(source, item())
    later(TERM + 1)
    before = counts(topic)
    stored = capture(source, item(), item("曜日新的", number=2), now=NOW + 32 * DAY)
    work(NOW + 32 * DAY)
    assert stored.new == 1
    assert sum(counts(topic).values()) > sum(before.values())
    assert not Post.objects.filter(url__endswith="/1").exists()
