"""Who can be asked: the people of a workspace, and what a reader may see of a protected source."""

from django.db.models import Q, QuerySet

from playbooks.models import Crisis, Fact
from sentinel.core.models import Membership, User
from sentinel.core.permissions import Permission


def memberships_of(crisis: Crisis) -> "QuerySet[Membership]":
    """Everybody who can work on the crisis, by name; practice colleagues only where it is a drill's."""
    found = Membership.objects.filter(workspace=crisis.workspace_id, user__is_active=True)
    people = found if crisis.is_drill else found.filter(is_practice=False)
    return people.select_related("user").order_by("user__name", "pk")


def members_of(crisis: Crisis, *, besides: int | None = None) -> "QuerySet[User]":
    """Everybody who can own something in the crisis, by name; `besides`: the id of one who owns it already."""
    members = memberships_of(crisis).order_by().values("user")
    return User.objects.filter(Q(pk__in=members) | Q(pk=besides)).order_by("name", "pk")


def may_see_source(fact: Fact, membership: Membership) -> bool:
    """Whether the reader may know who said it: a protected source is for managers and those who answer for the fact."""
    if not fact.is_source_protected or membership.may(Permission.APPROVE):
        return True
    return membership.user_id in (fact.created_by_id, fact.owner_id)
