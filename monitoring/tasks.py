"""The tasks of monitoring: each works off what PostgreSQL says is due."""

from celery import shared_task
from django.utils import timezone

from monitoring.back_reader import back_reading_round
from monitoring.crawler import crawl_round
from monitoring.operations.analyses import ANALYSES
from monitoring.operations.health import watch_sources as watch_all_sources
from monitoring.operations.imports import IMPORTS, forget_abandoned_imports
from monitoring.operations.pulses import pulse as pulse_workspaces
from monitoring.operations.retention import expire
from monitoring.operations.topics import BACK_MATCHES
from monitoring.operations.visits import forget_old_visits, mend_clocks
from monitoring.revisiting import revisit_round
from monitoring.text.analysis import analyse as analyse_text
from sentinel.core.tasks import Sweep, work_off

# Dictionary, table and terms are loaded before a worker forks, so that its children share them.
analyse_text("", "曜日鮮乳")


@shared_task(name="monitoring.crawl", base=Sweep)
def crawl() -> None:
    crawl_round()


@shared_task(name="monitoring.read_back", base=Sweep)
def read_back() -> None:
    back_reading_round()


@shared_task(name="monitoring.revisit", base=Sweep)
def revisit() -> None:
    revisit_round()


@shared_task(name="monitoring.analyse", base=Sweep)
def analyse() -> None:
    work_off(ANALYSES)


@shared_task(name="monitoring.back_match", base=Sweep)
def back_match() -> None:
    work_off(BACK_MATCHES)


@shared_task(name="monitoring.import", base=Sweep)
def import_files() -> None:
    work_off(IMPORTS)


@shared_task(name="monitoring.pulse", base=Sweep)
def pulse() -> None:
    pulse_workspaces(now=timezone.now())


@shared_task(name="monitoring.watch_sources", base=Sweep)
def watch_sources() -> None:
    now = timezone.now()
    mend_clocks(now=now)
    watch_all_sources(now=now)


@shared_task(name="monitoring.expire", base=Sweep)
def expire_posts() -> None:
    expire(now=timezone.now())


@shared_task(name="monitoring.tidy", base=Sweep)
def tidy() -> None:
    forget_old_visits(now=timezone.now())
    forget_abandoned_imports(now=timezone.now())
