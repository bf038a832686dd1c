"""Every row of the workflow's table × every role × a foreign workspace, through its address as a browser posts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from playbooks.models import (
    CorrectiveAction,
    Cosign,
    Crisis,
    EmergencyMeasure,
    Fact,
    Plan,
    Statement,
    Task,
    Watch,
)
from playbooks.operations import collecting, emergency, plans, reviewing, statements, tasks
from playbooks.operations.crises import close_crisis, open_crisis
from playbooks.operations.plans import CosignAsk
from playbooks.workflow import TRANSITIONS, Transition, permission_for, sources_of
from sentinel.core.models import User
from sentinel.core.permissions import GRANTS, Permission, Role
from tests.factories import NOW, Cast, join, make_tsukimi, make_user, make_yaori
from tests.playbooks.pages.plan_forms import fields_of
from tests.playbooks.stage import plan_words
from tests.reading import signed_in

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(hours=1)
MODELS: dict[str, type[models.Model]] = {
    "crisis": Crisis,
    "fact": Fact,
    "measure": EmergencyMeasure,
    "plan": Plan,
    "cosign": Cosign,
    "statement": Statement,
    "task": Task,
    "action": CorrectiveAction,
    "watch": Watch,
}
OF_A_CRISIS = {"fact-add", "measure-propose", "plan-draft", "statement-draft", "task-add", "action-add"}


@dataclass(frozen=True)
class World:
    """A workspace, its crisis, somebody who wrote everything so far, and the signer who is asked."""

    cast: Cast
    author: User
    crisis: Crisis

    @property
    def slug(self) -> str:
        return self.cast.workspace.slug


def make_world(cast: Cast) -> World:
    author = make_user("高子晴")
    join(cast.workspace, author, *Role)
    return World(
        cast, author, open_crisis(workspace=cast.workspace, title="異物", level=2, summary="", by=author, now=NOW)
    )


@pytest.fixture
def world() -> World:
    return make_world(make_yaori())


# --- one of each thing in each state


def _crisis(world: World, state: str) -> Crisis:
    if state == "closed":
        close_crisis(crisis=world.crisis, note="好了", by=world.author, now=NOW)
    return Crisis.objects.get(pk=world.crisis.pk)


def _fact(world: World, state: str) -> Fact:
    given: dict[str, Any] = {"status": state, "text": "薄片的成分", "source": "" if state == "unknown" else "品保"}
    given |= {"correction": "舊照" if state == "disproved" else "", "second_source": "", "contradiction": ""}
    given |= {"is_source_protected": False, "post": None, "owner": None, "due_at": None}
    return collecting.add_fact(crisis=world.crisis, **given, by=world.author, now=NOW)


def _measure(world: World, state: str) -> EmergencyMeasure:
    measure = emergency.propose_measure(crisis=world.crisis, text="停售", by=world.author, now=NOW)
    if state == "declined":
        emergency.decline_measure(measure=measure, note="太早", by=world.author, now=NOW)
    if state in ("approved", "done"):
        emergency.approve_measure(measure=measure, by=world.author, now=NOW)
    if state == "done":
        emergency.finish_measure(measure=measure, result="完成", by=world.author, now=NOW)
    return measure


def _plan(world: World, state: str, *signers: User) -> Plan:
    plan = plans.draft_plan(crisis=world.crisis, by=world.author, now=NOW)
    plan = plans.save_plan(plan=plan, revision=plan.revision, draft=plan_words(), by=world.author, now=NOW)
    if state != "draft":
        asks = [CosignAsk(user=signer, department="法務") for signer in signers]
        plans.submit_plan(plan=plan, cosigns=asks, cosign_due_at=LATER, by=world.author, now=NOW)
    decider = make_user("王志遠") if state not in ("draft", "submitted") else world.author
    if state == "returned":
        plans.return_plan(plan=plan, reason="太早", by=decider, now=NOW)
    if state in ("approved", "void"):
        candidate = plan.candidates.get(is_recommended=True)
        plans.approve_plan(plan=plan, candidate=candidate, reason="", by=decider, now=NOW)
    if state == "void":
        plans.revise_plan(plan=plan, by=world.author, now=NOW)
    return plan


def _cosign(world: World, state: str) -> Cosign:
    """Asked of everybody who acts here, so that the role alone decides; the first is answered."""
    people = [world.cast.staff, world.cast.manager, world.cast.admin, world.author]
    plan = _plan(world, "submitted", *people)
    if state == "answered":
        for cosign in plan.cosigns.all():
            plans.answer_cosign(cosign=cosign, answer="agree", comment="", by=cosign.signer, now=NOW)
    return plan.cosigns.get(signer=world.author)


def _statement(world: World, state: str) -> Statement:
    given = {"kind": "update", "channel": "site", "audience": "public", "language": "zh-hant", "text": "已送驗。"}
    statement = statements.draft_statement(crisis=world.crisis, **given, by=world.author, now=NOW)
    if state != "draft":
        statements.submit_statement(statement=statement, by=world.author, now=NOW)
    if state in ("approved", "published"):
        statements.approve_statement(statement=statement, by=make_user("王志遠"), now=NOW)
    if state == "published":
        statements.publish_statement(statement=statement, url="", by=world.author, now=NOW)
    return statement


def _task(world: World, state: str) -> Task:
    task = tasks.add_task(crisis=world.crisis, text="回電", owner=None, due_at=None, by=world.author, now=NOW)
    if state == "done":
        tasks.finish_task(task=task, result="已回", by=world.author, now=NOW)
    if state == "cancelled":
        tasks.cancel_task(task=task, by=world.author, now=NOW)
    return task


def _action(world: World, state: str) -> CorrectiveAction:
    given: dict[str, Any] = {"text": "每週檢查", "department": "", "owner": None, "due_on": None}
    action = reviewing.add_action(crisis=world.crisis, **given, by=world.author, now=NOW)
    if state == "done":
        reviewing.finish_action(action=action, result="表單", by=world.author, now=NOW)
    return action


def _watch(world: World, state: str) -> Watch:
    watch = Watch.objects.create(crisis=world.crisis, days=7, due_on=NOW.date())
    if state == "checked":
        reviewing.check_watch(watch=watch, outcome="quiet", note="", by=world.author, now=NOW)
    return watch


MAKE: dict[str, Callable[[World, str], models.Model]] = {
    "crisis": _crisis,
    "fact": _fact,
    "measure": _measure,
    "plan": _plan,
    "cosign": _cosign,
    "statement": _statement,
    "task": _task,
    "action": _action,
    "watch": _watch,
}


def state_of(thing: str, pk: int) -> str:
    """What the database says of it now."""
    row: Any = MODELS[thing].objects.filter(pk=pk).first()  # type: ignore[attr-defined]
    if row is None:
        return "discarded"
    if thing == "crisis":
        return "closed" if row.closed_at else "open"
    if thing == "cosign":
        return "answered" if row.answer else "waiting"
    if thing == "watch":
        return "checked" if row.checked_at else "due"
    if thing in ("task", "action"):
        return "done" if row.done_at else "cancelled" if getattr(row, "cancelled_at", None) else "open"
    return str(row.status)


# --- what a browser sends


def sent(step: Transition, client: Client, world: World, row: Any) -> dict[str, Any]:
    """The fields of the verb's form."""
    if (step.thing, step.verb) == ("plan", "submit"):
        return _editor_of(world, row)
    fields: dict[tuple[str, str], dict[str, Any]] = {
        ("crisis", "open"): {"title": "異物", "level": "2", "summary": ""},
        ("crisis", "move"): {"stage": "assess"},
        ("crisis", "close"): {"note": "好了"},
        ("crisis", "reopen"): {"note": "又來了"},
        ("fact", "add"): {"text": "薄片的成分", "status": "unknown"},
        ("fact", "settle"): {"status": step.target, "source": "品保", "correction": "舊照"},
        ("measure", "propose"): {"text": "停售"},
        ("measure", "decline"): {"note": "太早"},
        ("measure", "finish"): {"result": "完成"},
        ("plan", "approve"): {"candidate": _candidate_of(row), "reason": ""},
        ("plan", "return"): {"quick": "太早", "reason": "等檢驗"},
        ("cosign", "answer"): {"answer": "agree", "comment": ""},
        ("statement", "draft"): {
            "kind": "update", "channel": "site", "audience": "public", "language": "zh-hant", "text": "已送驗。",
        },
        ("statement", "return"): {"reason": "太長"},
        ("statement", "publish"): {"url": "https://yaori.example/news/1"},
        ("task", "add"): {"text": "回電"},
        ("task", "finish"): {"result": "已回"},
        ("action", "add"): {"text": "每週檢查"},
        ("action", "finish"): {"result": "表單"},
        ("watch", "check"): {"outcome": "quiet", "note": ""},
    }  # fmt: skip
    given = fields.get((step.thing, step.verb), {})
    if (step.thing, step.verb) == ("fact", "settle"):
        shown = client.get(reverse("fact-settle", args=[world.slug, row.pk]))
        over = fields_of(shown, "form[method=post][id], .sheet-page form") if shown.status_code == 200 else {}
        given = {**given, "over": over.get("over", "")}
    return given


def _editor_of(world: World, plan: Plan) -> dict[str, Any]:
    """The editor's fields as its author had them open while the plan was a draft; another draft lends them."""
    crisis = open_crisis(workspace=world.cast.workspace, title="別的", level=4, summary="", by=world.author, now=NOW)
    other = _plan(World(world.cast, world.author, crisis), "draft")
    shown = fields_of(signed_in(world.author).get(reverse("plan", args=[world.slug, other.pk])))
    return {**shown, "revision": str(plan.revision)}


def _candidate_of(row: Any) -> str:
    return str(row.candidates.get(is_recommended=True).pk) if isinstance(row, Plan) else ""


def address(step: Transition, slug: str, world: World, row: Any) -> str:
    """Where the verb is posted; a verb without an address fails the test."""
    name = f"{step.thing}-{step.verb}"
    try:
        if not step.source:
            return reverse(name, args=[slug, world.crisis.pk] if name in OF_A_CRISIS else [slug])
        return reverse(name, args=[slug, row.pk])
    except NoReverseMatch:
        pytest.fail(f"the table has {name}, and nothing answers to it")


def ready(step: Transition, user: User, world: World, row: Any, *, slug: str = "") -> Callable[[], HttpResponse]:
    """The person's browser with the verb's form filled in; calling it presses the button."""
    client = signed_in(user)
    where, fields = address(step, slug or world.slug, world, row), sent(step, client, world, row)
    return lambda: client.post(where, fields)  # type: ignore[return-value]


def named(step: Transition) -> str:
    return f"{step.thing}: {step.source or 'nothing'} -{step.verb}-> {step.target}"


def before(step: Transition, world: World) -> Any:
    """The thing in the source state of the step; nothing where the step makes it."""
    return MAKE[step.thing](world, step.source) if step.source else None


def count(thing: str, state: str) -> int:
    rows = MODELS[thing].objects.values_list("pk", flat=True)  # type: ignore[attr-defined]
    return sum(state_of(thing, pk) == state for pk in rows)


def image() -> dict[str, list[dict[str, Any]]]:
    """All rows as they stand."""
    return {
        thing: list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
        for thing, model in MODELS.items()
    }


# --- the table


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("step", TRANSITIONS, ids=named)
def test_a_role_may_what_the_table_and_the_grants_say(step: Transition, role: Role, world: World) -> None:
    person = {Role.STAFF: world.cast.staff, Role.MANAGER: world.cast.manager, Role.ADMIN: world.cast.admin}[role]
    row = before(step, world)
    if isinstance(row, Cosign):
        row = row.plan.cosigns.get(signer=person)
    press = ready(step, person, world, row)
    there, old = count(step.thing, step.target), image()
    answer = press()
    if step.permission not in GRANTS[role]:
        assert answer.status_code == 403
        assert image() == old
        return
    assert answer.status_code in (302, 303), answer.content.decode()[:2000]
    if not step.source:
        assert count(step.thing, step.target) == there + 1
        return
    assert state_of(step.thing, row.pk) == step.target
    assert image() != old


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("step", TRANSITIONS, ids=named)
def test_nobody_of_another_workspace_finds_it(step: Transition, role: Role, world: World) -> None:
    theirs = make_tsukimi()
    stranger = {Role.STAFF: theirs.staff, Role.MANAGER: theirs.manager, Role.ADMIN: theirs.admin}[role]
    row = before(step, world)
    press = ready(step, stranger, world, row)
    old = image()
    assert press().status_code == 404
    assert image() == old


@pytest.mark.parametrize("step", [step for step in TRANSITIONS if step.verb != "open"], ids=named)
def test_a_thing_does_not_exist_under_the_address_of_another_workspace(step: Transition, world: World) -> None:
    theirs = make_tsukimi()
    somebody = make_user("張怡君二")
    join(theirs.workspace, somebody, *Role)
    row = before(step, world)
    press = ready(step, somebody, world, row, slug=theirs.workspace.slug)
    old = image()
    assert press().status_code == 404
    assert image() == old


@pytest.mark.parametrize("step", TRANSITIONS, ids=named)
def test_a_visitor_is_asked_to_sign_in(step: Transition, world: World) -> None:
    row = before(step, world)
    old = image()
    answer = Client().post(address(step, world.slug, world, row))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")
    assert image() == old


# --- what is not in the table

STATES = {thing: {step.source for step in TRANSITIONS if step.thing == thing and step.source} for thing in MODELS}
for step in TRANSITIONS:
    STATES[step.thing].add(step.target)
VERBS = sorted({(step.thing, step.verb) for step in TRANSITIONS if step.source})
WRONG = [
    (thing, verb, state)
    for thing, verb in VERBS
    for state in sorted(STATES[thing] - sources_of(thing, verb) - {"discarded"})
]


@pytest.mark.parametrize(("thing", "verb", "state"), WRONG, ids=lambda part: str(part))
def test_from_another_state_it_is_refused_in_a_sentence_and_changes_nothing(
    thing: str, verb: str, state: str, world: World
) -> None:
    row: Any = MAKE[thing](world, state)
    somebody = make_user("許承恩")
    join(world.cast.workspace, somebody, *Role)
    if isinstance(row, Cosign):
        somebody = row.signer
    step = Transition(thing, state, verb, "known", permission_for(thing, verb))
    press = ready(step, somebody, world, row)
    old = image()
    answer = press()
    assert answer.status_code in (302, 303, 409)
    said = [str(message) for message in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]
    assert said or (answer.status_code == 409 and answer.content)
    assert image() == old


@pytest.mark.parametrize("name", sorted(OF_A_CRISIS - {"action-add"}))
def test_a_closed_crisis_takes_nothing_new_but_lessons(name: str, world: World) -> None:
    step = next(one for one in TRANSITIONS if f"{one.thing}-{one.verb}" == name)
    close_crisis(crisis=world.crisis, note="好了", by=world.author, now=NOW)
    press = ready(step, world.author, world, None)
    old = image()
    answer = press()
    assert answer.status_code in (302, 303, 409, 422)
    assert image() == old


def test_a_lesson_is_added_to_a_closed_crisis_too(world: World) -> None:
    step = next(one for one in TRANSITIONS if (one.thing, one.verb) == ("action", "add"))
    close_crisis(crisis=world.crisis, note="好了", by=world.author, now=NOW)
    assert ready(step, world.cast.staff, world, None)().status_code == 302
    assert CorrectiveAction.objects.count() == 1


@pytest.mark.parametrize("thing", ["plan", "statement"])
def test_whoever_wrote_it_does_not_decide_on_it_whatever_the_role(thing: str, world: World) -> None:
    row: Any = MAKE[thing](world, "submitted")
    step = next(one for one in TRANSITIONS if (one.thing, one.verb) == (thing, "approve"))
    assert step.permission is Permission.APPROVE
    press = ready(step, world.author, world, row)
    old = image()
    answer = press()
    assert answer.status_code in (302, 409)
    assert image() == old
