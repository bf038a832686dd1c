"""`manage.py lab <tool>`; `manage.py` itself takes the short way, without setting Django up."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.lab.runner import run


class Command(BaseCommand):
    help = "Run a pure decision on standard input: JSON lines in, JSON lines out, no database."

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(run(argv[2:]))

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(run(args))
