"""Beat and workers show that they live: the scheduler writes its own sign, a worker's is the tick that it handled."""

import logging
import socket
from datetime import datetime, timedelta
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from sentinel.core.models import Heartbeat
from sentinel.core.operations import beat_heart

logger = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=20)
OWN_STALE_AFTER = timedelta(seconds=60)  # of one worker among many: each task goes to any of them
OWN_EVERY = timedelta(seconds=5)
BEAT_LOCK = 0x5E4713E1
WAIT_FOR_LOCK = 2.0

_signed_at: datetime | None = None


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


def own_part() -> str:
    """The part that the worker of this machine, or of this container, signs as."""
    return f"worker@{socket.gethostname()}"


def sign_for_this_worker(now: datetime) -> None:
    """This machine's worker starts or handles something; each of its processes writes that every few seconds."""
    global _signed_at  # of this process, for as long as it lives
    if _signed_at is None or now - _signed_at >= OWN_EVERY:
        beat_heart(part=own_part(), now=now)
        _signed_at = now


def own_sign(now: datetime) -> bool | None:
    """Whether this machine's worker handled something lately; None when it never gave a sign."""
    at = Heartbeat.objects.filter(part=own_part()).values_list("at", flat=True).first()
    return None if at is None else now - at <= OWN_STALE_AFTER
