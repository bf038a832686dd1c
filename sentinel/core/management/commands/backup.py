"""`manage.py backup [FILE]`: the whole database into a file, or to standard output, while everything goes on."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sentinel.core.dumps import CannotDump, dump


class Command(BaseCommand):
    help = "Write the whole database into FILE, which must not exist yet, or to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["file"]:
                into_file(options["file"])
            elif sys.stdout.isatty():
                raise CommandError("Name a file, or send the output into one.")
            else:
                dump(sys.stdout.buffer)
        except CannotDump as reason:
            raise CommandError(str(reason)) from reason


def into_file(file: Path) -> None:
    """A backup that its owner alone may read, completely or not at all. Raises CannotDump."""
    try:
        target = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise CannotDump(f"{file} cannot be written: {error.strerror}.") from error
    try:
        with target:
            dump(target)
            os.fsync(target.fileno())
    except BaseException:
        file.unlink()
        raise
