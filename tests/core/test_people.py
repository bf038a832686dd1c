"""People come by one-time links, hold roles, and leave; a workspace keeps an admin."""

from datetime import timedelta

import pytest

from sentinel.core import operations
from sentinel.core.models import AuditEntry, Invitation, Membership, SetupLink, User
from sentinel.core.operations import WrongStateError
from sentinel.core.permissions import Role
from tests.factories import NOW, PASSWORD, Cast, make_tsukimi, make_user, make_yaori

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_yaori()


def invite(cast: Cast, *roles: Role) -> tuple[Invitation, str]:
    return operations.invite(
        workspace=cast.workspace, roles=roles or [Role.STAFF], label="承恩", by=cast.admin, now=NOW
    )


def verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_an_invitation_makes_its_reader_a_member_with_its_roles(cast: Cast) -> None:
    guest = make_user("許承恩")
    _invitation, token = invite(cast, Role.STAFF, Role.MANAGER)
    membership = operations.accept_invitation(token=token, by=guest, now=NOW)
    assert membership.workspace == cast.workspace
    assert membership.roles == ["staff", "manager"]
    assert verbs() == ["invite", "join"]


def test_only_a_hash_of_the_link_is_kept(cast: Cast) -> None:
    invitation, token = invite(cast)
    assert token not in {invitation.token_hash, *map(str, AuditEntry.objects.values_list("data", flat=True))}


def test_an_invitation_works_once(cast: Cast) -> None:
    _invitation, token = invite(cast)
    operations.accept_invitation(token=token, by=make_user("許承恩"), now=NOW)
    with pytest.raises(WrongStateError, match="invitation-closed"):
        operations.accept_invitation(token=token, by=make_user("周子瑜"), now=NOW)


def test_an_invitation_runs_out_after_seven_days(cast: Cast) -> None:
    _invitation, token = invite(cast)
    with pytest.raises(WrongStateError, match="invitation-closed"):
        operations.accept_invitation(token=token, by=make_user("許承恩"), now=NOW + timedelta(days=7))


def test_a_withdrawn_invitation_no_longer_works(cast: Cast) -> None:
    invitation, token = invite(cast)
    operations.withdraw_invitation(invitation=invitation, by=cast.admin, now=NOW)
    with pytest.raises(WrongStateError, match="invitation-closed"):
        operations.accept_invitation(token=token, by=make_user("許承恩"), now=NOW)
    with pytest.raises(WrongStateError, match="invitation-closed"):
        operations.withdraw_invitation(invitation=invitation, by=cast.admin, now=NOW)


def test_a_member_who_is_invited_again_gets_the_roles_in_addition(cast: Cast) -> None:
    _invitation, token = invite(cast, Role.MANAGER)
    membership = operations.accept_invitation(token=token, by=cast.staff, now=NOW)
    assert membership.roles == ["manager", "staff"]
    assert Membership.objects.filter(user=cast.staff).count() == 1


def test_a_new_person_makes_an_account_and_joins_in_one_go(cast: Cast) -> None:
    _invitation, token = invite(cast)
    membership = operations.join_with_new_account(
        token=token, email=" ChengEn@Yaori.example ", name="許承恩", password=PASSWORD, language="en", now=NOW
    )
    assert membership.user.email == "chengen@yaori.example"
    assert membership.user.check_password(PASSWORD)
    assert not membership.user.is_operator


def test_a_closed_link_leaves_no_account_behind(cast: Cast) -> None:
    people = User.objects.count()
    with pytest.raises(WrongStateError, match="invitation-closed"):
        operations.join_with_new_account(
            token="x", email="a@b.example", name="x", password=PASSWORD, language="en", now=NOW
        )
    assert User.objects.count() == people


def test_an_address_belongs_to_one_person_whatever_its_capitals(cast: Cast) -> None:
    _invitation, token = invite(cast)
    with pytest.raises(WrongStateError, match="email-taken"):
        operations.join_with_new_account(
            token=token, email="YATING@yaori.example", name="x", password=PASSWORD, language="en", now=NOW
        )
    assert operations.accept_invitation(token=token, by=cast.staff, now=NOW)  # the link is still good


def test_roles_can_be_changed_and_the_change_is_written_down(cast: Cast) -> None:
    membership = Membership.objects.get(user=cast.staff)
    operations.change_roles(membership=membership, roles=[Role.STAFF, Role.MANAGER], by=cast.admin, now=NOW)
    entry = AuditEntry.objects.get(verb="change-roles")
    assert entry.data == {"before": ["staff"], "after": ["staff", "manager"]}


@pytest.mark.parametrize("verb", ["change", "remove"])
def test_the_last_admin_stays(cast: Cast, verb: str) -> None:
    membership = Membership.objects.get(user=cast.admin)
    leave = {
        "change": lambda: operations.change_roles(membership=membership, roles=[Role.STAFF], by=cast.admin, now=NOW),
        "remove": lambda: operations.remove_member(membership=membership, by=cast.admin, now=NOW),
    }[verb]
    with pytest.raises(WrongStateError, match="last-admin"):
        leave()
    assert Membership.objects.get(user=cast.admin).roles == ["admin"]
    assert verbs() == []


def test_an_admin_elsewhere_is_no_admin_here(cast: Cast) -> None:
    make_tsukimi()
    with pytest.raises(WrongStateError, match="last-admin"):
        operations.remove_member(membership=Membership.objects.get(user=cast.admin), by=cast.admin, now=NOW)


def test_who_is_removed_is_gone_and_the_trail_names_them(cast: Cast) -> None:
    operations.remove_member(membership=Membership.objects.get(user=cast.staff), by=cast.admin, now=NOW)
    assert not Membership.objects.filter(user=cast.staff).exists()
    assert "林雅婷" in AuditEntry.objects.get(verb="remove").object_label


def test_workspaces_get_addresses_of_their_own() -> None:
    maker = make_user("吳柏翰")
    names = ["Yaori Dairy", "Yaori Dairy", "曜日乳業", "月見乳業"]
    slugs = [
        operations.create_workspace(
            name=name, time_zone="Asia/Taipei", brand_names=[name], competitors=[], by=maker, now=NOW
        ).slug
        for name in names
    ]
    assert slugs == ["yaori-dairy", "yaori-dairy-2", "workspace", "workspace-2"]


def test_the_first_start_has_one_link_and_only_the_newest_works() -> None:
    first, second = operations.issue_setup_link(now=NOW), operations.issue_setup_link(now=NOW)
    assert first
    assert second
    with pytest.raises(WrongStateError, match="used"):
        operations.use_setup_link(token=first, now=NOW)
    operations.use_setup_link(token=second, now=NOW)
    with pytest.raises(WrongStateError, match="used"):
        operations.use_setup_link(token=second, now=NOW)
    assert SetupLink.objects.count() == 1


def test_a_setup_link_no_longer_works_once_somebody_exists() -> None:
    token = operations.issue_setup_link(now=NOW)
    assert token
    make_user()
    with pytest.raises(WrongStateError, match="used"):
        operations.use_setup_link(token=token, now=NOW)


def test_there_is_no_setup_link_once_somebody_exists() -> None:
    make_user()
    assert operations.issue_setup_link(now=NOW) is None


@pytest.mark.parametrize(
    ("name", "initial"), [("林雅婷", "雅"), ("歐陽志明", "歐"), ("志明", "志"), ("Ana", "A"), ("bo", "B")]
)
def test_a_person_stands_as_one_character(name: str, initial: str) -> None:
    assert User(name=name).initial == initial
