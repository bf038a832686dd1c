"""The posts of a drill are looked at again like any: they grow, and nothing of it is left when the drill is removed."""

import pytest

from monitoring.models import Figures, Post, Revisit
from monitoring.operations.growth import REVISITS, adopt_revisits, note_growth
from monitoring.queries.post_context import replies_of
from monitoring.revisiting import revisit_round
from monitoring.visiting.again import Seen
from sentinel.core.net.types import Response
from sentinel.drill.operations.drills import remove_drill
from sentinel.drill.storyline import posts_until
from tests.drill.stage import brought, rows_of_every_table, started
from tests.drill.test_through_the_crawler import MINUTE, Rehearsal, rehearse  # noqa: F401  the fixture
from tests.factories import NOW, Cast
from tests.monitoring.growth.stage import course_of
from tests.monitoring.stage import HOUR, SPOILT, item


@pytest.mark.parametrize("rehearse", ["food-safety"], indirect=True)
def test_threads_and_posts_of_a_drill_grow(rehearse: Rehearsal) -> None:  # noqa: F811
    told = [post for post in posts_until(rehearse.run, rehearse.minute(60)) if post.site == "forum" and post.replies]
    thread = told[0]
    rehearse.go_on_until(thread.at + MINUTE / 4)
    adopt_revisits(rehearse.now)
    looked_at = 0
    while rehearse.now < thread.replies[-1].at + MINUTE:
        rehearse.now += MINUTE
        Revisit.objects.filter(due_at__isnull=False).update(due_at=rehearse.now)
        looked_at += revisit_round()
    assert looked_at
    assert set(Revisit.objects.exclude(visited_at=None).values_list("outcome", flat=True)) == {"ok"}
    post = Post.objects.get(title=thread.title, source__kind="listing")
    replies, _total = replies_of(rehearse.cast.workspace, post)
    assert {reply.text for reply in replies} >= {reply.text for reply in thread.replies}
    network = Post.objects.filter(source__kind="weibo", revisit__visits__gt=0).exclude(figures={})
    assert any(course_of(post)[-1]["likes"] > course_of(post)[0]["likes"] for post in network)
    assert Post.objects.filter(gone_at__isnull=False).count() == 0


@pytest.mark.django_db
def test_nothing_that_grew_is_left_when_a_drill_is_removed(cast: Cast) -> None:
    before = rows_of_every_table()
    drill = started(cast)
    answer = Response("http://127.0.0.1:18391/1", 200, {}, b"the page")
    post = item(SPOILT, url=answer.url, figures={"likes": 1}, response=answer, replies=(item("+1", number=2),))
    brought(drill, post)
    adopt_revisits(NOW)
    (revisit,) = REVISITS.claim(now=NOW + HOUR)
    notice = Response(answer.url, 200, {}, "該貼已被刪除".encode())
    note_growth(revisit=revisit, seen=Seen("gone", mark="該貼已被刪除", notice=notice), now=NOW + HOUR)
    assert Post.objects.get(reply_to=None).gone_at == NOW + HOUR
    assert Figures.objects.exists()
    remove_drill(drill=drill, by=cast.manager, now=NOW + 2 * HOUR)
    after = rows_of_every_table()
    kept = {"core_auditentry", "core_liveevent", "drill_drill"}  # what was done, and the drill's row with its report
    assert {table for table in after if after[table] != before[table]} <= kept
