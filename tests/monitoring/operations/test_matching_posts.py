"""A mention says which version of which topic matched, for workspaces that read the source, and the counts agree."""

import random

import pytest

from monitoring.models import BackMatch, Mention, Meter, Post, Topic
from monitoring.operations.mentions import bucket_of
from monitoring.operations.sources import pause_source, remove_source, resume_source
from monitoring.operations.topics import archive_topic, publish_version
from sentinel.core.models import Workspace
from tests.factories import NOW, Cast
from tests.monitoring.stage import (
    DAY,
    HOUR,
    MINUTE,
    PRAISE,
    SPOILT,
    STRANGER,
    capture,
    captured,
    counts,
    item,
    mentions,
    recount,
    subscribe,
    total,
    watch_brand,
    work,
)


def test_a_mention_cites_the_version_and_the_places(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item("昨天買的曜日鮮乳", title="曜日又來了"))
    mention = mentions(yaori.workspace).get()
    assert mention.topic_version == topic.current
    assert (mention.spans, mention.title_spans) == ([[4, 6]], [[0, 2]])


def test_simplified_and_traditional_spellings_are_one_keyword(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori, query="曜日鲜乳")
    captured(source, item("曜日鮮乳"))
    assert mentions(yaori.workspace).exists()


def test_a_workspace_that_is_not_subscribed_gets_nothing(yaori: Cast, tsukimi: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori), watch_brand(tsukimi)
    captured(source, item())
    assert mentions(yaori.workspace).count() == 1
    assert not mentions(tsukimi.workspace).exists()


def test_a_workspace_sees_the_source_that_it_reads_not_the_one_that_was_first(yaori: Cast, tsukimi: Cast) -> None:
    forum = subscribe(yaori).source
    search = subscribe(tsukimi, name="搜尋", url="https://search.example/").source
    watch_brand(yaori), watch_brand(tsukimi)
    captured(forum, item())
    captured(search, item(), now=NOW + MINUTE)
    assert mentions(yaori.workspace).get().source == forum
    assert mentions(tsukimi.workspace).get().source == search


def test_who_subscribes_later_meets_what_was_captured_before(yaori: Cast, tsukimi: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(tsukimi)
    captured(source, item())
    subscribe(tsukimi, now=NOW + HOUR)
    work(NOW + HOUR)
    assert mentions(tsukimi.workspace).count() == 1
    assert counts() == recount()


def test_a_paused_subscription_gets_nothing_new_and_keeps_what_it_had(yaori: Cast, tsukimi: Cast) -> None:
    subscription = subscribe(yaori)
    subscribe(tsukimi)
    watch_brand(yaori), watch_brand(tsukimi)
    source = subscription.source
    captured(source, item(number=1))
    pause_source(subscription=subscription, by=yaori.admin, now=NOW)
    captured(source, item(number=2), item(PRAISE, number=1), now=NOW + MINUTE)
    kept = mentions(yaori.workspace).get()
    assert (kept.post.text, kept.post_revision) == (PRAISE, 2)
    assert mentions(tsukimi.workspace).count() == 2
    subscription.refresh_from_db()
    resume_source(subscription=subscription, by=yaori.admin, now=NOW + HOUR)
    captured(source, item(number=3), now=NOW + HOUR)
    assert mentions(yaori.workspace).count() == 2
    assert counts() == recount()


def test_what_a_removed_source_brought_stays(yaori: Cast) -> None:
    subscription = subscribe(yaori)
    topic = watch_brand(yaori)
    captured(subscription.source, item())
    remove_source(subscription=subscription, by=yaori.admin, now=NOW)
    publish_version(topic=topic, query="曜日 | 月見", by=yaori.admin, now=NOW)
    work()
    assert mentions(yaori.workspace).get().topic_version.number == 2


# --- topics over earlier posts


def test_a_new_topic_walks_over_earlier_posts(yaori: Cast) -> None:
    source = subscribe(yaori).source
    captured(source, item(number=1), item(STRANGER, number=2))
    topic = watch_brand(yaori)
    work()
    assert mentions(yaori.workspace).count() == 1
    walk = BackMatch.objects.get(topic_version=topic.current)
    assert (walk.seen, walk.total, walk.due_at) == (2, 2, None)


def test_a_published_excluded_word_removes_mentions_and_their_counts(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item("曜日鮮乳抽獎活動", number=1), item(SPOILT, number=2))
    assert total(topic, since=NOW) == 2
    publish_version(topic=topic, query="曜日 -抽獎", by=yaori.admin, now=NOW + MINUTE)
    work(NOW + MINUTE)
    assert mentions(yaori.workspace).get().post.text == SPOILT
    assert mentions(yaori.workspace).get().topic_version.number == 2
    assert total(topic, since=NOW) == 1


def test_a_walk_goes_on_where_it_was_and_starts_anew_for_a_new_subscription(
    yaori: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.operations.topics.STEP", 2)
    source = subscribe(yaori).source
    captured(source, *(item(number=number) for number in range(5)))
    watch_brand(yaori)
    work()
    assert mentions(yaori.workspace).count() == 5
    assert counts() == recount()


def test_an_archived_topic_matches_nothing_more(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    archive_topic(topic=topic, by=yaori.admin, now=NOW)
    captured(source, item())
    assert not mentions(yaori.workspace).exists()


def test_an_earlier_query_published_again_is_a_new_version_and_wakes_an_archived_topic(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item())
    archive_topic(topic=topic, by=yaori.admin, now=NOW)
    topic.refresh_from_db()
    version = publish_version(topic=topic, query="曜日", by=yaori.admin, now=NOW + HOUR)
    work(NOW + HOUR)
    assert (version.number, topic.archived_at) == (2, None)
    assert mentions(yaori.workspace).get().topic_version == version


def test_publishing_what_is_live_changes_nothing(yaori: Cast) -> None:
    topic = watch_brand(yaori, query="曜日 | 月見")
    assert publish_version(topic=topic, query="曜日 OR 月見", by=yaori.admin, now=NOW).number == 1
    assert topic.versions.count() == 1


# --- what counts, and when


def test_history_never_counts_in_the_present(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item(at=NOW - 3 * DAY))
    assert mentions(yaori.workspace).get().is_history
    assert total(topic, since=NOW - DAY) == 0
    assert total(topic, since=NOW - 4 * DAY) == 1


def test_undated_items_of_a_first_visit_are_listed_but_counted_nowhere(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    source.last_success_at = None
    captured(source, item(at=None, number=1))
    source.last_success_at = NOW
    captured(source, item(at=None, number=2), now=NOW + MINUTE)
    assert mentions(yaori.workspace).count() == 2
    assert total(topic, since=NOW - 30 * DAY, until=NOW + HOUR) == 1


def test_a_sensitive_term_inside_the_brands_own_name_does_not_warn(yaori: Cast) -> None:
    Workspace.objects.filter(pk=yaori.workspace.pk).update(brand_names=["曜日罷工鮮乳"])
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item("曜日罷工鮮乳好喝", number=1), item("曜日罷工鮮乳的司機罷工", title="快訊", number=2))
    by_post = {mention.post.url[-1]: mention.sensitive for mention in mentions(yaori.workspace)}
    assert by_post == {"1": 0, "2": 1}
    assert counts(topic)[topic.pk, bucket_of(NOW), "sensitive"] == 1


def test_a_denied_sensitive_term_is_kept_but_does_not_warn(yaori: Cast) -> None:
    source = subscribe(yaori).source
    watch_brand(yaori)
    captured(source, item("曜日鮮乳檢驗未發現大腸桿菌"))
    assert mentions(yaori.workspace).get().sensitive == 0


def test_a_match_that_changes_no_count_announces_nothing(yaori: Cast) -> None:
    source, topic = subscribe(yaori).source, watch_brand(yaori)
    captured(source, item())
    before = Meter.objects.get(topic=topic).revision
    publish_version(topic=topic, query="曜日 | 月見", by=yaori.admin, now=NOW)
    work()
    assert Meter.objects.get(topic=topic).revision == before


@pytest.mark.parametrize("seed", range(6))
def test_the_measures_equal_a_recount_after_anything(yaori: Cast, tsukimi: Cast, seed: int) -> None:
    """The invariant that all alerts rest on: inserts, edits, publishes, pauses in any order."""
    chance = random.Random(seed)
    casts = [yaori, tsukimi]
    sources = [subscribe(cast, url=url).source for cast in casts for url in ("https://a.example/", f"https://{cast}/")]
    topics = [watch_brand(cast, query=query, name=query) for cast in casts for query in ("曜日", "鮮乳 -抽獎")]
    queries = ["曜日", "曜日 -發霉", "好喝 | 發霉", "鮮乳 -抽獎", "離譜 肚子"]
    texts = [SPOILT, PRAISE, STRANGER, "曜日鮮乳抽獎", "曜日鮮乳爆出食物中毒", "已刪文"]
    now = NOW
    for _ in range(25):
        now += chance.choice([MINUTE, 7 * MINUTE, HOUR])
        match chance.randrange(5):
            case 0 | 1:
                ages = [chance.choice([MINUTE, HOUR, 30 * HOUR, None]) for _ in range(4)]
                found = [
                    item(chance.choice(texts), number=chance.randrange(12), at=None if age is None else now - age)
                    for age in ages
                ]
                source = chance.choice(sources)
                source.last_success_at = chance.choice([None, NOW])
                capture(source, *found, now=now)
            case 2:
                topic = Topic.objects.get(pk=chance.choice(topics).pk)
                publish_version(topic=topic, query=chance.choice(queries), by=yaori.admin, now=now)
            case 3:
                flip(chance.choice(casts), chance, now)
            case 4:
                work(now)
                assert counts() == recount()
    work(now)
    assert counts() == recount()
    assert all(mention.post_revision == mention.post.revision for mention in Mention.objects.select_related("post"))
    assert Post.objects.exists()


def flip(cast: Cast, chance: random.Random, now: object) -> None:
    """Pause or resume one of the workspace's subscriptions."""
    subscription = chance.choice(list(cast.workspace.subscriptions.all()))
    verb = resume_source if subscription.paused_at else pause_source
    verb(subscription=subscription, by=cast.admin, now=now)
