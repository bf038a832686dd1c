"""Crises: opened from a claimed alert or by hand, led, assessed, closed, watched, opened again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from alerts.models import Alert
from monitoring.models import TopicVersion
from playbooks.models import Assessment, Evidence, Watch
from playbooks.operations.assessing import add_stakeholder, assess
from playbooks.operations.collecting import add_fact, edit_fact, file_evidence, refresh_earliest
from playbooks.operations.crises import (
    close_crisis,
    move_stage,
    open_crisis,
    open_crisis_from_alert,
    reopen_crisis,
    report_progress,
    seat,
    take_charge,
)
from playbooks.operations.following import follow_alerts, follow_posts
from playbooks.operations.reviewing import add_action, check_watch, finish_action, link_topic, save_review
from playbooks.workflow import Stage
from sentinel.core.models import AuditEntry, LiveEvent
from sentinel.core.operations import WrongStateError
from tests.factories import NOW, Cast, make_tsukimi
from tests.playbooks.stage import LATER, MINUTE, make_alert, make_crisis, make_post, make_topic

pytestmark = pytest.mark.django_db

ASSESSED = {
    "level": 2,
    "level_reason": "三家媒體轉載",
    "verdict": "pending",
    "verdict_evidence": "",
    "responsibility": "unknown",
}


def test_a_claimed_alert_opens_one_crisis_with_its_earliest_post_on_file(cast: Cast) -> None:
    topic = make_topic(cast)
    post = make_post(cast, topic=topic)
    alert = make_alert(cast, topic)
    with pytest.raises(WrongStateError, match="unclaimed"):
        open_crisis_from_alert(alert=alert, title="", by=cast.staff, now=LATER)
    alert.claimed_at, alert.claimed_by, alert.earliest_post = NOW, cast.staff, post
    alert.save()
    crisis = open_crisis_from_alert(alert=alert, title="", by=cast.staff, now=LATER)
    assert (crisis.label, crisis.title, crisis.level, crisis.started_at) == ("CR-0001", alert.title, 1, NOW)
    evidence = Evidence.objects.get(crisis=crisis)
    assert (evidence.text, bytes(evidence.content_hash)) == (post.text, bytes(post.content_hash))
    with pytest.raises(WrongStateError, match="has-crisis"):
        open_crisis_from_alert(alert=alert, title="", by=cast.staff, now=LATER)


def test_evidence_does_not_follow_what_the_post_becomes(cast: Cast) -> None:
    crisis, post = make_crisis(cast), make_post(cast)
    evidence = file_evidence(crisis=crisis, post=post, note="", by=cast.staff, now=NOW)
    post.text = "已刪除"
    post.save()
    evidence.refresh_from_db()
    assert evidence.text == "鮮乳瓶底有黑色薄片"
    with pytest.raises(WrongStateError, match="on-file"):
        file_evidence(crisis=crisis, post=post, note="", by=cast.staff, now=NOW)


def test_an_earlier_post_that_is_captured_late_moves_the_beginning(cast: Cast) -> None:
    topic = make_topic(cast)
    make_post(cast, topic=topic)
    crisis = open_crisis(
        workspace=cast.workspace, title="異物", level=2, summary="", topic=topic, by=cast.staff, now=LATER
    )
    assert not refresh_earliest(crisis=crisis, now=LATER)
    earlier = make_post(cast, "更早的一則", at=NOW - timedelta(hours=2), topic=topic)
    assert refresh_earliest(crisis=crisis, now=LATER)
    crisis.refresh_from_db()
    assert (crisis.earliest_post, crisis.started_at) == (earlier, NOW - timedelta(hours=2))
    assert crisis.evidence.count() == 2


def test_until_somebody_assesses_a_crisis_rises_with_its_alert(cast: Cast) -> None:
    alert = make_alert(cast, make_topic(cast), tier=3, claimed_by=cast.staff)
    crisis = open_crisis_from_alert(alert=alert, title="", by=cast.staff, now=NOW)
    assert follow_alerts(now=LATER) == 0
    Alert.objects.filter(pk=alert.pk).update(tier=2)
    assert follow_alerts(now=LATER) == 1
    crisis.refresh_from_db()
    assert crisis.level == 2
    assess(crisis=crisis, **{**ASSESSED, "level": 3}, by=cast.staff, now=LATER)
    Alert.objects.filter(pk=alert.pk).update(tier=1)
    assert follow_alerts(now=LATER) == 0
    Alert.objects.filter(pk=alert.pk).update(tier=4)
    assert follow_alerts(now=LATER) == 0


def test_open_crises_take_notice_of_earlier_posts_by_themselves(cast: Cast) -> None:
    topic = make_topic(cast)
    make_post(cast, topic=topic)
    crisis = open_crisis(
        workspace=cast.workspace, title="異物", level=2, summary="", topic=topic, by=cast.staff, now=LATER
    )
    assert follow_posts(now=LATER) == 0
    make_post(cast, "更早的一則", at=NOW - timedelta(hours=2), topic=topic)
    assert follow_posts(now=LATER) == 1
    crisis.refresh_from_db()
    assert crisis.started_at == NOW - timedelta(hours=2)
    assert follow_posts(now=LATER) == 0


def test_numbers_count_per_workspace(cast: Cast) -> None:
    theirs = make_tsukimi()
    assert [make_crisis(cast).number, make_crisis(cast).number, make_crisis(theirs).number] == [1, 2, 1]


def test_a_manager_who_opens_a_crisis_commands_it(cast: Cast) -> None:
    crisis = open_crisis(workspace=cast.workspace, title="異物", level=2, summary="", by=cast.manager, now=NOW)
    assert (crisis.team.get().duty, crisis.reached_at) == ("commander", NOW)


def test_the_commander_or_the_deputy_takes_charge_once(cast: Cast) -> None:
    crisis = make_crisis(cast)
    with pytest.raises(WrongStateError, match="not-commander"):
        take_charge(crisis=crisis, by=cast.staff, now=NOW)
    take_charge(crisis=crisis, by=cast.manager, now=NOW + MINUTE)
    with pytest.raises(WrongStateError, match="reached"):
        take_charge(crisis=crisis, by=cast.manager, now=LATER)
    crisis.refresh_from_db()
    assert crisis.reached_at == NOW + MINUTE


def test_seats_are_for_members_and_some_duties_for_one(cast: Cast) -> None:
    crisis, stranger = make_crisis(cast), make_tsukimi().staff
    given = {"department": "", "limits": "", "by": cast.staff, "now": NOW}
    with pytest.raises(WrongStateError, match="not-a-member"):
        seat(crisis=crisis, user=stranger, duty="member", deputy=None, **given)
    with pytest.raises(WrongStateError, match="not-a-member"):
        seat(crisis=crisis, user=cast.admin, duty="member", deputy=stranger, **given)
    with pytest.raises(WrongStateError, match="duty-taken"):
        seat(crisis=crisis, user=cast.admin, duty="commander", deputy=None, **given)
    with pytest.raises(WrongStateError, match="deputy-is-self"):
        seat(crisis=crisis, user=cast.admin, duty="member", deputy=cast.admin, **given)


def test_stages_advise_and_do_not_block(cast: Cast) -> None:
    crisis = make_crisis(cast)
    for stage in (Stage.REVIEW, Stage.COLLECT, Stage.ACT, Stage.ASSESS):
        move_stage(crisis=crisis, stage=stage, by=cast.staff, now=NOW)
        crisis.refresh_from_db()
        assert crisis.stage == stage


def test_a_fact_is_known_from_somewhere_and_disproved_by_something(cast: Cast) -> None:
    crisis = make_crisis(cast)
    with pytest.raises(WrongStateError, match="source-missing"):
        add_fact(crisis=crisis, status="known", text="同批 4,320 瓶", by=cast.staff, now=NOW)
    fact = add_fact(crisis=crisis, status="unknown", text="超商全面下架", by=cast.staff, now=NOW)
    disproved = {"status": "disproved", "text": fact.text, "source": "原始報導"}
    with pytest.raises(WrongStateError, match="correction-missing"):
        edit_fact(fact=fact, **disproved, by=cast.staff, now=NOW)  # type: ignore[arg-type]
    edit_fact(fact=fact, **disproved, correction="實為 2023 年舊照", by=cast.manager, now=LATER)  # type: ignore[arg-type]
    fact.refresh_from_db()
    assert (fact.settled_at, fact.settled_by) == (LATER, cast.manager)
    assert AuditEntry.objects.in_thread(crisis.thread).last().verb == "settle"


def test_assessments_are_versions_and_the_crisis_takes_the_level(cast: Cast) -> None:
    crisis = make_crisis(cast, level=3)
    assess(crisis=crisis, **ASSESSED, by=cast.staff, now=NOW)
    verdict = {**ASSESSED, "verdict": "true", "responsibility": "preventable"}
    with pytest.raises(WrongStateError, match="evidence-missing"):
        assess(crisis=crisis, **verdict, by=cast.staff, now=NOW)
    second = assess(crisis=crisis, **{**verdict, "verdict_evidence": "檢驗報告"}, by=cast.staff, now=NOW)
    crisis.refresh_from_db()
    second.refresh_from_db()
    assert (second.number, crisis.level) == (2, 2)
    assert second.advice["strategies"][:2] == ["instructing", "adjusting"]
    assert "rebuild" in second.advice["strategies"]
    with pytest.raises(IntegrityError, match="next number"), transaction.atomic():
        Assessment.objects.filter(pk=second.pk).update(level=4)


def test_lowering_red_is_for_managers(cast: Cast) -> None:
    crisis = make_crisis(cast, level=1)
    with pytest.raises(WrongStateError, match="red-needs-manager"):
        assess(crisis=crisis, **ASSESSED, by=cast.staff, now=NOW)
    assess(crisis=crisis, **ASSESSED, by=cast.manager, now=NOW)


def test_no_more_are_reached_than_there_are(cast: Cast) -> None:
    with pytest.raises(WrongStateError, match="reached-over-total"):
        add_stakeholder(
            crisis=make_crisis(cast),
            kind="victims",
            name="",
            measure="逐一聯絡",
            reached=8,
            total=7,
            by=cast.staff,
            now=NOW,
        )


def test_closing_closes_the_alert_and_plans_three_looks_back(cast: Cast) -> None:
    topic = make_topic(cast)
    alert = make_alert(cast, topic, claimed_by=cast.staff)
    crisis = open_crisis_from_alert(alert=alert, title="", by=cast.staff, now=NOW)
    close_crisis(crisis=crisis, note="檢驗合格，賠付完成", by=cast.manager, now=NOW)
    alert.refresh_from_db()
    assert (alert.close_reason, alert.close_note) == ("handled", "CR-0001")
    assert [(watch.days, (watch.due_on - NOW.date()).days) for watch in crisis.watches.all()] == [
        (7, 7),
        (30, 30),
        (90, 90),
    ]
    with pytest.raises(WrongStateError, match="crisis-closed"):
        report_progress(crisis=crisis, text="還有一件", by=cast.staff, now=LATER)


def test_a_relapse_opens_it_again_and_checked_looks_stay(cast: Cast) -> None:
    crisis = make_crisis(cast)
    close_crisis(crisis=crisis, note="", by=cast.manager, now=NOW)
    first = Watch.objects.get(crisis=crisis, days=7)
    check_watch(watch=first, outcome="relapse", note="舊影片再傳", by=cast.staff, now=NOW + timedelta(days=7))
    with pytest.raises(WrongStateError, match="checked"):
        check_watch(watch=first, outcome="quiet", note="", by=cast.staff, now=LATER)
    reopen_crisis(crisis=crisis, note="舊影片再傳", by=cast.manager, now=NOW + timedelta(days=7))
    close_crisis(crisis=crisis, note="", by=cast.manager, now=NOW + timedelta(days=9))
    assert [(watch.due_on - NOW.date()).days for watch in crisis.watches.all()] == [7, 39, 99]


def test_a_lesson_becomes_a_keyword_that_cites_it(cast: Cast) -> None:
    topic, crisis = make_topic(cast), make_crisis(cast)
    close_crisis(crisis=crisis, note="", by=cast.manager, now=NOW)
    action = add_action(
        crisis=crisis, text="監測墊片", department="quality", owner=cast.staff, due_on=None, by=cast.staff, now=NOW
    )
    link_topic(action=action, topic=topic, query="曜日 OR 墊片", by=cast.admin, now=NOW)
    action.refresh_from_db()
    assert action.topic_version == TopicVersion.objects.get(topic=topic, number=2)
    with pytest.raises(WrongStateError, match="result-missing"):
        finish_action(action=action, result="", by=cast.staff, now=NOW)
    finish_action(action=action, result="主題第 2 版", by=cast.staff, now=NOW)


def test_two_who_review_at_once_do_not_overwrite_each_other(cast: Cast) -> None:
    crisis = make_crisis(cast)
    words = {"department": "production", "department_note": "", "went_well": "", "went_badly": ""}
    save_review(crisis=crisis, revision=0, cause="墊片老化", **words, by=cast.staff, now=NOW)
    with pytest.raises(WrongStateError, match="edited-meanwhile"):
        save_review(crisis=crisis, revision=0, cause="別的", **words, by=cast.manager, now=NOW)


def test_every_write_rings_the_browsers_of_its_workspace_alone(cast: Cast) -> None:
    theirs = make_tsukimi()
    crisis = make_crisis(cast)
    rung = LiveEvent.objects.filter(kind="crisis.changed")
    assert set(rung.values_list("workspace", "object_id")) == {(cast.workspace.pk, crisis.pk)}
    assert not rung.filter(workspace=theirs.workspace).exists()
