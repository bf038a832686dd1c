"""The handling report says what the rows say, and nothing of a neighbour."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Measure, Visit
from playbooks.models import Crisis
from playbooks.operations.assessing import add_stakeholder, assess
from playbooks.operations.collecting import add_fact
from playbooks.operations.crises import close_crisis, open_crisis, report_progress
from playbooks.operations.emergency import approve_measure, finish_measure, propose_measure
from playbooks.operations.reviewing import add_action, save_review
from playbooks.operations.statements import (
    approve_statement,
    draft_statement,
    publish_statement,
    submit_statement,
)
from playbooks.operations.tasks import add_task, finish_task
from playbooks.reports.handling import HandlingReport
from playbooks.reports.reading import read_report
from tests.factories import NOW, Cast, make_tsukimi
from tests.playbooks.stage import LATER, MINUTE, make_post, make_submitted, make_topic

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
END = NOW + 3 * HOUR


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    """A crisis on a topic with three posts in three buckets."""
    topic = make_topic(cast)
    for number in range(3):
        make_post(cast, f"第 {number + 1} 則", at=NOW + number * 10 * MINUTE, topic=topic)
        Measure.objects.create(topic=topic, bucket=NOW + number * 10 * MINUTE, total=1, negative=1)
    return open_crisis(
        workspace=cast.workspace, title="異物", level=2, summary="", topic=topic, by=cast.staff, now=LATER
    )


def read(crisis: Crisis, cast: Cast) -> HandlingReport:
    fresh = Crisis.objects.select_related("workspace", "alert", "earliest_post", "opened_by", "closed_by").get(
        pk=crisis.pk
    )
    with timezone.override("Asia/Taipei"):
        return read_report(fresh, by=cast.manager, now=END)


def published(crisis: Crisis, cast: Cast, kind: str = "position") -> None:
    statement = draft_statement(
        crisis=crisis,
        kind=kind,
        channel="site",
        audience="public",
        language="zh-hant",
        title="說明",
        text="我們正在查明。",
        by=cast.staff,
        now=LATER,
        next_update_at=END,
    )
    submit_statement(statement=statement, by=cast.staff, now=LATER)
    approve_statement(statement=statement, by=cast.manager, now=LATER)
    publish_statement(statement=statement, url="https://brand.example/1", by=cast.manager, now=LATER + MINUTE)


def test_volume_channels_and_summary_count_the_same_posts(crisis: Crisis, cast: Cast) -> None:
    report = read(crisis, cast)
    assert report.spread.total == report.spread.negative == 3
    assert [(channel.name, channel.posts, channel.negative) for channel in report.spread.channels] == [("論壇", 3, 3)]
    assert [(source.name, source.posts, source.median) for source in report.sources] == [("論壇", 3, MINUTE)]
    assert report.summary.figures[0].value == "3"
    assert report.spread.buckets[0].at <= NOW - HOUR + report.spread.step


def test_the_earliest_post_stands_with_its_evidence(crisis: Crisis, cast: Cast) -> None:
    first = read(crisis, cast).overview.first_post
    assert first is not None
    assert first.text == "第 1 則"
    assert first.published_at == NOW
    assert first.sha256 == bytes(crisis.earliest_post.content_hash).hex()  # type: ignore[union-attr]
    assert f"{first.published_at:%H:%M %Z}" == "11:00 CST"


def test_clocks_are_met_late_or_not_at_all(crisis: Crisis, cast: Cast) -> None:
    met = {clock.kind: clock.met_at for clock in read(crisis, cast).overview.clocks}
    assert met == {"reach": None, "reply": None, "position": None, "closure": None}
    published(crisis, cast)
    met = {clock.kind: clock.met_at for clock in read(crisis, cast).overview.clocks}
    assert met["reply"] == met["position"] == LATER + MINUTE
    assert met["next-update"] is None


def test_a_holding_statement_is_a_reply_and_no_position(crisis: Crisis, cast: Cast) -> None:
    published(crisis, cast, kind="holding")
    met = {clock.kind: clock.met_at for clock in read(crisis, cast).overview.clocks}
    assert met["reply"] == LATER + MINUTE
    assert met["position"] is None


def test_a_protected_informant_is_not_named(crisis: Crisis, cast: Cast) -> None:
    add_fact(
        crisis=crisis,
        status="known",
        text="產線漏了一次清洗",
        source="王技師",
        is_source_protected=True,
        contradiction="日誌寫已清洗",
        by=cast.staff,
        now=LATER,
    )
    fact = read(crisis, cast).facts[0]
    assert "王技師" not in str(fact)
    assert fact.sources
    assert fact.contradicts == "日誌寫已清洗"


def test_assessment_plan_statement_task_and_review_stand_in_full(crisis: Crisis, cast: Cast) -> None:
    assess(
        crisis=crisis,
        level=1,
        level_reason="跨三個平台",
        verdict="true",
        verdict_evidence="留樣比對",
        responsibility="preventable",
        by=cast.staff,
        now=LATER,
    )
    add_stakeholder(crisis=crisis, kind="victims", name="", measure="逐一聯絡", by=cast.staff, now=LATER, total=6)
    measure = propose_measure(crisis=crisis, text="暫停販售", owner=None, by=cast.staff, now=LATER)
    approve_measure(measure=measure, by=cast.manager, now=LATER)
    finish_measure(measure=measure, result="四家通路", by=cast.staff, now=LATER + MINUTE)
    make_submitted(cast, crisis)
    published(crisis, cast)
    task = add_task(crisis=crisis, text="回電", owner=cast.staff, due_at=END, by=cast.staff, now=LATER)
    finish_task(task=task, result="", by=cast.staff, now=LATER)
    report_progress(crisis=crisis, text="檢驗中", by=cast.manager, now=LATER)
    report = read(crisis, cast)
    assert (report.summary.level.tier, report.assessments[0].number) == (1, 1)  # type: ignore[union-attr]
    assert report.assessments[0].strategies
    assert report.stakeholders[0].done == "0 / 6"
    assert report.emergencies[0].done_at == LATER + MINUTE
    plan = report.plans[0]
    assert (plan.number, plan.author, plan.decisions) == (1, cast.staff.name, ())
    assert any("公布初步檢驗結果" in text for _name, text in plan.content)
    assert [one.text for one in report.statements if one.published_at] == ["我們正在查明。"]
    assert [(one.title, one.done_at) for one in report.tasks if one.title == "回電"] == [("回電", LATER)]
    assert "檢驗中" in report.summary.where_it_stands


def test_the_effect_counts_equal_windows_around_what_we_did(crisis: Crisis, cast: Cast) -> None:
    published(crisis, cast)
    effect = read(crisis, cast).effects[0]
    assert effect.window == 30 * MINUTE
    assert (effect.before.posts, effect.before.negative) == (3, 3)
    assert effect.after is not None
    assert effect.after.posts == 0
    assert effect.after.share is None


def test_the_review_and_the_watch_dates_come_with_closing(crisis: Crisis, cast: Cast) -> None:
    assert read(crisis, cast).review is None
    save_review(
        crisis=crisis,
        revision=0,
        cause="墊片逾期",
        department="production",
        department_note="填充課",
        went_well="快",
        went_badly="慢",
        by=cast.staff,
        now=LATER,
    )
    add_action(
        crisis=crisis,
        text="每日點檢",
        department="quality",
        owner=cast.staff,
        due_on=NOW.date(),
        by=cast.staff,
        now=LATER,
    )
    close_crisis(crisis=crisis, note="回到平日", by=cast.manager, now=END)
    review = read(crisis, cast).review
    assert review is not None
    assert review.cause == "墊片逾期"
    assert [action.text for action in review.actions] == ["每日點檢"]
    assert [watch.days for watch in review.watches] == [7, 30, 90]


def test_the_timeline_is_the_log_of_this_crisis(crisis: Crisis, cast: Cast) -> None:
    other = open_crisis(workspace=cast.workspace, title="另案", level=4, summary="", by=cast.staff, now=LATER)
    timeline = read(crisis, cast).timeline
    assert crisis.label in "".join(entry.text for entry in timeline)
    assert other.label not in "".join(entry.text for entry in timeline)
    assert [entry.at for entry in timeline] == sorted(entry.at for entry in timeline)


def test_a_source_that_was_blind_makes_the_figures_too_low(crisis: Crisis, cast: Cast) -> None:
    assert read(crisis, cast).spread.undercount == ""
    source = crisis.workspace.subscriptions.get().source
    for number in range(2):
        Visit.objects.create(
            source=source,
            finished_at=NOW + number * 10 * MINUTE,
            due_at=None,
            outcome="blocked",
            outcome_detail="HTTP 403",
        )
    report = read(crisis, cast)
    assert "論壇" in report.spread.undercount
    assert "HTTP 403" in report.sources[0].blind
    assert report.summary.figures[0].note


def test_a_neighbour_reads_the_same_source_and_shows_nothing_of_it(crisis: Crisis, cast: Cast) -> None:
    neighbour = make_tsukimi()
    theirs = open_crisis(
        workspace=neighbour.workspace, title="別人", level=4, summary="", by=neighbour.staff, now=LATER
    )
    report = read(theirs, neighbour)
    assert report.spread.buckets == ()
    assert report.sources == ()
    assert "第 1 則" not in str(report)
