"""A source that was tried before it is saved: the note that goes along with its form, and who can open a place."""

from typing import Any

from django.core import signing

from monitoring.operations.definitions import definition_hash
from sentinel.core.models import User, Workspace

SALT = "monitoring.tested-source"
TESTED_LASTS = 3600  # seconds


def tested_note(kind: str, definition: dict[str, Any], zone: str) -> str:
    """A signed note that just this definition was tried and yields something."""
    return signing.dumps(definition_hash(kind, definition, zone), salt=SALT)


def is_tested(note: str, kind: str, definition: dict[str, Any], zone: str) -> bool:
    """Whether the note is of this definition, and not older than an hour."""
    try:
        tested = signing.loads(note, salt=SALT, max_age=TESTED_LASTS)
    except signing.BadSignature:
        return False
    return bool(tested == definition_hash(kind, definition, zone))


def operators_of(workspace: Workspace) -> list[str]:
    """The people of the workspace who can open a private address to the crawler."""
    people = User.objects.filter(is_operator=True, is_active=True, memberships__workspace=workspace)
    return list(people.order_by("name").values_list("name", flat=True))
