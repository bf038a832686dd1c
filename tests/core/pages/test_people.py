"""The pages of people and their invitations."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sentinel.core import operations
from sentinel.core.models import Invitation, Membership, User
from sentinel.core.permissions import Role
from tests.core.pages.conftest import text
from tests.factories import NOW, PASSWORD, Cast, make_tsukimi, make_user

pytestmark = pytest.mark.django_db

# --- people -------------------------------------------------------------------------------------


def test_an_invitation_link_is_shown_once(admin: Client, cast: Cast) -> None:
    page = admin.post("/w/yaori/people/invite/", {"label": "承恩", "roles": ["staff"]}, follow=True)
    assert "http://testserver/invitation/" in text(page)
    assert "http://testserver/invitation/" not in text(admin.get("/w/yaori/people/"))


def test_an_invitation_without_a_role_says_so_and_keeps_the_name(admin: Client) -> None:
    answer = admin.post("/w/yaori/people/invite/", {"label": "承恩"})
    assert answer.status_code == 422
    assert 'value="承恩"' in text(answer)
    assert not Invitation.objects.exists()


def test_an_open_invitation_can_be_withdrawn(admin: Client, cast: Cast) -> None:
    invitation, _token = operations.invite(
        workspace=cast.workspace, roles=[Role.STAFF], label="承恩", by=cast.admin, now=timezone.now()
    )
    assert "承恩" in text(admin.get("/w/yaori/people/"))
    admin.post(reverse("people-withdraw", args=["yaori", invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None


def test_members_get_other_roles_and_leave(admin: Client, cast: Cast) -> None:
    member = Membership.objects.get(user=cast.staff)
    admin.post(reverse("people-roles", args=["yaori", member.pk]), {"roles": ["manager"]})
    member.refresh_from_db()
    assert member.roles == ["manager"]
    admin.post(reverse("people-remove", args=["yaori", member.pk]))
    assert not Membership.objects.filter(pk=member.pk).exists()


def test_the_last_admin_is_told_why_they_cannot_leave(admin: Client, cast: Cast) -> None:
    member = Membership.objects.get(user=cast.admin)
    answer = admin.post(reverse("people-remove", args=["yaori", member.pk]), follow=True)
    assert "is-error" in text(answer)


def test_who_gives_up_the_admins_role_is_led_home(admin: Client, cast: Cast) -> None:
    Membership.objects.filter(user=cast.manager).update(roles=["admin"])
    member = Membership.objects.get(user=cast.admin)
    answer = admin.post(reverse("people-roles", args=["yaori", member.pk]), {"roles": ["staff"]})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("page", ["people-roles", "people-remove"])
def test_members_of_another_workspace_do_not_exist(admin: Client, page: str) -> None:
    theirs = Membership.objects.get(user=make_tsukimi().staff)
    assert admin.post(reverse(page, args=["yaori", theirs.pk]), {"roles": ["admin"]}).status_code == 404


# --- invitations --------------------------------------------------------------------------------


@pytest.fixture
def link(cast: Cast) -> str:
    _invitation, token = operations.invite(
        workspace=cast.workspace, roles=[Role.STAFF], label="承恩", by=cast.admin, now=timezone.now()
    )
    return reverse("invitation", args=[token])


def test_a_new_person_joins_by_link(client: Client, cast: Cast, link: str) -> None:
    assert "曜日乳業" in text(client.get(link))
    answer = client.post(link, {"name": "許承恩", "email": "chengen@yaori.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/w/yaori/"
    assert client.get("/account/").status_code == 200
    assert Membership.objects.get(user__email="chengen@yaori.example").roles == ["staff"]


def test_a_weak_password_is_refused_and_what_was_typed_is_kept(client: Client, link: str) -> None:
    answer = client.post(link, {"name": "許承恩", "email": "chengen@yaori.example", "password": "12345"})
    assert answer.status_code == 422
    assert 'value="chengen@yaori.example"' in text(answer)
    assert not User.objects.filter(email="chengen@yaori.example").exists()


def test_who_has_an_account_is_asked_to_sign_in(client: Client, link: str) -> None:
    answer = client.post(link, {"name": "x", "email": "yating@yaori.example", "password": PASSWORD})
    assert answer.status_code == 422
    assert f"/login/?next={link}" in text(answer)


def test_who_is_signed_in_joins_with_one_click(client: Client, link: str) -> None:
    guest = make_user("許承恩")
    client.force_login(guest)
    assert client.get(link).status_code == 200
    assert client.post(link).headers["Location"] == "/w/yaori/"
    assert Membership.objects.filter(user=guest).exists()


@pytest.mark.parametrize("state", ["used", "late", "withdrawn", "unknown"])
def test_a_link_that_no_longer_works_says_so_and_names_nobody(client: Client, link: str, state: str) -> None:
    change = {
        "used": {"accepted_at": NOW, "accepted_by": User.objects.first()},
        "late": {"expires_at": timezone.now() - timedelta(seconds=1)},
        "withdrawn": {"withdrawn_at": NOW},
        "unknown": {"token_hash": "x"},
    }[state]
    Invitation.objects.update(**change)
    for answer in (client.get(link), client.post(link, {"name": "x", "email": "x@y.example", "password": PASSWORD})):
        assert answer.status_code == 410
        assert "曜日乳業" not in text(answer)
