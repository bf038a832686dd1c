"""`python -m sentinel.embedded.prepare ADDRESS`: bring the database up to date; print the set-up address if needed."""

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("setup_link", address=sys.argv[1])


if __name__ == "__main__":
    main()
