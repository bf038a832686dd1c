"""`./run <command> …`: hand the command to manage.py, with the running instance's database where there is one."""

import os
import runpy
import sys
from pathlib import Path

from .folder import DataFolder

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
# By name, because importing the clients would cost every command a third of a second.
CONNECTION_ERRORS = {
    "django.db.utils.OperationalError",
    "redis.exceptions.ConnectionError",
    "kombu.exceptions.OperationalError",
}
NOT_RUNNING = (
    "This command needs a running Sentinel: start ./run in another terminal, or set DATABASE_URL and REDIS_URL."
)


def main() -> None:
    for name, value in DataFolder(Path(os.environ["DATA_DIR"])).running_variables().items():
        os.environ.setdefault(name, value)
    sys.argv[0] = str(MANAGE)
    try:
        runpy.run_path(str(MANAGE), run_name="__main__")
    except Exception as error:
        if not any(f"{kind.__module__}.{kind.__qualname__}" in CONNECTION_ERRORS for kind in type(error).__mro__):
            raise
        if "DATABASE_URL" in os.environ:
            sys.exit(f"The database or the broker does not answer: {' '.join(str(error).split())}")
        sys.exit(NOT_RUNNING)


if __name__ == "__main__":
    main()
