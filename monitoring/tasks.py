"""The tasks of monitoring: each works off what PostgreSQL says is due."""

import logging

from celery import shared_task
from django.utils import timezone

from monitoring.crawler import crawl_round
from monitoring.operations.analyses import ANALYSES
from monitoring.operations.health import watch_sources as watch_all_sources
from monitoring.operations.pulses import pulse as pulse_workspaces
from monitoring.operations.topics import BACK_MATCHES
from monitoring.operations.visits import forget_old_visits, plan_missing_visits
from monitoring.text.analysis import analyse as analyse_text
from sentinel.core.tasks import Sweep, work_off

# Dictionary, table and terms are loaded before a worker forks, so that its children share them.
analyse_text("", "曜日鮮乳")

logger = logging.getLogger(__name__)


@shared_task(name="monitoring.crawl", base=Sweep)
def crawl() -> None:
    mended = plan_missing_visits(now=timezone.now())
    if mended:
        logger.error("%s sources that are read had no visit to come; they have one now", mended)
    crawl_round()


@shared_task(name="monitoring.analyse", base=Sweep)
def analyse() -> None:
    work_off(ANALYSES)


@shared_task(name="monitoring.back_match", base=Sweep)
def back_match() -> None:
    work_off(BACK_MATCHES)


@shared_task(name="monitoring.pulse", base=Sweep)
def pulse() -> None:
    pulse_workspaces(now=timezone.now())


@shared_task(name="monitoring.watch_sources", base=Sweep)
def watch_sources() -> None:
    watch_all_sources(now=timezone.now())


@shared_task(name="monitoring.tidy", base=Sweep)
def tidy() -> None:
    forget_old_visits(now=timezone.now())
