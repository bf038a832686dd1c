"""Practice colleagues: people whom Sentinel plays in a drill, so that one person can rehearse the whole chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import ProtectedError

from sentinel.core import audit
from sentinel.core.models import Membership, User, Workspace
from sentinel.core.permissions import Role

DOMAIN = "practice.invalid"  # RFC 2606: nobody's address


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to play: the name that people read, and the role."""

    name: str
    role: Role


@transaction.atomic
def add_colleagues(
    *, workspace: Workspace, drill: int, colleagues: Mapping[str, Colleague], by: User, now: datetime
) -> dict[str, int]:
    """Make them members who cannot sign in; their ids by part."""
    people = {}
    for part, colleague in sorted(colleagues.items()):
        user = User(
            email=f"{part}-{drill}@{workspace.slug}.{DOMAIN}",
            name=colleague.name,
            language=by.language,
            created_at=now,
        )
        user.set_unusable_password()
        user.save()
        membership = Membership.objects.create(
            workspace=workspace, user=user, roles=[colleague.role.value], is_practice=True, created_at=now
        )
        audit.record(
            verb="add", subject=membership, by=by, now=now, workspace=workspace, data={"roles": membership.roles}
        )
        people[part] = user.pk
    return people


@transaction.atomic
def dismiss_colleagues(*, workspace: Workspace, people: Sequence[int], by: User, now: datetime) -> None:
    """End their memberships; they go altogether unless something outside the drill names them."""
    memberships = Membership.objects.filter(workspace=workspace, user__in=people, is_practice=True)
    for membership in memberships.select_related("user", "workspace").order_by("pk"):
        user = membership.user
        audit.record(verb="remove", subject=membership, by=by, now=now, workspace=workspace)
        membership.delete()
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            User.objects.filter(pk=user.pk).update(is_active=False)
