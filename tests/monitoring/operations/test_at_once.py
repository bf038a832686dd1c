"""Workers at the same work at once: nothing twice, nothing missing, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from monitoring.models import Analysis, Mention, Post
from monitoring.operations.analyses import ANALYSES, lock_analyses
from monitoring.operations.topics import BACK_MATCHES, publish_version
from tests.factories import NOW, make_yaori
from tests.monitoring.bring import pushed, token_for
from tests.monitoring.pages.test_api import send
from tests.monitoring.stage import (
    MINUTE,
    PRAISE,
    SPOILT,
    capture,
    captured,
    counts,
    item,
    recount,
    subscribe,
    watch_brand,
    work,
)

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> None:
    """Do all of it in threads with their own connections, starting together; raises what one of them raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> None:
        try:
            start.wait(timeout=10)
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(do, deed) for deed in deeds]:
            done.result(timeout=30)


def test_of_programs_that_send_the_same_posts_at_once_one_is_told_that_they_are_new() -> None:
    yaori = make_yaori()
    token = token_for(yaori, pushed(yaori))
    batch = {"posts": [{"url": f"https://forum.example/t/{number}", "text": f"曜日 {number}"} for number in range(40)]}
    told: list[int] = []
    at_once(*[lambda: told.append(send(token, batch).json()["counts"]["new"])] * 4)
    assert sorted(told) == [0, 0, 0, 40]
    assert Post.objects.count() == 40


def test_analysing_and_walking_over_the_same_posts_yields_one_mention_each() -> None:
    yaori = make_yaori()
    source = subscribe(yaori).source
    topic = watch_brand(yaori)
    posts = [item(number=number) for number in range(60)]
    captured(source, *posts)
    publish_version(topic=topic, query="曜日 | 發霉", by=yaori.admin, now=NOW)
    Analysis.objects.update(due_at=NOW)
    at_once(lambda: ANALYSES.run(now=NOW), lambda: BACK_MATCHES.run(now=NOW), lambda: ANALYSES.run(now=NOW))
    work()
    assert Mention.objects.count() == 60
    assert counts() == recount()


def test_two_sources_that_bring_the_same_posts_at_once_lose_none_for_either() -> None:
    yaori = make_yaori()
    sources = [subscribe(yaori, name=name, url=f"https://{name}.example/").source for name in ("a", "b")]
    watch_brand(yaori)
    posts = [item(number=number) for number in range(80)]
    at_once(
        *(
            lambda source=source, turn=turn: capture(source, *posts[::turn])
            for source, turn in zip(sources, (1, -1), strict=True)
        )
    )
    work()
    assert Post.objects.count() == Mention.objects.count() == 80
    assert all(post.sightings.count() == 2 for post in Post.objects.all())
    assert counts() == recount()


def test_edits_and_analyses_at_once_end_in_agreement() -> None:
    yaori = make_yaori()
    source = subscribe(yaori).source
    other = subscribe(yaori, name="搜尋", url="https://search.example/").source
    watch_brand(yaori)
    capture(source, *(item(SPOILT, number=number) for number in range(40)))
    edits = [item(PRAISE, number=number) for number in range(40)]
    at_once(
        lambda: ANALYSES.run(now=NOW),
        lambda: capture(source, *edits, now=NOW + MINUTE),
        lambda: capture(other, *edits[::-1], now=NOW + MINUTE),
        lambda: ANALYSES.run(now=NOW),
    )
    work(NOW + MINUTE)
    assert {mention.post_revision for mention in Mention.objects.all()} == {2}
    assert Mention.objects.filter(label="pos").count() == 40
    assert counts() == recount()


def test_a_post_that_is_read_while_its_analysis_is_locked_is_read_anew() -> None:
    yaori = make_yaori()
    source = subscribe(yaori).source
    capture(source, item(SPOILT))
    post = Post.objects.get()
    stale: list[int] = []

    def hold_and_edit() -> None:
        with transaction.atomic():
            lock_analyses([post.pk])
            entered.wait(timeout=10)
            Post.objects.filter(pk=post.pk).update(revision=7)

    def wait_and_read() -> None:
        entered.wait(timeout=10)
        with transaction.atomic():
            stale.append(lock_analyses([post.pk])[0].post.revision)

    entered = Barrier(2)
    at_once(hold_and_edit, wait_and_read)
    assert stale == [7]
