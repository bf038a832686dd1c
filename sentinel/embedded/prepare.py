"""`python -m sentinel.embedded.prepare ADDRESS`: bring the database up to date; print the set-up address if needed.

Its exit code is 3 when the last line on standard error is a sentence that says what is wrong.
"""

import os
import sys

import django
from django.core.management import CommandError, call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentinel.settings")
django.setup()

from sentinel.core.operations import forget_heartbeats  # noqa: E402  models are ready only now

from .processes import StartFailed  # noqa: E402
from .reach import check_broker, check_database  # noqa: E402

EXPLAINED = 3


def main() -> None:
    try:
        check_database(os.environ["DATABASE_URL"])
        check_broker(os.environ["REDIS_URL"])
        call_command("migrate", interactive=False, verbosity=0)
    except (StartFailed, CommandError) as reason:
        print(reason, file=sys.stderr)
        sys.exit(EXPLAINED)
    forget_heartbeats()
    call_command("setup_link", address=sys.argv[1])


if __name__ == "__main__":
    main()
