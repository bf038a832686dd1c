"""Who may do what: roles are held per workspace and can be combined (pure)."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a person is in a workspace."""

    STAFF = "staff"
    MANAGER = "manager"
    ADMIN = "admin"


class Permission(StrEnum):
    """Everything that a view, a fragment or a pushed event can ask for."""

    VIEW = "view"  # board, mentions, posts, alerts, sources
    REVEAL_AUTHOR = "reveal-author"
    JUDGE_POST = "judge-post"  # its verdict and mood, and whether it is about us
    CLAIM_ALERT = "claim-alert"
    CLOSE_ALERT = "close-alert"
    CLOSE_RED_ALERT = "close-red-alert"
    EDIT_TOPICS = "edit-topics"
    EDIT_RULES = "edit-rules"
    EDIT_SOURCES = "edit-sources"
    EDIT_OUTLETS = "edit-outlets"
    ERASE = "erase"  # delete by author or address, on request
    MANAGE_PEOPLE = "manage-people"
    VIEW_AUDIT = "view-audit"
    RELEASE_PARKED = "release-parked"
    OPEN_CRISIS = "open-crisis"
    WORK_CRISIS = "work-crisis"  # facts, assessment, plans, tasks, statements: drafting and submitting
    APPROVE = "approve"  # plans, emergency measures and statements; publishing; one's own drafts excepted
    CLOSE_CRISIS = "close-crisis"
    RUN_DRILL = "run-drill"


_STAFF = frozenset(
    {
        Permission.VIEW,
        Permission.REVEAL_AUTHOR,
        Permission.JUDGE_POST,
        Permission.CLAIM_ALERT,
        Permission.CLOSE_ALERT,
        Permission.OPEN_CRISIS,
        Permission.WORK_CRISIS,
    }
)
_MANAGER = _STAFF | {
    Permission.CLOSE_RED_ALERT,
    Permission.VIEW_AUDIT,
    Permission.APPROVE,
    Permission.CLOSE_CRISIS,
    Permission.RUN_DRILL,
}
_ADMIN = frozenset(
    {
        Permission.VIEW,
        Permission.EDIT_TOPICS,
        Permission.EDIT_RULES,
        Permission.EDIT_SOURCES,
        Permission.EDIT_OUTLETS,
        Permission.ERASE,
        Permission.MANAGE_PEOPLE,
        Permission.VIEW_AUDIT,
        Permission.RELEASE_PARKED,
        Permission.RUN_DRILL,
    }
)
GRANTS: dict[Role, frozenset[Permission]] = {Role.STAFF: _STAFF, Role.MANAGER: _MANAGER, Role.ADMIN: _ADMIN}


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """What the combination of `roles` may do."""
    return frozenset().union(*(GRANTS[Role(role)] for role in roles))
