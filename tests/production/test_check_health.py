"""Each part can tell whether it is well, and a worker that is stuck is ended so that it starts again."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sentinel.core import heartbeat, tasks
from sentinel.core.heartbeat import OWN_STALE_AFTER, own_part
from sentinel.core.management.commands import check_health
from sentinel.core.models import Heartbeat
from sentinel.core.operations import beat_heart

pytestmark = pytest.mark.django_db


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """Stands for the first process of a worker's container."""
    with subprocess.Popen(["sleep", "60"]) as sleeping:
        yield sleeping
        sleeping.kill()


@pytest.fixture(autouse=True)
def without_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_health, "PATIENCE", 0.5)
    monkeypatch.setattr(heartbeat, "_signed_at", None)


def signed(part: str, *, ago: timedelta = timedelta(0)) -> None:
    beat_heart(part=part, now=timezone.now() - ago)


def test_beat_is_well_while_some_beat_ticks() -> None:
    with pytest.raises(CommandError, match="beat has not ticked lately"):
        call_command("check_health", "beat")
    signed("beat")
    call_command("check_health", "beat")


def test_a_worker_answers_for_itself_and_not_for_another() -> None:
    signed("worker")
    signed("worker@another-container")
    with pytest.raises(CommandError, match="the worker of this machine has handled nothing lately"):
        call_command("check_health", "worker")
    signed(own_part())
    call_command("check_health", "worker")


def test_whatever_task_a_worker_starts_is_its_sign_of_life() -> None:
    tasks.tidy.before_start("1", [], {})
    call_command("check_health", "worker")


def test_a_worker_signs_at_most_every_few_seconds(django_assert_num_queries: pytest.FixtureRequest) -> None:
    now = timezone.now()
    heartbeat.sign_for_this_worker(now)
    with django_assert_num_queries(0):  # type: ignore[operator]
        heartbeat.sign_for_this_worker(now + timedelta(seconds=4))
    heartbeat.sign_for_this_worker(now + timedelta(seconds=5))
    assert Heartbeat.objects.get(part=own_part()).at == now + timedelta(seconds=5)


def test_signs_of_containers_that_are_gone_are_forgotten() -> None:
    signed("worker@gone", ago=timedelta(days=2))
    signed(own_part())
    tasks.tidy()
    assert list(Heartbeat.objects.values_list("part", flat=True)) == [own_part()]


def test_a_stuck_worker_is_ended(process: subprocess.Popen[bytes]) -> None:
    signed("beat")
    signed(own_part(), ago=OWN_STALE_AFTER + timedelta(seconds=1))
    with pytest.raises(CommandError, match="it is ended so that it is started again"):
        call_command("check_health", "worker", end=process.pid)
    assert process.wait(10) == -signal.SIGTERM


def test_a_worker_that_is_well_is_left_alone(process: subprocess.Popen[bytes]) -> None:
    signed("beat")
    signed(own_part())
    call_command("check_health", "worker", end=process.pid)
    assert process.poll() is None


@pytest.mark.parametrize("missing", ["beat", "own sign"])
def test_a_worker_that_cannot_help_it_is_left_alone(process: subprocess.Popen[bytes], missing: str) -> None:
    if missing != "beat":
        signed("beat")
    if missing != "own sign":
        signed(own_part(), ago=OWN_STALE_AFTER * 2)
    with pytest.raises(CommandError, match=r"lately$"):
        call_command("check_health", "worker", end=process.pid)
    assert process.poll() is None


def test_a_web_process_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1")
    with pytest.raises(CommandError, match="the web process does not answer"):
        call_command("check_health", "web")
