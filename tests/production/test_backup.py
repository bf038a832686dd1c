"""A backup holds everything, and what is restored from it is the same Sentinel."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from alerts.models import Alert
from alerts.operations.alerts import claim_alert
from sentinel.core import dumps
from sentinel.embedded.postgres import find_programs
from tests.alerts.stage import outlet, raised, watched
from tests.factories import NOW, make_tsukimi, make_yaori
from tests.monitoring.stage import captured, item, subscribe
from tests.production.compose import REPOSITORY

pytestmark = pytest.mark.django_db(transaction=True)

READ_THE_BOARD = """
from django.test import Client
from alerts.models import Outlet
from alerts.operations.outlets import signing_keys
from sentinel.core.models import User
client = Client()
client.force_login(User.objects.get(email='yating@yaori.example'))
print(client.get('/w/yaori/').status_code, client.get('/w/tsukimi/').status_code, signing_keys(Outlet.objects.get()))
"""


def address(name: str) -> str:
    """DATABASE_URL of another database beside the test's."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """A database without tables; its DATABASE_URL."""
    maintenance = os.environ["DATABASE_URL"]
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(maintenance, autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield address(name)
        finally:
            server.execute(drop)


@pytest.fixture
def here() -> str:
    """DATABASE_URL of the test's own database."""
    return address(str(connection.settings_dict["NAME"]))


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with empty_database(f"{connection.settings_dict['NAME']}_restored") as url:
        yield url


@pytest.fixture
def a_day_of_work() -> Alert:
    """People of two workspaces, a topic with a mention, a claimed alert, an outlet with its secret, an audit trail."""
    cast = make_yaori()
    make_tsukimi()
    topic = watched(cast)
    captured(subscribe(cast).source, item('曜日鮮乳喝到異物 \\ 引號" 換行\n完'))
    outlet(cast)
    alert = raised(topic)
    claim_alert(alert=alert, by=cast.staff, now=NOW)
    return alert


def manage(url: str, *arguments: str, text: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", *arguments]
    variables = {**os.environ, "DATABASE_URL": url}
    return subprocess.run(command, cwd=REPOSITORY, env=variables, input=text, capture_output=True, check=False)


def fingerprints(url: str) -> dict[str, tuple[int, str]]:
    """Every table with the number of its rows and a hash of them all; signs of life are of the moment."""
    with psycopg.connect(url) as database:
        names = [
            name
            for (name,) in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            if name != "core_heartbeat"
        ]
        found = {}
        for name in names:
            query = sql.SQL(
                "SELECT count(*), md5(coalesce(string_agg(row::text, E'\\n' ORDER BY row::text), '')) FROM {} AS row"
            )
            count, digest = database.execute(query.format(sql.Identifier(name))).fetchone()  # type: ignore[misc]
            found[name] = (count, digest)
        return found


def rules_of_the_database(url: str) -> list[tuple[str, ...]]:
    """Constraints, indexes, triggers and sequences, but for the casts and brackets that reading a rule again moves."""
    with psycopg.connect(url) as database:
        rows = database.execute(
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
            UNION SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger
            WHERE NOT tgisinternal AND tgname <> 'core_auditentry_no_truncate'  -- off in tests
            UNION SELECT sequencename, '', coalesce(last_value, 0)::text FROM pg_sequences
            """
        ).fetchall()
    return sorted(
        (table, name, re.sub(r"::(character varying|text)(\[\])?|[()]", "", rule)) for table, name, rule in rows
    )


def test_a_restored_database_equals_the_one_that_was_backed_up(
    a_day_of_work: Alert, here: str, elsewhere: str, tmp_path: Path
) -> None:
    file = tmp_path / "sentinel.dump"
    backed_up = manage(here, "backup", str(file))
    assert backed_up.returncode == 0, backed_up.stderr
    assert file.stat().st_mode & 0o777 == 0o600
    restored = manage(elsewhere, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    before = fingerprints(here)
    assert before["core_auditentry"][0] > 5
    assert before["monitoring_mention"][0] == before["alerts_alert"][0] == 1
    assert fingerprints(elsewhere) == before
    assert rules_of_the_database(elsewhere) == rules_of_the_database(here)


def test_sentinel_works_on_what_was_restored(a_day_of_work: Alert, here: str, elsewhere: str) -> None:
    assert manage(elsewhere, "restore", text=manage(here, "backup").stdout).returncode == 0
    assert manage(elsewhere, "migrate", "--check").returncode == 0
    board = manage(elsewhere, "shell", "--verbosity", "0", "-c", READ_THE_BOARD)
    assert board.stdout.startswith(b"200 404 ['whsec_"), board.stderr
    with psycopg.connect(elsewhere) as database:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"), database.transaction():
            database.execute("UPDATE core_auditentry SET verb = 'nothing'")
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"), database.transaction():
            database.execute("DELETE FROM core_auditentry")


def test_a_restored_database_can_be_backed_up_and_restored_again(
    a_day_of_work: Alert, here: str, elsewhere: str
) -> None:
    assert manage(elsewhere, "restore", text=manage(here, "backup").stdout).returncode == 0
    again = manage(elsewhere, "backup").stdout
    assert manage(elsewhere, "restore", "--replace", text=again).returncode == 0
    assert fingerprints(elsewhere) == fingerprints(here)


def test_postgresqls_own_program_reads_a_backup_too(a_day_of_work: Alert, here: str, elsewhere: str) -> None:
    """As docs/operations.md tells to try one out."""
    options = [f"--dbname={elsewhere}", "--no-owner", "--exit-on-error"]
    program = [str(find_programs() / "pg_restore"), *options]
    subprocess.run(program, input=manage(here, "backup").stdout, check=True)
    assert fingerprints(elsewhere) == fingerprints(here)


def test_what_people_work_on_is_replaced_only_when_that_is_said(a_day_of_work: Alert, here: str) -> None:
    before = fingerprints(here)
    refused = manage(here, "restore", text=manage(here, "backup").stdout)
    assert refused.returncode == 1
    assert b"This database is in use: add --replace to discard all that it holds." in refused.stderr
    assert fingerprints(here) == before


def test_a_restore_takes_the_place_of_those_who_are_connected(a_day_of_work: Alert, here: str, elsewhere: str) -> None:
    backup = manage(here, "backup").stdout
    assert manage(elsewhere, "restore", text=backup).returncode == 0
    with psycopg.connect(elsewhere) as reader:
        reader.execute("SELECT * FROM core_user")  # its transaction stays open
        assert manage(elsewhere, "restore", "--replace", text=backup).returncode == 0
        with pytest.raises(psycopg.OperationalError):
            reader.execute("SELECT 1")


def test_a_damaged_backup_changes_nothing(a_day_of_work: Alert, here: str, elsewhere: str) -> None:
    backup = manage(here, "backup").stdout
    assert manage(elsewhere, "restore", text=backup).returncode == 0
    before = fingerprints(elsewhere)
    for damaged in (b"", b"nonsense", backup[:2000], backup[: len(backup) // 2], backup[:-200]):
        result = manage(elsewhere, "restore", "--replace", text=damaged)
        assert result.returncode == 1
        assert b"othing was changed" in result.stderr
    assert fingerprints(elsewhere) == before


def test_a_backup_overwrites_nothing_and_an_unfinished_one_is_removed(here: str, tmp_path: Path) -> None:
    file = tmp_path / "sentinel.dump"
    file.write_bytes(b"yesterday's")
    refused = manage(here, "backup", str(file))
    assert (refused.returncode, file.read_bytes()) == (1, b"yesterday's")
    missing = manage(address("there_is_none"), "backup", str(tmp_path / "new.dump"))
    assert b"The database could not be backed up" in missing.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["sentinel.dump"]


def test_the_password_stands_on_no_command_line(here: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "secret")
    command, variables = dumps._command("pg_dump")
    assert "secret" not in " ".join(command)
    assert variables["PGPASSWORD"] == "secret"
