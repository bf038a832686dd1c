"""The one-time set-up address that the first start prints."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import resolve

pytestmark = pytest.mark.django_db


def test_the_printed_address_leads_to_the_set_up_page() -> None:
    output = StringIO()
    call_command("setup_link", address="http://127.0.0.1:8000", stdout=output)
    path = output.getvalue().strip().removeprefix("http://127.0.0.1:8000")
    assert resolve(path).view_name == "setup"
