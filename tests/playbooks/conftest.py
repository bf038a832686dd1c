"""What the tests of the crisis room begin with."""

import pytest

from playbooks.models import Crisis
from tests.factories import Cast
from tests.playbooks.stage import make_crisis


@pytest.fixture
def crisis(cast: Cast) -> Crisis:
    """A crisis that 雅婷 opened by hand and 志明 commands."""
    return make_crisis(cast)
