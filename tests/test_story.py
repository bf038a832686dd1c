"""Two stories from the first post to what is done better: a rumour and food safety.

The rumour is told through operations: the sites of the drill are real and read by the ordinary crawler, the clock is
the test's. Food safety is told through the browsers of people, with all that `./run` starts.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone, translation
from playwright.sync_api import Browser
from pypdf import PdfReader

from alerts.models import Alert, Delivery, Outlet, Rule
from alerts.operations.alerts import claim_alert
from alerts.operations.evaluations import EVALUATIONS
from alerts.tiers import Tier
from monitoring.crawler import crawl_round
from monitoring.models import Mention, Post
from monitoring.operations.analyses import ANALYSES
from monitoring.operations.topics import BACK_MATCHES, create_topic
from playbooks.channels import Channel, Language
from playbooks.drafts import blanks_of, draft
from playbooks.models import Crisis, Plan
from playbooks.operations.assessing import add_stakeholder, assess
from playbooks.operations.collecting import add_fact, edit_fact
from playbooks.operations.crises import close_crisis, open_crisis_from_alert, seat, take_charge
from playbooks.operations.emergency import approve_measure, finish_measure, propose_measure
from playbooks.operations.plans import (
    CosignAsk,
    answer_cosign,
    approve_plan,
    draft_of,
    draft_plan,
    return_plan,
    revise_plan,
    save_plan,
    submit_plan,
)
from playbooks.operations.reviewing import add_action, finish_action, link_rule, save_review
from playbooks.operations.statements import publish_statement
from playbooks.operations.tasks import finish_task
from playbooks.plan_drafts import CandidateDraft, ItemDraft
from playbooks.reports.compose import document_of
from playbooks.reports.pdf import pdf_of
from playbooks.reports.reading import read_report
from playbooks.reports.wording import labels
from playbooks.strategy import Verdict
from sentinel.core.models import AuditEntry
from sentinel.drill.models import Drill
from sentinel.drill.operations.drills import end_drill, remove_drill, start_drill
from sentinel.drill.queries import lines_of, run_of
from sentinel.drill.scenario import builtin_scenarios
from sentinel.drill.sources import free_ports
from sentinel.drill.storyline import Names
from sentinel.drill.web import DrillWeb
from tests.factories import NOW, Cast
from tests.instance import running_instance
from tests.story.food_safety import (
    Team,
    can_be_forwarded,
    decides_and_speaks,
    is_noticed_and_claimed,
    is_over_and_gone,
    learns_and_closes,
    looks_into_it,
    says_a_first_word,
    stops_the_harm,
    weighs_it,
)

STEP = timedelta(seconds=7)  # a visit every 5 s, and the sweep that finds it due
MINUTE = timedelta(minutes=1)
WORDS = {
    "brand": "曜日乳業",
    "what": "網路流傳的召回照片",
    "rumour": "「曜日鮮乳被召回」是假的",
    "claim": "「曜日鮮乳被召回」",
    "facts": "照片是三年前外國另一個品牌的召回，我們沒有任何批號被召回",
    "evidence": "原始報導與食品主管機關的公告",
    "lawful_route": "已保全證據並向平台檢舉、報案",
    "contact": "客服專線 0800-000-117",
    "next_update": "今天下午三點",
    "advice": "看到照片請先不要轉傳",
    "doing": "比對照片來源",
}


class Days:
    """The drill, its sites and the clock."""

    def __init__(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cast, self.now = cast, NOW.astimezone(UTC)
        monkeypatch.setattr(timezone, "now", lambda: self.now)
        self.ports = free_ports()
        self.drill = start_drill(
            workspace=cast.workspace,
            text=builtin_scenarios()["rumour"],
            name="演練 %(number)s",
            speed=1.0,
            seed=7,
            ports=self.ports,
            names=Names("曜日乳業", "月見乳業"),
            tells_outlets=False,
            colleagues={},
            by=cast.manager,
            now=self.now,
        )
        self.run = run_of(self.drill)
        self.web = DrillWeb(lambda: self.run, self.ports, clock=lambda: self.now)
        self.web.start()

    def go_on_until(self, is_over: Callable[[], bool], *, within: timedelta) -> None:
        """Let the crawler and its stages work until something is the case."""
        ends = self.now + within
        while not is_over():
            assert self.now < ends, "it did not come in time"
            self.now += STEP
            self.run = run_of(self.drill)
            crawl_round()
            for stage in (BACK_MATCHES, ANALYSES, EVALUATIONS):
                while stage.run(now=self.now):
                    pass

    def wait(self, minutes: float) -> datetime:
        """Time in which people work and the crawler reads."""
        until = self.now + minutes * MINUTE
        self.go_on_until(lambda: self.now >= until, within=(minutes + 1) * MINUTE)
        return self.now


@pytest.fixture
def days(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Days]:
    days = Days(cast, monkeypatch)
    yield days
    days.web.stop()


def alert_at(tier: Tier) -> Callable[[], bool]:
    return lambda: Alert.objects.filter(tier=tier).exists()


def rebutting(plan: Plan) -> Any:
    """The draft with its blanks filled in, one way to go, and a promise."""
    words = draft_of(plan)
    return replace(
        words,
        stance="照片是假的，拿得出證據。",
        candidates=(CandidateDraft(title="公開比對照片", strategies=["deny"], is_recommended=True),),
        items=(
            ItemDraft(text="向平台檢舉盜圖貼文", owner=None),
            ItemDraft(text="公布照片比對", due_at=plan.created_at + 60 * MINUTE, is_promise=True),
        ),
        statements=tuple(
            replace(one, text=draft(Verdict.RUMOUR, Channel(one.channel), Language.ZH_HANT, WORDS).text)
            for one in words.statements
        ),
    )


@pytest.mark.django_db(transaction=True)
def test_a_rumour_from_its_first_post_to_a_sharper_rule(cast: Cast, days: Days) -> None:
    Outlet.objects.create(workspace=cast.workspace, kind="webhook", name="值班", address="https://hook.example/")
    real = create_topic(workspace=cast.workspace, name="品牌", query="曜日", by=cast.admin, now=days.now)
    staff, manager, admin = cast.staff, cast.manager, cast.admin

    # It is noticed, and rises to red within four minutes of the first post.
    days.go_on_until(alert_at(Tier.BLUE), within=3 * MINUTE)
    assert days.now - days.drill.first_complaint_at <= MINUTE
    days.go_on_until(alert_at(Tier.RED), within=4 * MINUTE)
    assert days.now - days.drill.first_complaint_at <= 4 * MINUTE

    # Somebody takes it on and opens a file; harm is stopped first.
    alert = Alert.objects.get()
    claim_alert(alert=alert, by=staff, now=days.now)
    crisis = open_crisis_from_alert(alert=alert, title="", by=staff, now=days.now)
    assert (crisis.is_drill, crisis.level) == (True, Tier.RED)
    seating = {"department": "公關", "deputy": None, "limits": "", "by": staff, "now": days.now}
    seat(crisis=crisis, user=manager, duty="commander", **seating)
    take_charge(crisis=crisis, by=manager, now=days.wait(0.2))
    measure = propose_measure(crisis=crisis, text="保全貼文與帳號的證據", by=staff, now=days.now)
    approve_measure(measure=measure, by=manager, now=days.now)
    finish_measure(measure=measure, result="已公證 12 則", by=staff, now=days.now)

    # Collect and assess: first unknown, then disproved; so the verdict turns.
    fact = add_fact(crisis=crisis, status="unknown", text="照片是我們的召回", owner=staff, by=staff, now=days.now)
    pending = {"level": 1, "level_reason": "擴散快", "verdict_evidence": "", "responsibility": "unknown"}
    assess(crisis=crisis, verdict="pending", **pending, by=staff, now=days.wait(0.2))
    turned = {"text": fact.text, "source": "原始報導", "second_source": "主管機關公告", "correction": "外國品牌的舊照"}
    edit_fact(fact=fact, status="disproved", **turned, by=staff, now=days.wait(0.3))  # type: ignore[arg-type]
    grounds = {"verdict_evidence": "原始報導與主管機關公告", "responsibility": "victim"}
    verdict = assess(crisis=crisis, verdict="rumour", **{**pending, **grounds}, by=staff, now=days.now)
    verdict.refresh_from_db()
    assert "deny" in verdict.advice["strategies"]
    add_stakeholder(crisis=crisis, kind="media", name="", measure="提供照片比對", by=staff, now=days.now)

    # Act: a plan with blanks comes back, the next one is co-signed, approved and published.
    plan = draft_plan(crisis=crisis, by=staff, now=days.now)
    assert blanks_of(Verdict.RUMOUR, Channel.SITE, Language.ZH_HANT)
    submit_plan(plan=plan, cosigns=[], cosign_due_at=None, by=staff, now=days.now)
    return_plan(plan=plan, reason="空格還沒填", by=manager, now=days.wait(0.2))
    plan = revise_plan(plan=plan, by=staff, now=days.now)
    plan = save_plan(plan=plan, revision=plan.revision, draft=rebutting(plan), by=staff, now=days.now)
    asked = [CosignAsk(user=admin, department="法務")]
    submit_plan(plan=plan, cosigns=asked, cosign_due_at=days.now + 5 * MINUTE, by=staff, now=days.now)
    answer_cosign(cosign=plan.cosigns.get(), answer="agree", comment="", by=admin, now=days.wait(0.2))
    approve_plan(plan=plan, candidate=plan.candidates.get(), reason="", by=manager, now=days.now)
    for statement in plan.statements.all():
        publish_statement(statement=statement, url="", by=manager, now=days.now)
    words = plan.statements.first()
    assert words is not None

    # What was published stands on the drill's sites, and is captured like anything else.
    told = Post.objects.filter(text__contains="三年前外國另一個品牌")
    days.go_on_until(told.exists, within=2 * MINUTE)
    days.wait(3)
    for task in crisis.tasks.filter(done_at__isnull=True):
        finish_task(task=task, result="已公布", by=staff, now=days.now)

    # Review: the lesson becomes a rule that cites it, and the file is closed.
    save_review(
        crisis=crisis,
        revision=0,
        cause="舊照片被移花接木",
        department="pr",
        department_note="",
        went_well="十分鐘內公布比對",
        went_badly="沒有盯著舊照片",
        by=staff,
        now=days.now,
    )
    action = add_action(
        crisis=crisis, text="召回二字就提高一級", department="pr", owner=staff, due_on=None, by=staff, now=days.now
    )
    rule = Rule.objects.get(topic=days.drill.topic, kind="sensitive")
    assert rule.current is not None
    sharper = {**rule.current.definition, "thresholds": {"4": 1, "3": 2, "2": 5, "1": 12}}
    link_rule(action=action, rule=rule, definition=sharper, by=admin, now=days.now)
    finish_action(action=action, result="規則第 2 版", by=staff, now=days.now)
    close_crisis(crisis=crisis, note="謠言已平息", by=manager, now=days.now)
    action.refresh_from_db()
    assert action.rule_version is not None
    assert (action.rule_version.number, crisis.watches.count()) == (2, 3)

    the_report_can_be_forwarded(crisis, manager, days.now)
    nothing_of_it_was_real(days.drill, real.pk)
    the_drill_leaves_its_report_and_the_audit(cast, days)


def the_report_can_be_forwarded(crisis: Crisis, reader: Any, now: datetime) -> None:
    with translation.override("zh-hant"):
        pdf = pdf_of(document_of(read_report(Crisis.objects.get(pk=crisis.pk), by=reader, now=now), labels()))
    text = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
    for words in ("外國品牌的舊照", "空格還沒填", "舊照片被移花接木", "召回二字就提高一級", "三年前外國另一個品牌"):
        assert words in text


def nothing_of_it_was_real(drill: Drill, real_topic: int) -> None:
    assert not Delivery.objects.exists()
    assert not Mention.objects.filter(topic=real_topic).exists()
    assert Mention.objects.filter(topic=drill.topic).count() > 200


def the_drill_leaves_its_report_and_the_audit(cast: Cast, days: Days) -> None:
    end_drill(drill=days.drill, by=cast.manager, now=days.now)
    days.drill.refresh_from_db()
    states = {line.code: line.state for line in lines_of(days.drill, days.now)}
    assert {code for code, state in states.items() if state in ("late", "missed")} <= {"reply"}
    thread = Crisis.objects.get().thread
    entries = AuditEntry.objects.in_thread(thread).count()
    remove_drill(drill=days.drill, by=cast.manager, now=days.now)
    assert not Crisis.objects.exists()
    assert not Post.objects.exists()
    assert AuditEntry.objects.in_thread(thread).count() == entries
    days.drill.refresh_from_db()
    assert days.drill.report


@pytest.mark.browser
def test_food_safety_from_the_first_complaint_to_the_closed_corrective_action(
    tmp_path: Path, chromium: Browser
) -> None:
    with running_instance(tmp_path / "data") as instance:
        team = Team(chromium, instance)
        crisis = is_noticed_and_claimed(team)
        stops_the_harm(team, crisis)
        looks_into_it(team, crisis)
        says_a_first_word(team, crisis)
        weighs_it(team, crisis)
        decides_and_speaks(team, crisis)
        learns_and_closes(team, crisis)
        can_be_forwarded(team, crisis)
        is_over_and_gone(team)
        assert team.complaints == []
        team.leaves()
