"""Beat and workers show that they live: the scheduler writes its own sign, a worker's is the tick that it handled."""

import logging
from datetime import datetime, timedelta
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from sentinel.core.models import Heartbeat
from sentinel.core.operations import beat_heart

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=20)
BEAT_LOCK = 0x5E4713E1
WAIT_FOR_LOCK = 2.0


class BeatingScheduler(Scheduler):
    """Celery's scheduler without a schedule file; of several beats, the one that holds the lock ticks."""

    last_beat: datetime | None = None

    def setup_schedule(self) -> None:
        """Everything is due at once: after a start nobody wants to wait for the first round."""
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = timezone.now() - timedelta(days=1)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        try:
            if not self._is_the_one():
                return WAIT_FOR_LOCK
        except DatabaseError as error:
            logger.warning("beat cannot reach the database: %s", error)
            close_old_connections()
            connection.close()
            return WAIT_FOR_LOCK
        return float(super().tick(*args, **kwargs))

    def _is_the_one(self) -> bool:
        now = timezone.now()
        if self.last_beat and now - self.last_beat < timedelta(seconds=4):
            return True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [BEAT_LOCK])
            (held,) = cursor.fetchone()
        if held:
            beat_heart(part="beat", now=now)
            self.last_beat = now
        return bool(held)


def is_alive(part: str, now: datetime) -> bool:
    """Whether a part (`beat`, `worker`) gave a sign lately."""
    return Heartbeat.objects.filter(part=part, at__gte=now - STALE_AFTER).exists()
