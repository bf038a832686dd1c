"""Alerts open, rise, are claimed and closed: each change once, told once, whoever else is at it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from alerts.models import Alert, AlertEvent, Delivery
from alerts.operations.alerts import CLOSE_REASONS, claim_alert, close_alert, open_counts, raise_alert
from alerts.operations.outlets import disable_outlet
from alerts.tiers import REOPEN_COOL_DOWN, Tier
from monitoring.operations.topics import publish_version
from sentinel.core.models import AuditEntry, LiveEvent, User
from sentinel.core.operations import WrongStateError
from tests.alerts.stage import outlet, raised, reason, watched
from tests.factories import NOW, Cast, make_tsukimi, make_yaori
from tests.monitoring.stage import MINUTE, PRAISE, SPOILT, captured, item, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_yaori()


def kinds(alert: Alert) -> list[str]:
    return [event.kind for event in alert.events.all()]


def close(alert: Alert, by: User, *, why: str = "handled", may_close_red: bool = False) -> None:
    close_alert(alert=alert, reason=why, note=" 已回覆 ", may_close_red=may_close_red, by=by, now=NOW + MINUTE)


# --- opening and rising -------------------------------------------------------------------------


def test_a_topic_has_one_open_alert_that_only_a_worse_look_changes(cast: Cast) -> None:
    topic = watched(cast)
    alert = raised(topic, Tier.YELLOW)
    assert raise_alert(topic=topic, tier=Tier.YELLOW, reasons=[reason(Tier.YELLOW)], now=NOW + MINUTE) is None
    assert raise_alert(topic=topic, tier=Tier.BLUE, reasons=[reason(Tier.BLUE)], now=NOW + MINUTE) is None
    assert raised(topic, Tier.RED, now=NOW + MINUTE).pk == alert.pk
    alert.refresh_from_db()
    assert (alert.tier, alert.opened_at, alert.raised_at) == (1, NOW, NOW + MINUTE)
    assert [(event.kind, event.tier, event.tier_before) for event in alert.events.all()] == [
        ("opened", 3, None),
        ("raised", 1, 3),
    ]


def test_a_risen_tier_brings_the_claim_forward_and_never_puts_it_off(cast: Cast) -> None:
    topic = watched(cast)
    assert raised(topic, Tier.YELLOW).claim_due_at == NOW + timedelta(minutes=30)
    assert raised(topic, Tier.ORANGE, now=NOW + 10 * MINUTE).claim_due_at == NOW + 25 * MINUTE
    assert raised(topic, Tier.RED, now=NOW + 24 * MINUTE).claim_due_at == NOW + 25 * MINUTE


def test_an_alert_cites_the_versions_of_topic_and_rule_that_made_it(cast: Cast) -> None:
    topic = watched(cast)
    first = topic.current
    alert = raised(topic, Tier.BLUE)
    publish_version(topic=topic, query="曜日 OR 鮮乳", by=cast.admin, now=NOW)
    alert.refresh_from_db()
    assert alert.topic_version == first
    raised(topic, Tier.RED)
    alert.refresh_from_db()
    assert alert.topic_version.number == 2
    assert [made["rule_version"] for made in alert.reasons] == [1]


def test_alerts_are_numbered_per_workspace(cast: Cast) -> None:
    other = make_tsukimi()
    assert [raised(watched(cast, name=name)).number for name in "甲乙"] == [1, 2]
    assert raised(watched(other)).number == 1
    assert raised(watched(cast, name="丙")).label == "AL-3"


def test_the_headline_and_the_earliest_post_are_the_first_sensitive_mention(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, item(PRAISE, number=1, at=NOW - 9 * MINUTE), item(SPOILT, number=2, at=NOW - 5 * MINUTE))
    captured(source, item("曜日鮮乳又發霉", number=3, at=NOW - MINUTE))
    alert = raised(topic)
    assert alert.title == SPOILT
    assert alert.earliest_post is not None
    assert alert.earliest_post.published_at == NOW - 5 * MINUTE


def test_a_long_text_is_cut_to_a_headline(cast: Cast) -> None:
    source, topic = subscribe(cast).source, watched(cast)
    captured(source, item("曜日鮮乳發霉\n" * 40))
    assert len(raised(topic).title) == 80


def test_soon_after_closing_only_something_worse_opens_again(cast: Cast) -> None:
    topic = watched(cast)
    close(raised(topic, Tier.YELLOW), cast.staff)
    closed_at = NOW + MINUTE
    again = {"topic": topic, "reasons": [reason(Tier.YELLOW)]}
    assert raise_alert(tier=Tier.YELLOW, now=closed_at + MINUTE, **again) is None
    assert raise_alert(tier=Tier.YELLOW, now=closed_at + REOPEN_COOL_DOWN, **again) is not None


def test_something_worse_opens_again_at_once(cast: Cast) -> None:
    topic = watched(cast)
    close(raised(topic, Tier.YELLOW), cast.staff)
    assert raised(topic, Tier.ORANGE, now=NOW + 2 * MINUTE).number == 2


# --- claiming and closing -----------------------------------------------------------------------


def test_the_first_to_claim_has_it_and_the_second_learns_who(cast: Cast) -> None:
    alert = raised(watched(cast))
    seen_by_the_other = Alert.objects.get(pk=alert.pk)
    claim_alert(alert=alert, by=cast.staff, now=NOW + MINUTE)
    with pytest.raises(WrongStateError, match="claimed"):
        claim_alert(alert=seen_by_the_other, by=cast.manager, now=NOW + MINUTE)
    assert seen_by_the_other.claimed_by == cast.staff
    assert kinds(alert) == ["opened", "claimed"]
    assert AuditEntry.objects.get(verb="claim").actor_name == "林雅婷"


def test_claiming_what_is_ones_own_changes_nothing(cast: Cast) -> None:
    alert = raised(watched(cast))
    claim_alert(alert=alert, by=cast.staff, now=NOW + MINUTE)
    claim_alert(alert=alert, by=cast.staff, now=NOW + 2 * MINUTE)
    assert alert.claimed_at == NOW + MINUTE
    assert kinds(alert) == ["opened", "claimed"]


def test_a_closed_alert_cannot_be_claimed_or_closed_again(cast: Cast) -> None:
    alert = raised(watched(cast))
    close(alert, cast.staff)
    with pytest.raises(WrongStateError, match="closed"):
        claim_alert(alert=alert, by=cast.manager, now=NOW)
    with pytest.raises(WrongStateError, match="closed"):
        close(alert, cast.manager)
    assert kinds(alert) == ["opened", "closed"]


@pytest.mark.parametrize("why", CLOSE_REASONS)
def test_closing_keeps_reason_note_and_person(cast: Cast, why: str) -> None:
    alert = raised(watched(cast))
    close(alert, cast.staff, why=why)
    assert (alert.close_reason, alert.close_note, alert.closed_by) == (why, "已回覆", cast.staff)
    assert AuditEntry.objects.get(verb="close").data == {"reason": why, "note": "已回覆"}


def test_an_unknown_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(ValueError, match="bored"):
        close(raised(watched(cast)), cast.staff, why="bored")


def test_only_who_may_close_red_closes_red(cast: Cast) -> None:
    topic = watched(cast)
    seen_as_yellow = raised(topic, Tier.YELLOW)
    raised(topic, Tier.RED)  # between the look and the click
    with pytest.raises(WrongStateError, match="red-needs-manager"):
        close(seen_as_yellow, cast.staff)
    assert seen_as_yellow.tier == Tier.RED
    close(seen_as_yellow, cast.manager, may_close_red=True)
    assert seen_as_yellow.closed_by == cast.manager


# --- what is told -------------------------------------------------------------------------------


def test_each_outlet_that_listens_to_the_tier_gets_each_event_once(cast: Cast) -> None:
    everything = outlet(cast, name="全部")
    grave = outlet(cast, name="值班", least_tier=Tier.ORANGE)
    off = outlet(cast, name="停用")
    disable_outlet(outlet=off, why="person", by=cast.admin, now=NOW)
    outlet(make_tsukimi(), name="別人的")
    topic = watched(cast)
    alert = raised(topic, Tier.YELLOW)
    claim_alert(alert=alert, by=cast.staff, now=NOW)
    raised(topic, Tier.RED)

    def told(to: object) -> list[str]:
        return [one.event.kind for one in Delivery.objects.filter(outlet=to).order_by("event__pk") if one.event]

    assert told(everything) == ["opened", "claimed", "raised"]
    assert told(grave) == ["raised"]
    assert Delivery.objects.count() == 4


def test_what_is_told_is_due_at_once(cast: Cast) -> None:
    outlet(cast)
    raised(watched(cast), Tier.RED)
    assert Delivery.objects.get().due_at == NOW


def test_browsers_hear_of_each_change_in_order_and_without_a_gap(cast: Cast) -> None:
    topic = watched(cast)
    alert = raised(topic, Tier.YELLOW)
    claim_alert(alert=alert, by=cast.staff, now=NOW)
    raised(topic, Tier.RED)
    close(alert, cast.manager, may_close_red=True)
    heard = LiveEvent.objects.filter(workspace=cast.workspace).order_by("seq")
    assert [(one.seq, one.kind, one.tier) for one in heard] == [
        (1, "alert.opened", 3),
        (2, "alert.claimed", 3),
        (3, "alert.raised", 1),
        (4, "alert.closed", 1),
    ]
    assert [one.counts["unclaimed"] for one in heard] == [1, 0, 0, 0]


def test_the_counts_tell_how_many_red_alerts_nobody_claimed(cast: Cast) -> None:
    red, blue = raised(watched(cast, name="甲"), Tier.RED), raised(watched(cast, name="乙"), Tier.BLUE)
    raised(watched(make_tsukimi()), Tier.RED)
    counts = {"1": 1, "2": 0, "3": 0, "4": 1, "unclaimed": 2, "unclaimed_red": 1}
    assert open_counts(cast.workspace.pk) == counts
    claim_alert(alert=red, by=cast.staff, now=NOW)
    assert open_counts(cast.workspace.pk) == {**counts, "unclaimed": 1, "unclaimed_red": 0}
    close(blue, cast.staff)
    assert open_counts(cast.workspace.pk) == {**counts, "4": 0, "unclaimed": 0, "unclaimed_red": 0}


# --- what the database refuses ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"tier": 0}, "alert_tier_1_to_4"),
        ({"tier": 5}, "alert_tier_1_to_4"),
        ({"claimed_at": NOW}, "alert_claimed_by_someone"),
        ({"closed_at": NOW, "close_reason": "handled"}, "alert_closed_by_someone_with_a_reason"),
        ({"close_reason": "handled"}, "alert_closed_by_someone_with_a_reason"),
    ],
)
def test_the_database_refuses_half_a_change(cast: Cast, fields: dict[str, object], constraint: str) -> None:
    alert = raised(watched(cast))
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(**fields)


def test_the_database_refuses_a_second_open_alert_of_a_topic(cast: Cast) -> None:
    alert = raised(watched(cast))
    alert.pk, alert.number = None, 99
    with pytest.raises(IntegrityError, match="alert_one_open_per_subject"), transaction.atomic():
        alert.save(force_insert=True)


def test_the_database_refuses_a_second_message_of_an_event_to_an_outlet(cast: Cast) -> None:
    told = outlet(cast)
    raised(watched(cast))
    with pytest.raises(IntegrityError, match="delivery_once"), transaction.atomic():
        Delivery.objects.create(outlet=told, event=AlertEvent.objects.get())


def test_the_database_refuses_a_delivered_message_that_is_still_due(cast: Cast) -> None:
    outlet(cast)
    raised(watched(cast))
    with pytest.raises(IntegrityError, match="delivery_delivered_is_done"), transaction.atomic():
        Delivery.objects.update(delivered_at=NOW)


# --- several at once ----------------------------------------------------------------------------


def at_once(*deeds: Callable[[], object]) -> list[object]:
    """Do all of it in threads with their own connections, starting together; what each returned or raised."""
    start = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        try:
            start.wait(timeout=10)
            return deed()
        except WrongStateError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result(timeout=30) for done in [pool.submit(do, deed) for deed in deeds]]


@pytest.mark.django_db(transaction=True)
def test_workers_that_raise_at_once_open_one_alert() -> None:
    cast = make_yaori()
    topic = watched(cast)
    tiers = [Tier.YELLOW, Tier.ORANGE, Tier.YELLOW, Tier.RED]
    at_once(
        *[
            lambda tier=tier: raise_alert(topic=topic, tier=tier, reasons=[reason(tier)], now=NOW)  # type: ignore[misc]
            for tier in tiers
        ]
    )
    alert = Alert.objects.get()
    assert alert.tier == Tier.RED
    assert kinds(alert)[0] == "opened"
    assert [event.tier for event in alert.events.all()] == sorted({event.tier for event in alert.events.all()})[::-1]


@pytest.mark.django_db(transaction=True)
def test_of_several_who_claim_at_once_one_has_it_and_the_others_learn_who() -> None:
    cast = make_yaori()
    alert = raised(watched(cast))
    people = [cast.staff, cast.manager, cast.admin]
    seen = [Alert.objects.get(pk=alert.pk) for _person in people]
    answers = at_once(
        *[
            lambda mine=mine, by=by: claim_alert(alert=mine, by=by, now=NOW)  # type: ignore[misc]
            for mine, by in zip(seen, people, strict=True)
        ]
    )
    assert sorted(answers, key=str) == [None, "claimed", "claimed"]
    assert len({one.claimed_by_id for one in seen}) == 1
    assert kinds(alert) == ["opened", "claimed"]


@pytest.mark.django_db(transaction=True)
def test_raising_never_changes_what_is_being_closed() -> None:
    cast = make_yaori()
    topic = watched(cast)
    alert = raised(topic)
    mine = Alert.objects.get(pk=alert.pk)
    at_once(
        lambda: close_alert(alert=mine, reason="handled", note="", may_close_red=True, by=cast.staff, now=NOW),
        lambda: raise_alert(topic=topic, tier=Tier.RED, reasons=[reason(Tier.RED)], now=NOW),
    )
    first = Alert.objects.get(pk=alert.pk)
    told = kinds(first)
    assert told[-1] == "closed"  # raised before it, or a new one opened after it
    assert (first.tier, told) in [(1, ["opened", "raised", "closed"]), (3, ["opened", "closed"])]
    assert Alert.objects.open().count() == (1 if first.tier == Tier.YELLOW else 0)


@pytest.mark.django_db(transaction=True)
def test_the_sequence_has_no_gap_and_its_last_event_has_the_last_counts() -> None:
    cast = make_yaori()
    alerts = [raised(watched(cast, name=name), Tier.RED) for name in "甲乙丙丁"]
    at_once(
        *[
            lambda alert=alert: claim_alert(alert=alert, by=cast.staff, now=NOW)  # type: ignore[misc]
            for alert in alerts
        ]
    )
    heard = LiveEvent.objects.filter(workspace=cast.workspace).order_by("seq")
    assert [one.seq for one in heard] == list(range(1, 9))
    assert [one.counts["unclaimed"] for one in heard] == [1, 2, 3, 4, 3, 2, 1, 0]
