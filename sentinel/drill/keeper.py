"""Whoever crawls serves the running drills: each process that runs visits starts and stops their sites before a round.

A port that a sibling holds is fine. What is served is a function of the drill's row, its published statements and the
time, so that it does not matter which process answers.
"""

import logging
import threading
import time

from django.db import connection

from sentinel.drill.models import Drill
from sentinel.drill.queries import run_of
from sentinel.drill.storyline import Run
from sentinel.drill.web import DrillWeb

logger = logging.getLogger(__name__)

FRESH = 1.0  # seconds for which an answered drill is taken for the present one


class Kept:
    """One running drill that this process serves; its run is read again when it is older than FRESH."""

    def __init__(self, drill: Drill) -> None:
        self._pk = drill.pk
        self._lock = threading.Lock()
        self._run: Run | None = run_of(drill)
        self._read_at = time.monotonic()
        self.web = DrillWeb(self.find_run, drill.ports)

    def find_run(self) -> Run | None:
        """What is being played now; None once the drill ended. Called by the sites' threads."""
        with self._lock:
            if time.monotonic() - self._read_at > FRESH:
                try:
                    drill = Drill.objects.running().filter(pk=self._pk).first()
                    self._run = run_of(drill) if drill else None
                    self._read_at = time.monotonic()
                finally:
                    connection.close()  # this thread lives for one request
            return self._run


_kept: dict[int, Kept] = {}


def keep_serving() -> None:
    """Serve what runs and nothing else; one indexed query where nothing runs."""
    running = {drill.pk: drill for drill in Drill.objects.running()}
    for pk in [pk for pk in _kept if pk not in running]:
        _kept.pop(pk).web.stop()
    for pk, drill in running.items():
        if pk not in _kept:
            _kept[pk] = Kept(drill)
        _kept[pk].web.start()


def stop_serving() -> None:
    """Close everything that this process serves."""
    while _kept:
        _kept.popitem()[1].web.stop()
