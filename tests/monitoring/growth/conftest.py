"""Posts that go on: a network and a forum on the loopback whose posts grow, change, go and come back."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.factories import NOW, Cast, make_yaori
from tests.monitoring.source_pages.conftest import site as site


class Clock:
    """The time that everything reads."""

    def __init__(self) -> None:
        self.now = NOW

    def forward(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(timezone, "now", lambda: one.now)
    return one


@pytest.fixture
def yaori(transactional_db: None) -> Cast:
    """Committed: the crawler speaks with the database from several threads."""
    return make_yaori()
