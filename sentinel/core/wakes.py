"""A wake saves time, a sweep makes it certain: a room announces its own event on commit.

The roof connects the wire (`sentinel/celery.py` maps events to tasks); without one, or without a broker, nothing is
lost: beat sweeps every stage every few seconds.
"""

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger(__name__)
_wires: list[Callable[[str], None]] = []


def connect(wire: Callable[[str], None]) -> None:
    """Let `wire(event)` ring for every event of this process."""
    _wires[:] = [wire]


def wake(event: str) -> None:
    """Announce `event` (`room.past-participle`) when the transaction commits."""
    transaction.on_commit(lambda: _ring(event), robust=True)


def _ring(event: str) -> None:
    for wire in _wires:
        try:
            wire(event)
        except Exception as error:
            logger.warning("wake %s was not sent: %s", event, error)
