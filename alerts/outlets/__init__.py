"""Outlets: one file per way to tell people outside the browser, each with the same shape.

An outlet has `check_address(address)`, which returns the problem as a code or "", `shown_address(address)`, which
leaves out what may be secret, and `compose(…)`, which turns a message into what is sent; sending is the edge's
(`alerts.deliverer`). `alerts.outlets.kinds` lists them.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """What an outlet says, already in its language; `data` is the same for machines."""

    kind: str  # alert.opened, alert.raised, alert.claimed, alert.closed, test
    subject: str
    lines: tuple[str, ...]
    url: str
    at: datetime
    data: dict[str, Any]
