"""People judge a post, correct its mood and dismiss it; counts follow in the same moment."""

import pytest

from monitoring.models import Filing, Judgement, Mention, MoodCorrection, Post, Source, Topic
from monitoring.operations.judging import correct_mood, dismiss_post, judge_post, restore_post
from monitoring.operations.topics import publish_version
from monitoring.queries.mentions import Wanted, mention_page
from sentinel.core.models import AuditEntry
from sentinel.core.operations import WrongStateError
from tests.factories import NOW, Cast
from tests.monitoring.stage import (
    MINUTE,
    PRAISE,
    SPOILT,
    STRANGER,
    capture,
    captured,
    counts,
    item,
    subscribe,
    watch_brand,
    work,
)


@pytest.fixture
def source(yaori: Cast) -> Source:
    return subscribe(yaori).source


@pytest.fixture
def topic(yaori: Cast, source: Source) -> Topic:
    return watch_brand(yaori)


@pytest.fixture
def post(topic: Topic, source: Source) -> Post:
    return captured(source, item())[0]


def total(topic: Topic, figure: str = "total") -> int:
    return sum(count for (_topic, _at, name), count in counts(topic).items() if name == figure)


def test_each_verdict_is_kept_and_audited_and_the_same_again_is_none(yaori: Cast, post: Post) -> None:
    for verdict in ("pending", "pending", "true"):
        judge_post(post=post, workspace=yaori.workspace, verdict=verdict, by=yaori.staff, now=NOW)
    assert list(Judgement.objects.order_by("pk").values_list("verdict", flat=True)) == ["pending", "true"]
    assert AuditEntry.objects.filter(verb="judge", object_id=str(post.pk)).count() == 2
    with pytest.raises(WrongStateError, match="unknown-verdict"):
        judge_post(post=post, workspace=yaori.workspace, verdict="bought", by=yaori.staff, now=NOW)


def test_a_corrected_mood_moves_the_counts_and_leaves_the_probability(yaori: Cast, post: Post, topic: Topic) -> None:
    computed = Mention.objects.get().negative
    assert total(topic, "negative") == 1
    correct_mood(post=post, workspace=yaori.workspace, mood="pos", by=yaori.staff, now=NOW)
    assert (total(topic, "negative"), total(topic, "positive"), total(topic)) == (0, 1, 1)
    mention = Mention.objects.get()
    assert (mention.label, mention.negative) == ("pos", computed)
    correct_mood(post=post, workspace=yaori.workspace, mood="neu", by=yaori.staff, now=NOW + MINUTE)
    assert (total(topic, "negative"), total(topic, "positive")) == (0, 0)
    assert MoodCorrection.objects.count() == 2


def test_a_correction_outlives_an_edit_and_a_new_version_of_the_topic(
    yaori: Cast, post: Post, topic: Topic, source: Source
) -> None:
    correct_mood(post=post, workspace=yaori.workspace, mood="pos", by=yaori.staff, now=NOW)
    capture(source, item(SPOILT + "，再也不買"), now=NOW + MINUTE)
    work(NOW + MINUTE)
    publish_version(topic=topic, query="曜日 OR 鮮乳", by=yaori.admin, now=NOW + MINUTE)
    work(NOW + MINUTE)
    assert Mention.objects.get().label == "pos"
    assert (total(topic, "negative"), total(topic, "positive")) == (0, 1)


def test_a_dismissed_post_leaves_lists_and_counts_until_it_is_restored(yaori: Cast, post: Post, topic: Topic) -> None:
    assert dismiss_post(post=post, workspace=yaori.workspace, by=yaori.staff, now=NOW) == 1
    assert total(topic) == 0
    assert not mention_page(yaori.workspace, Wanted()).rows
    assert dismiss_post(post=post, workspace=yaori.workspace, by=yaori.staff, now=NOW) == 0
    assert restore_post(post=post, workspace=yaori.workspace, by=yaori.staff, now=NOW) == 1
    assert total(topic) == 1
    assert mention_page(yaori.workspace, Wanted()).rows
    assert list(AuditEntry.objects.filter(object_kind="post").order_by("pk").values_list("verb", flat=True)) == [
        "dismiss",
        "restore",
    ]


def test_an_edit_does_not_count_a_dismissed_post(yaori: Cast, post: Post, topic: Topic, source: Source) -> None:
    dismiss_post(post=post, workspace=yaori.workspace, by=yaori.staff, now=NOW)
    capture(source, item(PRAISE), now=NOW + MINUTE)
    work(NOW + MINUTE)
    assert Mention.objects.get().dismissed_at == NOW
    assert total(topic) == 0


def test_what_one_workspace_says_moves_nothing_in_another(yaori: Cast, tsukimi: Cast, post: Post, topic: Topic) -> None:
    subscribe(tsukimi)
    theirs = watch_brand(tsukimi, name="對手")
    work()
    dismiss_post(post=post, workspace=yaori.workspace, by=yaori.staff, now=NOW)
    correct_mood(post=post, workspace=yaori.workspace, mood="pos", by=yaori.staff, now=NOW)
    assert (total(theirs), total(theirs, "negative")) == (1, 1)


def test_a_post_filed_by_hand_is_a_mention_whatever_its_words(yaori: Cast, topic: Topic, source: Source) -> None:
    capture(source, item(STRANGER, number=9))
    Filing.objects.create(post=Post.objects.get(), topic=topic, filed_by=yaori.staff, filed_at=NOW)
    work()
    mention = Mention.objects.get()
    assert (mention.topic, mention.spans) == (topic, [])
    assert total(topic) == 1
