"""Is the installation well, and does it say what is not?"""

from datetime import timedelta
from unittest.mock import patch

import pytest
import redis
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sentinel.core import health
from sentinel.core.health import examine, readiness, versions
from sentinel.core.operations import beat_heart

pytestmark = pytest.mark.django_db


def everything_beats() -> None:
    for part in ("worker", "beat"):
        beat_heart(part=part, now=timezone.now())


def test_a_complete_installation_is_well() -> None:
    everything_beats()
    answer = readiness(timezone.now())
    assert answer["ok"] is True
    assert set(examine(timezone.now())) == {"database", "broker", "migrations", "worker", "beat"}


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_a_part_that_gave_no_sign_lately_is_named(part: str) -> None:
    everything_beats()
    beat_heart(part=part, now=timezone.now() - timedelta(seconds=21))
    checks = examine(timezone.now())
    assert [name for name, check in checks.items() if not check["ok"]] == [part]
    assert part in str(checks[part]["detail"])


def test_a_part_that_never_gave_a_sign_is_named() -> None:
    assert not examine(timezone.now())["beat"]["ok"]


def test_a_broker_that_is_away_is_named_and_stops_nothing() -> None:
    everything_beats()
    with patch.object(health, "broker", side_effect=redis.ConnectionError("refused")):
        checks = examine(timezone.now())
        assert "Valkey" not in versions()
    assert checks["broker"] == {"ok": False, "detail": "ConnectionError: refused"}
    assert checks["database"]["ok"]


def test_a_database_that_is_away_is_named() -> None:
    with patch.dict(health.CHECKS, {"database": lambda now: (_ for _ in ()).throw(OperationalError("gone\nsecond"))}):
        assert examine(timezone.now())["database"] == {"ok": False, "detail": "OperationalError: gone"}


def test_healthz_says_that_the_web_process_serves(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_readyz_is_503_until_all_is_well_and_tells_this_run_from_another(client: Client, settings: Settings) -> None:
    settings.INSTANCE_ID = "this-run"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["worker"]["ok"] is False
    everything_beats()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["instance"] == "this-run"


def test_the_versions_of_what_runs_here_are_known() -> None:
    assert {"Python", "Django", "Celery", "PostgreSQL", "Valkey"} <= set(versions())
