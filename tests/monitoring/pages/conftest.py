"""Pages switch the language of the thread that renders them; tests leave it as it was."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    yield
    translation.activate("zh-hant")
