"""A drill and the real world never meet, though both speak of the same brand in the same workspace."""

import pytest
from django.utils import translation

from alerts.messages import message_of
from alerts.models import Alert, Delivery
from alerts.operations.evaluations import EVALUATIONS
from alerts.queries import BoardReader
from alerts.tiers import Tier
from monitoring.models import AllowedHost, Mention, Source, Subscription, Topic
from monitoring.operations.pulses import figures_now
from monitoring.source_health import late_count
from sentinel.core.models import LiveEvent, Membership
from sentinel.core.operations import WrongStateError
from tests.alerts.stage import outlet, raised
from tests.drill.stage import PORTS, brought, started
from tests.factories import NOW, Cast, make_tsukimi
from tests.monitoring.stage import MINUTE, SPOILT, captured, item, subscribe, watch_brand, work

pytestmark = pytest.mark.django_db


def found(topic: Topic | None) -> int:
    return Mention.objects.filter(topic=topic).count()


def test_posts_of_a_drill_never_touch_the_real_topic_of_the_same_brand(cast: Cast) -> None:
    real = watch_brand(cast, query="曜日鮮乳", name="真的曜日鮮乳")
    drill = started(cast)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    assert (found(real), found(drill.topic)) == (0, 1)


def test_real_posts_never_touch_the_topic_of_a_drill(cast: Cast) -> None:
    real = watch_brand(cast, query="曜日鮮乳", name="真的曜日鮮乳")
    drill = started(cast)
    captured(subscribe(cast).source, item(SPOILT))
    assert (found(real), found(drill.topic)) == (1, 0)


def test_a_walk_over_earlier_posts_keeps_them_apart_too(cast: Cast) -> None:
    captured(subscribe(cast).source, item(SPOILT))
    drill = started(cast)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    real = watch_brand(cast, query="曜日鮮乳", name="真的曜日鮮乳")
    work(NOW)
    assert (found(real), found(drill.topic)) == (1, 1)
    assert Mention.objects.get(topic=real).source.is_drill is False
    assert Mention.objects.get(topic=drill.topic).source.is_drill is True


def test_a_workspace_next_door_reads_no_source_of_a_drill_and_finds_nothing(cast: Cast) -> None:
    theirs = make_tsukimi()
    watch_brand(theirs, query="曜日鮮乳", name="曜日鮮乳")
    drill = started(cast)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    assert not Mention.objects.filter(workspace=theirs.workspace).exists()
    assert not Source.objects.visible_to(theirs.workspace).exists()
    assert not Alert.objects.visible_to(theirs.workspace).exists()


def test_the_next_drill_at_the_same_ports_brings_its_own_posts(cast: Cast) -> None:
    from sentinel.drill.operations.drills import end_drill

    first = started(cast)
    brought(first, item(SPOILT, url="http://127.0.0.1:18391/1"))
    end_drill(drill=first, by=cast.manager, now=NOW + MINUTE)
    second = started(cast, now=NOW + 2 * MINUTE)
    brought(second, item(SPOILT, url="http://127.0.0.1:18391/1"), now=NOW + 2 * MINUTE)
    assert (found(first.topic), found(second.topic)) == (1, 1)


def test_only_sources_of_drills_may_read_the_places_of_a_drill(cast: Cast) -> None:
    from monitoring.crawler import allowed_private_hosts, drill_hosts

    started(cast)
    places = {f"127.0.0.1:{port}" for port in PORTS.values()}
    assert places == set(AllowedHost.objects.values_list("address", flat=True))
    assert not allowed_private_hosts() & places
    assert drill_hosts() == places


def test_what_a_drill_reads_cannot_be_edited_resumed_or_unsubscribed(cast: Cast) -> None:
    from monitoring.operations.sources import remove_source, resume_source

    drill = started(cast)
    subscription = Subscription.objects.get(source=drill.sources[0])
    for verb in (remove_source, resume_source):
        with pytest.raises(WrongStateError, match="drill"):
            verb(subscription=subscription, by=cast.admin, now=NOW)


# --- outlets ------------------------------------------------------------------------------------


def test_no_outlet_is_told_of_a_drill_unless_asked(cast: Cast) -> None:
    outlet(cast)
    drill = started(cast)
    assert drill.topic is not None
    alert = raised(drill.topic, Tier.RED)
    assert alert.events.count() == 1
    assert not Delivery.objects.exists()


def test_every_message_of_a_drill_that_is_told_begins_with_the_mark(cast: Cast) -> None:
    outlet(cast)
    drill = started(cast, tells_outlets=True)
    assert drill.topic is not None
    raised(drill.topic, Tier.RED)
    with translation.override("en"):
        message = message_of(Delivery.objects.get())
    assert message.subject.startswith("[Drill] ")
    assert message.lines[0].startswith("[Drill] ")
    assert message.data["drill"] is True


def test_a_real_message_has_no_mark(cast: Cast) -> None:
    outlet(cast)
    raised(watch_brand(cast), Tier.RED)
    with translation.override("en"):
        message = message_of(Delivery.objects.get())
    assert not message.subject.startswith("[")
    assert message.data["drill"] is False


def test_a_live_event_says_that_it_is_a_drill(cast: Cast) -> None:
    drill = started(cast)
    assert drill.topic is not None
    raised(drill.topic)
    raised(watch_brand(cast))
    told = LiveEvent.objects.filter(kind="alert.opened").order_by("seq")
    assert [event.counts["drill"] for event in told] == [True, False]


# --- figures ------------------------------------------------------------------------------------


def test_real_figures_leave_the_drill_out(cast: Cast) -> None:
    drill = started(cast)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    assert figures_now(cast.workspace.pk, NOW)["hour"] == 0
    assert Subscription.objects.filter(workspace=cast.workspace).real().tally()["total"] == 0
    assert late_count(cast.workspace, NOW) == 0


def test_the_pulse_shows_the_drill_where_the_real_world_is_silent_and_can_be_switched(cast: Cast) -> None:
    member = Membership.objects.get(user=cast.staff)
    drill = started(cast)
    brought(drill, item(SPOILT, url="http://127.0.0.1:18391/1"))
    silent = BoardReader(member, NOW).pulse()
    assert (silent.of, silent.has_drill, sum(one.neg + one.neu + one.pos for one in silent.buckets)) == (
        "drill",
        True,
        1,
    )
    watch_brand(cast, name="真的曜日鮮乳")
    captured(subscribe(cast).source, item(SPOILT, number=1), item(SPOILT + "！", number=2))
    real = BoardReader(member, NOW).pulse()
    assert (real.of, sum(one.neg + one.neu + one.pos for one in real.buckets)) == ("real", 2)
    assert BoardReader(member, NOW, "drill").pulse().of == "drill"


def test_the_sentence_says_how_many_of_the_unclaimed_are_a_drill(cast: Cast) -> None:
    drill = started(cast)
    assert drill.topic is not None
    raised(drill.topic)
    raised(watch_brand(cast))
    situation = BoardReader(Membership.objects.get(user=cast.staff), NOW).situation()
    assert (situation.unclaimed, situation.drill) == (2, 1)


def test_a_complaint_in_a_drill_raises_an_alert_by_the_ordinary_rules(cast: Cast) -> None:
    drill = started(cast)
    posts = [item(SPOILT + str(n), number=n, url=f"http://127.0.0.1:18391/{n}", author=f"人{n}") for n in range(1, 30)]
    brought(drill, *posts, now=NOW + MINUTE)
    while EVALUATIONS.run(now=NOW + MINUTE):
        pass
    assert Alert.objects.get(topic=drill.topic).topic.is_drill
