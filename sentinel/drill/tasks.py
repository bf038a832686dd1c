"""The tasks of drills: serving them where the crawl runs, and playing the parts that nobody else plays."""

from celery import shared_task
from django.utils import timezone

from sentinel.core.tasks import Sweep
from sentinel.drill.keeper import keep_serving
from sentinel.drill.operations.drills import end_what_is_over
from sentinel.drill.player import play_parts


@shared_task(name="drill.serve")
def serve() -> None:
    """Called in the process of a crawl, before it; see `sentinel/celery.py`."""
    keep_serving()


@shared_task(name="drill.play", base=Sweep)
def play() -> None:
    end_what_is_over(now=timezone.now())
    play_parts(now=timezone.now())
