"""`manage.py restore [FILE]`: all that the database holds is replaced by a backup and brought up to date."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from sentinel.core.dumps import CannotDump, restore
from sentinel.core.models import User
from sentinel.core.operations import forget_heartbeats


class Command(BaseCommand):
    help = "Replace the whole database by the backup in FILE, or on standard input: completely or not at all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?")
        parser.add_argument("--replace", action="store_true", help="discard what is there")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["replace"] and people_are_here():
            raise CommandError("This database is in use: add --replace to discard all that it holds.")
        try:
            if options["file"]:
                with open(options["file"], "rb") as source:
                    restore(source)
            else:
                restore(sys.stdin.buffer)
        except CannotDump as reason:
            raise CommandError(str(reason)) from reason
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        call_command("migrate", interactive=False, verbosity=0)
        forget_heartbeats()  # of the time of the backup
        self.stderr.write("Restored. Pages that are open must be loaded again.")


def people_are_here() -> bool:
    """Whether somebody's work would be lost."""
    return User._meta.db_table in connection.introspection.table_names() and User.objects.exists()
