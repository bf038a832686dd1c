"""The tasks of alerts: each works off what PostgreSQL says is due."""

from celery import shared_task

from alerts.deliverer import deliver_due
from alerts.operations.evaluations import EVALUATIONS
from sentinel.core.tasks import Sweep, work_off


@shared_task(name="alerts.evaluate", base=Sweep)
def evaluate() -> None:
    work_off(EVALUATIONS)


@shared_task(name="alerts.deliver", base=Sweep)
def deliver() -> None:
    deliver_due()
