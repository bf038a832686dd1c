"""The clocks of the crisis room: open crises follow what they rest on, and keep it."""

from celery import shared_task
from django.utils import timezone

from playbooks.exporting import export_round
from playbooks.operations.exports import forget_exports
from playbooks.operations.following import follow_alerts, follow_posts, hold_posts
from sentinel.core.tasks import Sweep


@shared_task(name="playbooks.follow", base=Sweep)
def follow() -> None:
    now = timezone.now()
    follow_alerts(now=now)
    follow_posts(now=now)


@shared_task(name="playbooks.hold", base=Sweep)
def hold() -> None:
    hold_posts(now=timezone.now())


@shared_task(name="playbooks.export", base=Sweep, soft_time_limit=540, time_limit=570)  # within the stage's lease
def export() -> None:
    export_round()


@shared_task(name="playbooks.tidy", base=Sweep)
def tidy() -> None:
    forget_exports(now=timezone.now())
