"""`manage.py check_health web|worker|beat`: whether the part that runs here is well, as exit code."""

import http.client
import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from sentinel.core.health import worker_is_stuck
from sentinel.core.heartbeat import is_alive, own_sign

ANSWER_SECONDS = 5
PATIENCE = 8  # seconds between the request to stop and the order


def web(now: datetime) -> str:
    """It answers on PORT. The Host is one that it lets in, the protocol what a proxy would name."""
    name = settings.ALLOWED_HOSTS[0].lstrip(".")
    headers = {"Host": "localhost" if name == "*" else name, "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz", headers=headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"the web process does not answer: {error}"
    finally:
        connection.close()
    return "" if status == 200 else f"the web process answers {status}"


def worker(now: datetime) -> str:
    """The worker of this machine or container handled something lately."""
    return "" if own_sign(now) else "the worker of this machine has handled nothing lately"


def beat(now: datetime) -> str:
    """Some beat ticked lately; only one of them does."""
    return "" if is_alive("beat", now) else "beat has not ticked lately"


PARTS: dict[str, Callable[[datetime], str]] = {"web": web, "worker": worker, "beat": beat}


class Command(BaseCommand):
    help = "Exit code 0 when the part that runs here is well, else 1 and a sentence."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=PARTS)
        parser.add_argument("--end", type=int, metavar="PID", help="the worker's process, to be ended when it is stuck")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            problem = PARTS[options["part"]](now)
            stuck = bool(problem and options["end"]) and worker_is_stuck(now)
        except DatabaseError as error:
            raise CommandError(f"the database does not answer: {' '.join(str(error).split())}") from error
        if stuck:
            end(options["end"])
            problem += "; it is ended so that it is started again"
        if problem:
            raise CommandError(problem)


def end(process: int) -> None:
    """Ask a process to stop, then order it to."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
        time.sleep(PATIENCE)
        os.kill(process, signal.SIGQUIT)
