"""`manage.py migrate`, Django's, that never makes people wait behind a migration that waits.

A change of a table waits for whoever reads it, and everyone after it waits for the change. So it gives up soon, nothing
of it is kept, and it can be tried again. https://www.postgresql.org/docs/current/runtime-config-client.html
"""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

LOCK_SECONDS = 5


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        limit_waiting(LOCK_SECONDS)
        try:
            with connection.execute_wrapper(wait_where_nobody_queues):
                super().handle(*args, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                f"A table was in use for {LOCK_SECONDS} seconds, so the migration gave up and changed nothing; "
                "earlier ones are kept. Try again, if need be with web, worker and beat stopped."
            ) from error
        finally:
            if connection.connection is not None:
                limit_waiting(0)


def limit_waiting(seconds: int) -> None:
    """How long this connection waits for a lock; 0 is for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds}s"])


def wait_where_nobody_queues(
    execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
) -> Any:
    """An index that is built concurrently waits for every running transaction, and holds up nobody meanwhile."""
    if "CONCURRENTLY" not in str(sql):
        return execute(sql, parameters, many, context)
    limit_waiting(0)
    try:
        return execute(sql, parameters, many, context)
    finally:
        limit_waiting(LOCK_SECONDS)
