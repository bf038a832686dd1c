"""Whether anything is collected at all: whatever stands still (workers, beat, broker, the crawler), visits fall due."""

from datetime import datetime, timedelta

from django.db import connection

from sentinel.core.models import Workspace

STANDS_STILL_AFTER = timedelta(minutes=5)


def standstill_since(workspace: Workspace, last_visit_at: datetime | None, now: datetime) -> datetime | None:
    """Since when nothing that the workspace reads is visited, though visits are due for minutes; None while all goes on.

    `last_visit_at` is when any of it was visited last; where that is a moment ago, nothing is asked. A domain that rests
    or is asked explains a visit that waits.
    """
    before = now - STANDS_STILL_AFTER
    if last_visit_at is not None and last_visit_at > before:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT min(visit.due_at)
                 FROM monitoring_visit AS visit
                 JOIN monitoring_source AS source ON source.id = visit.source_id AND NOT source.is_drill
                 JOIN monitoring_subscription AS reading
                   ON reading.source_id = source.id AND reading.workspace_id = %(workspace)s
                      AND reading.paused_at IS NULL
                 LEFT JOIN monitoring_host AS host ON host.name = source.domain
                WHERE visit.due_at <= %(before)s AND visit.parked_at IS NULL
                  AND (visit.lease_until IS NULL OR visit.lease_until <= %(before)s)
                  AND (host.busy_until IS NULL OR host.busy_until <= %(before)s)
                  AND (host.free_at IS NULL OR host.free_at <= %(before)s)""",
            {"before": before, "workspace": workspace.pk},
        )
        due_since: datetime | None = cursor.fetchone()[0]
    return max(last_visit_at, due_since) if last_visit_at and due_since else due_since
