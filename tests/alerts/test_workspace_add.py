"""The people who run the installation add further workspaces; nobody sees another one's."""

import pytest
from django.test import Client
from django.urls import reverse

from alerts.models import Rule
from monitoring.models import Topic
from sentinel.core.models import AuditEntry, Membership, Workspace
from tests.factories import Cast, make_user, make_yaori

pytestmark = pytest.mark.django_db

TYPED = {
    "workspace": "月見乳業",
    "time_zone": "Asia/Taipei",
    "names": "月見乳業\n月見鮮乳",
    "competitors": "曜日乳業",
    "go": "people",
}


@pytest.fixture
def cast() -> Cast:
    return make_yaori()


@pytest.fixture
def operator_client(client: Client) -> Client:
    client.force_login(make_user("維運", is_operator=True))
    return client


def test_an_operator_adds_a_workspace_that_watches_at_once(operator_client: Client, cast: Cast) -> None:
    answer = operator_client.post(reverse("workspace-add"), TYPED)
    workspace = Workspace.objects.exclude(pk=cast.workspace.pk).get()
    assert answer.url == reverse("people", args=[workspace.slug])
    own, other = Topic.objects.filter(workspace=workspace).order_by("pk")
    assert (own.is_own, other.is_own) == (True, False)
    assert own.current.query == "月見乳業 OR 月見鮮乳"
    assert Rule.objects.filter(topic=own).count() == 3
    assert not Rule.objects.filter(topic=other).exists()
    assert Membership.objects.get(workspace=workspace).roles == ["staff", "manager", "admin"]
    assert AuditEntry.objects.filter(workspace_id=workspace.pk, verb="create", object_kind="workspace").exists()


def test_its_creator_still_sees_nothing_of_the_others(operator_client: Client, cast: Cast) -> None:
    operator_client.post(reverse("workspace-add"), TYPED)
    assert operator_client.get(reverse("board", args=[cast.workspace.slug])).status_code == 404


@pytest.mark.parametrize("name", ["workspace-add", "workspace-preview"])
def test_to_everyone_else_the_page_does_not_exist(client: Client, cast: Cast, name: str) -> None:
    address = reverse(name, args=["topic"] if name == "workspace-preview" else [])
    client.force_login(cast.admin)
    assert client.post(address, TYPED).status_code == 404
    client.logout()
    assert client.post(address, TYPED).status_code == 302
    assert Workspace.objects.count() == 1


def test_bad_input_is_named_kept_and_writes_nothing(operator_client: Client) -> None:
    answer = operator_client.post(reverse("workspace-add"), {**TYPED, "competitors": "月見鮮乳"})
    assert answer.status_code == 422
    assert "月見鮮乳" in answer.content.decode()
    assert not Workspace.objects.exists()


def test_the_topic_is_previewed_while_it_is_typed(operator_client: Client) -> None:
    shown = operator_client.post(reverse("workspace-preview", args=["topic"]), TYPED).content.decode()
    assert "月見鮮乳" in shown


def test_the_menu_offers_it_to_operators_alone(client: Client, cast: Cast) -> None:
    board = reverse("board", args=[cast.workspace.slug])
    client.force_login(cast.admin)
    assert reverse("workspace-add") not in client.get(board).content.decode()
    cast.admin.is_operator = True
    cast.admin.save()
    assert reverse("workspace-add") in client.get(board).content.decode()
