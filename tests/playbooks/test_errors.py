"""Every code that an operation refuses with has a sentence of its own."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from playbooks.wording.errors import wrong_state_text

OPERATIONS = Path(settings.BASE_DIR) / "playbooks" / "operations"
RAISED = re.compile(r'(?:WrongStateError\(|check\(.+, |_locked\(.+?, ".+?", )"([a-z-]+)"\)')
CODES = sorted({code for path in OPERATIONS.glob("*.py") for code in RAISED.findall(path.read_text(encoding="utf-8"))})


def test_the_codes_are_found() -> None:
    assert {"crisis-closed", "author", "blank-left", "part-of-plan", "not-submitted"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence(code: str) -> None:
    assert wrong_state_text(code) != wrong_state_text("no such code")
