"""What every test shares. `./test` starts PostgreSQL and Valkey and names them in DATABASE_URL and REDIS_URL."""

import os

import pytest
from django.conf import settings


def pytest_configure(config: pytest.Config) -> None:
    """Each of several test processes gets a numbered database of the broker, as it gets a PostgreSQL database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.REDIS_URL = f"{settings.REDIS_URL.rpartition('/')[0]}/{int(worker.removeprefix('gw'))}"
