"""The clocks of the core, and the kind of task that every sweep is."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import redis
from celery import Task, shared_task
from django.utils import timezone

from sentinel.core import operations
from sentinel.core.heartbeat import sign_for_this_worker
from sentinel.core.live import broker, forget_old_events
from sentinel.core.stages import Stage

TURN = timedelta(seconds=5)  # short, so that ticks and alerts get their turn beside a flood of posts


class Sweep(Task):  # type: ignore[type-arg]
    """A task that a wake or a clock starts; starting it makes room for the next wake."""

    abstract = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        with suppress(redis.RedisError):  # the key ends by itself
            broker().delete(f"wake:{self.name}")
        sign_for_this_worker(timezone.now())


@shared_task(name="core.tick", base=Sweep)
def tick() -> None:
    operations.beat_heart(part="worker", now=timezone.now())


@shared_task(name="core.tidy", base=Sweep)
def tidy() -> None:
    now = timezone.now()
    forget_old_events(now=now)
    operations.forget_old_heartbeats(now=now)


def work_off(stage: Stage[Any]) -> None:
    """Run a stage until nothing is due or the turn is over; the next wake or sweep goes on."""
    turn_ends = timezone.now() + TURN
    while (now := timezone.now()) < turn_ends:
        if stage.run(now=now) == 0:
            return
