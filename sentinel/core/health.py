"""Is the installation well? Each check says in a few words what is not."""

import platform
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from importlib import metadata
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext_noop

from sentinel.core.heartbeat import is_alive, own_sign
from sentinel.core.live import broker

Check = dict[str, bool | str]


def _database(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations(now: datetime) -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return gettext_noop("some migrations are not applied") if plan else ""


def _broker(now: datetime) -> str:
    broker().ping()
    return ""


def _worker(now: datetime) -> str:
    return "" if is_alive("worker", now) else gettext_noop("no worker has handled a tick lately")


def _beat(now: datetime) -> str:
    return "" if is_alive("beat", now) else gettext_noop("beat has not ticked lately")


CHECKS: dict[str, Callable[[datetime], str]] = {
    "database": _database,
    "broker": _broker,
    "migrations": _migrations,
    "worker": _worker,
    "beat": _beat,
}


def examine(now: datetime) -> dict[str, Check]:
    """Every check by name: `ok`, and in `detail` what is wrong, in English; ours are messages of the catalogues."""
    return {name: _run(check, now) for name, check in CHECKS.items()}


def _run(check: Callable[[datetime], str], now: datetime) -> Check:
    try:
        detail = check(now)
    except (DatabaseError, redis.RedisError, OSError) as error:
        detail = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return {"ok": not detail, "detail": detail}


def worker_is_stuck(now: datetime) -> bool:
    """This machine's worker has started and handles nothing, although all that it needs is well."""
    needs = ("database", "broker", "beat")
    return all(_run(CHECKS[name], now)["ok"] for name in needs) and own_sign(now) is False


def versions() -> dict[str, str]:
    """What runs here: name → version; what cannot be asked is left out."""
    found = {
        "Python": platform.python_version(),
        "Django": metadata.version("django"),
        "Celery": metadata.version("celery"),
    }
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        found["PostgreSQL"] = cursor.fetchone()[0]
    with suppress(redis.RedisError):
        server: Any = broker().info("server")  # typed as if it might be awaited
        found["Valkey"] = server.get("valkey_version") or server.get("redis_version", "")
    return found


def readiness(now: datetime) -> dict[str, object]:
    """What `/readyz` answers; `instance` tells this run from a stale one."""
    checks = examine(now)
    return {
        "instance": settings.INSTANCE_ID,
        "ok": all(check["ok"] for check in checks.values()),
        "checks": checks,
    }
