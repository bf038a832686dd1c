"""A secret that was once handed over stands nowhere again: no page, no export, no table, no log."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.models import Subscription
from tests.factories import Cast
from tests.monitoring.bring import pushed, token_for
from tests.monitoring.operations.test_forgetting import everything

PASSWORD, SIGNING = "geheimnis-4711", "unterschrift-0815"


@pytest.fixture
def sources(cast: Cast) -> list[Subscription]:
    imap = {"host": "imap.yaori.example", "user": "inbox", "folder": "INBOX", "rules": ""}
    return [
        pushed(cast, "imap", definition=imap, secrets={"password": PASSWORD}),
        pushed(cast, "webhook", secrets={"secret": SIGNING}),
        pushed(cast, "api"),
    ]


def test_a_secret_is_never_shown_again(
    cast: Cast, sources: list[Subscription], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = token_for(cast, sources[1])
    client = Client()
    client.force_login(cast.admin)
    said = [everything()]
    pages = ("source", "source-log", "source-edit", "source-export", "source-versions", "collector", "collector-edit")
    for subscription in sources:
        for name in pages:
            said.append(client.get(reverse(name, args=["yaori", subscription.pk]), follow=True).content.decode())
    wrong = Client().post("/api/v1/inbox", b"{}", "application/json", headers={"Authorization": f"Bearer {token}"})
    said += [wrong.content.decode(), client.get("/w/yaori/audit/").content.decode(), caplog.text]
    assert sum("yaori" in one for one in said) > 10
    for secret in (PASSWORD, SIGNING, token):
        assert not [one for one in said if secret in one]
