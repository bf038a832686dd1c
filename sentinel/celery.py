"""The clockwork: every event → task and every clock of Sentinel on one screen."""

import gc
import os
from datetime import timedelta
from typing import Any

import django
from celery import Celery
from celery.signals import celeryd_init, task_prerun
from django.conf import settings
from django.db import connection
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")  # they would load every page into beat and the workers
django.setup()

from sentinel.core import wakes  # noqa: E402  models are ready only now
from sentinel.core.heartbeat import sign_for_this_worker  # noqa: E402
from sentinel.core.live import broker  # noqa: E402

# event → the tasks that it wakes; a room announces its own events only
EVENTS: dict[str, list[str]] = {
    "monitoring.visit-wanted": ["monitoring.crawl"],
    "monitoring.captured": ["monitoring.analyse"],
    "monitoring.file-brought": ["monitoring.import"],
    "monitoring.topic-published": ["monitoring.back_match"],
    "monitoring.measured": ["alerts.evaluate", "monitoring.pulse"],
    "playbooks.export-asked": ["playbooks.export"],
    "alerts.changed": ["alerts.deliver", "playbooks.follow"],
}

# task → seconds between sweeps; what is skipped or sent twice does no harm
CLOCKS: dict[str, float] = {
    "core.tick": 5,
    "monitoring.crawl": 2,
    "monitoring.read_back": 15,
    "monitoring.revisit": 10,
    "monitoring.analyse": 3,
    "monitoring.back_match": 5,
    "monitoring.import": 5,
    "monitoring.pulse": 2,
    "monitoring.watch_sources": 60,
    "alerts.evaluate": 5,
    "alerts.deliver": 3,
    "playbooks.follow": 5,
    "playbooks.hold": 60,
    "playbooks.export": 5,
    "drill.play": 2,
    "core.tidy": 3600,
    "monitoring.tidy": 3600,
    "monitoring.expire": 3600,
    "playbooks.tidy": 3600,
}

WAKE_LASTS_MS = 10_000

app = Celery("sentinel", broker=settings.REDIS_URL)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=False,  # a message carries no work: PostgreSQL does, and beat sweeps
    task_soft_time_limit=90,
    task_time_limit=120,
    worker_prefetch_multiplier=1,
    worker_max_memory_per_child=400_000,  # KiB
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 60, "socket_timeout": 15},
    timezone="UTC",
    beat_scheduler="sentinel.core.heartbeat:BeatingScheduler",
    beat_max_loop_interval=2,
    beat_schedule={
        name: {"task": name, "schedule": timedelta(seconds=seconds), "options": {"expires": max(seconds, 5)}}
        for name, seconds in CLOCKS.items()
    },
)


@celeryd_init.connect
def load_tasks(**_details: Any) -> None:
    """Workers alone load what tasks need: beat and the web process send them by name, and stay small."""
    app.autodiscover_tasks(["sentinel.core", "monitoring", "alerts", "playbooks", "sentinel.drill"], force=True)


# task → what its process does before, in place
BEFORE: dict[str, str] = {"monitoring.crawl": "drill.serve"}  # the sites of a drill are served where they are visited


@task_prerun.connect
def prepare(task: Any, **_details: Any) -> None:
    if task.name in BEFORE:
        app.tasks[BEFORE[task.name]]()


@celeryd_init.connect
def sign_at_start(**_details: Any) -> None:
    """A worker counts as stuck from here on when it handles nothing."""
    sign_for_this_worker(timezone.now())
    connection.close()  # its children must not share it


# What a worker has loaded is shared with its children for as long as the garbage collector leaves it alone.
os.register_at_fork(before=gc.freeze)


def ring(event: str) -> None:
    """Send the tasks that `event` wakes; at most one message per task is on its way."""
    for task in EVENTS[event]:
        if broker().set(f"wake:{task}", 1, nx=True, px=WAKE_LASTS_MS):
            app.send_task(task, headers={"woken": True}, expires=WAKE_LASTS_MS / 1000)


wakes.connect(ring)
