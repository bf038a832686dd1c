"""The live board in a real browser, with two people at it."""

import pytest
from django.utils import timezone

from alerts.tiers import Tier
from tests.alerts.stage import raised, watched
from tests.browser.conftest import PageAs
from tests.factories import Cast

pytestmark = pytest.mark.browser


def test_smoke(cast: Cast, page_as: PageAs) -> None:
    now = timezone.now()
    raised(watched(cast, name="鮮乳", now=now), Tier.RED, now=now)
    raised(watched(cast, name="優格", now=now), Tier.YELLOW, now=now)
    page = page_as(cast.staff)
    page.goto("/w/yaori/")
    page.wait_for_selector('[data-live][data-state="live"]')
    page.screenshot(path="/tmp/board.png")
