"""Who can be asked: the people of a workspace, and what a reader may see of a protected source."""

from django.db.models import Q, QuerySet

from playbooks.models import Fact
from sentinel.core.models import Membership, User, Workspace
from sentinel.core.permissions import Permission


def members_of(workspace: Workspace, *, besides: int | None = None) -> "QuerySet[User]":
    """Everybody who can own something in the workspace, by name; `besides`: the id of one who owns it already."""
    members = Membership.objects.filter(workspace=workspace).values("user")
    return User.objects.filter(Q(pk__in=members, is_active=True) | Q(pk=besides)).order_by("name", "pk")


def may_see_source(fact: Fact, membership: Membership) -> bool:
    """Whether the reader may know who said it: a protected source is for managers and those who answer for the fact."""
    if not fact.is_source_protected or membership.may(Permission.APPROVE):
        return True
    return membership.user_id in (fact.created_by_id, fact.owner_id)
