"""The cast, ready to watch."""

import pytest

from tests.factories import Cast, make_tsukimi, make_yaori


@pytest.fixture
def yaori(db: None) -> Cast:
    return make_yaori()


@pytest.fixture
def tsukimi(db: None) -> Cast:
    return make_tsukimi()
