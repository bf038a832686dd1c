"""The clocks of the crisis room: open crises follow what they rest on, and keep it."""

from celery import shared_task
from django.utils import timezone

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
