"""A migration on a live installation makes nobody wait for long, and says so when it gives up."""

import os
import subprocess
import sys
from unittest.mock import Mock

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from sentinel.core.management.commands.migrate import wait_where_nobody_queues
from tests.production.compose import REPOSITORY
from tests.production.test_backup import empty_database

pytestmark = pytest.mark.django_db(transaction=True)


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (value,) = cursor.fetchone()
    return str(value)


def migrate(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", *arguments]
    variables = {**os.environ, "DATABASE_URL": url}
    return subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, check=False)


def test_a_migration_that_finds_its_table_in_use_gives_up_and_can_be_tried_again() -> None:
    with empty_database(f"{connection.settings_dict['NAME']}_migrating") as url:
        assert migrate(url, "core", "0002").returncode == 0
        with psycopg.connect(url) as reader:
            reader.execute("SELECT count(*) FROM core_auditentry")  # its transaction stays open
            gave_up = migrate(url, "core")
            assert gave_up.returncode == 1
            assert "A table was in use for 5 seconds, so the migration gave up and changed nothing" in gave_up.stderr
            assert "Traceback" not in gave_up.stderr
            names = [column.name for column in reader.execute("SELECT * FROM core_auditentry").description or []]
            assert "thread" not in names
        assert migrate(url, "core").returncode == 0
        assert migrate(url, "--check").returncode == 1  # the other rooms'
        assert migrate(url, "core", "--check").returncode == 0


def test_the_limit_holds_while_migrating_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    monkeypatch.setattr(Migrate, "handle", lambda *args, **options: seen.append(lock_timeout()))
    call_command("migrate", verbosity=0)
    assert (seen, lock_timeout()) == (["5s"], "0")


def test_an_index_that_is_built_beside_the_work_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    execute = Mock(side_effect=lambda *arguments: lock_timeout())
    assert wait_where_nobody_queues(execute, "CREATE INDEX CONCURRENTLY x ON y (z)", None, False, {}) == "0"
    assert wait_where_nobody_queues(execute, "ALTER TABLE y ADD z int", None, False, {}) == "5s"
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")


def test_another_failure_is_not_taken_for_a_busy_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for cause, expected in ((LockNotAvailable(), CommandError), (psycopg.OperationalError(), OperationalError)):
        error = OperationalError("no")
        error.__cause__ = cause
        monkeypatch.setattr(Migrate, "handle", Mock(side_effect=error))
        with pytest.raises(expected):
            call_command("migrate", verbosity=0)
