"""Live: a websocket is a doorbell, the truth is fetched.

`announce` allocates the workspace's next sequence number under the row lock that commits it, so the sequence has no
gap; call it last in a transaction. On commit the event is published on one Valkey channel. Losing that publication
costs seconds: every heartbeat carries the newest number, and a browser that sees a gap fetches what it missed.
"""

import json
import logging
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db import connection, transaction

from sentinel.core.models import LiveEvent
from sentinel.core.permissions import Permission

logger = logging.getLogger(__name__)

CHANNEL = "sentinel.live"
KEPT = timedelta(hours=24)
MOST_CAUGHT_UP = 500


@cache
def broker() -> "redis.Redis":
    """The connection to Valkey of this process; it carries ids and doorbells only."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def channel() -> str:
    """What this installation's doorbells ring on: a broker's channels, unlike its keys, know no database number."""
    return f"{CHANNEL}.{broker().connection_pool.connection_kwargs.get('db', 0)}"


def announce(
    *,
    workspace_id: int,
    kind: str,
    now: datetime,
    object_id: int | None = None,
    tier: int | None = None,
    counts: dict[str, Any] | None = None,
    permission: Permission = Permission.VIEW,
) -> LiveEvent:
    """Tell the workspace's browsers that `kind` happened to `object_id`; the last statement of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO core_livecounter AS counter (workspace_id, seq) VALUES (%s, 1)
               ON CONFLICT (workspace_id) DO UPDATE SET seq = counter.seq + 1 RETURNING seq""",
            [workspace_id],
        )
        (seq,) = cursor.fetchone()
    event = LiveEvent.objects.create(
        workspace_id=workspace_id,
        seq=seq,
        at=now,
        kind=kind,
        object_id=object_id,
        tier=tier,
        counts=counts or {},
        permission=permission,
    )
    transaction.on_commit(lambda: publish({"workspace": workspace_id, **as_message(event)}), robust=True)
    return event


def as_message(event: LiveEvent) -> dict[str, Any]:
    """What a browser is told of an event."""
    return {
        "type": "event",
        "seq": event.seq,
        "kind": event.kind,
        "id": event.object_id,
        "tier": event.tier,
        "counts": event.counts,
        "permission": event.permission,
    }


def recheck_access(user_id: int) -> None:
    """Have every socket of the person check again whether they may still listen (log-out, lost membership)."""
    transaction.on_commit(lambda: publish({"access": user_id}), robust=True)


def publish(message: dict[str, Any]) -> None:
    """Ring the doorbell; a broker that is away is no error."""
    try:
        broker().publish(channel(), json.dumps(message))
    except redis.RedisError as error:
        logger.warning("live message was not published: %s", error)


def newest_seq(workspace_id: int) -> int:
    """The newest sequence number of a workspace (0 before the first event)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM core_livecounter WHERE workspace_id = %s", [workspace_id])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def events_after(workspace_id: int, seq: int, permissions: frozenset[Permission]) -> tuple[list[LiveEvent], bool]:
    """What came after `seq` and may be seen, and whether too much was missed, so that the page must be reloaded."""
    newest = newest_seq(workspace_id)  # read first: what commits meanwhile only makes the list longer
    events = list(
        LiveEvent.objects.filter(workspace_id=workspace_id, seq__gt=seq).order_by("seq")[: MOST_CAUGHT_UP + 1]
    )
    contiguous = events[0].seq == seq + 1 if events else newest == seq
    if not contiguous or len(events) > MOST_CAUGHT_UP:
        return [], True
    return [event for event in events if event.permission in permissions], False


def forget_old_events(*, now: datetime) -> int:
    """Delete events that no reconnecting browser needs any more."""
    return LiveEvent.objects.filter(at__lt=now - KEPT).delete()[0]
