"""What the frame of a page shows, and how few questions it asks the database."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client, RequestFactory
from pytest_django import DjangoAssertNumQueries

from alerts.models import Alert
from monitoring.models import BackMatch, Source, Subscription, Topic, TopicVersion
from sentinel import urls  # noqa: F401  makes every stage known
from sentinel.core.access import membership_of
from sentinel.core.models import Membership, StageRow, User, Workspace
from sentinel.core.permissions import Role
from sentinel.core.stages import all_stages
from sentinel.navigation import navigation
from tests.factories import NOW, Cast, join, make_tsukimi

pytestmark = pytest.mark.django_db


def shown_to(user: User, *, fragment: bool = False) -> dict[str, object]:
    headers = {"HX-Request": "true"} if fragment else {}
    request = RequestFactory().get("/", headers=headers)
    request.membership = membership_of(user, "yaori")  # type: ignore[attr-defined]
    return navigation(request)


def source(workspace: Workspace, name: str, **fields: object) -> Subscription:
    made = Source.objects.create(kind="feed", definition={}, definition_hash=name, url="https://a.example", **fields)
    return Subscription.objects.create(workspace=workspace, source=made, name=name)


def alert(workspace: Workspace, number: int, **fields: object) -> Alert:
    topic = Topic.objects.create(workspace=workspace, name=str(number))
    version = TopicVersion.objects.create(topic=topic, number=1, query="曜日")
    given = {"tier": 4, "title": "x", "opened_at": NOW, "raised_at": NOW, "claim_due_at": NOW, **fields}
    return Alert.objects.create(workspace=workspace, number=number, topic=topic, topic_version=version, **given)


def test_outside_a_workspace_there_is_no_frame() -> None:
    assert navigation(RequestFactory().get("/")) == {}


def test_what_one_may_do_has_names_that_a_template_can_say(cast: Cast) -> None:
    may = shown_to(cast.admin)["may"]
    assert may["manage_people"] is True  # type: ignore[index]
    assert may["claim_alert"] is False  # type: ignore[index]


def test_unclaimed_alerts_of_this_workspace_are_counted(cast: Cast) -> None:
    alert(cast.workspace, 1)
    alert(cast.workspace, 2, claimed_at=NOW, claimed_by=cast.staff)
    alert(make_tsukimi().workspace, 1)
    assert shown_to(cast.staff)["nav"]["open_unclaimed"] == 1  # type: ignore[index]


def test_sources_in_trouble_and_blind_ones_are_counted(cast: Cast) -> None:
    source(cast.workspace, "fine", outcome="ok")
    source(cast.workspace, "new")
    source(cast.workspace, "once", outcome="timeout", failures=1)
    source(cast.workspace, "again", outcome="timeout", failures=3)
    source(cast.workspace, "blocked", outcome="blocked", failures=1)
    paused = source(cast.workspace, "paused", outcome="blocked", failures=9)
    Subscription.objects.filter(pk=paused.pk).update(paused_at=NOW + timedelta(days=1))
    source(make_tsukimi().workspace, "theirs", outcome="blocked", failures=9)
    nav = shown_to(cast.staff)["nav"]
    assert (nav["sources_total"], nav["sources_ok"], nav["sources_trouble"]) == (6, 2, 3)  # type: ignore[index]
    assert "3" in nav["blind_sentence"]  # type: ignore[index]


def test_a_workspace_that_sees_nothing_says_so(cast: Cast) -> None:
    source(cast.workspace, "blocked", outcome="blocked", failures=1)
    assert shown_to(cast.staff)["nav"]["blind_sentence"]  # type: ignore[index]


def test_a_workspace_without_sources_is_not_blind_but_empty(cast: Cast) -> None:
    nav = shown_to(cast.staff)["nav"]
    assert (nav["sources_total"], nav["blind_sentence"]) == (0, "")  # type: ignore[index]


def test_parked_work_is_counted_for_whom_it_concerns(cast: Cast) -> None:
    for workspace in (cast.workspace, make_tsukimi().workspace):
        topic = Topic.objects.create(workspace=workspace, name="品牌")
        version = TopicVersion.objects.create(topic=topic, number=1, query="曜日")
        BackMatch.objects.create(topic_version=version, parked_at=NOW, error="x")
    assert shown_to(cast.admin)["nav"]["parked"] == 1  # type: ignore[index]
    assert "parked" not in shown_to(cast.staff)["nav"]  # type: ignore[operator]


def test_a_person_sees_their_own_workspaces(cast: Cast) -> None:
    other = make_tsukimi()
    assert [one.slug for one in shown_to(cast.staff)["workspaces"]] == ["yaori"]  # type: ignore[attr-defined]
    join(other.workspace, cast.staff, Role.STAFF)
    assert len(shown_to(cast.staff)["workspaces"]) == 2  # type: ignore[arg-type]


def test_a_fragment_asks_the_database_nothing(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    request.membership = Membership.objects.select_related("workspace").get(user=cast.admin)  # type: ignore[attr-defined]
    with django_assert_num_queries(0):
        shown = navigation(request)
    assert "nav" not in shown
    assert shown["workspace"] == cast.workspace


def test_the_frame_asks_one_question_of_each_kind(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = RequestFactory().get("/")
    request.membership = Membership.objects.select_related("workspace", "user").get(user=cast.admin)  # type: ignore[attr-defined]
    cache.set(f"late-sources:{cast.workspace.pk}", 0)  # measured once a minute
    # sequence, alerts, co-signatures, crises, sources, notices of sources, parked work, workspaces
    with django_assert_num_queries(8):
        shown = navigation(request)
        assert shown["nav"]["parked"] == 0
        assert len(shown["workspaces"]) == 1


def test_the_page_knows_its_section(client: Client, cast: Cast) -> None:
    client.force_login(cast.admin)
    for address, section in (("people", "people"), ("audit", "audit"), ("system", "system")):
        assert client.get(f"/w/yaori/{address}/").context["section"] == section


@pytest.mark.parametrize("model", [model for model in apps.get_models() if issubclass(model, StageRow)])
def test_every_kind_of_work_is_on_the_system_page(model: type[StageRow]) -> None:
    (stage,) = [stage for stage in all_stages() if stage.model is model]
    assert stage.workspaces, "say in `workspaces` who may see a parked row"
    assert list(stage.parked(Workspace(pk=0))) == []


def test_the_web_process_alone_knows_every_kind_of_work() -> None:
    code = (
        "import django; django.setup(); from django.apps import apps; import sentinel.urls; "
        "from sentinel.core.models import StageRow; from sentinel.core.stages import all_stages; "
        "print({m.__name__ for m in apps.get_models() if issubclass(m, StageRow)} "
        "- {s.model.__name__ for s in all_stages()})"
    )
    given = {**os.environ, "DJANGO_SETTINGS_MODULE": "sentinel.settings"}
    told = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
