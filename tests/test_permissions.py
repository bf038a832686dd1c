"""Every address of a workspace × every role × a stranger × a visitor."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from alerts.models import Alert, Delivery, Outlet, Rule
from alerts.operations.rules import create_default_rules
from monitoring.models import (
    AllowedHost,
    Body,
    Capture,
    FileImport,
    IngestToken,
    Measure,
    Mention,
    Post,
    PostCapture,
    Source,
    SourceNotice,
    Subscription,
    Topic,
    TopicVersion,
)
from monitoring.operations.imports import begin_import
from monitoring.operations.sources import add_source
from monitoring.operations.tokens import issue_token
from playbooks.models import (
    CorrectiveAction,
    Crisis,
    EmergencyMeasure,
    EvidenceExport,
    Fact,
    Plan,
    Stakeholder,
    Statement,
    Task,
    TeamMember,
    Watch,
)
from playbooks.operations.crises import open_crisis
from playbooks.operations.emergency import propose_measure
from playbooks.operations.plans import CosignAsk, draft_plan, submit_plan
from playbooks.operations.statements import draft_statement
from sentinel.core import operations
from sentinel.core.models import Invitation, Membership, User, Workspace
from sentinel.core.permissions import GRANTS, Permission, Role
from sentinel.drill.models import Drill, ScenarioFile
from tests.drill.stage import PORTS, SCENARIO
from tests.factories import NOW, Cast, make_tsukimi

ROOT = "w/<slug:workspace>/"
TODAY = date(2026, 3, 2)
PNG = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + b"IHDR" + (2).to_bytes(4) + (2).to_bytes(4) + b"\x08\x02\0\0\0"


def patterns_of_workspaces() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif route.startswith(ROOT):
                yield route, pattern

    yield from walk(get_resolver().url_patterns, "")


PATTERNS = dict(patterns_of_workspaces())


# --- one of each thing that an address can name -------------------------------------------------


def topic_of(workspace: Workspace) -> Topic:
    topic, _created = Topic.objects.get_or_create(workspace=workspace, name="品牌")
    topic.current = TopicVersion.objects.get_or_create(topic=topic, number=1, query="曜日")[0]
    topic.save()
    return topic


def subscription_of(workspace: Workspace) -> Subscription:
    source, _created = Source.objects.get_or_create(
        kind="feed", definition={"url": "https://news.example/rss"}, definition_hash="x", url="https://news.example/rss"
    )
    return Subscription.objects.get_or_create(workspace=workspace, source=source, name="新聞")[0]


def post_of(workspace: Workspace) -> Post:
    if found := Post.objects.visible_to(workspace).first():
        return found
    source, topic = subscription_of(workspace).source, topic_of(workspace)
    post = Post.objects.create(
        key=b"k" * 32, source=source, url="https://news.example/1", captured_at=NOW, placed_at=NOW, content_hash=b"h"
    )
    Mention.objects.create(
        workspace=workspace,
        topic=topic,
        topic_version=topic.current,
        post=post,
        post_revision=1,
        source=source,
        negative=0.5,
        label="unsure",
        placed_at=NOW,
        captured_at=NOW,
    )
    Measure.objects.create(topic=topic, bucket=NOW, total=1)
    return post


def pushed_of(workspace: Workspace, kind: str = "api") -> Subscription:
    """A source that brings its posts itself."""
    found = Subscription.objects.filter(workspace=workspace, source__kind=kind).first()
    return found or add_source(
        workspace=workspace,
        kind=kind,
        definition={"id": f"{workspace.slug}-{kind}"},
        url=f"sentinel:{kind}/{workspace.slug}",
        zone="Asia/Taipei",
        interval=None,
        name="自己的採集器",
        retention_days=180,
        by=admin_of(workspace),
        now=NOW,
        is_pushed=True,
    )


def token_of(workspace: Workspace) -> IngestToken:
    return issue_token(subscription=pushed_of(workspace), label="機房", by=admin_of(workspace), now=NOW)[0]


def import_of(workspace: Workspace) -> FileImport:
    """A file whose columns are still to be chosen."""
    return begin_import(
        subscription=pushed_of(workspace, "file"),
        name="posts.csv",
        format="csv",
        data="標題,內容,網址\n曜日,好喝,https://a.example/1\n".encode(),
        zone="Asia/Taipei",
        by=admin_of(workspace),
        now=NOW,
    )


def picture_of(workspace: Workspace) -> Capture:
    """A screenshot that was entered by hand."""
    body = Body.objects.create(sha256=workspace.slug.encode().ljust(32), data=zlib.compress(PNG), size=len(PNG))
    source = pushed_of(workspace, "manual").source
    capture = Capture.objects.create(
        body=body, source=source, url="sentinel:", headers={"content-type": "image/png"}, captured_at=NOW
    )
    PostCapture.objects.create(post=post_of(workspace), capture=capture, revision=1)
    return capture


def capture_of(workspace: Workspace) -> Capture:
    post = post_of(workspace)
    body = Body.objects.create(sha256=hashlib.sha256(b"<p>x").digest(), data=zlib.compress(b"<p>x"), size=4)
    capture = Capture.objects.create(body=body, source=post.source, url=post.url, http_status=200, captured_at=NOW)
    PostCapture.objects.create(post=post, capture=capture, revision=1)
    return capture


def alert_of(workspace: Workspace) -> Alert:
    topic = topic_of(workspace)
    return Alert.objects.create(
        workspace=workspace,
        number=1,
        topic=topic,
        topic_version=topic.current,
        tier=4,
        title="品牌",
        opened_at=NOW,
        raised_at=NOW,
        claim_due_at=NOW,
    )


def outlet_of(workspace: Workspace) -> Outlet:
    return Outlet.objects.get_or_create(
        workspace=workspace, kind="webhook", name="值班群組", address="https://hook.example/"
    )[0]


def admin_of(workspace: Workspace) -> User:
    return Membership.objects.get(workspace=workspace, roles=["admin"]).user


def rule_of(workspace: Workspace) -> Rule:
    return create_default_rules(topic=topic_of(workspace), by=admin_of(workspace), now=NOW)[0]


def crisis_of(workspace: Workspace) -> Crisis:
    found = Crisis.objects.filter(workspace=workspace).first()
    return found or open_crisis(workspace=workspace, title="危機", level=4, summary="", by=admin_of(workspace), now=NOW)


def export_of(workspace: Workspace) -> EvidenceExport:
    """One that is ready."""
    return EvidenceExport.objects.create(
        crisis=crisis_of(workspace),
        with_names=False,
        language="en",
        asked_by=admin_of(workspace),
        asked_at=NOW,
        finished_at=NOW,
        due_at=None,
        size=0,
    )


def fact_of(workspace: Workspace) -> Fact:
    return Fact.objects.create(
        crisis=crisis_of(workspace), text="薄片的成分", created_at=NOW, created_by=admin_of(workspace)
    )


def stakeholder_of(workspace: Workspace) -> Stakeholder:
    return Stakeholder.objects.create(
        crisis=crisis_of(workspace), kind="media", measure="逐件回覆", changed_at=NOW, changed_by=admin_of(workspace)
    )


def plan_of(workspace: Workspace) -> Plan:
    """A plan of the crisis that waits for a decision."""
    crisis = crisis_of(workspace)
    staff = Membership.objects.get(workspace=workspace, roles=[Role.STAFF]).user
    plan = draft_plan(crisis=crisis, by=staff, now=NOW)
    asks = [CosignAsk(user=staff, department="法務")]
    submit_plan(plan=plan, cosigns=asks, cosign_due_at=NOW, by=staff, now=NOW)
    return plan


def invitation_of(workspace: Workspace) -> Invitation:
    given = {"roles": [Role.STAFF], "label": "", "by": admin_of(workspace), "now": timezone.now()}
    return operations.invite(workspace=workspace, **given)[0]  # type: ignore[arg-type]


def drill_of(workspace: Workspace) -> Drill:
    """One that ended, so that its page is the report."""
    return Drill.objects.create(
        workspace=workspace,
        number=1,
        scenario_key="food-safety",
        title="變質鮮乳",
        text=SCENARIO,
        speed=1,
        seed=1,
        brand="曜日",
        ports=PORTS,
        started_at=NOW,
        started_by=admin_of(workspace),
        first_complaint_at=NOW,
        ends_at=NOW + timedelta(minutes=10),
        ended_at=NOW + timedelta(minutes=10),
    )


def measure_of(workspace: Workspace) -> EmergencyMeasure:
    return propose_measure(crisis=crisis_of(workspace), text="停售", by=admin_of(workspace), now=NOW)


def holding_of(workspace: Workspace) -> Statement:
    return draft_statement(
        crisis=crisis_of(workspace),
        kind="holding",
        channel="site",
        audience="public",
        language="zh-hant",
        text="正在查證",
        by=admin_of(workspace),
        now=NOW,
    )


def task_of(workspace: Workspace) -> Task:
    return Task.objects.create(crisis=crisis_of(workspace), text="回電", created_at=NOW, created_by=admin_of(workspace))


def action_of(workspace: Workspace) -> CorrectiveAction:
    return CorrectiveAction.objects.create(
        crisis=crisis_of(workspace), number=1, text="改檢驗", created_at=NOW, created_by=admin_of(workspace)
    )


# the name of an address's part (or "name of the address:part") → what to put there; a part without one fails
THINGS: dict[str, Callable[[Workspace], Any]] = {
    "attachment:capture_id": lambda workspace: picture_of(workspace).pk,
    "collector-add-kind:kind": lambda workspace: "webhook",
    "collector:source_id": lambda workspace: pushed_of(workspace).pk,
    "token-add:source_id": lambda workspace: pushed_of(workspace).pk,
    "import_id": lambda workspace: import_of(workspace).pk,
    "token_id": lambda workspace: token_of(workspace).pk,
    "crisis_id": lambda workspace: crisis_of(workspace).pk,
    "measure_id": lambda workspace: measure_of(workspace).pk,
    "member_id": lambda workspace: TeamMember.objects.get(crisis=crisis_of(workspace)).pk,
    "alert_id": lambda workspace: alert_of(workspace).pk,
    "capture_id": lambda workspace: capture_of(workspace).pk,
    "action_id": lambda workspace: action_of(workspace).pk,
    "statement_id": lambda workspace: holding_of(workspace).pk,
    "task_id": lambda workspace: task_of(workspace).pk,
    "watch_id": lambda workspace: Watch.objects.create(crisis=crisis_of(workspace), days=7, due_on=TODAY).pk,
    "cosign_id": lambda workspace: plan_of(workspace).cosigns.get().pk,
    "delivery_id": lambda workspace: Delivery.objects.create(outlet=outlet_of(workspace)).pk,
    "drill_id": lambda workspace: drill_of(workspace).pk,
    "drill-scenario:key": lambda workspace: "food-safety",
    "fact_id": lambda workspace: fact_of(workspace).pk,
    "export_id": lambda workspace: export_of(workspace).pk,
    "host_id": lambda workspace: AllowedHost.objects.create(address="10.0.0.1:80").pk,
    "invitation": lambda workspace: invitation_of(workspace).pk,
    "outlet-add:kind": lambda workspace: "webhook",
    "source-add-kind:kind": lambda workspace: "feed",
    "source-add-ready:preset": lambda workspace: "ptt",
    "source-version-restore:number": lambda workspace: 1,
    "member": lambda workspace: Membership.objects.get(workspace=workspace, roles=["staff"]).pk,
    "mention_id": lambda workspace: Mention.objects.get(post=post_of(workspace)).pk,
    "notice_id": lambda workspace: (
        SourceNotice.objects.create(source=subscription_of(workspace).source, kind="quiet", began_at=NOW).pk
    ),
    "outlet_id": lambda workspace: outlet_of(workspace).pk,
    "plan_id": lambda workspace: plan_of(workspace).pk,
    "post_id": lambda workspace: post_of(workspace).pk,
    "rule_id": lambda workspace: rule_of(workspace).pk,
    "scenario_id": lambda workspace: ScenarioFile.objects.create(workspace=workspace, name="自己的", text=SCENARIO).pk,
    "source_id": lambda workspace: subscription_of(workspace).pk,
    "stage": lambda workspace: "back-match",
    "stakeholder_id": lambda workspace: stakeholder_of(workspace).pk,
    "topic_id": lambda workspace: topic_of(workspace).pk,
}
# addresses whose view asks for more than the permission: only who runs the installation may, say
FOR_OPERATORS = {"host-disallow", "host-allow"}


def visit(client: Client, address: str) -> HttpResponse:
    """What an address answers to a reader, or, where it only takes writes, to an empty form."""
    answer = client.get(address)
    answer = client.post(address) if answer.status_code == 405 else answer
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return answer  # type: ignore[return-value]


def keys_of(pattern: URLPattern) -> dict[str, str]:
    """The parts of an address and what stands for each in THINGS."""
    parts = [part for part in pattern.pattern.converters if part != "workspace"]
    return {part: own if (own := f"{pattern.name}:{part}") in THINGS else part for part in parts}


def address_of(pattern: URLPattern, workspace: Workspace) -> str:
    parts = {part: THINGS[key](workspace) for part, key in keys_of(pattern).items()}
    return reverse(str(pattern.name), kwargs={"workspace": workspace.slug, **parts})


@pytest.mark.parametrize("route", PATTERNS)
def test_every_view_of_a_workspace_names_its_permission(route: str) -> None:
    assert isinstance(getattr(PATTERNS[route].callback, "permission", None), Permission)


@pytest.mark.parametrize("route", PATTERNS)
def test_who_may_come_in(route: str, cast: Cast) -> None:
    pattern = PATTERNS[route]
    missing = set(keys_of(pattern).values()) - THINGS.keys()
    assert not missing, f"say in THINGS what stands for {missing} in {route}"
    stranger = make_tsukimi().admin
    address = address_of(pattern, cast.workspace)
    needed = pattern.callback.permission  # type: ignore[attr-defined]

    visitor = visit(Client(), address)
    assert visitor.status_code == 302
    assert visitor.headers["Location"].startswith("/login/?next=")

    foreign = Client()
    foreign.force_login(stranger)
    assert visit(foreign, address).status_code == 404

    for role, person in {Role.STAFF: cast.staff, Role.MANAGER: cast.manager, Role.ADMIN: cast.admin}.items():
        member = Client()
        member.force_login(person)
        with transaction.atomic():
            status = visit(member, address).status_code
            transaction.set_rollback(True)
        if needed not in GRANTS[role]:
            assert status == 403, f"{role} reaches {address}"
        elif pattern.name in FOR_OPERATORS:
            assert status == 404, f"{role}, who does not run the installation, reaches {address}"
        else:
            assert status not in (403, 404, 500), f"{role} does not reach {address}: {status}"


@pytest.mark.parametrize("route", [route for route in PATTERNS if "_id>" in route or "<int:" in route])
def test_things_of_another_workspace_do_not_exist(route: str, cast: Cast) -> None:
    pattern, theirs = PATTERNS[route], make_tsukimi().workspace
    elsewhere = address_of(pattern, theirs).replace(f"/w/{theirs.slug}/", f"/w/{cast.workspace.slug}/", 1)
    Membership.objects.filter(user=cast.admin).update(roles=[role.value for role in Role])
    member = Client()
    member.force_login(cast.admin)
    assert visit(member, elsewhere).status_code == 404
