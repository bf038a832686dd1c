"""What an open crisis rests on is kept beyond its term and looked at again; what is closed is kept as its file."""

from datetime import datetime, timedelta

import pytest

from monitoring.models import Mention, Post, PostHold, Revisit, Subscription
from monitoring.operations import holding
from monitoring.operations.growth import adopt_revisits
from monitoring.operations.retention import expire
from playbooks.models import Crisis
from playbooks.operations.collecting import file_evidence
from playbooks.operations.crises import close_crisis, open_crisis, reopen_crisis
from playbooks.operations.following import hold_posts
from tests.factories import NOW, Cast, make_tsukimi
from tests.playbooks.stage import make_post, make_topic

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def opened(cast: Cast, now: datetime) -> Crisis:
    """A crisis of the brand's topic that was opened by hand: no alert holds anything."""
    topic = cast.workspace.topics.first() or make_topic(cast)
    return open_crisis(
        workspace=cast.workspace, title="異物", level=2, summary="", topic=topic, by=cast.manager, now=now
    )


def held(crisis: Crisis, *, followed: bool | None = None) -> set[int]:
    holds = PostHold.objects.filter(workspace=crisis.workspace, reason=crisis.thread)
    holds = holds if followed is None else holds.filter(is_followed=followed)
    return set(holds.values_list("post_id", flat=True))


def test_posts_of_an_open_crisis_are_kept_and_followed_without_any_alert(cast: Cast) -> None:
    topic = make_topic(cast)
    before, first, second = (make_post(cast, at=NOW + n * MINUTE, topic=topic) for n in (-3000, 0, 5))
    crisis = opened(cast, NOW + 10 * MINUTE)
    assert held(crisis, followed=True) == {first.pk, second.pk}
    later = make_post(cast, at=NOW + 20 * MINUTE, topic=topic)
    assert hold_posts(now=NOW + 30 * MINUTE) == 1
    assert held(crisis, followed=True) == {first.pk, second.pk, later.pk}
    assert hold_posts(now=NOW + 31 * MINUTE) == 0
    adopt_revisits(NOW + 31 * MINUTE)
    assert set(Revisit.objects.values_list("post", flat=True)) >= {first.pk, second.pk, later.pk}
    assert before.pk not in held(crisis)


def test_what_is_held_outlives_its_term_for_as_long_as_the_crisis_is_open_and_after(cast: Cast) -> None:
    topic = make_topic(cast)
    old, ours = make_post(cast, at=NOW - 3 * DAY, topic=topic), make_post(cast, at=NOW, topic=topic)
    Subscription.objects.update(retention_days=30)
    crisis = opened(cast, NOW + MINUTE)
    expire(now=NOW + 200 * DAY)
    assert set(Post.objects.values_list("pk", flat=True)) == {ours.pk}
    assert Mention.objects.filter(post=ours).exists()
    assert not Post.objects.filter(pk=old.pk).exists()
    close_crisis(crisis=crisis, note="", by=cast.manager, now=NOW + 201 * DAY)
    expire(now=NOW + 400 * DAY)
    assert Post.objects.filter(pk=ours.pk).exists()


def test_a_closed_crisis_follows_nothing_and_begins_again_when_it_is_opened_again(cast: Cast) -> None:
    topic = make_topic(cast)
    post = make_post(cast, topic=topic)
    crisis = opened(cast, NOW + MINUTE)
    close_crisis(crisis=crisis, note="", by=cast.manager, now=NOW + 2 * MINUTE)
    late = make_post(cast, at=NOW + 3 * MINUTE, topic=topic)
    assert hold_posts(now=NOW + 4 * MINUTE) == 0
    assert (held(crisis, followed=False), held(crisis, followed=True)) == ({post.pk}, set())
    reopen_crisis(crisis=crisis, note="", by=cast.manager, now=NOW + 5 * MINUTE)
    assert held(crisis, followed=True) == {post.pk, late.pk}


def test_what_weighs_most_and_what_is_on_file_is_followed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST_FOLLOWED", 2)
    topic = make_topic(cast)
    filed, mild, sharp, sharper = (make_post(cast, at=NOW + n * MINUTE, topic=topic) for n in range(4))
    Mention.objects.filter(post=mild).update(sensitive=0, negative=0.1)
    Mention.objects.filter(post=filed).update(negative=0.1)
    Mention.objects.filter(post=sharper).update(sensitive=3)
    crisis = opened(cast, NOW + 10 * MINUTE)
    assert filed.pk not in held(crisis, followed=False)  # the earliest post is on file
    assert held(crisis) == {filed.pk, mild.pk, sharp.pk, sharper.pk}
    file_evidence(crisis=crisis, post=mild, note="", by=cast.staff, now=NOW + 11 * MINUTE)
    hold_posts(now=NOW + 12 * MINUTE)
    assert held(crisis, followed=True) >= {mild.pk, sharp.pk, sharper.pk}
    Mention.objects.filter(post=sharp).update(sensitive=0, negative=0.0, dismissed_at=NOW)
    hold_posts(now=NOW + 13 * MINUTE)
    assert sharp.pk in held(crisis, followed=False)


def test_a_post_of_the_past_that_a_crisis_rests_on_is_followed_too(cast: Cast) -> None:
    topic = make_topic(cast)
    crisis = opened(cast, NOW)
    post = make_post(cast, at=NOW + MINUTE, topic=topic)
    Post.objects.filter(pk=post.pk).update(is_history=True)
    Mention.objects.filter(post=post).update(is_history=True)
    adopt_revisits(NOW + 2 * MINUTE)
    assert not Revisit.objects.exists()
    hold_posts(now=NOW + 3 * MINUTE)
    adopt_revisits(NOW + 3 * MINUTE)
    assert Revisit.objects.get().post == post
    assert held(crisis) == {post.pk}


def test_a_crisis_holds_nothing_of_another_workspace(cast: Cast) -> None:
    other = make_tsukimi()
    theirs = make_post(other, topic=make_topic(other))
    crisis = opened(cast, NOW)
    hold_posts(now=NOW + MINUTE)
    assert theirs.pk not in held(crisis)
