"""The pages of the front tests are shown in the run's one Chromium."""

import pytest
from playwright.sync_api import Browser


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    return chromium
