"""Who may do what."""

import pytest

from sentinel.core.permissions import GRANTS, Permission, Role, permissions_of

CONFIGURES = {
    Permission.EDIT_TOPICS,
    Permission.EDIT_RULES,
    Permission.EDIT_SOURCES,
    Permission.EDIT_OUTLETS,
    Permission.MANAGE_PEOPLE,
    Permission.RELEASE_PARKED,
}


def test_every_role_may_look() -> None:
    assert all(Permission.VIEW in granted for granted in GRANTS.values())


def test_every_permission_is_granted_to_somebody() -> None:
    assert permissions_of(Role) == frozenset(Permission)


def test_configuring_is_for_admins_alone() -> None:
    assert GRANTS[Role.ADMIN] >= CONFIGURES
    assert not CONFIGURES & permissions_of([Role.STAFF, Role.MANAGER])


def test_an_admin_does_not_do_the_managers_work() -> None:
    assert Permission.CLOSE_RED_ALERT not in GRANTS[Role.ADMIN]
    assert Permission.CLAIM_ALERT not in GRANTS[Role.ADMIN]


def test_a_manager_may_all_that_staff_may() -> None:
    assert GRANTS[Role.MANAGER] > GRANTS[Role.STAFF]


def test_roles_add_up() -> None:
    assert permissions_of([Role.STAFF, Role.ADMIN]) == GRANTS[Role.STAFF] | GRANTS[Role.ADMIN]
    assert permissions_of([]) == frozenset()


def test_a_role_that_does_not_exist_grants_nothing_but_an_error() -> None:
    with pytest.raises(ValueError, match="owner"):
        permissions_of(["owner"])
