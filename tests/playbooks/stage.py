"""What the tests of the crisis room begin with: a crisis of 曜日乳業, and plans of 雅婷's."""

from datetime import datetime, timedelta
from typing import Any

from alerts.models import Alert
from monitoring.models import Mention, Post, Source, Subscription, Topic
from monitoring.operations.topics import create_topic
from playbooks.models import Candidate, Crisis, Plan
from playbooks.operations.crises import open_crisis, seat
from playbooks.operations.plans import CosignAsk, draft_plan, save_plan, submit_plan
from playbooks.plan_drafts import CandidateDraft, ItemDraft, PlanDraft, StatementDraft
from sentinel.core.models import User
from tests.factories import NOW, Cast

MINUTE = timedelta(minutes=1)
LATER = NOW + 30 * MINUTE


def make_topic(cast: Cast, name: str = "品牌", query: str = "曜日") -> Topic:
    """The brand's topic, published."""
    return create_topic(workspace=cast.workspace, name=name, query=query, by=cast.admin, now=NOW)


def make_post(cast: Cast, text: str = "鮮乳瓶底有黑色薄片", *, at: datetime = NOW, topic: Topic | None = None) -> Post:
    """A captured post of a forum that the workspace reads, and its mention of the topic."""
    address = f"https://forum.example/{cast.workspace.slug}"
    source, _made = Source.objects.get_or_create(
        kind="listing", definition={"url": address}, definition_hash=cast.workspace.slug, url=address
    )
    Subscription.objects.get_or_create(workspace=cast.workspace, source=source, name="論壇")
    number = Post.objects.count() + 1
    post = Post.objects.create(
        key=number.to_bytes(32, "big"),
        source=source,
        url=f"{address}/{number}",
        text=text,
        published_at=at,
        precision="minute",
        captured_at=at + MINUTE,
        placed_at=at,
        content_hash=number.to_bytes(32, "little"),
    )
    if topic is not None:
        Mention.objects.create(
            workspace=cast.workspace,
            topic=topic,
            topic_version=topic.current,
            post=post,
            post_revision=1,
            source=source,
            negative=0.9,
            label="neg",
            sensitive=1,
            placed_at=at,
            captured_at=post.captured_at,
        )
    return post


def make_alert(cast: Cast, topic: Topic, *, tier: int = 1, claimed_by: User | None = None) -> Alert:
    """An alert on the topic, unclaimed unless somebody is named."""
    return Alert.objects.create(
        workspace=cast.workspace,
        number=Alert.objects.filter(workspace=cast.workspace).count() + 1,
        topic=topic,
        topic_version=topic.current,
        tier=tier,
        title="鮮乳瓶底有黑色薄片",
        opened_at=NOW,
        raised_at=NOW,
        claim_due_at=NOW + 5 * MINUTE,
        claimed_at=NOW + MINUTE if claimed_by else None,
        claimed_by=claimed_by,
    )


def make_crisis(cast: Cast, **fields: Any) -> Crisis:
    """A crisis that 雅婷 opened by hand and 志明 commands."""
    given = {"title": "「鮮乳喝出異物」影片跨平台擴散", "level": 1, "summary": "", **fields}
    crisis = open_crisis(workspace=cast.workspace, by=cast.staff, now=NOW, **given)
    seat(
        crisis=crisis,
        user=cast.manager,
        duty="commander",
        department="公關",
        deputy=None,
        limits="",
        by=cast.staff,
        now=NOW,
    )
    return crisis


def plan_words(text: str = "我們正在查明，下午三點前再說明。") -> PlanDraft:
    """A plan with two candidates, one promise and one statement."""
    return PlanDraft(
        stance="先說正在做什麼，不承認也不否認。",
        risks="檢驗若屬實須立刻改版",
        candidates=(
            CandidateDraft(title="維持停售，公開檢驗", strategies=["instructing", "adjusting"], is_recommended=True),
            CandidateDraft(title="主動召回", strategies=["rebuild"], cost_low=1_120_000, cost_high=1_240_000),
        ),
        items=(
            ItemDraft(text="通知通路", due_at=LATER),
            ItemDraft(text="公布初步檢驗結果", due_at=LATER, is_promise=True),
        ),
        statements=(StatementDraft(channel="site", audience="public", title="說明", text=text, next_update_at=LATER),),
    )


def make_draft(cast: Cast, crisis: Crisis) -> Plan:
    """雅婷's draft, saved once."""
    plan = draft_plan(crisis=crisis, by=cast.staff, now=NOW)
    return save_plan(plan=plan, revision=plan.revision, draft=plan_words(), by=cast.staff, now=NOW)


def make_submitted(cast: Cast, crisis: Crisis, *cosigners: User) -> Plan:
    """雅婷's plan, up for decision."""
    plan = make_draft(cast, crisis)
    asks = [CosignAsk(user=signer, department="法務") for signer in cosigners]
    submit_plan(plan=plan, cosigns=asks, cosign_due_at=LATER, by=cast.staff, now=NOW)
    plan.refresh_from_db()
    return plan


def recommended(plan: Plan) -> Candidate:
    """The candidate that its authors recommend."""
    return plan.candidates.get(is_recommended=True)
