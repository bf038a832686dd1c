"""Which posts are followed, at whose pace, and what holds a look back."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.operations.alerts import close_alert
from alerts.tiers import Tier
from monitoring.models import Mention, Post, PostHold, Revisit, Source, Subscription
from monitoring.operations.growth import REVISITS, adopt_revisits, note_growth
from monitoring.operations.sources import pause_source
from monitoring.revisiting import _claim, revisit_round
from monitoring.visiting.again import Seen
from monitoring.visiting.revisit import Standing, next_gap
from tests.alerts.stage import raised
from tests.factories import NOW, Cast
from tests.monitoring.growth.conftest import Clock
from tests.monitoring.growth.stage import Network, a_post, read, the_revisit, visit
from tests.monitoring.source_pages.conftest import Site
from tests.monitoring.stage import DAY, HOUR, MINUTE, PRAISE, SPOILT, STRANGER, captured, item, subscribe, watch_brand


@pytest.fixture
def source(yaori: Cast) -> Source:
    watch_brand(yaori)
    return subscribe(yaori).source


def due(now: datetime = NOW) -> list[Revisit]:
    adopt_revisits(now)
    return list(Revisit.objects.order_by("post__text"))


def test_a_mention_is_followed_and_nothing_else(source: Source) -> None:
    reply = item("曜日也是", number=9)
    captured(source, item(SPOILT, replies=(reply,)), item(STRANGER, number=2), item(SPOILT, number=3, at=NOW - 3 * DAY))
    assert Mention.objects.count() == 3
    assert [row.post.text for row in due()] == [SPOILT]  # no stranger, no history, no reply


def test_what_is_pushed_to_us_is_not_followed(source: Source, yaori: Cast) -> None:
    captured(source, item())
    Source.objects.filter(pk=source.pk).update(is_pushed=True, owner=yaori.workspace)
    assert due() == []


def test_a_post_is_adopted_once(source: Source) -> None:
    captured(source, item())
    (first,) = due()
    assert first.due_at == NOW + 10 * MINUTE
    assert [row.pk for row in due(NOW + HOUR)] == [first.pk]


def test_a_mention_that_is_found_late_is_looked_at_at_once(source: Source) -> None:
    captured(source, item())
    (row,) = due(NOW + 2 * DAY)
    assert row.due_at == NOW + 2 * DAY


def test_a_post_that_nothing_happens_to_is_left_and_taken_up_again_when_it_is_held(source: Source, yaori: Cast) -> None:
    captured(source, item())
    now = NOW
    for _ in range(20):
        (row,) = due(now)
        if row.due_at is None:
            break
        now = row.due_at
        (claimed,) = REVISITS.claim(now=now)
        note_growth(revisit=claimed, seen=Seen("ok"), now=now)
    assert the_revisit().due_at is None
    assert 3 * DAY <= now - NOW <= 5 * DAY
    post = Post.objects.get(text=SPOILT)
    PostHold.objects.create(post=post, workspace=yaori.workspace, reason="crisis:1", held_at=now)
    (row,) = due(now + 2 * DAY)
    assert row.due_at == now + 2 * DAY


def test_an_alert_has_its_posts_looked_at_at_once_and_holds_them_until_it_is_closed(
    source: Source, yaori: Cast
) -> None:
    captured(source, item())
    due()
    alert = raised(Mention.objects.get().topic, Tier.ORANGE)
    assert the_revisit().due_at == NOW
    assert PostHold.objects.get().reason == f"alert:{alert.pk}"
    close_alert(alert=alert, reason="handled", note="", may_close_red=True, by=yaori.manager, now=NOW + HOUR)
    assert not PostHold.objects.exists()


def test_a_wait_that_the_site_asks_for_is_kept(source: Source) -> None:
    captured(source, item())
    due()
    (row,) = REVISITS.claim(now=NOW + HOUR)
    note_growth(revisit=row, seen=Seen("blocked", retry_after=7200.0), now=NOW + HOUR)
    assert the_revisit().due_at == NOW + 3 * HOUR


def test_a_404_of_a_source_in_trouble_is_believed_by_nobody(source: Source) -> None:
    captured(source, item())
    due()
    Source.objects.filter(pk=source.pk).update(failures=2)
    for hour in (1, 2, 3):
        Revisit.objects.update(due_at=NOW + hour * HOUR)
        (row,) = REVISITS.claim(now=NOW + hour * HOUR)
        note_growth(revisit=row, seen=Seen("gone"), now=NOW + hour * HOUR)
    assert Post.objects.get().gone_at is None
    assert the_revisit().outcome == "missing"


@pytest.mark.parametrize(
    ("change", "wait"),
    [({"failures": 1, "outcome": "blocked"}, 10 * MINUTE), ({"failures": 1, "outcome": "login"}, 10 * MINUTE)],
)
def test_a_source_that_refuses_us_is_left_alone(
    source: Source, clock: Clock, change: dict[str, Any], wait: timedelta
) -> None:
    captured(source, item())
    due()
    Source.objects.filter(pk=source.pk).update(**change)
    clock.forward(hours=1)
    assert _claim() == []
    assert the_revisit().due_at == clock.now + wait


def test_a_source_that_nobody_reads_is_not_asked(source: Source, yaori: Cast, clock: Clock) -> None:
    captured(source, item())
    due()
    pause_source(subscription=Subscription.objects.get(), by=yaori.admin, now=NOW)
    clock.forward(hours=1)
    assert _claim() == []
    assert the_revisit().due_at == clock.now + 6 * HOUR


def test_a_quota_lets_one_post_through_and_holds_the_others_back(source: Source, clock: Clock) -> None:
    captured(source, *(item(SPOILT + str(n), number=n) for n in range(3)))
    due()
    Source.objects.filter(pk=source.pk).update(kind="youtube", definition={"query": "x", "daily_units": "5000"})
    clock.forward(hours=1)
    ((_source, rows),) = _claim()
    assert len(rows) == 1
    note_growth(revisit=rows[0], seen=Seen("ok"), now=clock.now)
    clock.forward(seconds=258)
    assert _claim() == []
    clock.forward(seconds=3)
    ((_source, rows),) = _claim()
    assert len(rows) == 1


def test_rounds_end_when_nothing_is_due(yaori: Cast, site: Site, clock: Clock) -> None:
    network = Network(a_post())
    watch_brand(yaori, now=clock.now)
    read(yaori, site(network.behaviours()).url(""), clock.now, kind="weibo", query="曜日")
    visit(clock.now)
    clock.forward(minutes=10)
    assert (revisit_round(), revisit_round()) == (1, 0)


def test_the_schedule_is_the_one_that_is_kept(source: Source) -> None:
    captured(source, item(PRAISE))
    due()
    (row,) = REVISITS.claim(now=NOW + HOUR)
    note_growth(revisit=row, seen=Seen("ok"), now=NOW + HOUR)
    expected = next_gap(Standing(age=HOUR, quiet=HOUR))
    assert expected
    assert the_revisit().due_at == NOW + HOUR + expected
