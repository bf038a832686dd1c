"""The cast: 雅婷 (PR staff), 志明 (manager) and 淑芬 (admin) of 曜日乳業; 月見乳業 is the competitor next door."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sentinel.core.models import LiveCounter, Membership, User, Workspace
from sentinel.core.permissions import Role

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)  # 11:00 in Taipei
PASSWORD = "曜日 correct horse 14"


@dataclass(frozen=True)
class Cast:
    """A workspace and its three members, each with one role."""

    workspace: Workspace
    staff: User
    manager: User
    admin: User


def make_user(name: str = "雅婷", *, email: str | None = None, password: str | None = None, **fields: object) -> User:
    """A person; without a `password` one who cannot log in by form (`client.force_login` is quicker)."""
    user = User(name=name, email=email or f"user{User.objects.count() + 1}@yaori.example", **fields)
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save()
    return user


def make_workspace(name: str = "曜日乳業", *, slug: str = "yaori", **fields: object) -> Workspace:
    """A workspace without members."""
    workspace = Workspace.objects.create(name=name, slug=slug, **{"brand_names": [name], **fields})
    LiveCounter.objects.create(workspace=workspace)
    return workspace


def join(workspace: Workspace, user: User, *roles: Role) -> Membership:
    """Make `user` a member with `roles`."""
    return Membership.objects.create(workspace=workspace, user=user, roles=[role.value for role in roles])


def make_yaori() -> Cast:
    """曜日乳業 with 雅婷, 志明 and 淑芬."""
    workspace = make_workspace(brand_names=["曜日乳業", "曜日鮮乳"], competitors=["月見乳業"])
    staff = make_user("林雅婷", email="yating@yaori.example")
    manager = make_user("陳志明", email="zhiming@yaori.example")
    admin = make_user("王淑芬", email="shufen@yaori.example")
    join(workspace, staff, Role.STAFF)
    join(workspace, manager, Role.MANAGER)
    join(workspace, admin, Role.ADMIN)
    return Cast(workspace, staff, manager, admin)


def make_tsukimi() -> Cast:
    """月見乳業, whose people see nothing of 曜日乳業."""
    workspace = make_workspace("月見乳業", slug="tsukimi")
    staff = make_user("張怡君", email="yijun@tsukimi.example")
    manager = make_user("李建宏", email="jianhong@tsukimi.example")
    admin = make_user("吳美玲", email="meiling@tsukimi.example")
    join(workspace, staff, Role.STAFF)
    join(workspace, manager, Role.MANAGER)
    join(workspace, admin, Role.ADMIN)
    return Cast(workspace, staff, manager, admin)
