"""`manage.py setup_link`: print the one-time address of the first start."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from sentinel.core.operations import issue_setup_link


class Command(BaseCommand):
    help = "Print a one-time set-up address while nobody can log in yet; else print nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the web process is reached")

    def handle(self, *args: Any, **options: Any) -> None:
        token = issue_setup_link(now=timezone.now())
        if token is not None:
            # Written out, because reverse() would load every page, which takes a second of each start.
            self.stdout.write(f"{options['address'].rstrip('/')}/setup/{token}/")
