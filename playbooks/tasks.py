"""The clock of the crisis room: open crises follow what they rest on."""

from celery import shared_task
from django.utils import timezone

from playbooks.operations.following import follow_alerts, follow_posts
from sentinel.core.tasks import Sweep


@shared_task(name="playbooks.follow", base=Sweep)
def follow() -> None:
    now = timezone.now()
    follow_alerts(now=now)
    follow_posts(now=now)
