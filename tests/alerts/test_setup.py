"""The first start: from a one-time link to a watching workspace, all or nothing."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Rule
from alerts.setup_form import SetupForm, split_names
from monitoring.matching import Document, Engine, parse
from monitoring.models import Topic
from sentinel.core.models import AuditEntry, Membership, SetupLink, User, Workspace
from sentinel.core.operations import issue_setup_link
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> str:
    return f"/setup/{issue_setup_link(now=timezone.now())}/"


def typed(**changes: str) -> dict[str, str]:
    return {
        "name": "吳柏翰",
        "email": "Bohan@Yaori.example",
        "password": "correct-horse-14",
        "workspace": "曜日乳業",
        "time_zone": "Asia/Taipei",
        "names": "曜日乳業\n曜日鮮乳\n",
        "competitors": "月見乳業",
        **changes,
    }


def nothing_exists() -> bool:
    return not any(model.objects.exists() for model in (User, Workspace, Topic, Rule, AuditEntry))  # type: ignore[attr-defined]


def test_the_form_becomes_a_person_a_workspace_topics_and_rules(client: Client, page: str) -> None:
    answer = client.post(page, typed())
    workspace = Workspace.objects.get()
    assert answer.headers["Location"] == f"/w/{workspace.slug}/sources/add/"
    member = Membership.objects.get(workspace=workspace)
    assert (member.user.email, member.user.is_operator) == ("bohan@yaori.example", True)
    assert set(member.roles) == {"staff", "manager", "admin"}
    own, other = Topic.objects.order_by("-is_own")
    assert own.current
    assert other.current
    assert Engine({"": parse(own.current.query)}).match(Document("曜日鲜乳今天又壞了"))
    assert Engine({"": parse(other.current.query)}).match(Document("月見乳業"))
    assert set(Rule.objects.values_list("topic", flat=True)) == {own.pk}
    assert Rule.objects.count() >= 3
    assert workspace.brand_names == ["曜日乳業", "曜日鮮乳"]
    assert workspace.competitors == ["月見乳業"]


def test_who_set_up_is_signed_in_and_may_invite_people_first(client: Client, page: str) -> None:
    answer = client.post(page, typed(go="people"))
    assert answer.headers["Location"].endswith("/people/")
    assert client.get(answer.headers["Location"]).status_code == 200


def test_the_link_works_once(client: Client, page: str) -> None:
    client.post(page, typed())
    for answer in (Client().get(page), Client().post(page, typed(email="other@yaori.example"))):
        assert answer.status_code == 410
    assert User.objects.count() == 1


def test_an_unknown_link_opens_nothing(client: Client) -> None:
    assert client.get("/setup/guess/").status_code == 410
    assert client.post("/setup/guess/", typed()).status_code == 410
    assert client.post("/setup/guess/preview/topic/", typed()).status_code == 404


def test_a_link_opens_nothing_once_somebody_exists(client: Client, page: str) -> None:
    make_user()
    assert client.get(page).status_code == 410


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "short"),
        ("email", "nobody"),
        ("time_zone", "Moon/Crater"),
        ("workspace", ""),
        ("names", "！！"),
        ("names", "長" * 61),
        ("competitors", "曜日乳業"),
        ("names", "\n".join(f"曜日{number}號" for number in range(60))),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(client: Client, page: str, field: str, value: str) -> None:
    answer = client.post(page, typed(**{field: value}))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert nothing_exists()
    assert client.post(page, typed()).status_code == 302  # and the link is still good


def test_what_was_typed_is_kept(client: Client, page: str) -> None:
    answer = client.post(page, typed(email="nobody", trial_1="曜日鮮乳還在冰箱"))
    html = answer.content.decode()
    for value in ("吳柏翰", "correct-horse-14", "曜日鮮乳", "月見乳業", "曜日鮮乳還在冰箱"):
        assert value in html


def test_a_failure_half_way_leaves_nothing_behind(client: Client, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("alerts.operations.setup.create_default_rules", lambda **given: 1 / 0)
    assert client.post(page, typed()).status_code == 500
    assert nothing_exists()
    assert SetupLink.objects.get().used_at is None


def test_the_workspaces_name_is_the_brand_where_no_name_is_given(client: Client, page: str) -> None:
    client.post(page, typed(names="", competitors=""))
    assert Workspace.objects.get().brand_names == ["曜日乳業"]
    assert Topic.objects.count() == 1


def test_the_longest_names_fit(client: Client, page: str) -> None:
    long = {"workspace": "乳" * 80, "names": "曜" * 60, "name": "王" * 80}
    assert client.post(page, typed(**long)).status_code == 302


@pytest.mark.parametrize(
    ("part", "shows"),
    [("topic", "曜日鮮乳"), ("trial_1", "is-hit"), ("trial_2", "test-result")],
)
def test_the_pane_answers_while_one_types(client: Client, page: str, part: str, shows: str) -> None:
    sentences = {"trial_1": "曜日鲜乳還在冰箱", "trial_2": "日曜日晚上的日劇"}
    answer = client.post(f"{page}preview/{part}/", typed(**sentences))
    html = answer.content.decode()
    assert shows in html
    assert "<html" not in html
    assert ("is-hit" in html) == (part == "trial_1")


def test_the_pane_writes_nothing_and_needs_nothing(client: Client, page: str) -> None:
    for part in ("topic", "trial_1"):
        assert client.post(f"{page}preview/{part}/", {}).status_code == 200
    assert client.post(f"{page}preview/other/", {}).status_code == 404
    assert nothing_exists()


def test_the_pane_escapes_what_is_typed(client: Client, page: str) -> None:
    attack = "<script>alert(1)</script>"
    for part in ("topic", "trial_1"):
        html = client.post(f"{page}preview/{part}/", typed(names=attack, workspace=attack, trial_1=attack)).content
        assert b"<script>" not in html


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("曜日乳業、曜日鮮乳", ["曜日乳業", "曜日鮮乳"]),
        (" 曜日  乳業 \r\n\r\n曜日  乳業", ["曜日 乳業"]),
        ("Yaori Dairy, YD;Y", ["Yaori Dairy", "YD", "Y"]),
        ("", []),
    ],
)
def test_names_are_read_one_a_line_or_with_commas_between(text: str, names: list[str]) -> None:
    assert split_names(text) == names


def test_every_time_zone_can_be_chosen_and_the_near_ones_come_first() -> None:
    choices: Any = list(SetupForm().fields["time_zone"].choices)  # type: ignore[attr-defined]
    assert choices[0] == ("Asia/Taipei", choices[0][1])
    assert "UTC+8" in choices[0][1]
    assert ("Europe/Berlin", "Europe/Berlin") in choices[-1][1]
