"""The three parts of Sentinel that `./run` keeps alive: web, worker and beat.

    python -m sentinel.embedded.parts web|worker|beat

becomes one of them, as a container does; HOST and PORT say where web listens.
"""

import os
import sys
from collections.abc import Mapping

from .choices import listening
from .processes import Program, StartFailed

MOST_WORKERS = 4
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "sentinel.celery")
QUIET_ROOT = "ignore:You're running the worker with superuser privileges"


def parts(*, host: str, port: int, variables: Mapping[str, str]) -> tuple[Program, Program, Program]:
    """Web, worker and beat, listening on `host` and `port`; `variables` say how they reach everything else."""
    log_level = variables.get("LOG_LEVEL", "WARNING")
    shared = {**variables, "MALLOC_ARENA_MAX": "2"}  # fewer arenas: a third less memory per thread pool
    web = [sys.executable, "-m", "uvicorn", "sentinel.asgi:application", "--host", host, "--port", str(port)]
    web += ["--ws", "websockets-sansio", "--lifespan", "off", "--no-access-log", "--no-server-header"]
    web += ["--log-level", log_level.lower(), "--timeout-graceful-shutdown", "5"]
    if variables.get("HTTPS") != "1":  # nobody stands between us and the browser who could say whom he forwards
        web.append("--no-proxy-headers")
    worker = [*CELERY, "worker", f"--concurrency={worker_count()}", f"--loglevel={log_level}"]
    worker += ["--without-gossip", "--without-mingle"]
    beat = [*CELERY, "beat", f"--loglevel={log_level}"]
    return (
        Program("web", tuple(web), {**shared, "DATABASE_POOL": "1"}, paint=32),
        Program("worker", tuple(worker), {**shared, "PYTHONWARNINGS": QUIET_ROOT}, paint=33),
        Program("beat", tuple(beat), shared, paint=36),
    )


def worker_count() -> int:
    """As many worker processes as there are cores for us, at most four."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


def main() -> None:
    name = "".join(sys.argv[1:])
    place = listening(os.environ)
    found = {part.name: part for part in parts(host=place.host, port=place.port, variables=os.environ)}
    if name not in found:
        raise StartFailed(f"There is no part called {name or 'nothing'}: choose one of {', '.join(found)}.")
    part = found[name]
    os.execve(part.command[0], part.command, dict(part.environment))  # noqa: S606


if __name__ == "__main__":
    try:
        main()
    except StartFailed as reason:
        sys.exit(str(reason))
