"""What crises and alerts hold of a post that a person asked to be deleted: the copies become tombstones."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from alerts.models import Alert
from monitoring.operations.erasing import Wish
from playbooks.models import Evidence, EvidenceExport, Fact
from sentinel.core.models import Workspace

TOMBSTONE = "⌫"


@dataclass(frozen=True)
class Copies:
    """The evidence on file, and the alerts whose title quotes a post."""

    def count(self, workspace: Workspace, post_ids: Collection[int], wish: Wish) -> int:
        """How many there are."""
        return _evidence(workspace, post_ids, wish).count() + _alerts(workspace, post_ids).count()

    def erase(self, workspace: Workspace, post_ids: Collection[int], wish: Wish) -> list[tuple[str, str]]:
        """Empty them; that something was on file, since when and by whom, stays. The audit subjects that name them."""
        evidence = list(_evidence(workspace, post_ids, wish).values_list("pk", flat=True))
        Evidence.objects.filter(pk__in=evidence).update(
            post=None, title=TOMBSTONE, text="", url="", note="", content_hash=b""
        )
        Fact.objects.filter(crisis__workspace=workspace, post__in=post_ids).update(post=None)
        EvidenceExport.objects.filter(crisis__workspace=workspace).delete()  # archives that are kept may hold a copy
        alerts = list(_alerts(workspace, post_ids).select_related("topic"))
        for alert in alerts:
            alert.title, alert.earliest_post = alert.topic.name, None
        Alert.objects.bulk_update(alerts, ["title", "earliest_post"])
        return [*(("evidence", str(pk)) for pk in evidence), *(("alert", str(alert.pk)) for alert in alerts)]


def _evidence(workspace: Workspace, post_ids: Collection[int], wish: Wish) -> "QuerySet[Evidence]":
    copies = Q(post__in=post_ids)
    if wish.kind == "address":
        copies |= Q(url=wish.value)  # also where retention took the post away before
    return Evidence.objects.filter(copies, crisis__workspace=workspace)


def _alerts(workspace: Workspace, post_ids: Collection[int]) -> "QuerySet[Alert]":
    return Alert.objects.filter(workspace=workspace, earliest_post__in=post_ids)
