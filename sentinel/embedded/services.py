"""PostgreSQL and Valkey for a test run: fast, forgetful, gone afterwards."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from . import postgres, valkey
from .processes import Process, Program, free_port

FORGETFUL = {
    **postgres.SETTINGS,
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "120",
    "log_min_messages": "fatal",
}


@contextlib.contextmanager
def temporary_services() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL of servers that end with the block. Raises StartFailed."""
    with tempfile.TemporaryDirectory(prefix="sentinel-") as name:
        folder = Path(name)
        database = postgres.prepare(folder / "postgres", port=free_port(), settings=FORGETFUL)
        broker = valkey.prepare(folder / "valkey", port=free_port())
        processes = [Process(program, keep_silent) for program in (database.program, broker.program)]
        try:
            postgres.wait_until_ready(database, processes[0])
            valkey.wait_until_ready(broker, processes[1])
            yield {"DATABASE_URL": database.url, "REDIS_URL": broker.url}
        finally:
            for process in processes:
                process.send(process.program.orphan_signal)
                process.wait(5)


def keep_silent(_program: Program, _line: str) -> None:
    """Nobody reads these servers' logs; the last lines are kept for the case that one does not start."""
