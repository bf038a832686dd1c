"""`python -m sentinel.embedded.prepare ADDRESS`: bring the database up to date; print the set-up address if needed."""

import os
import sys

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
django.setup()

from sentinel.core.operations import forget_heartbeats  # noqa: E402  models are ready only now


def main() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    forget_heartbeats()
    call_command("setup_link", address=sys.argv[1])


if __name__ == "__main__":
    main()
