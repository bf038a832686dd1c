"""What admins are told of sources on every page, until somebody of the workspace has taken note of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from monitoring.health_wording import StateWords, state_words
from monitoring.models import NoticeReceipt, SourceNotice
from sentinel.core.models import Workspace


@dataclass(frozen=True, slots=True)
class OpenNotice:
    """A notice that nobody of the workspace has taken note of, and the workspace's own name for its source."""

    id: int
    words: StateWords
    began_at: datetime
    subscription_id: int
    name: str


def unseen_notices(workspace: Workspace) -> list[OpenNotice]:
    """The newest first; sources that the workspace paused are left out, as are those of drills."""
    seen = NoticeReceipt.objects.filter(notice=OuterRef("pk"), workspace=workspace)
    told = SourceNotice.objects.filter(
        ~Exists(seen),
        ended_at=None,
        source__is_drill=False,
        source__subscriptions__workspace=workspace,
        source__subscriptions__paused_at=None,
    ).order_by("-began_at", "-pk")
    return [
        OpenNotice(pk, state_words(kind), began_at, subscription, name)
        for pk, kind, began_at, subscription, name in told.values_list(
            "pk", "kind", "began_at", "source__subscriptions__pk", "source__subscriptions__name"
        )
    ]
