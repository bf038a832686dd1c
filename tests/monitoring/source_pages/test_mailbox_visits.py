"""A mailbox is crawled like any source: leased, visited, stored, and its health shown."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from monitoring import mailboxes
from monitoring.crawler import crawl_round
from monitoring.models import Post, Source, Visit
from monitoring.operations.sources import add_source
from tests.factories import Cast
from tests.fakes.authority import Authority
from tests.fakes.imap import Mailroom, serving_mail
from tests.monitoring.test_mailboxes import mail


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    authority = Authority(tmp_path)
    with serving_mail(Mailroom({1: mail(1)}), authority.server_context("localhost")) as served:
        monkeypatch.setattr(mailboxes, "PORT", served.port)
        monkeypatch.setattr(mailboxes.httpx, "create_ssl_context", lambda **_: authority.client_context())
        settings.ALLOWED_PRIVATE_HOSTS = [f"localhost:{served.port}"]
        yield served


def added(cast: Cast, password: str = "geheim") -> Source:
    return add_source(
        workspace=cast.workspace,
        kind="imap",
        definition={"host": "localhost", "user": "inbox@yaori.example", "folder": "INBOX", "rules": ""},
        url="imaps://inbox%40yaori.example@localhost/INBOX",
        zone="Asia/Taipei",
        interval=None,
        name="客服信箱",
        retention_days=180,
        by=cast.admin,
        now=timezone.now(),
        channel="inbox",
        secrets={"password": password},
    ).source


def test_mails_become_posts_and_the_next_visit_reads_only_what_is_new(yaori: Cast, room: Mailroom) -> None:
    source = added(yaori)
    crawl_round()
    assert Post.objects.get().title == "曜日鮮乳 1"
    source.refresh_from_db()
    assert (source.outcome, source.state["mailbox"]["uid"]) == ("ok", "1")
    room.mails[2] = mail(2)
    Visit.objects.filter(finished_at=None).update(due_at=timezone.now())
    crawl_round()
    assert Post.objects.count() == 2
    Visit.objects.filter(finished_at=None).update(due_at=timezone.now())
    crawl_round()
    assert Source.objects.get().outcome == "unchanged"


def test_a_wrong_password_is_a_source_that_needs_a_login(yaori: Cast, room: Mailroom) -> None:
    added(yaori, password="wrong")
    crawl_round()
    source = Source.objects.get()
    assert (source.outcome, source.failures) == ("login", 1)
    assert not Post.objects.exists()
